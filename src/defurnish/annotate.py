"""Finds what the rules see in each block: phrases at once, patterns when they are asked for (:mod:`defurnish.hits`).

Rules never edit: they testify. So one pass is enough, and neither the order of rules nor of questions can matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .hits import Annotated, HitsByBlock, unquoted
from .matchview import view
from .model import Hit, Segments
from .rulebook import Rulebook
from .ruleset import RuleSet

if TYPE_CHECKING:
    from .siterules import SiteRules

# What the rules look at takes twenty times the memory of the text while they look; no article is as long as this.
PIECE = 200_000  # characters
# Whether lines repeat each other is asked of texts of so many lines: whole pages and dumps of menus, not articles.
MANY = 100
# What is the same is looked at once where so many of the lines are left, one fifth less on the average whole page.
DISTINCT = 0.9


def annotate(segments: Segments, rulebook: Rulebook, site: SiteRules | None = None) -> Annotated:
    """Return the blocks with their match view and the hits of all rules, those of the site's profile among them."""
    if not segments.contents:
        return Annotated(segments, (), HitsByBlock({}, {}, (), rulebook))
    source = "\n".join(segments.contents)
    seen = view(source)
    lines = tuple(seen.split("\n"))
    times = Counter(lines) if len(lines) > MANY else Counter()
    if times and len(times) <= DISTINCT * len(lines):
        distinct = tuple(times)
        hits = HitsByBlock(*_looked_at(distinct, "\n".join(distinct), rulebook), distinct, rulebook)
        for number in [number for number in hits.untried if times[distinct[number]] > 1]:
            hits.new(number, hits.untried[number])  # once for all the twins
        number_of = {line: number for number, line in enumerate(distinct)}
        twins = [number_of[line] for line in lines]
        found = {at: hits.found[number] for at, number in enumerate(twins) if number in hits.found}
        untried = {at: hits.untried[number] for at, number in enumerate(twins) if number in hits.untried}
    else:
        found, untried = _looked_at(lines, seen, rulebook)
    hits = HitsByBlock(found, untried, lines, rulebook)
    if site is not None:
        found = {number: tuple(heard) for number, heard in site.hits(lines, segments.kinds, hits).items()}
        hits = HitsByBlock(found, {}, lines, rulebook)
    return Annotated(segments, lines, hits)


def _looked_at(
    lines: Sequence[str], seen: str, rulebook: Rulebook
) -> tuple[dict[int, tuple[Hit, ...]], dict[int, RuleSet]]:
    """Return the hits of phrases, quotations aside, and the patterns that may match besides, by line."""
    found: dict[int, tuple[Hit, ...]] = {}
    untried: dict[int, RuleSet] = {}
    for first, piece in _pieces(seen):
        hits_of_piece, untried_of_piece = rulebook.first_look(piece)
        for number, hits in hits_of_piece.items():
            if spoken := unquoted(lines[first + number], hits):
                found[first + number] = tuple(spoken)
        for number, rules in untried_of_piece.items():
            untried[first + number] = rules
    return found, untried


def _pieces(seen: str) -> Iterator[tuple[int, str]]:
    """Yield a match view in pieces of whole lines, with the number of each one's first line."""
    first = at = 0
    while len(seen) - at > PIECE and (stop := seen.find("\n", at + PIECE)) >= 0:
        yield first, seen[at:stop]
        first += seen.count("\n", at, stop) + 1
        at = stop + 1
    yield first, seen[at:]
