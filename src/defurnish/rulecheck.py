"""Tries the examples of rules in a small host article, as ``defurnish rules check`` does for a user's file."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Rule
from .pipeline import Cleaner

TITLE = "# Ferry returns to the lower Ostrel"
BEFORE = (
    "The river rose two metres in the night, and by morning the lower town stood under water up to the window sills.",
    "Fishermen carried the old people out in their boats, and the baker gave away what bread he had left in the shop.",
    "“We had an hour to leave,” said Marta Oden, who has lived beside the slipway since she was a child of four.",
)
AFTER = (
    "The council met in the school hall on Thursday and voted nine to four to rebuild the landing before the winter.",
    "Work on the slipway begins in June, and the engineers expect the first crossing with passengers in late autumn.",
)
# A block that goes beyond doubt, to give supporting evidence its company.
COMPANION = "© 2021 The Ferry Post. All rights reserved."


def places(rule: Rule) -> tuple[str, ...]:
    """Return the places of the host article in which the examples of a rule must hold.

    What stands under "About the author" is known for a bio at the end only: in the middle it may be the article.
    """
    if rule.opens == "bio":
        return ("tail",)
    several = {"ends": ("head", "tail"), "anywhere": ("middle", "tail")}
    return several.get(rule.zone, (rule.zone,))


def places_to_stay(rule: Rule) -> tuple[str, ...]:
    """Return the places of the host article in which the near misses of a rule must stay."""
    return ("middle", "tail", "series") if rule.zone == "series" else ("middle", "tail")


def needs_company(rule: Rule) -> bool:
    """Whether the examples of a rule go only beside a removed block."""
    return rule.strength == "supporting" and rule.zone == "anywhere"


def blocks_with(lines: Iterable[str], place: str) -> list[str]:
    """Return the blocks of the host article with ``lines`` at ``place``: head, middle, tail, or a series of them."""
    lines = tuple(lines)
    match place:
        case "head":
            return [TITLE, *lines, *BEFORE, *AFTER]
        case "middle":
            return [TITLE, *BEFORE, *lines, *AFTER]
        case "series":
            return [TITLE, *(block for paragraph in (*BEFORE, *AFTER) for block in (paragraph, *lines))]
        case _:
            return [TITLE, *BEFORE, *AFTER, *lines]


def failures(rules: Iterable[Rule], cleaner: Cleaner) -> list[str]:
    """Return a line for each example that does not do what its rule says: rule, key, place and what happened."""
    wrong: list[str] = []
    bare = "\n\n".join(blocks_with((), "tail"))
    for rule in rules:
        for number, example in enumerate(rule.keeps, 1):
            for place in places_to_stay(rule):
                text = "\n\n".join(blocks_with(example.split("\n"), place))
                if cleaner.clean(text) != text:
                    wrong.append(f"{rule.id}: keeps {number}, {place}: went, but must stay: {example}")
        for number, example in enumerate(rule.removes, 1):
            for place in places(rule):
                company = [COMPANION] if needs_company(rule) else []
                text = "\n\n".join(blocks_with([*company, *example.split("\n")], place))
                if cleaner.clean(text) != bare:
                    wrong.append(f"{rule.id}: removes {number}, {place}: stayed, but must go: {example}")
    return wrong
