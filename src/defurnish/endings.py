"""What goes last: the tail, the closing behind the article, repeats, and orphans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .dates import iso_date
from .known import VOICE_WORDS
from .shape import ends_sentence, is_headline
from .sweep import TEASER_FROM, Sweep, is_told, runs_of

# "Online", "Video", "Save" mean something else in the middle of a text than at its ends.
ZONE_WORDS = 2

# A line of so many words may be the title of the article if its first paragraph is so near: by-lines, dates and share
# bars come between. The labels of menus are shorter, and further up.
TITLE_WORDS = 5
TITLE_WITHIN = 8

# Uncued short lines between removed blocks in the tail: menus, addresses, names of forms.
TAIL_GAP = 6
TAIL_WORDS = 14

# What stands so often in the tail ("Read more", "Start course") is the button of a list's entries.
BUTTON_TIMES = 3
BUTTON_FAMILIES = frozenset({"navigation", "promo"})

# What follows the article is the site's where at least this share of its blocks goes by its own evidence. Measured on
# the development pages: one point more of the furniture lines of the half that nobody looked at, no more of its body.
# With single paragraphs it would be three points; but a paragraph between two share bars may be the article's.
CLOSING_SHARE = 0.33

# Paragraphs of a pitch that may lie in it: "we" and "you" in one, and no longer than this.
CLOSING_PITCHES = 2

# It begins with what sites put behind their articles. Offers and links to other pages stand amid product reviews too.
CLOSING_FAMILIES = frozenset({"engage", "comments", "contact", "legal"})


def take_tail(sweep: Sweep) -> None:
    """Short silent lines in the tail that stand between removed blocks, or last after one."""
    known = sweep.known
    run: list[int] = []
    before: int | None = None
    buttons = _repeated_buttons(sweep)
    for position in range(sweep.last_body + 1, len(sweep.left)):
        number = sweep.left[position]
        if number in sweep.gone:
            if known.lines[number] in buttons:  # it says nothing of its neighbours: they are the entry's own lines
                run, before = [], None
                continue
            if before is not None:
                _take_run(sweep, run, before)
            run, before = [], number
        elif known.is_protected(number):
            run, before = [], None
        elif before is not None:
            run.append(number)
            if len(run) > TAIL_GAP or known.count(number) > TAIL_WORDS or is_told(known.lines[number]):
                run, before = [], None


def _repeated_buttons(sweep: Sweep) -> set[str]:
    """Return the removed lines of the tail that stand under one entry of a list after the other ("Read more")."""
    tail = (number for number in sweep.left[sweep.last_body + 1 :] if number in sweep.gone)
    links = (
        sweep.known.lines[number]
        for number in tail
        if sweep.gone[number].reason == "alone" and sweep.gone[number].family in BUTTON_FAMILIES
    )
    return {line for line, times in Counter(links).items() if times >= BUTTON_TIMES}


def _take_run(sweep: Sweep, run: Sequence[int], before: int) -> None:
    decision = sweep.gone[before]
    for number in run:
        sweep.remove(number, decision.family, "region", decision.witnesses[:1])


def take_closing(sweep: Sweep) -> None:
    """What the site hangs under its articles: from a removed block to the end of the text.

    Much of it has been removed already, or it begins with a comment form, and what is left is headlines, labels,
    single short sentences, and a pitch or two. Any other silent paragraph is the article's, and ends it; so do two
    sentences in a row, or one at the very end that does not speak to the reader.
    """
    known = sweep.known
    start: int | None = None
    gone = silent = pitches = 0
    sentence_below = False
    for position in range(len(sweep.left) - 1, sweep.first_body, -1):
        number = sweep.left[position]
        if known.kinds[number] == "rule":
            continue
        if number in sweep.gone:
            if sentence_below and any(hit.rule.opens == "list" for hit in known.hits(number)):
                break  # a list's heading right above a sentence: the list was lost, and the article goes on
            gone += 1
            sentence_below = False
            if _opens_thread(sweep, number) or (
                gone >= CLOSING_SHARE * (gone + silent) and _ends_article(sweep, number)
            ):
                start = position
            continue
        sentence = ends_sentence(known.lines[number])
        if known.body(number) and pitches < CLOSING_PITCHES and sweep.is_pitch(number):
            pitches += 1
        elif known.body(number) or (sentence and sentence_below):
            break
        if known.is_protected(number) or (not gone and is_told(known.lines[number])):
            break
        silent += 1
        sentence_below = sentence
    if start is None or sweep.share_before(start) < TEASER_FROM:
        return
    witness = sweep.gone[sweep.left[start]].witnesses[0]
    for position in range(start, len(sweep.left)):
        sweep.take(position, witness)


def _opens_thread(sweep: Sweep, number: int) -> bool:
    """Whether a removed block asks for comments: no article goes on in mere labels behind that."""
    return any(hit.rule.opens == "thread" for hit in sweep.known.strong.get(number, ()))


def _ends_article(sweep: Sweep, number: int) -> bool:
    """Whether a removed block is one that sites put behind their articles, and hardly ever amid them."""
    return any(hit.rule.opens or hit.rule.family in CLOSING_FAMILIES for hit in sweep.known.strong.get(number, ()))


def _is_zone_word(sweep: Sweep, number: int) -> bool:
    """Whether a button's word or two went for where they stand: elsewhere they are a list's or a table's."""
    known = sweep.known
    hits = known.supporting(number)
    return (
        known.count(number) <= ZONE_WORDS
        and number not in known.strong
        and any(hit.rule.zone != "anywhere" and hit.rule.family == "interface" for hit in hits)
    )


