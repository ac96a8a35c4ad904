"""Sets of rules, and which rules can do what.

A set is an ``int`` with a bit for each rule of a rulebook, so that to join two sets, or to ask what they have in
common, takes some 50 ns however many rules there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .model import Family, Rule

RuleSet: TypeAlias = int
"""Rules by the bits of a number; bit n is the n-th rule in the order of their ids."""


def rule_set(places: Iterable[int]) -> RuleSet:
    """Return the rules at these places as a set.

    >>> rule_set([1, 4]) == 0b10010
    True
    """
    rules = 0
    for place in places:
        rules |= 1 << place
    return rules


def places_of(rules: RuleSet) -> Iterator[int]:
    """Yield the places of the rules of a set, in order.

    >>> list(places_of(0b10010))
    [1, 4]
    """
    while rules:
        lowest = rules & -rules
        rules ^= lowest
        yield lowest.bit_length() - 1


@dataclass(frozen=True, slots=True)
class Groups:
    """The rules of a rulebook by what they can do, where some families are kept."""

    protecting: RuleSet
    """Rules for which a block stays: also the strong ones of the families that are kept."""
    strong: RuleSet
    names: RuleSet
    """Rules that see bare names on lines of their own."""
    series: RuleSet
    """Rules that speak where their words come again and again."""
    supporting: RuleSet
    """All other supporting rules."""
    head: RuleSet
    """Supporting rules that may speak alone in the head of a text."""
    tail: RuleSet
    """Supporting rules that may speak alone in the tail of a text."""
    commenters: RuleSet
    """Rules that see who commented, when, or the buttons below a comment."""
    credits: RuleSet
    """Rules that see by-lines, dates, captions."""
    partial: RuleSet
    """Rules that speak of a part of a block."""


Role: TypeAlias = Literal["protecting", "kept", "strong", "name", "series", "supporting"]


def role_of(rule: Rule, keep: Set[Family]) -> Role:
    """Return what a rule does in a decision where the families in ``keep`` stay: its strong rules protect then."""
    if rule.strength == "protecting" or (rule.strength == "strong" and rule.family in keep):
        return "protecting"
    if rule.family in keep:
        return "kept"
    if rule.strength == "strong":
        return "strong"
    if rule.opens == "bio":
        return "name"
    return "series" if rule.zone == "series" else "supporting"


def sees_commenters(rule: Rule) -> bool:
    """Whether a rule sees who commented, when, or the buttons below a comment."""
    return rule.family == "comments" and not rule.opens


def groups_of(rules: Sequence[Rule], keep: Set[Family]) -> Groups:
    """Return the groups of ``rules``, of which those of the families in ``keep`` remove nothing."""

    def those(holds: Callable[[Rule], bool]) -> RuleSet:
        return rule_set(place for place, rule in enumerate(rules) if holds(rule))

    def with_role(role: Role) -> RuleSet:
        return those(lambda rule: role_of(rule, keep) == role)

    strong, supporting = with_role("strong"), with_role("supporting")
    return Groups(
        protecting=with_role("protecting"),
        strong=strong,
        names=with_role("name"),
        series=with_role("series"),
        supporting=supporting,
        head=supporting & those(lambda rule: rule.zone in ("head", "ends")),
        tail=supporting & those(lambda rule: rule.zone in ("tail", "ends")),
        commenters=(strong | supporting) & those(sees_commenters),
        credits=(strong | supporting) & those(lambda rule: rule.family == "credit"),
        partial=those(lambda rule: rule.match != "whole"),
    )
