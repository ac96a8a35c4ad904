"""Works out where in the caller's text a decision and its evidence stand.

Matching works on match views and block numbers alone, which is what makes it cheap; the way back to code points of the
text is worked out here, for the few blocks that go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .edits import Offsets, invert
from .hits import Annotated
from .matchview import offsets
from .model import Block, Decision, Edit, Evidence, Hit, Reason, Removal, Span


class Places:
    """Places of blocks and of their match-view characters, in the mended text and in the caller's text."""

    def __init__(self, mended: str, page: Annotated) -> None:
        self._mended = mended
        self._page = page
        self._origins: dict[int, Sequence[int]] = {}

    def block(self, number: int) -> Span:
        """Return the span of a block in the mended text."""
        segments = self._page.segments
        return Span(segments.starts[number], segments.ends[number])

    def hit(self, number: int, hit: Hit) -> Span:
        """Return the span in the mended text of what a hit speaks of."""
        origin = self._origin(number)
        # A letter may have grown when it was lowered for matching ("İ"): then the hit ends with the line.
        start = min(hit.start, len(origin) - 1)
        end = min(hit.end, len(origin) - 1)
        return Span(origin[start], origin[end - 1] + 1 if end > start else origin[start])

    def _origin(self, number: int) -> Sequence[int]:
        """Return, for each character of a block's match view and its end, the offset in the mended text."""
        found = self._origins.get(number)
        if found is None:
            segments = self._page.segments
            start, end, content = segments.starts[number], segments.ends[number], segments.contents[number]
            if end - start == len(content):
                if content == self._page.lines[number]:  # most lines are their own view
                    found = range(start, end + 1)
                else:
                    found = [start + at for at in offsets(content)[1]]
            else:  # several lines: line breaks and indentation became single blanks, all else is in its order
                source = [at for at in range(start, end) if not self._mended[at].isspace()]
                ink = [at for at, char in enumerate(content) if not char.isspace()]
                place = dict(zip(ink, source, strict=False))
                origin = offsets(content)[1]
                reached = start
                places = [reached := place.get(at, reached) for at in range(len(content))]
                found = [places[at] if at < len(places) else end for at in origin]
            self._origins[number] = found
        return found


def removals(
    text: str,
    page: Annotated,
    places: Places,
    decisions: dict[int, Decision],
    parts: dict[int, tuple[Hit, ...]],
    repairs: tuple[Edit, ...],
) -> tuple[Removal, ...]:
    """Return what goes, whole blocks and glued parts, in the order of the caller's ``text``."""
    back = _way_back(repairs)
    found: list[Removal] = []
    for number in sorted({*decisions, *parts}):
        decision = decisions.get(number)
        if decision is not None:
            found.append(_removal(text, page, places, number, decision.reason, places.block(number), decision, back))
            continue
        for hit in parts[number]:
            alone = Decision(hit.rule.family, "glued", ((number, hit),))
            found.append(_removal(text, page, places, number, "glued", places.hit(number, hit), alone, back))
    return tuple(found)


def _removal(
    text: str,
    page: Annotated,
    places: Places,
    number: int,
    reason: Reason,
    mended_span: Span,
    decision: Decision,
    back: Callable[[Span], Span],
) -> Removal:
    span = back(mended_span)
    return Removal(
        span=span,
        kind=page.segments.kinds[number],
        family=decision.family,
        reason=reason,
        evidence=tuple(
            Evidence(hit.rule.id, hit.rule.family, hit.rule.strength, back(places.hit(where, hit)))
            for where, hit in decision.witnesses
        ),
        text=span.of(text),
    )


def kept_blocks(page: Annotated, kept: list[int], repairs: tuple[Edit, ...]) -> tuple[Block, ...]:
    """Return the blocks that stay, with their spans in the caller's text."""
    segments = page.segments
    starts, ends = segments.starts, segments.ends
    if repairs:
        back = Offsets(invert(repairs)).moved
        starts, ends = tuple(map(back, starts)), tuple(map(back, ends))
    return tuple([Block(Span(starts[number], ends[number]), segments.kinds[number]) for number in kept])


def _way_back(repairs: tuple[Edit, ...]) -> Callable[[Span], Span]:
    """Return what leads from a span of the mended text to that of the caller's text."""
    if not repairs:
        return _same
    back = Offsets(invert(repairs)).moved
    return lambda span: Span(back(span.start), back(span.end))


def _same(span: Span) -> Span:
    return span
