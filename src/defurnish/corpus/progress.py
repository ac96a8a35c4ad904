"""How a run gets on, on the terminal; silent where there is none."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..report.tally import Tally


class Bar:
    """A line with the documents and megabytes per second, the share of the words removed, and the time that is left."""

    def __init__(self, total: int | None, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._documents = self._words = self._removed = self._bytes = 0
        self._progress = Progress(
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[documents]:,} documents"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[share]:.1%} removed"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=total, documents=0, rate="", share=0.0)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def advance(self, weight: int, tally: Tally) -> None:
        """Show that a chunk of so many bytes of the input is done."""
        totals = tally.totals
        self._documents += totals.documents
        self._words += totals.words_before
        self._removed += totals.words_removed
        self._bytes += totals.bytes_before
        seconds = self._progress.tasks[0].elapsed or 0.0
        rate = f"{self._documents / seconds:,.0f}/s {self._bytes / seconds / 1e6:.1f} MB/s" if seconds else ""
        share = self._removed / self._words if self._words else 0.0
        self._progress.update(self._task, advance=weight, documents=self._documents, rate=rate, share=share)
