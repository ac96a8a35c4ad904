"""Which rules may speak of a line, by its head: a few looks into one table instead of one for each rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .prefilter import LEAST_HEAD
from .ruleset import RuleSet


class HeadTable:
    """Rules by the heads (see :func:`defurnish.prefilter.heads`) of which a line must have one; never changed."""

    __slots__ = ("_always", "_by_head", "_by_prefix")

    def __init__(self, heads: Iterable[frozenset[str] | None]) -> None:
        """Take the heads of each rule, in their order; None for one that may speak of any line."""
        self._always: RuleSet = 0
        by_head: dict[str, RuleSet] = defaultdict(int)
        for place, wanted in enumerate(heads):
            if wanted is None:
                self._always |= 1 << place
            else:
                for head in wanted:
                    by_head[head] |= 1 << place
        # Most heads share their rules with others.
        kept: dict[RuleSet, RuleSet] = {}
        self._by_head = {head: kept.setdefault(rules, rules) for head, rules in by_head.items()}
        # By the first letters of a head: what those alone let speak, what longer heads do, and how long these are.
        longer: dict[str, RuleSet] = defaultdict(int)
        sizes: dict[str, set[int]] = defaultdict(set)
        for head, rules in self._by_head.items():
            prefix = head[:LEAST_HEAD]
            sizes[prefix].add(len(head))
            longer[prefix] |= rules
        self._by_prefix = {
            prefix: (self._rules_of_short(prefix), longer[prefix], tuple(sorted(n for n in found if n > LEAST_HEAD)))
            for prefix, found in sizes.items()
        }

    def _rules_of_short(self, head: str) -> RuleSet:
        """Return the rules that a head of ``LEAST_HEAD`` letters or fewer lets speak."""
        found = self._always
        for size in range(1, LEAST_HEAD + 1):
            found |= self._by_head.get(head[:size], 0)
        return found

    def rules_of(self, head: str, among: RuleSet) -> RuleSet:
        """Return those of the rules ``among`` which may speak of a line with this head.

        >>> table = HeadTable([frozenset({"share th"}), None, frozenset({"sh", "read more"})])
        >>> [bin(table.rules_of(head, among=0b111)) for head in ("share this ", "ship it ", "by ")]
        ['0b111', '0b110', '0b10']
        """
        known = self._by_prefix.get(head[:LEAST_HEAD])
        if known is None:
            return among & self._rules_of_short(head)
        found, longer, sizes = known
        if among & longer:
            for size in sizes:
                if more := self._by_head.get(head[:size]):
                    found |= more
        return among & found