def _is_own_date(sweep: Sweep, number: int) -> bool:
    """Whether a block went as the date of the article: what else bears that date may be told in it."""
    decision = sweep.gone[number]
    known = sweep.known
    return (
        decision.family == "credit"
        and decision.reason == "alone"
        and sweep.position[number] < sweep.head_end
        and known.count(number) <= VOICE_WORDS
        and iso_date(known.lines[number]) is not None
    )


def take_repeats(sweep: Sweep) -> None:
    """A line that was removed once under furniture goes wherever else it stands word for word."""
    if not sweep.gone:
        return
    lines = sweep.known.lines
    removed = {
        lines[number]: number
        for number, decision in sweep.gone.items()
        if decision.reason != "orphan" and not _is_zone_word(sweep, number) and not _is_own_date(sweep, number)
    }
    lengths = set(map(len, removed))  # a line need not be hashed to tell that it is none of them
    for position, number in enumerate(sweep.left):
        if len(lines[number]) not in lengths:
            continue
        twin = removed.get(lines[number])
        if twin is None or number in sweep.gone or ends_sentence(lines[number]):
            continue
        following = sweep.left[position + 1] if position + 1 < len(sweep.left) else None
        if sweep.known.kinds[number] in ("heading", "rule") or (following is not None and sweep.known.body(following)):
            continue  # a section of the article may bear the name of a tag in the list at its end
        if _may_be_title(sweep, position):
            continue  # the article stands in the site's list of articles, too
        sweep.remove(number, sweep.gone[twin].family, "repeat", sweep.gone[twin].witnesses)


def _may_be_title(sweep: Sweep, position: int) -> bool:
    """Whether a line is near enough above the article's first paragraph, and long enough, to be its title."""
    known, number = sweep.known, sweep.left[position]
    return (
        sweep.first_body - TITLE_WITHIN <= position < sweep.first_body
        and known.kinds[number] == "paragraph"
        and known.count(number) >= TITLE_WORDS
        and not known.link_only(number)
    )


def take_orphans(sweep: Sweep) -> None:
    """Thematic breaks and lone marks that a removal left with nothing to part, and headings over nothing."""
    known = sweep.known
    if not sweep.gone or not known.marks:
        return
    marks = sweep.positions(known.marks)
    edges = _edges_of_rules(sweep, marks)
    for position in marks:
        number = sweep.left[position]
        if number in sweep.gone:
            continue
        if known.kinds[number] == "rule":
            beside = next((n for n in map(sweep.number_at, edges[position]) if n in sweep.gone), None)
        elif position > sweep.first_body:
            below = sweep.number_at(edges.get(position + 1, (position, position + 1))[1])
            label = below in sweep.gone and is_headline(known.lines[number])
            # The heading of what a profile knows would stand on every page, too, and be known.
            label = label and not (below is not None and sweep.is_of_site(below))
            # Over a price and a button stands the name of a product.
            label = label and not (below is not None and sweep.gone[below].family == "promo")
            beside = below if label and _section_is_gone(sweep, position) else None
        else:
            continue
        if beside is not None:
            sweep.remove(number, sweep.gone[beside].family, "orphan", sweep.gone[beside].witnesses[:1])


def _edges_of_rules(sweep: Sweep, marks: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return, for the position of each thematic break, those above and below the run that it stands in."""
    rules = [position for position in marks if sweep.known.kinds[sweep.left[position]] == "rule"]
    return {position: (run[0] - 1, run[-1] + 1) for run in runs_of(rules, 1) for position in run}


def _section_is_gone(sweep: Sweep, position: int) -> bool:
    """Whether all that stands under a heading goes, and it is more than one cross-link, or the end of the text."""
    for at, number in sweep.following(position):
        if sweep.known.kinds[number] == "heading":
            return at - position > 2
        if number not in sweep.gone:
            return False
    return True
