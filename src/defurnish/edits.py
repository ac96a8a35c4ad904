"""Edit scripts: how one text became another, and the way between their offsets.

Repair and removal are both written as edits, so that one script leads from the caller's text to the clean one, and the
same script leads back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from .model import Edit, Span


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` with the edits made; the same object if there are none.

    >>> apply("Rain fell. Share this", (Edit(Span(10, 21), " Share this", ""),))
    'Rain fell.'
    """
    if not edits:
        return text
    pieces: list[str] = []
    done = 0
    for edit in edits:
        pieces.append(text[done : edit.span.start])
        pieces.append(edit.after)
        done = edit.span.end
    pieces.append(text[done:])
    return "".join(pieces)


def invert(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the edits that lead back: ``apply(apply(text, edits), invert(edits)) == text``."""
    back: list[Edit] = []
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        back.append(Edit(Span(start, start + len(edit.after)), edit.after, edit.before))
        shift += len(edit.after) - len(edit.span)
    return tuple(back)


class Offsets:
    """Moves offsets along an edit script, in logarithmic time each."""

    __slots__ = ("_edits", "_shifts", "_starts")

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._starts = [edit.span.start for edit in edits]
        self._shifts = list(accumulate((len(edit.after) - len(edit.span) for edit in edits), initial=0))

    def moved(self, offset: int) -> int:
        """Return where an offset lies after the edits; inside a replaced stretch, where its replacement starts."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0:
            return offset
        if offset >= self._edits[at].span.end:
            return offset + self._shifts[at + 1]
        return self._starts[at] + self._shifts[at]


def compose(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return one script for ``first`` on ``text`` followed by ``second`` on the outcome.

    Edits that overlap or touch each other become one.
    """
    if not first or not second:
        return tuple(first or second)
    middle = apply(text, first)
    placed = invert(first)
    composed: list[Edit] = []
    shift = 0  # from the middle text back to ``text``, at the start of a cluster
    at = cut = 0
    while at < len(placed) or cut < len(second):
        clear = at == len(placed) or (cut < len(second) and second[cut].span < placed[at].span)
        start = end = second[cut].span.start if clear else placed[at].span.start
        cluster: list[Edit] = []
        grown = shift
        while True:
            if at < len(placed) and placed[at].span.start <= end:
                end = max(end, placed[at].span.end)
                grown += len(placed[at].after) - len(placed[at].span)
                at += 1
            elif cut < len(second) and second[cut].span.start <= end:
                span = second[cut].span
                end = max(end, span.end)
                cluster.append(Edit(Span(span.start - start, span.end - start), second[cut].before, second[cut].after))
                cut += 1
            else:
                break
        origin = Span(start + shift, end + grown)
        composed.append(Edit(origin, origin.of(text), apply(middle[start:end], cluster)))
        shift = grown
    return tuple(composed)
