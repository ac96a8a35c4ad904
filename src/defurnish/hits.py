"""What the rules see in the blocks of a text, each pattern tried when it is first asked for.

Most of what rules see decides nothing: a date in the middle of an article, a name that no furniture stands beside. Of
the patterns that may match, as far as phrases and heads tell, decisions need two fifths in articles (the profile in
benchmarks/README.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .linehits import in_order
from .matchview import in_quotes
from .model import Hit, Segments
from .rulebook import Rulebook
from .ruleset import RuleSet


class HitsByBlock(Mapping[int, tuple[Hit, ...]]):
    """Block number -> hits, in the order of rule ids; quoted words aside, for whoever is quoted is not the site.

    As a mapping it holds all hits, and tries whatever has not been tried to tell them. Its answers never change.
    """

    __slots__ = ("_found", "_lines", "_untried", "rulebook")

    def __init__(
        self,
        found: Mapping[int, tuple[Hit, ...]],
        untried: Mapping[int, RuleSet],
        lines: tuple[str, ...],
        rulebook: Rulebook,
    ) -> None:
        """Take what was found already, and the rules whose patterns may match a line of the match view besides."""
        self._found, self._untried = dict(found), dict(untried)
        self._lines, self.rulebook = lines, rulebook

    @property
    def untried(self) -> Mapping[int, RuleSet]:
        """What may be seen besides, by block, not in order."""
        return self._untried

    @property
    def found(self) -> Mapping[int, tuple[Hit, ...]]:
        """What has been seen so far, by block, not in order."""
        return self._found

    def new(self, number: int, rules: RuleSet) -> list[Hit]:
        """Return the hits of those of ``rules`` that have not been tried on a block."""
        left = self._untried.get(number, 0)
        rules &= left
        if not rules:
            return []
        if left == rules:
            del self._untried[number]
        else:
            self._untried[number] = left ^ rules
        line = self._lines[number]
        hits = unquoted(line, self.rulebook.hits_of_patterns(rules, line))
        if hits:
            self._found[number] = tuple(in_order((*self._found.get(number, ()), *hits)))
        return hits

    def __getitem__(self, number: int) -> tuple[Hit, ...]:
        self.new(number, self._untried.get(number, 0))
        return self._found[number]

    def __iter__(self) -> Iterator[int]:
        for number in list(self._untried):
            self.new(number, self._untried[number])
        return iter(sorted(self._found))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def unquoted(line: str, hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits on a line that speak of no quoted words."""
    return [hit for hit in hits if not in_quotes(line, hit.start, hit.end)]


@dataclass(frozen=True, slots=True)
class Annotated:
    """The blocks with what the rules see in them: match-view lines by block, hits by block number."""

    segments: Segments
    lines: tuple[str, ...]
    hits: HitsByBlock
