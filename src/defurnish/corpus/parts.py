"""The parts that a worker leaves of a chunk, and how the parts of a shard become one file.

What a part looks like follows from the shard alone, so that the file is the same whoever made its parts:

- lines and archives: as the file will be; parts are put one behind the other. Zstandard is packed anew, for many
  readers stop at the end of the first frame.
- columnar from columnar: batches, as an Arrow stream.
- columnar from others: lines, and the schema that holds them in the mark of the chunk.
- text files: lines with the name and the text of each.

A shard that is one chunk is made by its worker as it will be, where that is possible.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from ..io import columnar, jsonl, warc
from ..io.documents import Document, Fields, InputError, Other, replace_at
from ..io.formats import Compression, Format
from ..io.packed import packed_into
from .plan import DOCUMENTS, Shard

# Quick to write and to read: it lives until its shard is whole.
BATCH_CODEC = "lz4"
# Rows of lines that become a batch of a columnar file.
ROWS = 512


def is_columnar(held: Format) -> bool:
    """Return whether a format keeps its records in columns."""
    return held.kind in ("parquet", "arrow")


def is_final(shard: Shard, kind: str, whole: bool) -> bool:
    """Return whether the part of a chunk is the file itself: the chunk is the ``whole`` shard, and needs no more."""
    rows = is_columnar(shard.output) and not is_columnar(shard.format)
    return whole and not (kind == DOCUMENTS and (rows or shard.output.kind == "text"))


class DocumentsPart(Protocol):
    """Takes the documents of a chunk in their order."""

    def keep(self, document: Document, text: str) -> None:
        """Take a document with its clean text."""

    def pass_on(self, other: Other) -> None:
        """Take a record that is no document."""

    def end_batch(self, table: pa.RecordBatch | None) -> None:
        """Take note that the documents since the last call are rows of ``table``."""

    def close(self) -> None:
        """Write what is held back."""


def documents_part(file: BinaryIO, shard: Shard, fields: Fields, whole: bool) -> DocumentsPart:
    """Return the part that suits a shard, which writes into an open file."""
    if shard.output.kind == "text":
        return TextPart(file)
    if shard.output.kind == "warc":
        return ArchivePart(file, shard.output.compression)
    if is_columnar(shard.output) and is_columnar(shard.format):
        return BatchPart(file, shard, fields, whole)
    if is_columnar(shard.output):
        return LinesPart(file, "zst", fields, inferring=True)
    return LinesPart(file, shard.output.compression, fields)


class LinesPart:
    """Writes documents of any format as JSON lines and, if asked for, works out the schema that holds them."""

    def __init__(self, file: BinaryIO, compression: Compression, fields: Fields, inferring: bool = False) -> None:
        self._stack = ExitStack()
        self._file = self._stack.enter_context(packed_into(file, compression))
        self._fields = fields
        self._rows: list[int] = []
        self._texts: list[str] = []
        self.inferring = inferring
        self._held: list[dict[str, Any]] = []
        self.schema = pa.schema([])

    def keep(self, document: Document, text: str) -> None:
        """Write the line of a document; of a row, hold the text back until its batch is there."""
        body = document.body
        if isinstance(body, int):
            self._rows.append(body)
            self._texts.append(text)
        elif isinstance(body, jsonl.Line):
            self._write(jsonl.line_with(text, document, self._fields.text))
        elif isinstance(body, bytes):
            self._write(jsonl.line_of(_text_record(document, text, self._fields)))
        else:
            self._write(jsonl.line_of(warc.fields_of(document, text, self._fields)))

    def pass_on(self, other: Other) -> None:
        """Leave out what is no document."""

    def end_batch(self, table: pa.RecordBatch | None) -> None:
        """Write the lines of the rows of a batch."""
        if table is not None and self._rows:
            for record in columnar.rows_of(table, self._rows, self._texts, self._fields.text):
                self._write(jsonl.line_of(record))
        self._rows, self._texts = [], []

    def close(self) -> None:
        """Write the end of the compressed stream."""
        self._infer()
        self._stack.close()

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        if self.inferring:
            self._held.append(jsonl.read_back(line))
            if len(self._held) >= ROWS:
                self._infer()

    def _infer(self) -> None:
        self.schema = columnar.unified_schema(self.schema, columnar.inferred_schema(self._held))
        self._held = []


def _text_record(document: Document, text: str, fields: Fields) -> dict[str, Any]:
    record: dict[str, Any] = {}
    replace_at(record, fields.id, document.id)
    replace_at(record, fields.text, text)
    return record


class BatchPart:
    """Writes the rows of columnar files with their new texts: as the file that they will be, or as a stream."""

    def __init__(self, file: BinaryIO, shard: Shard, fields: Fields, whole: bool) -> None:
        self._file, self._shard, self._fields, self._whole = file, shard, fields, whole
        self._rows: list[int] = []
        self._texts: list[str] = []
        self._writer: columnar.TableWriter | None = None

    def keep(self, document: Document, text: str) -> None:
        """Hold the text of a row back until its batch is there."""
        self._rows.append(document.body)
        self._texts.append(text)

    def pass_on(self, other: Other) -> None:
        """Tables hold rows alone."""

    def end_batch(self, table: pa.RecordBatch | None) -> None:
        """Write the rows of a batch."""
        if table is not None:
            batch = columnar.batch_with(table, self._rows, self._texts, self._fields.text)
            self._opened(batch.schema).write(batch)
        self._rows, self._texts = [], []

    def close(self) -> None:
        """Write the end of the file, of one without rows, too; of one that cannot be read nothing."""
        if self._writer is None and self._whole and self._shard.size:
            with suppress(InputError):
                schema = columnar.schema_of(self._shard.path, self._shard.name)
                self._opened(columnar.output_schema(schema, self._fields.text))
        if self._writer is not None:
            self._writer.close()

    def _opened(self, schema: pa.Schema) -> columnar.TableWriter:
        if self._writer is None:
            self._writer = (
                table_writer(self._file, self._shard, schema)
                if self._whole
                else columnar.ArrowTable(self._file, schema, stream=True, codec=BATCH_CODEC)
            )
        return self._writer


class ArchivePart:
    """Writes the records of archives, each compressed by itself."""

    def __init__(self, file: BinaryIO, compression: Compression) -> None:
        self._file, self._compression = file, compression

    def keep(self, document: Document, text: str) -> None:
        """Write a text record; one of which nothing went stays as it is."""
        changed = text is not document.text and text != document.text
        warc.write(document.body, text if changed else None, self._file, self._compression)

    def pass_on(self, other: Other) -> None:
        """Write a record that holds no text."""
        warc.write(other.body, None, self._file, self._compression)

    def end_batch(self, table: pa.RecordBatch | None) -> None:
        """Archives know no batches."""

    def close(self) -> None:
        """Nothing is held back."""


class TextPart:
    """Writes the names and texts of text files, which become files again when the shard is whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._stack = ExitStack()
        self._file = self._stack.enter_context(packed_into(file, "zst"))

    def keep(self, document: Document, text: str) -> None:
        """Write a name with a text."""
        self._file.write(jsonl.line_of({"name": document.id, "text": text}))

    def pass_on(self, other: Other) -> None:
        """A folder holds documents alone."""

    def end_batch(self, table: pa.RecordBatch | None) -> None:
        """Text files know no batches."""

    def close(self) -> None:
        """Write the end of the compressed stream."""
        self._stack.close()


def table_writer(file: BinaryIO, shard: Shard, schema: pa.Schema) -> columnar.TableWriter:
    """Return the writer of a columnar shard, compressed as its input was."""
    if shard.output.kind == "arrow":
        return columnar.ArrowTable(file, schema, shard.output.stream)
    same = shard.format.kind == "parquet"
    return columnar.ParquetTable(file, schema, columnar.codec_of(shard.path) if same else columnar.CODEC)
