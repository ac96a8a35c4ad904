"""The roll of a site's other posts behind an article: headline, date and perhaps a teaser of each, the newest first.

No words tell it from the article, but its beat does: a date every two to four blocks, falling, to the end of the text,
with one headline to each. Chronicles and calendars rise, and what falls from the start of a text is a list of versions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .dates import iso_date
from .known import VOICE_WORDS
from .shape import HEADLINE_WORDS, ends_sentence, is_prose, words
from .sweep import TEASER_FROM, Sweep

# Three posts, each of a headline and a date, with a teaser, and a name or a label.
ROLL_POSTS = 3
ROLL_BEATS = (2, 3, 4)

# The name of a version or a section has fewer words than the headline of a post.
ROLL_HEADLINE_WORDS = 4

# Behind the last post: "All posts", a name, a menu's last labels.
ROLL_REST = 4


# No line of so few words is longer; to ask for a length costs nothing.
DATE_LENGTH = 100
_YEAR = re.compile(r"(?:19|20)\d\d")


def take_roll(sweep: Sweep) -> None:
    """Take the roll of other posts at the end of the text, if there is one."""
    last = _last_date(sweep)
    if last is None:
        return
    for beat in ROLL_BEATS:
        first = _first_date(sweep, last, beat)
        if last - first < beat * (ROLL_POSTS - 1) or _date(sweep, first) == _date(sweep, last):
            continue
        for above in range(beat):  # how many blocks of a post stand above its date
            start, stop = first - above, min(last - above + beat, len(sweep.left))
            if _is_roll(sweep, start, stop, beat, above):
                number = sweep.left[first]
                witness = (number, sweep.known.hits(number)[0])
                for post in sweep.left[start:stop]:
                    sweep.remove(post, "navigation", "region", [witness])
                return


def _last_date(sweep: Sweep) -> int | None:
    """Return the position of the last date of the text, if it is near enough to the end."""
    left = 0
    for position in range(len(sweep.left) - 1, -1, -1):
        if sweep.left[position] in sweep.gone:
            continue
        if _date(sweep, position) is not None:
            return position
        left += 1
        if left >= ROLL_REST + max(ROLL_BEATS):
            break
    return None


def _first_date(sweep: Sweep, last: int, beat: int) -> int:
    """Return the position of the first of the dates that fall in a beat to the last."""
    first, date = last, _date(sweep, last)
    while first >= beat:
        above = _date(sweep, first - beat)
        if above is None or date is None or above < date:
            break
        first, date = first - beat, above
    return first


def _date(sweep: Sweep, position: int) -> str | None:
    """Return the date that a line is, give or take a name; None for any other line and for what has gone."""
    number = sweep.left[position]
    line = sweep.known.lines[number]
    if number in sweep.gone or len(line) > DATE_LENGTH or sweep.known.count(number) > VOICE_WORDS:
        return None
    if not _YEAR.search(line):
        return None
    return iso_date(line)


def _is_roll(sweep: Sweep, start: int, stop: int, beat: int, above: int) -> bool:
    """Whether the blocks from ``start`` to ``stop`` are posts of ``beat`` blocks each, and end the text."""
    known = sweep.known
    if start < 0 or sweep.share_before(start) < TEASER_FROM:
        return False
    rest = [number for number in sweep.left[stop:] if number not in sweep.gone]
    if len(rest) > ROLL_REST or any(known.prose(number) for number in rest):
        return False
    posts = [range(at, min(at + beat, stop)) for at in range(start, stop, beat)]
    return all(_is_post(sweep, post, above) for post in posts)


def _is_post(sweep: Sweep, post: Sequence[int], above: int) -> bool:
    """Whether blocks are a headline, a date and at most one teaser, and nothing that is protected or gone."""
    known = sweep.known
    numbers = [sweep.left[position] for position in post]
    if any(number in sweep.gone or known.kinds[number] == "rule" or known.is_protected(number) for number in numbers):
        return False
    if not any(hit.rule.family == "credit" for hit in known.hits(numbers.pop(above))):
        return False
    lines = [known.lines[number] for number in numbers]
    others = [line for line in lines if not _is_title(line)]
    return len(others) < len(lines) and len(others) <= 2 and sum(map(is_prose, others)) <= 1


def _is_title(line: str) -> bool:
    """Whether a line may be the headline of a post: a title or a question, with more words than a label."""
    return ROLL_HEADLINE_WORDS <= words(line) <= HEADLINE_WORDS and not ends_sentence(line.rstrip("?!\"'"))
