"""The command ``defurnish learn``. What it needs of the extra is imported when it runs: other commands stay light."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..io.formats import FORMATS
from ..options import complain, fail
from .extra import extra

if TYPE_CHECKING:
    from ..model import Profile
    from .corpus import RowTable
    from .store import Store


def learn(
    inputs: Annotated[
        list[str], typer.Argument(metavar="CORPUS…", help="Files, globs, folders; `-` for standard input.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="PROFILES", help="Folder of TOML files, or a .sqlite file.")
    ],
    by: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="Field of the page's address.", show_default="url, or else metadata.url"),
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="HOST", help="All pages are of this site.")] = None,
    min_pages: Annotated[int, typer.Option(min=1, metavar="N", help="Distinct articles that a site must have.")] = 4,
    learned: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date for the profiles to bear, as in 2026-11-24.")
    ] = None,
    input_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Of the inputs, whatever their names say.")
    ] = None,
    text_field: Annotated[str, typer.Option(help="Field of the text; dots lead into records.")] = "text",
    id_field: Annotated[str, typer.Option(help="Field of the id.")] = "id",
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes. Default: one for each core.")
    ] = None,
    memory: Annotated[str, typer.Option(metavar="SIZE", help="For counting, before it goes to disk.")] = "1GB",
    temp: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="For what memory cannot hold.", show_default="the system's"),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no summary.")] = False,
) -> None:
    """Learn what recurs on the sites of a corpus, and keep it as one profile for each site.

    Profiles that are there already are learned anew; what a person decided in them stays.

    **Examples**

    - `defurnish learn crawl/*.jsonl.zst --by url -o profiles/`
    - `defurnish learn pages/ --site post.example -o profiles/`
    - `defurnish learn crawl/ --by metadata.link --min-pages 20 -o profiles.sqlite --learned 2026-11-24`
    """
    if input_format is not None and input_format not in FORMATS:
        fail(f"--input-format {input_format}: no such format; choose one of {', '.join(FORMATS)}")
    with extra():
        from ..corpus import plan, session
        from .corpus import EngineError, RowTable
        from .scan import NO_ADDRESS, NO_SITE, scan
        from .sites import site_of
        from .store import open_store

        of = None if site is None else site_of(site)
        if site is not None and of is None:
            fail(f"--site {site}: is no site; it must be a host, as in post.example")
        store = open_store(output, must_exist=False)
        settings = plan.settings_of((text_field, id_field, by))
        wanted = workers or len(os.sched_getaffinity(0))
        try:
            shards = session.planned(inputs, settings, given=input_format, out=Path(output), resume=False)
            sizes = [shard.size for shard in shards]
            total = None if any(shard.path == Path(plan.STDIN) for shard in shards) else sum(sizes)
            with RowTable(memory=memory, folder=temp) as table:
                with _Bar(total, quiet=quiet) as bar:
                    found = scan(shards, settings, table, site=of, workers=wanted, advance=bar.advance)
                written = _written(table, store, min_pages, learned)
        except (plan.PlanError, session.WorkerError) as error:
            fail(error)
        except EngineError as error:
            fail(f"counting failed: {error}; look at --memory and --temp")
        except KeyboardInterrupt:
            complain("interrupted; profiles that are written stay")
            raise typer.Exit(130) from None
        except OSError as error:
            place = error.filename or temp or output
            fail(f"{place}: cannot be written: {error.strerror}; make room, or choose another --temp")
    for fault in found.faults:
        complain(fault)
    nowhere = found.skipped[NO_ADDRESS] + found.skipped[NO_SITE]
    if nowhere and not found.documents:
        fields = " or ".join(map(repr, settings.fields.urls))
        fail(
            f"no record holds the address of a page in {fields}; name the field with --by, or the one site with --site"
        )
    if not quiet:
        _tell(found.documents, found.skipped, written, min_pages)
    if found.faults or written["refused"]:
        raise typer.Exit(2)


def _written(table: RowTable, store: Store, min_pages: int, learned: str | None) -> Counter[str]:
    """Keep the profiles of all sites of the table in the store, and return how many were new, changed and so on."""
    from .learn import profile_from
    from .merge import merged
    from .toml import ProfileError

    done: Counter[str] = Counter()

    def profiles() -> Iterator[Profile]:
        for counts in table.sites(min_pages):
            found = profile_from(counts, learned=learned)
            try:
                kept = store.get(found.site)
            except ProfileError as error:  # a person must mend it; the other sites can go on
                complain(error)
                done["refused"] += 1
                continue
            if kept is None and not found.entries:
                done["bare"] += 1
                continue
            done["new" if kept is None else "again"] += 1
            yield found if kept is None else merged(kept, found)

    store.put(profiles())
    return done


def _tell(documents: int, skipped: Counter[str], written: Counter[str], min_pages: int) -> None:
    parts = [f"{documents:,} documents", f"{written['new']:,} profiles new, {written['again']:,} learned again"]
    if written["bare"]:
        parts.append(f"{written['bare']:,} sites on which nothing recurs")
    if not written.total():
        parts.append(f"no site has {min_pages} distinct articles (--min-pages)")
    if written["refused"]:
        parts.append(f"{written['refused']:,} profiles left as they are, see above")
    if skipped:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(skipped.items()))
        parts.append(f"{skipped.total():,} records passed over ({reasons})")
    print("defurnish: " + "; ".join(parts), file=sys.stderr)


class _Bar:
    """How the reading gets on, on the terminal; silent where there is none."""

    def __init__(self, total: int | None, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._documents = 0
        self._progress = Progress(
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[documents]:,} documents"),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=total, documents=0, rate="")

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._progress.stop()

    def advance(self, weight: int, documents: int) -> None:
        """Show that a chunk of so many bytes of the input is done."""
        self._documents += documents
        seconds = self._progress.tasks[0].elapsed or 0.0
        rate = f"{self._documents / seconds:,.0f}/s" if seconds else ""
        self._progress.update(self._task, advance=weight, documents=self._documents, rate=rate)
