"""Parquet and Arrow IPC: read in record batches, written with all other columns and the schema's metadata as they were.

Rows that come from elsewhere (JSON lines, archives, text files) get a schema that is inferred from all of them: a field
whose values are of no common type becomes a column of strings, each the JSON of its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from .documents import Document, Fields, InputError, Reject, document_of
from .jsonl import line_of

# Few enough that even documents of a hundred kilobytes make a small batch; the cost of a batch is that of a short text.
BATCH_ROWS = 64
# Read from a column chunk at a time, so that a row group of any size is never held whole.
READ_BUFFER = 1 << 20
# What is held in memory before a row group is written; readers want groups of tens of megabytes.
ROW_GROUP_BYTES = 64 << 20
# Where no input tells: what the Hub and most loaders handle, at half of snappy's size for text.
CODEC = "zstd"

_TEXTS = (pa.string(), pa.large_string(), pa.string_view())
_JSON = {b"defurnish": b"json"}


def schema_of(path: Path, name: str) -> pa.Schema:
    """Return the schema of a Parquet or Arrow file. Raises InputError."""
    try:
        if is_parquet(path):
            return pq.read_schema(path)
        with pa.OSFile(str(path)) as file:
            return (pa.ipc.open_stream if is_stream(path) else pa.ipc.open_file)(file).schema
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: cannot be read: {error}") from error


def is_parquet(path: Path) -> bool:
    """Return whether a file begins as Parquet does."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def is_stream(path: Path) -> bool:
    """Return whether a file of Arrow IPC is in the stream format, whatever its name says."""
    with path.open("rb") as file:
        return file.read(6) != b"ARROW1"


def check_text(schema: pa.Schema, fields: Fields, name: str) -> None:
    """Raise InputError if the schema has no column of text under the name that is asked for."""
    texts = ", ".join(field.name for field in schema if _plain(field.type) in _TEXTS) or "none"
    places = schema.get_all_field_indices(fields.text)
    if len(places) != 1:
        many = "there is no" if not places else f"there are {len(places)} columns called"
        raise InputError(f"{name}: {many} {fields.text!r}; columns with text: {texts}; name one with --text-field")
    if _plain(held := schema.field(places[0]).type) not in _TEXTS:
        raise InputError(f"{name}: column {fields.text!r} holds {held}, no text; columns with text: {texts}")


def row_groups_of(path: Path, target: int, name: str) -> list[tuple[int, int, int, int]]:
    """Return the row groups of a Parquet file in runs of about ``target`` bytes.

    Each run is (first group, group behind the last, number of its first row from 1, bytes in the file).
    """
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: cannot be read: {error}") from error
    runs: list[tuple[int, int, int, int]] = []
    begin, row, next_row, size = 0, 1, 1, 0
    for group in range(metadata.num_row_groups):
        described = metadata.row_group(group)
        next_row += described.num_rows
        size += described.total_byte_size
        if size >= target or group == metadata.num_row_groups - 1:
            packed = sum(
                metadata.row_group(at).column(column).total_compressed_size
                for at in range(begin, group + 1)
                for column in range(metadata.num_columns)
            )
            runs.append((begin, group + 1, row, packed))
            begin, row, size = group + 1, next_row, 0
    return runs


def codec_of(path: Path) -> str:
    """Return how the columns of a Parquet file are compressed, as its writer may be asked for."""
    metadata = pq.read_metadata(path)
    if not metadata.num_row_groups or not metadata.num_columns:
        return CODEC
    codec = str(metadata.row_group(0).column(0).compression)
    return {"UNCOMPRESSED": "none", "LZ4_RAW": "lz4"}.get(codec, codec.lower())


