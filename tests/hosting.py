"""Puts examples into a host article, and dresses them in the Markdown forms that extractors hand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from defurnish.rulecheck import AFTER, BEFORE, COMPANION, TITLE, blocks_with

__all__ = ["AFTER", "BEFORE", "DRESSES", "TITLE", "Hosted", "hosted"]


@dataclass(frozen=True)
class Hosted:
    """A text with an example in it, and the text that must be left when the example (and its companion) went."""

    text: str
    without: str
    example: str


def _curly(line: str) -> str:
    out, opened = [], False
    for char in line.replace("'", "’"):
        if char == '"':
            char = "”" if opened else "“"
            opened = not opened
        out.append(char)
    return "".join(out)


def _is_marked(line: str) -> bool:
    return any(mark in line for mark in ("*", "[", "](", "_", "~~", "`", "\\")) or line[:1] in "#>|-•"


DRESSES: dict[str, Callable[[str], str]] = {
    "plain": lambda line: line,
    "bold": lambda line: line if _is_marked(line) else f"**{line}**",
    "emphasis": lambda line: line if _is_marked(line) else f"*{line}*",
    "bold-first-word": lambda line: (
        line if _is_marked(line) or " " not in line else f"**{line.split(' ', 1)[0]}** {line.split(' ', 1)[1]}"
    ),
    "link": lambda line: (
        line if _is_marked(line) or "(" in line or ")" in line else f"[{line}](https://ferry.example/a)"
    ),
    "item": lambda line: line if _is_marked(line) else f"- {line}",
    "nbsp": lambda line: line.replace(" ", "\u00a0", 2),
    "curly": _curly,
    "crlf": lambda line: line,
}


def hosted(example: str, place: str, dress: str, companion: bool = False) -> Hosted:
    """Return the example in its dress at ``place`` (head, middle, tail) of the host article."""
    lines = [DRESSES[dress](line) for line in example.split("\n")]
    if companion:
        lines = [COMPANION, *lines]
    newline = "\r\n" if dress == "crlf" else "\n"
    gap = newline * 2
    return Hosted(
        gap.join(blocks_with(lines, place)) + newline, gap.join(blocks_with((), place)) + newline, gap.join(lines)
    )
