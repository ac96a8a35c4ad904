"""Reads a corpus into a table of rows, by the readers of corpus runs and with as many processes as are asked for."""

from __future__ import annotations

import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ..corpus.plan import Settings, Shard
from ..corpus.reading import Piece, batches_of
from ..corpus.run import WorkerError, begin_worker, pieces_of
from ..io.documents import Document, InputError, Reject
from .arrow import table_of
from .corpus import RowTable
from .counting import Row, rows_of
from .sites import site_of

NO_ADDRESS, NO_SITE = "no address", "address of no site"


@dataclass(slots=True)
class Scan:
    """What was read: documents that were counted, records that were passed over by reason, and damaged inputs."""

    documents: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Job:
    shard: Shard
    piece: Piece


def scan(
    shards: Sequence[Shard],
    settings: Settings,
    table: RowTable,
    *,
    site: str | None = None,
    workers: int = 1,
    advance: Callable[[int, int], None] = lambda weight, documents: None,
) -> Scan:
    """Add the rows of all documents of the shards to the table, and return what was read.

    A document is of ``site`` or, if that is None, of the site of its address in ``settings.fields.url``. ``advance`` is
    told of each chunk: bytes of the input, and documents. Raises WorkerError if a worker is lost.
    """
    found = Scan()
    waiting: deque[tuple[int, Future[_Part]]] = deque()

    def settle() -> None:
        weight, future = waiting.popleft()
        try:
            part = future.result()
        except BrokenProcessPool as error:
            raise WorkerError("a worker was killed; if memory ran out, take fewer --workers") from error
        take(part, weight)

    def take(part: _Part, weight: int) -> None:
        table.add_table(part.rows)
        found.documents += part.documents
        found.skipped.update(part.skipped)
        if part.fault is not None:
            found.faults.append(part.fault)
        advance(weight, part.documents)

    if workers == 1:
        for shard in shards:
            for piece, weight in _pieces(shard, settings, found):
                take(_part(_Job(shard, piece), settings, site), weight)
        return found
    context = multiprocessing.get_context("spawn")  # a forked process would hold the table's files and threads
    with ProcessPoolExecutor(workers, context, begin_worker) as pool:
        for shard in shards:
            for piece, weight in _pieces(shard, settings, found):
                waiting.append((weight, pool.submit(_part, _Job(shard, piece), settings, site)))
                while len(waiting) > 2 * workers:  # enough that no worker waits, few enough to fit in memory
                    settle()
        while waiting:
            settle()
    return found


@dataclass(slots=True)
class _Part:
    rows: pa.Table
    documents: int
    skipped: Counter[str]
    fault: str | None


def _pieces(shard: Shard, settings: Settings, found: Scan) -> Iterator[tuple[Piece, int]]:
    try:
        yield from pieces_of(shard, settings)
    except InputError as error:
        found.faults.append(str(error))


def _part(job: _Job, settings: Settings, site: str | None) -> _Part:
    rows: list[Row] = []
    part = _Part(table_of(()), 0, Counter(), None)
    try:
        for batch in batches_of(job.piece, job.shard, settings.fields, settings.chunk):
            for record in batch.records:
                if isinstance(record, Reject):
                    part.skipped[record.reason] += 1
                elif isinstance(record, Document):
                    of = site or _site(record, settings)
                    if of in (NO_ADDRESS, NO_SITE):
                        part.skipped[of] += 1
                    else:
                        rows.extend(rows_of(record.text, of))
                        part.documents += 1
    except InputError as error:
        part.fault = str(error)
    part.rows = table_of(rows)
    return part


def _site(document: Document, settings: Settings) -> str:
    """Return the site of a document, or why there is none.

    The ids of text files are their paths, which may begin with the name of a site.
    """
    address: Any = document.id if settings.fields.url == settings.fields.id else document.url
    if not isinstance(address, str):
        return NO_ADDRESS
    return site_of(address) or NO_SITE
