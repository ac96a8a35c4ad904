"""The way from a shard to its records: cut into pieces by one reader, taken apart by the worker who cleans them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

import pyarrow as pa

from ..io import columnar, jsonl, warc
from ..io.documents import Document, Fields, InputError, Other, Reject
from ..io.packed import blocks_of
from .plan import Shard

Record: TypeAlias = Document | Reject | Other


@dataclass(frozen=True, slots=True)
class Whole:
    """A shard small enough for one worker, who reads it from its file."""


@dataclass(frozen=True, slots=True)
class RowGroups:
    """A run of the row groups of a Parquet file, from ``begin`` to before ``end``."""

    begin: int
    end: int
    first: int
    """Number of its first row, from 1."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a stream already: whole lines, an Arrow stream of some batches, or records of an archive."""

    first: int
    """Number of its first line or record, from 1."""
    content: Any


@dataclass(frozen=True, slots=True)
class Files:
    """Text files: path, and name within the folder."""

    files: tuple[tuple[str, str], ...]


Piece: TypeAlias = Whole | RowGroups | Read | Files


@dataclass(slots=True)
class Batch:
    """Some records of a piece; those of columnar files with the record batch that they are the rows of."""

    records: Iterable[Record]
    table: pa.RecordBatch | None = None


@contextmanager
def opened(shard: Shard, stdin: BinaryIO | None = None) -> Iterator[BinaryIO]:
    """Give the file of a shard, or the standard input that is passed. Raises InputError."""
    if stdin is not None:
        yield stdin
        return
    try:
        file = shard.path.open("rb")
    except OSError as error:
        raise InputError(f"{shard.name}: cannot be read: {error.strerror}") from error
    with file:
        yield file


def read_pieces(file: BinaryIO, shard: Shard, target: int) -> Iterator[Read]:
    """Yield the pieces of an open shard, of about ``target`` bytes each, whoever reads it and wherever it comes from.

    Raises InputError where the shard is damaged, after all that could be read before it.
    """
    held = shard.format
    pieces: Iterable[tuple[int, Any]]
    if held.kind == "arrow":
        pieces = columnar.pieces_of(columnar.arrow_batches(file, held.stream, shard.name), target)
    else:
        blocks = blocks_of(file, held.compression, shard.name)
        pieces = warc.pieces_of(blocks, target, shard.name) if held.kind == "warc" else jsonl.pieces_of(blocks, target)
    for first, content in pieces:
        yield Read(first, content)


def batches_of(piece: Piece, shard: Shard, fields: Fields, target: int) -> Iterator[Batch]:
    """Yield the records of a piece. Raises InputError where the shard is damaged."""
    if isinstance(piece, Files):
        yield Batch(_texts(piece))
    elif isinstance(piece, Read):
        yield from _taken_apart(piece, shard, fields)
    elif shard.format.kind == "parquet":
        groups = (piece.begin, piece.end) if isinstance(piece, RowGroups) else None
        batches = columnar.parquet_batches(shard.path, groups, shard.name)
        yield from _tables(batches, piece.first if isinstance(piece, RowGroups) else 1, shard, fields)
    else:
        with opened(shard) as file:
            for read in read_pieces(file, shard, target):
                yield from _taken_apart(read, shard, fields)


def _taken_apart(piece: Read, shard: Shard, fields: Fields) -> Iterator[Batch]:
    if shard.format.kind == "lines":
        yield Batch(jsonl.records_of(piece.content, piece.first, fields))
    elif shard.format.kind == "warc":
        yield Batch(warc.record_of(number, record) for number, record in enumerate(piece.content, piece.first))
    else:
        yield from _tables(columnar.batches_of(piece.content), piece.first, shard, fields)


def _tables(batches: Iterable[pa.RecordBatch], first: int, shard: Shard, fields: Fields) -> Iterator[Batch]:
    for batch in batches:
        columnar.check_text(batch.schema, fields, shard.name)
        yield Batch(columnar.records_of(batch, first, fields), batch)
        first += batch.num_rows


def _texts(piece: Files) -> Iterator[Record]:
    for path, name in piece.files:
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            yield Reject(1, "unreadable file", error.strerror or str(error), name)
            continue
        try:
            yield Document(1, data.decode("utf-8"), name, None, None, data)
        except UnicodeDecodeError as error:
            yield Reject(1, "invalid UTF-8", f"byte {error.start}: {error.reason}", name)
