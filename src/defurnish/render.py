"""Copies the kept slices of a text, verbatim.

A run of removed blocks takes the narrower of the gaps beside it along; so a text with blank lines between its
paragraphs keeps exactly one gap where furniture stood, and a text without them stays without.
"""

from __future__ import annotations

from collections.abc import Iterable

from .matchview import INVISIBLE
from .model import Edit, Segments, Span

# What str.splitlines breaks lines at.
LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def cuts(
    text: str, segments: Segments, gone: Iterable[int], *, replacement: str | None = None, apart: bool = False
) -> tuple[Edit, ...]:
    """Return the edits that take the blocks ``gone`` out of ``text``, each run of them as one edit.

    What parts the kept neighbours afterwards is the wider one of the gaps above and below the run, or both with
    ``apart``; at the end of the text it is the line ending below the run, if there is one. ``replacement`` stands
    where a run was.
    """
    edits: list[Edit] = []
    first = stop = -1
    for number in sorted(gone):
        if number != stop:
            if stop > 0:
                edits.append(_cut(text, segments, first, stop, replacement, apart))
            first = number
        stop = number + 1
    if stop > 0:
        edits.append(_cut(text, segments, first, stop, replacement, apart))
    return tuple(edits)


def part_cuts(text: str, spans: Iterable[Span]) -> tuple[Edit, ...]:
    """Return the edits that take stretches out of blocks that stay, each with the blanks before it."""
    edits: list[Edit] = []
    for span in spans:
        start = span.start
        while text[start - 1 : start] in (" ", "\u00a0"):
            start -= 1
        edits.append(Edit(Span(start, span.end), text[start : span.end], ""))
    return tuple(edits)


def _cut(text: str, segments: Segments, first: int, stop: int, replacement: str | None, apart: bool) -> Edit:
    start, end = segments.starts[first], segments.ends[stop - 1]
    if replacement is not None:
        return Edit(Span(start, end), text[start:end], replacement)
    if stop < len(segments.starts):
        if apart:
            return Edit(Span(start, end), text[start:end], "")
        if first and _breaks(text[end : segments.starts[stop]]) > _breaks(text[segments.ends[first - 1] : start]):
            # The wider gap stays, else two paragraphs would fuse; the blanks before it are the removed line's own.
            start, end = segments.ends[first - 1], _end_of_blanks(text, end)
        else:
            start, end = _line_start(text, start), _line_start(text, segments.starts[stop])
        return Edit(Span(start, end), text[start:end], "")
    start = segments.ends[first - 1] if first else 0
    after = _first_break(text[end:])
    return Edit(Span(start, len(text)), text[start:], after if first else "")


def _breaks(gap: str) -> int:
    return len(gap.splitlines())


def _line_start(text: str, at: int) -> int:
    """Return where the line begins that holds ``at``: only blanks stand between a line's start and its block."""
    while at > 0 and text[at - 1] not in LINE_BREAKS and (text[at - 1].isspace() or text[at - 1] in INVISIBLE):
        at -= 1
    return at


def _end_of_blanks(text: str, at: int) -> int:
    """Return where the blanks end that begin at a place on a line."""
    while at < len(text) and text[at] not in LINE_BREAKS and (text[at].isspace() or text[at] in INVISIBLE):
        at += 1
    return at


def _first_break(gap: str) -> str:
    r"""Return the line break that a gap starts with, blanks aside (``\r\n`` is one)."""
    for line in gap.splitlines(keepends=True):
        return line[len(line.splitlines()[0]) :]
    return ""
