"""The explain view: the whole text in the terminal, what goes struck through, with family and rules in the margin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..model import FAMILIES, Family, Removal, Span
from ..result import Result

COLOURS: dict[Family, str] = {
    "legal": "red", "promo": "magenta", "engage": "yellow", "navigation": "cyan", "credit": "green",
    "contact": "blue", "interface": "bright_black", "comments": "bright_magenta",
}  # fmt: skip
# Text of the web may hold escape sequences, which would drive the reader's terminal: they are shown, not sent.
_VISIBLE = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}
_VISIBLE |= {code: 0xFFFD for code in range(0x80, 0xA0) if code != 0x85}
# Wide enough for "navigation/related-heading"; longer names are cut, `--json` has them whole.
MARGIN = 30


def print_explanation(result: Result, original: str, console: Console) -> None:
    """Print the text with what goes and why; in plain lines that a script can read where colours would be lost."""
    if console.is_terminal and not console.is_dumb_terminal:
        _print_coloured(result, original, console)
    else:
        _print_plain(result, original, console)


def _print_coloured(result: Result, original: str, console: Console) -> None:
    console.print(Text(_summary(result)))
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(width=MARGIN, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1)
    for piece, removal in _pieces(result, original):
        if removal is None:
            table.add_row("", Text(piece.translate(_VISIBLE)))
        else:
            colour = COLOURS[removal.family]
            table.add_row(
                Text(_margin(removal), style=colour), Text(piece.translate(_VISIBLE), style=f"{colour} strike")
            )
    console.print(table)


def _print_plain(result: Result, original: str, console: Console) -> None:
    write = console.file.write
    write(_summary(result) + "\n\n")
    for piece, removal in _pieces(result, original):
        margin, mark = ("", " ") if removal is None else (_margin(removal), "-")
        for line in piece.translate(_VISIBLE).splitlines() or [""]:
            write(f"{margin[:MARGIN]:{MARGIN}} {mark} {line}".rstrip() + "\n")
            margin = ""


def _pieces(result: Result, original: str) -> Iterator[tuple[str, Removal | None]]:
    """Yield the text in lines and removed stretches, in order; the break behind a removed one belongs to it."""
    done = 0
    for removal in result.removed:
        yield from _kept_lines(original, Span(done, removal.span.start))
        yield removal.text, removal
        done = removal.span.end
    yield from _kept_lines(original, Span(done, len(original)))


def _kept_lines(original: str, span: Span) -> Iterator[tuple[str, None]]:
    lines = span.of(original).splitlines()
    if span.start and lines and not lines[0].strip():  # the end of the line on which a removed stretch stood
        del lines[0]
    for line in lines:
        yield line, None


def _margin(removal: Removal) -> str:
    own = [e for e in removal.evidence if removal.span.start <= e.span.start < removal.span.end]
    rules = dict.fromkeys(evidence.rule.split("/", 1)[1] for evidence in own or removal.evidence)
    return f"{', '.join(rules)}" if own else f"{removal.reason} of {', '.join(rules)}"


def _summary(result: Result) -> str:
    counts = Counter(removal.family for removal in result.removed)
    went = ", ".join(f"{family} {counts[family]}" for family in FAMILIES if counts[family])
    lines = [f"{len(result.removed)} blocks go" + (f": {went}" if went else "")]
    if result.spared:
        lines = ["nearly the whole text would go, so all of it stays"]
    metadata = result.metadata
    for name in ("title", "authors", "date", "outlet", "topics", "source", "source_url", "copyright_holder"):
        value = getattr(metadata, name)
        if value:
            shown = ", ".join(value) if isinstance(value, tuple) else value
            lines.append(f"{name.replace('_', ' ')}: {shown}")
    return "\n".join(line.translate(_VISIBLE) for line in lines)
