"""By-lines without a "by" and boxes on the author: names of whom the article says nothing."""

from __future__ import annotations

import re
from functools import cache

import regex

from .matchview import LEAD, TRAIL
from .sweep import BIO_BLOCKS, BIO_FROM, BIO_WORDS, Sweep

# ... and prose that begins with the by-line's name is one where no more than so many paragraphs follow it.
BIO_FROM_END = 2

# A title has more words than the label of a section.
TITLE_WORDS = 3

# Initials and "de" say nothing of a person.
SHORT_PART = 2

# So many bare names at most are authors; more are a list of people.
NAMES_OF_AUTHORS = 3
_NAME = r"\p{Lu}[\p{L}'-]+(?: \p{Lu}\.)?(?: (?:de|da|van|von|del|la|le|al))?(?: \p{Lu}[\p{L}'-]+){1,2}"
_BIO_OPENS = re.compile(r"(?:he|she|they|his|her|their)\b", re.IGNORECASE)

# Behind a dash a name says whose words stand above it.
_DASH = re.compile(r"[\u2013\u2014~]|--")


@cache
def _names_an_author(pattern: str | None) -> bool:
    return pattern is not None and "(?P<author>" in pattern


@cache
def _name() -> regex.Pattern[str]:
    return regex.compile(_NAME)  # not before it is needed


def take_names_in_head(sweep: Sweep) -> None:
    """A bare name between the title and a removed date or role: the by-line without its "by"."""
    titled = False
    for position in range(sweep.head_end - 1):
        number, following = sweep.left[position], sweep.left[position + 1]
        if number in sweep.gone:
            continue
        credit = following in sweep.gone and sweep.gone[following].family == "credit"
        if titled and credit and _may_be_name(sweep, number):
            sweep.remove(number, "credit", "company", sweep.gone[following].witnesses[:1])
        titled = titled or sweep.known.count(number) >= TITLE_WORDS


def _may_be_name(sweep: Sweep, number: int) -> bool:
    known = sweep.known
    return known.kinds[number] == "paragraph" and _name().fullmatch(known.lines[number]) is not None


def take_lone_names(sweep: Sweep) -> None:
    """Names on lines of their own before the article or behind it, of whom it says nothing: they wrote it.

    Many names are a list of people, and a name under a quotation is its source. Behind the article the lines on the
    author below the name go too.
    """
    known = sweep.known
    positions = [p for p in sweep.positions(known.names) if sweep.left[p] not in sweep.gone]
    bare = {known.lines[sweep.left[p]] for p in positions if not known.prose(sweep.left[p])}
    bios = sum(known.prose(sweep.left[p]) for p in positions)
    if not positions or max(len(bare), bios) > NAMES_OF_AUTHORS:
        return
    bodies = [p for p in range(len(sweep.left)) if sweep.left[p] not in sweep.gone and known.body(sweep.left[p])]
    last = bodies[-BIO_FROM_END - 1] if len(bodies) > BIO_FROM_END else sweep.first_body
    for position in positions:
        number = sweep.left[position]
        bio = known.prose(number)
        in_head = position < sweep.head_end and known.kinds[number] != "heading" and not bio
        in_tail = (bio or position > last) and sweep.share_before(position) >= BIO_FROM
        name = _name_in(sweep, number)
        box = _bio_below(sweep, position, name) if in_tail else []
        if in_tail and bio:
            in_tail = all(body in box for body in bodies if body > position)
        elif in_tail:
            alone = known.lines[number].strip(LEAD + TRAIL) == name
            in_tail = alone or position > sweep.last_body or bool(box)
        if not (in_head or in_tail) or (position and known.kinds[sweep.left[position - 1]] == "quote"):
            continue
        if not in_head and _signs_other_words(sweep, position):
            continue
        if position and known.lines[sweep.left[position - 1]].endswith('"'):
            continue
        article = [body for body in bodies if body != position and body not in box]
        if not any(_speaks_of(sweep, name, body, of_its_own=in_tail) for body in article):
            witness = (number, known.names[number])
            for part in (position, *box):
                sweep.remove(sweep.left[part], "credit", "alone" if part == position else "region", [witness])


def _signs_other_words(sweep: Sweep, position: int) -> bool:
    """Whether a name behind the article may be no author's: an entry of a list, behind a dash, or under verse."""
    known = sweep.known
    if _DASH.match(known.page.segments.contents[sweep.left[position]]):
        return True
    above = sweep.number_at(position - 1)
    if above is None or above in sweep.gone or known.cued(above):
        return False
    kind = known.kinds[above]
    if kind == known.kinds[sweep.left[position]] == "item":
        return True
    return kind == "paragraph" and not known.prose(above) and known.lines[above].endswith((".", ",", ";", "!"))


def _name_in(sweep: Sweep, number: int) -> str:
    line = sweep.known.lines[number].strip(LEAD + TRAIL)
    if sweep.known.prose(number):
        found = _name().match(line)
        return found.group() if found else line.partition(" ")[0]
    found = _name().search(line)
    return found.group() if found else line


def _bio_below(sweep: Sweep, position: int, name: str) -> list[int]:
    """Return the positions of the lines below a name that go on about its bearer."""
    known = sweep.known
    given = name.partition(" ")[0]
    box: list[int] = []
    for at, number in sweep.following(position):
        line = known.lines[number]
        if at - position > BIO_BLOCKS or known.kinds[number] == "heading" or known.count(number) > BIO_WORDS:
            break
        if number not in sweep.gone:
            if not (line.startswith(given) or _BIO_OPENS.match(line)):
                break
            box.append(at)
    return box


def _speaks_of(sweep: Sweep, name: str, position: int, *, of_its_own: bool) -> bool:
    """Whether a paragraph names a person, by a part of the name.

    Behind the article one that opens with the name is a bio, unless the name stands there, ``of_its_own``.
    """
    line = sweep.known.lines[sweep.left[position]]
    if not of_its_own and line.startswith(name) and sweep.share_before(position) >= BIO_FROM:
        return False
    return any(part in line for part in name.split() if len(part) > SHORT_PART and part[0].isupper())


def take_author_box(sweep: Sweep) -> None:
    """Prose at the end that begins with the name of the by-line: what the site says of its author."""
    names = {}
    for number, decision in sweep.gone.items():
        witness = decision.witnesses[0]
        if decision.family == "credit" and (
            witness[0] in sweep.known.names or _names_an_author(witness[1].rule.pattern)
        ):
            for name in _name().findall(sweep.known.lines[number]):
                names[name] = witness
    if not names:
        return
    bodies = 0
    for position in range(len(sweep.left) - 1, sweep.head_end, -1):
        number = sweep.left[position]
        if number in sweep.gone or not sweep.known.body(number):
            continue
        bodies += 1
        if bodies > BIO_FROM_END or sweep.share_before(position) < BIO_FROM:
            return
        for name, witness in names.items():
            if sweep.known.lines[number].startswith(name) and sweep.known.count(number) <= BIO_WORDS:
                sweep.remove(number, "credit", "company", [witness])
                bodies -= 1
                break
