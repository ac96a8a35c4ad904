"""A run: one process reads and joins, the workers clean; everything is settled in the order of the corpus."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from .. import Cleaner
from ..io import columnar
from ..io.documents import InputError
from ..io.jsonl import line_of
from ..report.tally import Tally
from .join import Bytes, Join, Out, join_of, packed_anew
from .plan import STDIN, Settings, Shard
from .reading import Files, Piece, Read, RowGroups, Whole, opened, read_pieces
from .state import Progress, State
from .work import REJECTED, Job, mark_of, work

# A compressed shard of this part of a chunk's size unpacks to about one chunk: text shrinks to a third or a quarter.
PACKED_SHARE = 4
DAMAGED = "damaged input"
# Text files are small; a chunk of very many would lose too much to a crash.
FILES_PER_CHUNK = 500
# The state holds all that was counted: to write it after each of thousands of small shards would take longer than they
# take to clean. What was done since is found again in the parts.
SECONDS_BETWEEN_STATES = 5.0


class WorkerError(Exception):
    """A worker that was lost; the message says what to do."""


class Watcher(Protocol):
    """Is told how a run gets on."""

    def advance(self, weight: int, tally: Tally) -> None:
        """A chunk is done: so many bytes of the input, and what was counted in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run."""

    documents: int
    rejected: int
    reasons: dict[str, int]
    faults: list[str]
    """Inputs that could not be read, or not to their end."""
    words: int
    words_removed: int
    seconds: float


@dataclass(slots=True)
class _End:
    """The last chunk of a shard was read; ``fault`` says what kept its reader from going on."""

    number: int
    shard: Shard
    fault: str | None


_Item: TypeAlias = "Job | _End"


@dataclass(slots=True)
class _Open:
    """A shard whose parts are being joined."""

    joins: dict[str, Join] = field(default_factory=dict)
    records: int = 0
    faults: list[str] = field(default_factory=list)
    rejects: list[Path] = field(default_factory=list)


class Run:
    """A run over shards into a folder, or to standard output if ``out`` is None."""

    def __init__(
        self,
        shards: Sequence[Shard],
        settings: Settings,
        cleaner: Cleaner,
        *,
        out: Path | None,
        workers: int,
        watcher: Watcher,
    ) -> None:
        self._shards, self._settings, self._cleaner = shards, settings, cleaner
        self._out, self._watcher = out, watcher
        self._workers = workers
        self._stdout: Bytes | None = None  # all shards go there, one behind the other

    def do(self, state: State) -> tuple[Outcome, Tally]:
        """Do what is left of the run that ``state`` describes, and return what became of all of it.

        Raises OSError if something cannot be written, and WorkerError if a worker is lost. Then nothing half-written is
        left, and the state tells what was done.
        """
        progress = state.load()
        before, began = progress.seconds, time.monotonic()
        waiting: deque[tuple[_Item, Callable[[], dict[str, Any]] | None]] = deque()
        current = _Open()
        saved = time.monotonic()
        # Enough that no worker waits, and few enough that what was read fits in memory.
        most = 2 * self._workers if self._workers > 1 else 0

        def settle() -> None:
            nonlocal current, saved
            item, mark = waiting.popleft()
            if mark is not None and isinstance(item, Job):
                self._add(item, mark(), current, state, progress)
                return
            assert isinstance(item, _End)
            self._end(item, current, state, progress)
            current = _Open()
            if time.monotonic() - saved > SECONDS_BETWEEN_STATES:
                progress.seconds = before + time.monotonic() - began
                self._save(state, progress)
                saved = time.monotonic()

        try:
            with _Workers(self._workers, self._settings, self._cleaner) as workers:
                for item in self._items(state, progress.shards):
                    waiting.append((item, workers.result_of(item) if isinstance(item, Job) else None))
                    while len(waiting) > most:
                        settle()
                while waiting:
                    settle()
        except BaseException:
            for join in current.joins.values():
                join.discard()
            raise
        if self._stdout is not None:
            self._stdout.finish()
        progress.seconds = before + time.monotonic() - began
        self._save(state, progress)
        return _outcome(progress), progress.tally

    def _items(self, state: State, done: int) -> Iterator[_Item]:
        for number, shard in enumerate(self._shards[done:], done):
            place = state.parts / f"{number:06d}"
            place.mkdir(exist_ok=True)
            fault = None
            try:
                for count, (piece, weight) in enumerate(pieces_of(shard, self._settings)):
                    yield Job(shard, piece, place / f"{count:06d}", weight)
            except InputError as error:
                fault = str(error)
            yield _End(number, shard, fault)

    def _add(self, job: Job, mark: dict[str, Any], current: _Open, state: State, progress: Progress) -> None:
        """Join the parts of a chunk to those before it, and count what was counted in it."""
        tally = Tally.from_dict(mark["tally"])
        for kind, target in job.shard.targets:
            if kind not in current.joins:
                current.joins[kind] = self._join(job, kind, target, state)
            current.joins[kind].add(job.part(kind), mark)
        if job.part(REJECTED).exists():
            current.rejects.append(job.part(REJECTED))
        if mark["fault"] is not None:
            current.faults.append(mark["fault"])
        current.records += tally.totals.documents + tally.totals.rejected
        progress.tally.merge(tally)
        self._watcher.advance(job.weight, tally)

    def _join(self, job: Job, kind: str, target: str, state: State) -> Join:
        if self._out is None:
            self._stdout = self._stdout or Bytes(Out(sys.stdout.buffer), packed_anew(job.shard, kind))
            return self._stdout
        aside = state.joining / kind.partition("/")[0]
        return join_of(job.shard, kind, self._out / target, aside, self._settings.fields, job.whole)

    def _end(self, end: _End, current: _Open, state: State, progress: Progress) -> None:
        """Give the files of a shard their names, and write down what was wrong with it."""
        faults = [*current.faults, *([end.fault] if end.fault else [])]
        if self._out is not None:
            for join in current.joins.values():
                if faults and not current.records:
                    join.discard()  # nothing could be read: an empty file would look like an empty shard
                else:
                    join.finish()
        with state.rejected.open("ab") as rejected:
            for part in current.rejects:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, rejected)
            for fault in faults:
                progress.tally.reject(source=end.shard.name, reason=DAMAGED)
                rejected.write(line_of({"file": end.shard.name, "reason": DAMAGED, "detail": fault}))
            progress.rejected = rejected.tell()
        progress.faults.extend(faults)
        progress.shards = end.number + 1

    def _save(self, state: State, progress: Progress) -> None:
        state.save(progress)
        for place in state.parts.iterdir():
            if int(place.name) < progress.shards:
                shutil.rmtree(place, ignore_errors=True)


def _outcome(progress: Progress) -> Outcome:
    totals = progress.tally.totals
    return Outcome(
        documents=totals.documents,
        rejected=totals.rejected - len(progress.faults),
        reasons={name: count for name, count in sorted(progress.tally.reject_reasons.items()) if name != DAMAGED},
        faults=list(progress.faults),
        words=totals.words_before,
        words_removed=totals.words_removed,
        seconds=progress.seconds,
    )


def is_small(shard: Shard, settings: Settings) -> bool:
    """Return whether a shard makes one chunk, which the worker who cleans it reads, too."""
    packed = shard.format.compression != "none" or shard.format.kind == "parquet"
    return shard.path != Path(STDIN) and shard.size <= settings.chunk // (PACKED_SHARE if packed else 1)


def pieces_of(shard: Shard, settings: Settings) -> Iterator[tuple[Piece, int]]:
    """Yield the pieces of a shard, each with the bytes of the file that it stands for. Raises InputError."""
    if shard.files:
        for at in range(0, len(shard.files), FILES_PER_CHUNK):
            files = shard.files[at : at + FILES_PER_CHUNK]
            yield Files(files), shard.size * len(files) // len(shard.files)
    elif is_small(shard, settings):
        yield Whole(), shard.size
    elif shard.format.kind == "parquet":
        for begin, end, first, size in columnar.row_groups_of(shard.path, settings.chunk, shard.name):
            yield RowGroups(begin, end, first), size
    else:
        yield from _read(shard, settings)


def _read(shard: Shard, settings: Settings) -> Iterator[tuple[Read, int]]:
    stdin = sys.stdin.buffer if shard.path == Path(STDIN) else None
    with opened(shard, stdin) as file:
        done, empty = 0, True
        for piece in read_pieces(file, shard, settings.chunk):
            place = done if stdin is not None else file.tell()
            yield piece, place - done
            done, empty = place, False
        if empty and shard.format.kind == "lines":
            yield Read(1, b""), 0


class _Workers:
    """The processes that clean; of one worker this process itself."""

    def __init__(self, count: int, settings: Settings, cleaner: Cleaner) -> None:
        self._settings, self._cleaner = settings, cleaner
        self._pool = None
        if count > 1:
            # A fresh interpreter each: a forked one would hold this one's files, locks and threads.
            self._pool = ProcessPoolExecutor(
                count, multiprocessing.get_context("spawn"), _begin_worker, (settings, cleaner)
            )

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def result_of(self, job: Job) -> Callable[[], dict[str, Any]]:
        """Set about a chunk, if it is not done yet, and return the call that waits for its mark."""
        done = mark_of(job)
        if done is not None:
            return lambda: done
        if self._pool is None:
            return lambda: work(job, self._settings, self._cleaner)
        future = self._pool.submit(_work, job)

        def result() -> dict[str, Any]:
            try:
                return future.result()
            except BrokenProcessPool as error:
                raise WorkerError(
                    f"{job.shard.name}: a worker was killed while it cleaned this; if memory ran out, take fewer "
                    "--workers; --resume goes on where this run stopped"
                ) from error

        return result


_tools: tuple[Settings, Cleaner]


def _begin_worker(settings: Settings, cleaner: Cleaner) -> None:
    global _tools
    _tools = settings, cleaner
    begin_worker()


def begin_worker() -> None:
    """Make the process that calls end with its parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, too, and ends the run
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait until the parent is gone, however it went: nobody would tell this process to end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _work(job: Job) -> dict[str, Any]:
    return work(job, *_tools)
