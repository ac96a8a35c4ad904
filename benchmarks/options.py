"""The command-line options that the benchmarks share: which pages, which extractors, which cleaner."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from benchmarks.data import DataError, MissingPackageError, Page, read_pages
from benchmarks.measures import Clean
from benchmarks.rivals import c4, data_juicer, nemo, refinedweb

ANY_TYPE = "any"
CLEANERS = ("untouched", "defurnish", "c4", "refinedweb")
"""What runs on the packages of this project alone."""
VARIANTS = ("defurnish-no-repair",)
"""Mended mojibake is charged as lost where the gold holds it unmended: this tells how much of a loss that is."""
PEERS = ("nemo", "data-juicer")
"""Cleaners that need a package of their own."""

Item = TypeVar("Item")


def parser(
    about: str | None, *, pages: bool = True, extractors: str | None = None, markdown: bool = True
) -> argparse.ArgumentParser:
    """Return a parser that knows how to choose pages; ``extractors`` is the default choice (None: all).

    Without ``pages`` the caller adds that argument itself, at a place of its own.
    """
    made = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    if pages:
        made.add_argument("pages", type=Path, help="JSONL file of pages (.jsonl, .jsonl.gz, .jsonl.zst)")
    made.add_argument("--half", choices=("even", "odd"), help="only pages whose number is even or odd")
    made.add_argument("--limit", type=int, metavar="N", help="only the first N pages")
    made.add_argument("--types", default="article", metavar="A,B", help=f"types of page; {ANY_TYPE} for all (article)")
    made.add_argument("--extractors", default=extractors, metavar="A,B", help=f"({extractors or 'all'})")
    if markdown:
        made.add_argument("--markdown", action="store_true", help="print tables in Markdown")
    return made


def chosen_pages(path: Path, options: argparse.Namespace) -> list[Page]:
    """Return the pages that the options choose. Raises DataError when there are none, or no halves."""
    types = None if options.types == ANY_TYPE else set(options.types.split(","))
    chosen: list[Page] = []
    for page in read_pages(path):
        if options.limit is not None and len(chosen) >= options.limit:
            break
        try:
            in_half = page.in_half(options.half)
        except ValueError:
            raise DataError(path, f"--half needs numeric page ids, and {page.id!r} is none") from None
        if in_half and (types is None or page.type in types):
            chosen.append(page)
    if not chosen:
        raise DataError(path, "holds none of the chosen pages")
    return chosen


def chosen_extractors(path: Path, options: argparse.Namespace, pages: Iterable[Page]) -> list[str]:
    """Return the extractors to look at, in the order asked for, else of the file. Raises DataError."""
    present = list(dict.fromkeys(name for page in pages for name in page.texts))
    if options.extractors is None:
        return present
    asked: list[str] = options.extractors.split(",")
    if missing := [name for name in asked if name not in present]:
        raise DataError(path, f"has no texts of {', '.join(missing)}; it has {', '.join(present)}")
    return asked


def load_cleaner(name: str) -> Clean:
    """Return a cleaner by its name; a package is imported only when it is asked for. Raises MissingPackageError."""
    if name == "defurnish":
        from defurnish import clean

        return clean
    if name in VARIANTS:
        from defurnish import Cleaner

        return Cleaner(repair=False).clean
    if name in PEERS:
        return {"nemo": nemo, "data-juicer": data_juicer}[name]()
    return {"untouched": _untouched, "c4": c4, "refinedweb": refinedweb}[name]


def _untouched(text: str) -> str:
    return text


def progress(items: Sequence[Item], doing: str) -> Iterable[Item]:
    """Yield the items, with a progress bar on standard error when a person is watching."""
    console = Console(stderr=True)
    return track(items, doing, console=console, transient=True, disable=not console.is_terminal)


def run(main: Callable[[], None]) -> None:
    """Run a benchmark; a file that cannot be used ends it with one line on standard error."""
    try:
        main()
    except (DataError, MissingPackageError) as error:
        sys.exit(f"error: {error}")