def parquet_batches(path: Path, groups: tuple[int, int] | None, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the row groups from one to another, or of all, in small batches. Raises InputError."""
    try:
        with pq.ParquetFile(path, buffer_size=READ_BUFFER, pre_buffer=False) as file:
            wanted = list(range(*groups) if groups else range(file.metadata.num_row_groups))
            yield from file.iter_batches(BATCH_ROWS, row_groups=wanted, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: is damaged: {error}") from error


def arrow_batches(file: BinaryIO, stream: bool, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the record batches of Arrow IPC, cut into small ones. Raises InputError where the file is damaged."""
    try:
        reader = pa.ipc.open_stream(file) if stream else pa.ipc.open_file(file)
        whole = reader if stream else (reader.get_batch(at) for at in range(reader.num_record_batches))
        for batch in whole:
            for start in range(0, batch.num_rows, BATCH_ROWS):
                yield batch.slice(start, BATCH_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: is damaged: {error}") from error


def pieces_of(batches: Iterable[pa.RecordBatch], target: int) -> Iterator[tuple[int, bytes]]:
    """Yield batches in pieces of about ``target`` bytes as Arrow streams, each with the number of its first row."""
    first, held, size = 1, list[pa.RecordBatch](), 0
    try:
        for batch in batches:
            held.append(batch)
            size += batch.get_total_buffer_size() if batch.num_rows < BATCH_ROWS else batch.nbytes
            if size >= target:
                yield first, _packed(held)
                first, held, size = first + sum(piece.num_rows for piece in held), [], 0
    except InputError:
        if held:
            yield first, _packed(held)
        raise
    if held:
        yield first, _packed(held)


def batches_of(piece: bytes) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a piece."""
    yield from pa.ipc.open_stream(piece)


def _packed(batches: Sequence[pa.RecordBatch]) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def records_of(batch: pa.RecordBatch, first: int, fields: Fields) -> list[Document | Reject]:
    """Return what the rows of a batch hold, whose first row has the number ``first``; ``body`` is the row's index."""
    named = {name.partition(".")[0] for name in (fields.id, *fields.urls)} | {fields.id, *fields.urls, "source"}
    others = batch.select([name for name in batch.schema.names if name in named and name != fields.text])
    records: list[Document | Reject] = []
    for at, (record, text) in enumerate(zip(_rows(others), _texts(batch.column(fields.text)), strict=True)):
        number = first + at
        if isinstance(text, UnicodeDecodeError):
            detail = f"byte {text.start} of the text: {text.reason}"
            records.append(Reject(number, "invalid UTF-8", detail, record.get(fields.id), readable=True))
        else:
            records.append(document_of(number, {**record, fields.text: text}, fields, at))
    return records


def rows_of(batch: pa.RecordBatch, rows: Sequence[int], texts: Sequence[str], name: str) -> Iterator[dict[str, Any]]:
    """Yield rows of a batch as records that JSON can hold, with their new texts."""
    place = batch.schema.get_field_index(name)
    left = batch.take(pa.array(rows, pa.int64()))
    empty = left.set_column(place, batch.schema.field(place).with_type(pa.null()), pa.nulls(len(rows)))
    for record, text in zip(_rows(empty), texts, strict=True):
        record[name] = text
        yield {key: _for_json(value) for key, value in record.items()}


def batch_with(batch: pa.RecordBatch, rows: Sequence[int], texts: Sequence[str], name: str) -> pa.RecordBatch:
    """Return the given rows of a batch with their new texts in the column ``name``."""
    place = batch.schema.get_field_index(name)
    if len(rows) != batch.num_rows:
        batch = batch.take(pa.array(rows, pa.int64()))
    held = _plain(batch.schema.field(place).type)
    return batch.set_column(place, batch.schema.field(place).with_type(held), pa.array(texts, held))


def output_schema(schema: pa.Schema, name: str) -> pa.Schema:
    """Return the schema of what :func:`batch_with` makes: a dictionary of texts becomes plain text."""
    place = schema.get_field_index(name)
    return schema.set(place, schema.field(place).with_type(_plain(schema.field(place).type)))


def _plain(held: pa.DataType) -> pa.DataType:
    return held.value_type if pa.types.is_dictionary(held) else held


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    if not batch.num_columns:
        return [{} for _ in range(batch.num_rows)]
    columns = [
        # Nanoseconds are more than Python's datetime holds: as text nothing of them is lost.
        column.cast(pa.string()) if pa.types.is_timestamp(column.type) and column.type.unit == "ns" else column
        for column in batch.columns
    ]
    names = batch.schema.names
    return [dict(zip(names, row, strict=True)) for row in zip(*(column.to_pylist() for column in columns), strict=True)]


def _texts(column: pa.Array) -> list[str | UnicodeDecodeError | None]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_text(value) for value in column]


def _text(value: pa.Scalar) -> str | UnicodeDecodeError | None:
    try:
        text: str | None = value.as_py()
    except UnicodeDecodeError as error:
        return error
    return text


def _for_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _for_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_for_json(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Decimal) or (value is not None and type(value).__module__ == "datetime"):
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    return value


class TableWriter(Protocol):
    """Takes record batches of one schema."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch."""

    def close(self) -> None:
        """Write what is held back, and the end of the file."""


class ParquetTable:
    """Writes Parquet in row groups of at most about ROW_GROUP_BYTES."""

    def __init__(self, file: BinaryIO, schema: pa.Schema, codec: str = CODEC) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression=codec)
        self._schema = schema
        self._held: list[pa.RecordBatch] = []
        self._size = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Hold a batch back until there are enough for a row group."""
        self._held.append(batch)
        self._size += batch.nbytes
        if self._size >= ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            table = pa.Table.from_batches(self._held, self._schema)
            self._writer.write_table(table, row_group_size=max(1, table.num_rows))
            self._held, self._size = [], 0


class ArrowTable:
    """Writes Arrow IPC, as a file or a stream, optionally compressed."""

    def __init__(self, file: BinaryIO, schema: pa.Schema, stream: bool, codec: str | None = None) -> None:
        options = pa.ipc.IpcWriteOptions(compression=codec)
        self._writer = (pa.ipc.new_stream if stream else pa.ipc.new_file)(file, schema, options=options)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch."""
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Write the end of the file."""
        self._writer.close()


def inferred_schema(records: Iterable[Mapping[str, Any]]) -> pa.Schema:
    """Return the schema that holds all the records.

    >>> inferred_schema([{"id": 1, "tags": ["a"]}, {"id": 2, "score": 0.5, "mixed": 1}, {"mixed": "one"}]).names
    ['id', 'tags', 'score', 'mixed']
    """
    values: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            values.setdefault(name, []).append(value)
    return pa.schema([_field(name, column) for name, column in values.items()])


def unified_schema(one: pa.Schema, other: pa.Schema) -> pa.Schema:
    """Return the schema that holds the rows of both: a field of which they disagree becomes a string of JSON."""
    fields = {field.name: field for field in one}
    for field in other:
        known = fields.get(field.name)
        if known is None or known.equals(field, check_metadata=True):
            fields[field.name] = field
            continue
        try:
            if _is_json(known) or _is_json(field):
                raise pa.ArrowInvalid("one of them is of no type already")
            both = [pa.schema([known]), pa.schema([field])]
            fields[field.name] = pa.unify_schemas(both, promote_options="permissive").field(0)
        except pa.ArrowException:
            fields[field.name] = pa.field(field.name, pa.string(), metadata=_JSON)
    return pa.schema(list(fields.values()))


def batch_of(records: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Return records as a batch of a schema that :func:`inferred_schema` and :func:`unified_schema` gave."""
    columns = []
    for field in schema:
        values = [record.get(field.name) for record in records]
        if _is_json(field):
            values = [None if value is None else line_of(value)[:-1].decode() for value in values]
        columns.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _field(name: str, values: list[Any]) -> pa.Field:
    try:
        held = pa.array(values).type
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        held = None
    if held is None or _is_hollow(held):
        return pa.field(name, pa.string(), metadata=_JSON)
    return pa.field(name, held)


def _is_hollow(held: pa.DataType) -> bool:
    """Return whether a type has a record without fields in it, which Parquet cannot write."""
    if pa.types.is_struct(held):
        return held.num_fields == 0 or any(_is_hollow(held.field(at).type) for at in range(held.num_fields))
    return bool(pa.types.is_list(held)) and _is_hollow(held.value_type)


def _is_json(field: pa.Field) -> bool:
    return bool(field.metadata) and field.metadata.get(b"defurnish") == b"json"
