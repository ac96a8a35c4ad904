"""What is known of each block before any decision: its kind, its evidence by strength, its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from .model import Annotated, Family, Hit, Kind
from .shape import is_link_only, is_prose, words

PROTECTED_KINDS = frozenset({"quote", "code", "table"})

# A name with a date; a longer line with a credit in it is a caption or a bio.
VOICE_WORDS = 10

# A button stands under each entry of a list: the same words so often, or lines that begin with the same two words, and
# never two in a row, which would be a list of its own, verse or code.
SERIES_SAME = 3
SERIES_ALIKE = 4
SERIES_BEGIN_WORDS = 2


def are_two_witnesses(hits: Sequence[Hit]) -> bool:
    """Whether two rules of different families speak of different words of a block."""
    return any(
        one.rule.family != other.rule.family and (one.end <= other.start or other.end <= one.start)
        for at, one in enumerate(hits)
        for other in hits[at + 1 :]
    )


def _words_of(line: str) -> tuple[str, ...]:
    """Return the words of a line in lower case, without marks."""
    return tuple(re.findall(r"[^\W_]+(?:['-][^\W_]+)*", line.lower()))


def _numbers_of(kind: Kind, kinds: Sequence[Kind]) -> list[int]:
    return [number for number, one in enumerate(kinds) if one == kind] if kind in kinds else []


class Known:
    """What is known of each block before any decision: its kind, its hits by strength, its shape (asked lazily)."""

    def __init__(self, page: Annotated, keep: Set[Family]) -> None:
        self.page = page
        self.lines = page.lines
        self._prose: dict[int, bool] = {}
        self._counts: dict[int, int] = {}
        self.kinds = page.segments.kinds
        self.protected: set[int] = set()
        if not PROTECTED_KINDS.isdisjoint(self.kinds):
            self.protected.update(n for n, kind in enumerate(self.kinds) if kind in PROTECTED_KINDS)
        self.strong: dict[int, list[Hit]] = {}
        self.supporting: dict[int, list[Hit]] = {}
        self.glued: dict[int, list[Hit]] = {}
        self.names: dict[int, Hit] = {}
        """Bare names on lines of their own: no evidence alone, for an article may be about its people."""
        serial: list[tuple[int, Hit]] = []
        for number, hits in page.hits.items():
            for hit in hits:
                if hit.rule.strength == "protecting" or (hit.rule.family in keep and hit.rule.strength == "strong"):
                    self.protected.add(number)
                elif hit.rule.family in keep:
                    continue
                elif hit.glued:
                    self.glued.setdefault(number, []).append(hit)
                elif hit.rule.strength == "strong":
                    self.strong.setdefault(number, []).append(hit)
                elif hit.rule.opens == "bio":
                    self.names[number] = hit
                elif hit.rule.zone == "series":
                    serial.append((number, hit))
                else:
                    self.supporting.setdefault(number, []).append(hit)
        for number in self.protected & self.glued.keys():
            del self.glued[number]
        for number, hit in self._of_series(serial):
            self.strong.setdefault(number, []).append(hit)
        self._hits = {
            number: self.strong.get(number, []) + self.supporting.get(number, [])
            for number in sorted({*self.strong, *self.supporting})
        }
        self.commenters = [
            number
            for number, hits in self._hits.items()
            if number not in self.protected and any(h.rule.family == "comments" and not h.rule.opens for h in hits)
        ]
        self.dates = [
            number
            for number, hits in self._hits.items()
            if number not in self.protected
            and any(h.rule.family == "credit" for h in hits)
            and self.count(number) <= VOICE_WORDS
            and any(map(str.isdigit, self.lines[number]))
        ]
        self.marks = sorted(_numbers_of("rule", self.kinds) + _numbers_of("heading", self.kinds))

    def _of_series(self, serial: Sequence[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
        """Return those of the hits whose blocks stand in a series: alike, several times, never two in a row."""
        alike: dict[tuple[str, ...], set[int]] = {}
        for number, _ in serial:
            if number not in self.protected and self.kinds[number] != "heading":
                line = _words_of(self.lines[number])
                alike.setdefault(line, set()).add(number)
                if len(line) > SERIES_BEGIN_WORDS:
                    alike.setdefault((*line[:SERIES_BEGIN_WORDS], ""), set()).add(number)
        apart = {
            line: {n for n in numbers if n - 1 not in numbers and n + 1 not in numbers}
            for line, numbers in alike.items()
            if len(numbers) >= SERIES_SAME
        }
        found = {
            number
            for line, numbers in apart.items()
            if len(numbers) >= (SERIES_SAME if line[-1] else SERIES_ALIKE)
            for number in numbers
        }
        return [(number, hit) for number, hit in serial if number in found]

    def count(self, number: int) -> int:
        """The words of a block."""
        found = self._counts.get(number)
        if found is None:
            found = self._counts[number] = words(self.lines[number])
        return found

    def cued(self, number: int) -> bool:
        """Whether any rule speaks against a block."""
        return number in self._hits

    def hits(self, number: int) -> Sequence[Hit]:
        """Return what speaks against a block, the strong evidence first."""
        return self._hits.get(number, ())

    @property
    def cued_numbers(self) -> Iterable[int]:
        """The blocks with evidence, in order."""
        return self._hits

    def prose(self, number: int) -> bool:
        """Whether a block is a sentence or more, by its shape."""
        found = self._prose.get(number)
        if found is None:
            found = self.kinds[number] in ("paragraph", "item", "quote") and is_prose(self.lines[number])
            self._prose[number] = found
        return found

    def body(self, number: int) -> bool:
        """Prose that nothing speaks against: what the article is known by."""
        return self.prose(number) and (number in self.protected or not self.cued(number))

    def link_only(self, number: int) -> bool:
        """Whether a block is nothing but a link."""
        return is_link_only(self.page.segments.contents[number])
