"""Comment threads: known by their voices (names with dates, "says", "Reply"), with a heading or without."""

from __future__ import annotations

from .known import VOICE_WORDS
from .shape import ends_sentence
from .sweep import Sweep, runs_of

# A comment thread is known by its voices (names with dates, "says", "Reply"): the first right under the heading, then
# at least one in so many blocks, for long comments have several paragraphs.
THREAD_FIRST_VOICE = 4
THREAD_VOICE_EVERY = 12

# Without a heading it takes at least so many voices, none further from the next, to the end of the text.
THREAD_VOICES = 4
THREAD_GAP = 6

# So many voices are a thread beyond doubt: then one long comment of as many paragraphs may lie between two of them.
THREAD_SURE_VOICES = 8
THREAD_SURE_GAP = 14

# Bare dates above or below a name are voices, too, where so many others speak among them: without one, dates and short
# lines are a calendar, a timeline, a list of versions.
DATED_WITNESSES = 2

# "12 Comments" under a headline is a counter; a thread stands behind a fair part of the text.
THREAD_FROM = 0.2

# ... and one of many voices behind a short article.
THREAD_SURE_FROM = 0.1


def end_of_thread(sweep: Sweep, position: int) -> int:
    """Return where a comment thread ends: the end of the text while voices are heard, else the end of its form.

    A voice is a block that names a commenter, a date or a reply button. Without voices near the heading it may
    be the counter under a title, or a section of the article.
    """
    if position < sweep.first_body or sweep.share_before(position) < THREAD_FROM:
        return position + 1
    heard, stop = position, position + 1
    for at, number in sweep.following(position):
        reach = THREAD_FIRST_VOICE if heard == position else THREAD_VOICE_EVERY
        if at - heard > reach:
            break
        if _is_voice(sweep, number):
            heard, stop = at, at + 1
    if heard > position and len(sweep.left) - stop <= THREAD_VOICE_EVERY:
        return len(sweep.left)
    return stop


def take_threads(sweep: Sweep) -> None:
    """Take the comment threads whose heading the extractor dropped: voices, one after the other.

    A thread of few voices must be the end of the text; one of many may stand anywhere behind the article's start.
    """
    known = sweep.known
    for voices in _runs_of_voices(sweep):
        first, stop = voices[0], voices[-1] + 1
        sure = len(voices) >= THREAD_SURE_VOICES
        rest = range(stop, len(sweep.left))
        headed = any(known.kinds[sweep.left[position]] == "heading" for position in rest)
        if (len(rest) <= THREAD_GAP and not headed) or _is_gone_from(sweep, stop):
            stop = len(sweep.left)
        if stop < len(sweep.left) and not sure:
            continue
        if first <= sweep.first_body or sweep.share_before(first) < (THREAD_SURE_FROM if sure else THREAD_FROM):
            continue
        number = sweep.left[first]
        witness = (number, known.hits(number)[0])
        if _is_name(sweep, sweep.left[first - 1]):
            first -= 1
        for position in range(first, stop):
            sweep.take(position, witness)


def _runs_of_voices(sweep: Sweep) -> list[list[int]]:
    """Return the positions of commenters, in runs that are long enough to be threads."""
    known = set(sweep.positions(sweep.known.commenters))
    if len(known) < DATED_WITNESSES:
        return []
    dated = [position for position in sweep.positions(sweep.known.dates) if _is_beside_name(sweep, position)]
    long_runs: list[list[int]] = []
    for run in runs_of(sorted(known.union(dated)), THREAD_SURE_GAP):
        if sum(position in known for position in run) < DATED_WITNESSES:
            continue
        if len(run) >= THREAD_SURE_VOICES:
            long_runs.append(run)
        else:
            long_runs += runs_of([position for position in run if position in known], THREAD_GAP)
    return [run for run in long_runs if len(run) >= THREAD_VOICES]


def _is_beside_name(sweep: Sweep, position: int) -> bool:
    """Whether the block right above or below may be the name of a commenter."""
    beside = [at for at in (position - 1, position + 1) if 0 <= at < len(sweep.left)]
    return any(_is_name(sweep, sweep.left[at]) and sweep.known.lines[sweep.left[at]][:1].isalpha() for at in beside)


def _is_gone_from(sweep: Sweep, position: int) -> bool:
    return all(number in sweep.gone for number in sweep.left[position:])


def _is_name(sweep: Sweep, number: int) -> bool:
    known = sweep.known
    return known.count(number) <= 3 and not ends_sentence(known.lines[number]) and known.kinds[number] != "heading"


def _is_voice(sweep: Sweep, number: int) -> bool:
    known = sweep.known
    return any(
        hit.rule.family == "comments" or (hit.rule.family == "credit" and known.count(number) <= VOICE_WORDS)
        for hit in known.hits(number)
    )
