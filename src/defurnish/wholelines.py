"""Whole phrases: short lines that are furniture word for word, looked up in a table."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from .matchview import ORNAMENTS, TRAIL, lead
from .model import Hit, Rule
from .prefilter import heads

# Lines are looked up if they begin as one of the phrases does, by so many characters of their heads.
WHOLE_HEAD = 6

_NUMBER = regex.compile(r"\d+(?:[.,]\d+)*+(?:[km](?!\p{L}))?+")


class WholeLines:
    """The phrases of rules that are nothing but phrases for whole lines. Never changed."""

    __slots__ = ("_heads", "_numbered", "_plain")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._plain: dict[str, list[Rule]] = {}
        self._numbered: dict[str, list[Rule]] = {}
        for rule in rules:
            for phrase in rule.phrases:
                table = self._numbered if "{n}" in phrase else self._plain
                table.setdefault(phrase.replace("{n}", "0"), []).append(rule)
        self._heads = frozenset(map(_beginning, heads([*self._plain, *self._numbered])))

    def may_hold(self, head: str) -> bool:
        """Return whether a phrase begins as a line with this head does: most lines need not be looked up."""
        return _beginning(head) in self._heads

    def hits(self, low_line: str) -> list[Hit]:
        """Return the hits of the rules one of whose phrases a short line is, list marks and ornaments aside."""
        start = lead(low_line)
        bare = low_line[start:].rstrip(TRAIL)
        if bare not in self._plain and bare and not (bare[0].isalnum() and bare[-1].isalnum()):
            trimmed = bare.lstrip(ORNAMENTS)
            label = trimmed.rstrip(ORNAMENTS)
            # One word in brackets may be a stage direction.
            if label in self._plain and (" " in label or bare[0] not in "(["):
                start += len(bare) - len(trimmed)
                bare = label
        rules = self._plain.get(bare, [])
        if _NUMBER.search(bare):
            rules = rules + self._numbered.get(_NUMBER.sub("0", bare), [])
        return [Hit(rule, start, start + len(bare)) for rule in rules]


def _beginning(head: str) -> str:
    """Return the beginning of a head, to its first number: ``{n}`` stands for numbers that fold to several words."""
    digit = head.find("0", 0, WHOLE_HEAD)
    return head[: WHOLE_HEAD if digit < 0 else digit + 1]
