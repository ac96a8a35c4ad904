"""Which rules may speak of a line, by its head: a few looks into one table instead of one for each rule."""

from __future__ import annotations

from collections.abc import Iterable

from .prefilter import LEAST_HEAD
from .ruleset import RuleSet, places_of


class HeadTable:
    """Rules by the heads (see :func:`defurnish.prefilter.heads`) of which a line must have one; never changed."""

    __slots__ = ("_always", "_by_head", "_by_prefix")

    def __init__(self, heads: Iterable[frozenset[str] | None]) -> None:
        """Take the heads of each rule, in their order; None for one that may speak of any line."""
        self._always: RuleSet = 0
        by_head: dict[str, RuleSet] = {}
        for place, wanted in enumerate(heads):
            rule = 1 << place
            if wanted is None:
                self._always |= rule
            else:
                for head in wanted:
                    by_head[head] = by_head.get(head, 0) | rule
        self._by_head = by_head
        # By the first letters of a head: what those alone let speak, what longer heads do, and how long these are.
        longer: dict[str, RuleSet] = {}
        sizes: dict[str, int] = {}
        kept: dict[RuleSet, RuleSet] = {}
        for head, rules in by_head.items():
            by_head[head] = kept.setdefault(rules, rules)  # most heads share their rules with others
            prefix = head[:LEAST_HEAD]
            longer[prefix] = longer.get(prefix, 0) | rules
            sizes[prefix] = sizes.get(prefix, 0) | 1 << len(head)
        sizes_of = {mask: tuple(size for size in places_of(mask) if size > LEAST_HEAD) for mask in set(sizes.values())}
        self._by_prefix = {
            prefix: (self._rules_of_short(prefix), rules, sizes_of[sizes[prefix]]) for prefix, rules in longer.items()
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
