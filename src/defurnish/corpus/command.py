"""The command ``defurnish corpus``. What it needs of the extra is imported when it runs: other commands stay light."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..io.formats import FORMATS
from ..options import Keep, Language, NoRepair, Profiles, Replacement, Rules, cleaner_of, complain, fail
from ..profiles.extra import extra

if TYPE_CHECKING:
    from .run import Outcome

STDOUT = "-"
_EXTRA = ("fastwarc", "jinja2", "orjson", "pyarrow", "zstandard")
_FORMATS = ", ".join(FORMATS)


def corpus(
    inputs: Annotated[list[str], typer.Argument(metavar="IN…", help="Files, globs, folders; `-` for standard input.")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="OUT", help="Folder; `-` for standard output.")],
    output_format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help=f"Of the output: {_FORMATS}. Default: the input's.")
    ] = None,
    input_format: Annotated[
        str | None, typer.Option("--input-format", metavar="FORMAT", help="Of the inputs, whatever their names say.")
    ] = None,
    text_field: Annotated[str, typer.Option(help="Field of the text; dots lead into records.")] = "text",
    id_field: Annotated[str, typer.Option(help="Field of the id.")] = "id",
    url_field: Annotated[
        str | None, typer.Option(help="Field of the page's address.", show_default="url, or else metadata.url")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Write standoff attributes in dolma's form.")] = False,
    removed: Annotated[bool, typer.Option("--removed", help="Write what went, one block a line.")] = False,
    no_clean: Annotated[bool, typer.Option("--no-clean", help="Write no cleaned documents.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Processes. Default: one for each core.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a killed run stopped.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what an earlier run left in OUT.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 if a record was rejected.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made of what.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no summary.")] = False,
    chunk_mb: Annotated[
        float, typer.Option("--chunk-mb", min=0.0001, metavar="MB", help="What a worker takes at a time.")
    ] = 8.0,
    keep: Keep = None,
    rules: Rules = None,
    language: Language = None,
    no_repair: NoRepair = False,
    replacement: Replacement = None,
    profiles: Profiles = None,
) -> None:
    """Clean a corpus: JSON lines, Parquet, Arrow, WET and WARC, folders of .txt and .md.

    The cleaned shards go to OUT/documents, bad records to OUT/rejected.jsonl, the report to OUT/report.html.

    **Examples**

    - `defurnish corpus shards/*.jsonl.zst -o cleaned/`
    - `defurnish corpus crawl/ -o cleaned/ --format parquet --workers 8`
    - `defurnish corpus shards/ -o cleaned/ --resume` goes on where a killed run stopped
    - `defurnish corpus crawl/ -o cleaned/ --profiles profiles/` with what was learned of each page's site
    - `defurnish corpus data/documents -o data --explain --no-clean` leaves the texts, and writes dolma attributes
    - `zstdcat shard.jsonl.zst | defurnish corpus - -o - --text-field content > clean.jsonl`
    """
    cleaner = cleaner_of(keep, rules, language, no_repair, replacement, profiles)
    try:
        from . import plan, session
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        fail(f'corpus runs need {error.name}: pip install "defurnish[corpus]"')

    settings = plan.settings_of(
        (text_field, id_field, url_field),
        output=_known(output_format, "--format"),
        clean=not no_clean,
        explain=explain,
        removed=removed,
        by_site=profiles is not None,
        chunk=int(chunk_mb * (1 << 20)),
    )
    given = _known(input_format, "--input-format")
    out = None if output == STDOUT else Path(output)
    cleaning = {
        "keep": sorted(keep or ()),
        "rules": [_named_content(path) for path in rules or ()],
        "language": sorted(language or ()),
        "repair": not no_repair,
        "replacement": replacement,
        "profiles": None if profiles is None else [profiles, _stamp(profiles)],
    }
    wanted = workers or len(os.sched_getaffinity(0))
    try:
        shards = session.planned(inputs, settings, given=given, out=out, resume=resume)
        if dry_run:
            for shard in shards:
                print(shard.name, shard.size, *(target for _, target in shard.targets), sep="\t")
            return
        begun = session.begun(shards, settings, cleaning, out, resume=resume, overwrite=overwrite)
        with extra(), begun as run:  # a profile that cannot be read ends the run, and --resume goes on
            outcome = run.finished or run.carried_out(cleaner, wanted, list(inputs), quiet=quiet)
    except (plan.PlanError, session.WorkerError) as error:
        fail(error)
    except KeyboardInterrupt:
        complain("interrupted" + ("; --resume goes on where it stopped" if out is not None else ""))
        raise typer.Exit(130) from None
    except BrokenPipeError:  # the reader of standard output went away (`| head`), and that is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except OSError as error:
        place = error.filename or output
        fail(f"{place}: cannot be written: {error.strerror}; make room, or choose another -o; --resume goes on")
    for fault in outcome.faults:
        complain(fault)
    if not quiet:
        print(_summary(outcome, out), file=sys.stderr)
    if outcome.faults:
        raise typer.Exit(2)
    if strict and outcome.rejected:
        raise typer.Exit(1)


def _known(name: str | None, option: str) -> str | None:
    if name is not None and name not in FORMATS:
        fail(f"{option} {name}: no such format; choose one of {', '.join(FORMATS)}")
    return name


def _stamp(profiles: str) -> str:
    from ..profiles.store import open_store

    with extra():
        return open_store(profiles).stamp()


def _named_content(path: str) -> list[str]:
    return [path, hashlib.sha256(Path(path).read_bytes()).hexdigest()]


def _summary(outcome: Outcome, out: Path | None) -> str:
    share = outcome.words_removed / outcome.words if outcome.words else 0.0
    parts = [f"{outcome.documents:,} documents", f"{share:.2%} of the words removed"]
    if outcome.rejected:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in outcome.reasons.items())
        where = "" if out is None else f", see {out / 'rejected.jsonl'}"
        parts.append(f"{outcome.rejected:,} records rejected ({reasons}{where})")
    if outcome.faults:
        parts.append(f"{len(outcome.faults):,} inputs damaged")
    parts.append(f"{outcome.seconds:,.1f} s")
    return "defurnish: " + "; ".join(parts)
