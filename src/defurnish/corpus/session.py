"""From the command to a run and back: what is asked for, what is there already, and what is left to do."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import Cleaner, __version__
from ..io.formats import FORMATS, Format, format_of_bytes
from ..report.run import write_report
from .plan import STDIN, PlanError, Settings, Shard, check_columns, check_targets, outcomes, shards_of
from .progress import Bar
from .run import Outcome, Run, WorkerError, is_small
from .state import State, difference

__all__ = ["Session", "WorkerError", "begun", "planned"]


def planned(
    inputs: Sequence[str], settings: Settings, *, given: str | None, out: Path | None, resume: bool
) -> list[Shard]:
    """Return the shards that the inputs name. Raises PlanError for what cannot be done with them."""
    held = FORMATS[given] if given else None
    stdin = held or (_stdin_format() if STDIN in inputs else FORMATS["jsonl"])
    if STDIN in inputs and (stdin.kind in ("parquet", "text") or (stdin.kind == "arrow" and not stdin.stream)):
        raise PlanError(f"standard input: {stdin.name} is no stream; name a file, or send jsonl, arrows or wet")
    if STDIN in inputs and resume:
        raise PlanError("standard input cannot be read twice: --resume needs files")
    shards = shards_of(inputs, settings, given=held, stdin=stdin, out=out)
    check_columns(shards, settings.fields)
    if out is None:
        _check_stdout(shards, settings, resume)
    return shards


def _stdin_format() -> Format:
    peek = getattr(sys.stdin.buffer, "peek", None)
    return format_of_bytes(peek(8) if peek else b"")


def _check_stdout(shards: Sequence[Shard], settings: Settings, resume: bool) -> None:
    if settings.explain or settings.removed or not settings.clean or resume:
        raise PlanError(
            "standard output takes documents alone; --explain, --removed, --no-clean, --resume need -o OUT/"
        )
    names = sorted({shard.output.name for shard in shards})
    if len(names) > 1:
        raise PlanError(f"standard output takes one format, not {', '.join(names)}; name it with --format")
    if shards[0].output.kind not in ("lines", "warc"):
        raise PlanError(f"{names[0]} is no stream of lines; choose --format jsonl, or -o OUT/")


@dataclass(slots=True)
class Session:
    """A run that may begin or go on; ``finished`` is what became of it if nothing is left to do."""

    shards: Sequence[Shard]
    settings: Settings
    out: Path | None
    state: State
    told: dict[str, Any]
    finished: Outcome | None = None

    def carried_out(self, cleaner: Cleaner, workers: int, inputs: Sequence[str], *, quiet: bool) -> Outcome:
        """Do what is left, write the report, and return what became of the run. Raises OSError and WorkerError."""
        sizes = [shard.size for shard in self.shards]
        if all(is_small(shard, self.settings) for shard in self.shards):
            workers = min(workers, len(self.shards))
        total = None if any(shard.path == Path(STDIN) for shard in self.shards) else sum(sizes)
        with Bar(total, quiet=quiet) as bar:
            run = Run(self.shards, self.settings, cleaner, out=self.out, workers=workers, watcher=bar)
            outcome, tally = run.do(self.state)
        if self.out is None:
            sys.stderr.write(self.state.rejected.read_text(encoding="utf-8"))
            return outcome
        about = {
            "version": __version__,
            "options": self.told["options"],
            "inputs": list(inputs),
            "seconds": outcome.seconds,
            "workers": workers,
        }
        write_report(self.out, tally, about=about)
        self.state.finish({**self.told, "finished": asdict(outcome)})
        return outcome


@contextmanager
def begun(
    shards: Sequence[Shard],
    settings: Settings,
    cleaning: Mapping[str, Any],
    out: Path | None,
    *,
    resume: bool,
    overwrite: bool,
) -> Iterator[Session]:
    """Give the run that was asked for: a new one, or what is left of the one that was begun. Raises PlanError."""
    told = {
        "release": __version__,
        "options": {**asdict(settings), **cleaning},
        "inputs": [[shard.name, shard.size, _stamp(shard)] for shard in shards],
    }
    if out is None:
        with tempfile.TemporaryDirectory(prefix="defurnish.") as folder:
            state = State(Path(folder))
            state.begin(told)
            yield Session(shards, settings, out, state, told)
        return
    state = State(out)
    session = Session(shards, settings, out, state, told)
    anew = _is_new(shards, out, None if overwrite else state.there(), session, resume=resume, overwrite=overwrite)
    if session.finished:
        state.tidy()  # it may have been killed before it could do so itself
        yield session
        return
    state.hold()
    try:
        if anew:
            for target in outcomes(shards):
                (out / target).unlink(missing_ok=True)
            state.begin(told)
        yield session
    finally:
        state.release()


def _is_new(
    shards: Sequence[Shard], out: Path, there: dict[str, Any] | None, session: Session, *, resume: bool, overwrite: bool
) -> bool:
    """Return whether a run begins, and does not go on with the one that is there. Raises PlanError if it may not."""
    if there is None or not resume:
        if there is not None and "finished" not in there:
            raise PlanError(f"{out}: holds an unfinished run; --resume goes on with it, --overwrite begins anew")
        check_targets(shards, out, overwrite=overwrite)
        return True
    if (changed := difference(there, session.told)) is not None:
        raise PlanError(f"{out}: holds another run, not this one: {changed}; --overwrite begins anew")
    if "finished" in there:
        session.finished = Outcome(**there["finished"])
    return False


def _stamp(shard: Shard) -> int | str | None:
    """Return what changes if an input changes."""
    if shard.path == Path(STDIN):
        return None
    if not shard.files:
        return os.stat(shard.path).st_mtime_ns
    stamp = hashlib.sha256()
    for path, name in shard.files:
        status = os.stat(path)
        stamp.update(f"{name!a} {status.st_size} {status.st_mtime_ns}\n".encode())
    return stamp.hexdigest()
