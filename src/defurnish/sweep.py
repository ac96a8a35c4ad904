"""One pass over the blocks that are left: where the article begins and ends, what has gone, and on whose word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from .known import Known
from .model import SITE, Decision, Family, Hit, Reason
from .ruleset import RuleSet
from .shape import ends_sentence

# The head zone ends at the first paragraph of prose, but never reaches further than this: a page whose "head" is
# longer is a list, and its dates and names are content.
HEAD_BLOCKS = 40

# A standfirst is one paragraph near the top; a by-line or date right behind it still stands in the head.
STANDFIRST_WITHIN = 5
BEHIND_STANDFIRST = 3

# Teaser prose goes only where the list is the end of the text: past this share of the text's words.
TEASER_FROM = 0.5

# An author box at the end: name, role, two or three paragraphs.
BIO_BLOCKS = 4
BIO_WORDS = 160

# An author box without any cue in it is taken at the end only: behind this share of the text's words.
BIO_FROM = 0.6
CLOSING_PITCH_WORDS = 60
_ADDRESS = re.compile(r"\b(?:you|your|yours|us|our|we|we're|we'll|we've)\b", re.IGNORECASE)
_I = re.compile(r"\b(?:I|I'm|I'll|I've|I'd|[Mm]y|me|mine)\b")
_WE = re.compile(r"\b(?:our|us|we|we're|we'll|we've|we'd)\b", re.IGNORECASE)
_YOU = re.compile(r"\byou(?:r|rs|'re|'ll|'ve|'d)?\b", re.IGNORECASE)


def is_told(line: str) -> bool:
    """Whether a silent line is a sentence that does not speak to the reader: the article's, as far as one can see."""
    if not ends_sentence(line) or line[-1] in ":?!":
        return False
    return not _ADDRESS.search(line) and line.count(" ") > 0


def speaks_for_a_site(line: str) -> bool:
    """Whether a line speaks to the reader or of "us", and not of "me": an author signs off in the singular.

    >>> speaks_for_a_site("Join our readers on the river."), speaks_for_a_site("I hope that you liked my log.")
    (True, False)
    """
    return _ADDRESS.search(line) is not None and _I.search(line) is None


def runs_of(positions: Sequence[int], gap: int) -> list[list[int]]:
    """Return ascending positions in runs of which no two neighbours lie further apart than ``gap``."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position - runs[-1][-1] <= gap:
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs


class Sweep:
    """One pass over the blocks that are left: what has gone so far, and where it stood.

    Positions index ``left``; numbers are block numbers.
    """

    def __init__(self, known: Known, left: list[int]) -> None:
        self.known = known
        self.left = left
        self.gone: dict[int, Decision] = {}
        self.position = dict(zip(left, range(len(left)), strict=True))
        self._before: list[int] | None = None
        bodies = (position for position, number in enumerate(left) if known.body(number))
        self.first_body = next(bodies, len(left))
        self.last_body = next((p for p in range(len(left) - 1, -1, -1) if known.body(left[p])), -1)
        self.head_end = self._end_of_head()
        if self.first_body == len(left):  # no prose at all: the head is nothing, the tail is nothing
            self.first_body, self.last_body, self.head_end = 0, len(left), 0

    def positions(self, numbers: Iterable[int]) -> list[int]:
        """Return the positions of those blocks that are left, in the order given."""
        at = self.position
        return [at[number] for number in numbers if number in at]

    def _end_of_head(self) -> int:
        """Return where the head ends: at the first paragraph, or behind the by-line that follows a standfirst."""
        first = min(self.first_body, HEAD_BLOCKS)
        if first > STANDFIRST_WITHIN:
            return first
        for position in range(first + 1, min(first + 1 + BEHIND_STANDFIRST, len(self.left))):
            number = self.left[position]
            if self.known.body(number) or self.known.kinds[number] == "heading":
                break
            if any(hit.rule.zone == "head" for hit in self.known.hits(number)):
                return position + 1
        return first

    def in_zone(self, hit: Hit, position: int) -> bool:
        """Whether a position lies where the rule of a hit may speak alone."""
        match hit.rule.zone:
            case "head":
                return position < self.head_end
            case "tail":
                return position > self.last_body
            case "ends":
                return position < self.head_end or position > self.last_body
            case _:
                return True

    def rules_of_zone(self, position: int) -> RuleSet:
        """Return the supporting rules that may speak alone at a position."""
        groups = self.known.groups
        in_head, in_tail = position < self.head_end, position > self.last_body
        return (groups.head if in_head else 0) | (groups.tail if in_tail else 0)

    def remove(self, number: int, family: Family, reason: Reason, witnesses: Sequence[tuple[int, Hit]]) -> None:
        """Let a block go, unless it has gone already or is protected."""
        if number not in self.gone and not self.known.is_protected(number):
            self.gone[number] = Decision(family, reason, tuple(witnesses))

    def is_of_site(self, number: int) -> bool:
        """Whether the site's profile knows a block."""
        return any(hit.rule.id.startswith(SITE) for hit in self.known.hits(number))

    def take(self, position: int, opener: tuple[int, Hit]) -> None:
        """Remove a block of a region: in the name of its own evidence if it has any, else of the opener."""
        number = self.left[position]
        own = [(number, hit) for hit in self.known.hits(number)]
        in_thread = opener[1].rule.family == "comments"  # a commenter's name and date are no credit of the article
        family = own[0][1].rule.family if own and not in_thread else opener[1].rule.family
        self.remove(number, family, "region", [*own, opener])

    def following(self, position: int) -> Iterator[tuple[int, int]]:
        """Yield the positions and block numbers below a position."""
        for at in range(position + 1, len(self.left)):
            yield at, self.left[at]

    def share_before(self, position: int) -> float:
        """Return the share of the words that stands before a position."""
        if self._before is None:
            self._before = list(accumulate((self.known.count(number) for number in self.left), initial=0))
        return self._before[position] / max(1, self._before[-1])

    def is_pitch(self, number: int) -> bool:
        """Whether a paragraph speaks of the site to the reader: "we" and "you" in a few words."""
        line = self.known.lines[number]
        return (
            self.known.count(number) <= CLOSING_PITCH_WORDS
            and _YOU.search(line) is not None
            and _WE.search(line) is not None
        )

    def asks_above_prose(self, position: int) -> bool:
        """Whether a block is a pitch's question right above a paragraph of the article, which may answer it."""
        known, number, below = self.known, self.left[position], self.number_at(position + 1)
        if below is None or below in self.gone or not known.lines[number].endswith("?") or not known.body(below):
            return False
        hits = known.hits(number)
        return all(hit.rule.family == "promo" for hit in hits)

    def number_at(self, position: int) -> int | None:
        """Return the number of the block at a position; None beyond the ends."""
        return self.left[position] if 0 <= position < len(self.left) else None
