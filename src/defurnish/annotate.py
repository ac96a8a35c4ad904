"""Finds what the rules see in each block: one pass of the automaton, then whole short lines.

Rules never edit: they testify. So one pass is enough, and the order of rules cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .matchview import in_quotes, view
from .model import Annotated, Hit, Segments
from .rulebook import Rulebook
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
        return Annotated(segments, (), {})
    source = "\n".join(segments.contents)
    seen = view(source)
    lines = tuple(seen.split("\n"))
    distinct = tuple(dict.fromkeys(lines)) if len(lines) > MANY else lines
    if len(distinct) <= DISTINCT * len(lines):
        known = dict(_heard(distinct, "\n".join(distinct), rulebook))
        number_of = {line: number for number, line in enumerate(distinct) if number in known}
        hits = {at: known[number_of[line]] for at, line in enumerate(lines) if line in number_of}
    else:
        hits = dict(_heard(lines, seen, rulebook))
    if site is not None:
        hits = {number: tuple(heard) for number, heard in site.hits(lines, segments.kinds, hits).items()}
    return Annotated(segments, lines, hits)


def _heard(lines: Sequence[str], seen: str, rulebook: Rulebook) -> Iterator[tuple[int, tuple[Hit, ...]]]:
    """Yield the number and the hits of each line of a match view in which rules see something, quotations aside."""
    for first, piece in _pieces(seen):
        for number, found in rulebook.hits(piece).items():
            line = lines[first + number]
            spoken = tuple([hit for hit in found if not in_quotes(line, hit.start, hit.end)])
            if spoken:
                yield first + number, spoken


def _pieces(seen: str) -> Iterator[tuple[int, str]]:
    """Yield a match view in pieces of whole lines, with the number of each one's first line."""
    first = at = 0
    while len(seen) - at > PIECE and (stop := seen.find("\n", at + PIECE)) >= 0:
        yield first, seen[at:stop]
        first += seen.count("\n", at, stop) + 1
        at = stop + 1
    yield first, seen[at:]
