"""Finds what the rules see in each block: one pass of the automaton, then whole short lines.

Rules never edit: they testify. So one pass is enough, and the order of rules cannot matter.
"""

from __future__ import annotations

from .matchview import in_quotes, view
from .model import Annotated, Hit, Segments
from .rulebook import Rulebook
from .siterules import SiteRules


def annotate(segments: Segments, rulebook: Rulebook, site: SiteRules | None = None) -> Annotated:
    """Return the blocks with their match view and the hits of all rules, those of the site's profile among them."""
    if not segments.contents:
        return Annotated(segments, (), {})
    source = "\n".join(segments.contents)
    seen = view(source)
    lines = tuple(seen.split("\n"))
    hits: dict[int, tuple[Hit, ...]] = {}
    for number, found in rulebook.hits(seen).items():
        heard = found if site is None else site.restrained(found)
        spoken = tuple(hit for hit in heard if not in_quotes(lines[number], hit.start, hit.end))
        if spoken:
            hits[number] = spoken
    if site is not None:
        for number, hit in site.hits(lines, segments.kinds).items():
            hits[number] = (*hits.get(number, ()), hit)
    return Annotated(segments, lines, hits)
