"""Tables for the terminal, for a pipe and for a README."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

PIPE_WIDTH = 400
"""Columns when the output is no terminal: a table must not be cut to the width of one."""

NONE = "–"


@dataclass(slots=True)
class Table:
    """A titled table of strings; the first ``text_columns`` are text and the others numbers."""

    title: str
    columns: tuple[str, ...]
    text_columns: int = 1
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Append a row of as many cells as there are columns."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(cells)

    def markdown(self) -> str:
        """Return the table in Markdown, its title in bold above it."""
        marks = ["---"] * self.text_columns + ["---:"] * (len(self.columns) - self.text_columns)
        escaped = [[cell.replace("|", r"\|") for cell in row] for row in self.rows]
        body = "\n".join(f"| {' | '.join(cells)} |" for cells in (self.columns, marks, *escaped))
        return f"**{self.title}**\n\n{body}\n"


def show(table: Table, *, markdown: bool = False) -> None:
    """Print a table: in Markdown when asked, else ruled on a terminal and plain in a pipe."""
    if markdown:
        print(table.markdown())
        return
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    shown = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else None)
    for at, name in enumerate(table.columns):
        shown.add_column(name, justify="left" if at < table.text_columns else "right", no_wrap=at == 0)
    for row in table.rows:
        shown.add_row(*row)
    console.print(shown)
    console.print()


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with a fixed count of digits, or a dash for None."""
    return NONE if value is None else f"{value:.{digits}f}"


def percent(value: float | None, digits: int = 2) -> str:
    """Return a share as a percentage, or a dash for None.

    >>> percent(0.1234), percent(None)
    ('12.34 %', '–')
    """
    return NONE if value is None else f"{100 * value:.{digits}f} %"
