"""What is known of each block before any decision: its kind, its evidence by strength, its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cached_property

from .hits import Annotated
from .linehits import in_order
from .model import Family, Hit, Kind
from .ruleset import RuleSet, role_of, sees_commenters
from .shape import is_link_only, is_prose, words

PROTECTED_KINDS = frozenset({"quote", "code", "table"})

# A name with a date; a longer line with a credit in it is a caption or a bio.
VOICE_WORDS = 10

# A button stands under each entry of a list: the same words so often, or lines that begin with the same two words, and
# never two in a row, which would be a list of its own, verse or code.
SERIES_SAME = 3
SERIES_ALIKE = 4
SERIES_BEGIN_WORDS = 2


def _are_two_witnesses(hits: Sequence[Hit]) -> bool:
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
    """What is known of each block before any decision: its kind, its hits by strength, its shape.

    All but strong evidence is asked for lazily: most supporting evidence stands where it decides nothing.
    """

    def __init__(self, page: Annotated, keep: Set[Family]) -> None:
        self.page = page
        self.lines = page.lines
        self.kinds = page.segments.kinds
        self._keep = keep
        self._prose: dict[int, bool] = {}
        self._counts: dict[int, int] = {}
        self._protected: set[int] = set()
        self._doubly: dict[int, bool] = {}
        if not PROTECTED_KINDS.isdisjoint(self.kinds):
            self._protected.update(n for n, kind in enumerate(self.kinds) if kind in PROTECTED_KINDS)
        self.groups = page.hits.rulebook.groups(frozenset(keep))
        self.strong: dict[int, list[Hit]] = {}
        self.glued: dict[int, list[Hit]] = {}
        self.names: dict[int, Hit] = {}
        """Bare names on lines of their own: no evidence alone, for an article may be about its people."""
        self._serial: list[tuple[int, Hit]] = []
        self._supporting: dict[int, list[Hit]] = {}
        at_once = self.groups.strong | self.groups.names | self.groups.series
        for number in [number for number, rules in page.hits.untried.items() if rules & at_once]:
            page.hits.new(number, at_once)
        for number, hits in page.hits.found.items():
            for hit in hits:
                self._file(number, hit)
        # What has not been asked: which blocks a rule may protect, and which may support a decision, by block.
        untried = page.hits.untried
        self._may_protect = {number for number, rules in untried.items() if rules & self.groups.protecting}
        self._unasked = {
            number: supporting for number, rules in untried.items() if (supporting := rules & self.groups.supporting)
        }
        for number in [number for number in self.glued if self.is_protected(number)]:
            del self.glued[number]
        for number, hit in self._of_series(sorted(self._serial, key=lambda one: one[0])):
            self.strong.setdefault(number, []).append(hit)
        self.names = dict(sorted(self.names.items()))
        self.speakers = sorted({*self.strong, *self._supporting, *self._unasked})
        """The blocks with evidence, and those that may have some, in order."""
        self.marks = sorted(_numbers_of("rule", self.kinds) + _numbers_of("heading", self.kinds))

    def _file(self, number: int, hit: Hit) -> None:
        match role_of(hit.rule, self._keep):
            case "protecting":
                self._protected.add(number)
            case "kept":
                pass
            case "strong":
                (self.glued if hit.glued else self.strong).setdefault(number, []).append(hit)
            case "name":
                self.names[number] = hit
            case "series":
                self._serial.append((number, hit))
            case "supporting":
                self._supporting.setdefault(number, []).append(hit)

    def is_protected(self, number: int) -> bool:
        """Whether a block takes no part: a quotation, code, a table, or one with protecting evidence."""
        if number in self._may_protect:
            self._may_protect.discard(number)
            if self.page.hits.new(number, self.groups.protecting):
                self._protected.add(number)
        return number in self._protected

    def supporting(self, number: int) -> Sequence[Hit]:
        """Return the supporting evidence against a block."""
        if number in self._unasked:
            self._ask(number, self._unasked[number])
        return self._supporting.get(number, ())

    def _ask(self, number: int, rules: RuleSet) -> None:
        """Ask some of the rules that may support a decision on a block."""
        left = self._unasked.pop(number, 0)
        if left & ~rules:
            self._unasked[number] = left & ~rules
        if hits := self.page.hits.new(number, left & rules):
            self._supporting[number] = in_order((*self._supporting.get(number, ()), *hits))

    def may_support(self, number: int, rules: RuleSet) -> bool:
        """Whether one of these rules, or a phrase of any, may support a decision on a block."""
        return number in self._supporting or self._unasked.get(number, 0) & rules != 0

    def has_two_witnesses(self, number: int) -> bool:
        """Whether two rules speak of different words of a block that is no sentence."""
        found = self._doubly.get(number)
        if found is None:
            # Of different words speak only rules for parts of a block; most blocks need not be asked.
            parts = (self._unasked.get(number, 0) & self.groups.partial).bit_count()
            found = parts + len(self._supporting.get(number, ())) > 1 and not self.prose(number)
            found = self._doubly[number] = found and _are_two_witnesses(self.supporting(number))
        return found

    @cached_property
    def commenters(self) -> list[int]:
        """The blocks that name who commented, or when, or hold the buttons below a comment."""
        return [
            number
            for number in self._those_with(self.groups.commenters)
            if any(sees_commenters(hit.rule) for hit in self._heard(number)) and not self.is_protected(number)
        ]

    @cached_property
    def dates(self) -> list[int]:
        """Short blocks with a credit and a number."""
        return [
            number
            for number in self._those_with(self.groups.credits)
            if self.count(number) <= VOICE_WORDS
            and any(map(str.isdigit, self.lines[number]))
            and any(hit.rule.family == "credit" for hit in self._heard(number))
            and not self.is_protected(number)
        ]

    def _those_with(self, rules: RuleSet) -> list[int]:
        """Return the blocks with evidence, behind asking what these rules see in them."""
        for number in [number for number, unasked in self._unasked.items() if unasked & rules]:
            self._ask(number, rules)
        return sorted({*self.strong, *self._supporting})

    def _heard(self, number: int) -> Iterator[Hit]:
        """Yield the evidence against a block as far as it has been asked for."""
        yield from self.strong.get(number, ())
        yield from self._supporting.get(number, ())

    def _of_series(self, serial: Sequence[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
        """Return those of the hits whose blocks stand in a series: alike, several times, never two in a row."""
        alike: dict[tuple[str, ...], set[int]] = {}
        for number, _ in serial:
            if not self.is_protected(number) and self.kinds[number] != "heading":
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
        return number in self.strong or bool(self.supporting(number))

    def hits(self, number: int) -> Sequence[Hit]:
        """Return what speaks against a block, the strong evidence first."""
        return [*self.strong.get(number, ()), *self.supporting(number)]

    def prose(self, number: int) -> bool:
        """Whether a block is a sentence or more, by its shape."""
        found = self._prose.get(number)
        if found is None:
            found = self.kinds[number] in ("paragraph", "item", "quote") and is_prose(self.lines[number])
            self._prose[number] = found
        return found

    def body(self, number: int) -> bool:
        """Prose that nothing speaks against: what the article is known by."""
        return self.prose(number) and (not self.cued(number) or self.is_protected(number))

    def link_only(self, number: int) -> bool:
        """Whether a block is nothing but a link."""
        return is_link_only(self.page.segments.contents[number])
