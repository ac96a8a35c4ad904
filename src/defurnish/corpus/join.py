"""Puts the parts of a shard together, in their order, aside; the file gets its name when it is whole."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from ..io import columnar, jsonl
from ..io.documents import Fields, InputError
from ..io.formats import format_of
from ..io.packed import BLOCK, blocks_of, packed_into
from .parts import ROWS, is_columnar, is_final, table_writer
from .plan import DOCUMENTS, Shard


class Join(Protocol):
    """Takes the parts of one kind of output of a shard."""

    def add(self, part: Path, mark: dict[str, Any]) -> None:
        """Take the part of the next chunk, with the mark of that chunk."""

    def finish(self) -> None:
        """Give the file its name."""

    def discard(self) -> None:
        """Leave nothing behind."""


def join_of(shard: Shard, kind: str, target: Path, aside: Path, fields: Fields, whole: bool) -> Join:
    """Return what puts the parts of one kind of output together at ``target``, by way of ``aside``."""
    if is_final(shard, kind, whole):
        return Renamed(target)
    if kind == DOCUMENTS and shard.output.kind == "text":
        return Texts(target.parent, aside)
    file = Aside(target, aside)
    if kind == DOCUMENTS and is_columnar(shard.output):
        return Batches(file, shard, fields) if is_columnar(shard.format) else Rows(file, shard)
    return Bytes(file, packed_anew(shard, kind))


def packed_anew(shard: Shard, kind: str) -> bool:
    """Return whether the parts of a kind are Zstandard, which must become a single frame."""
    held = shard.output if kind == DOCUMENTS else format_of(dict(shard.targets)[kind])
    return held is not None and held.compression == "zst"


class Aside:
    """A file that is written under another name; renamed when it is whole, or removed."""

    def __init__(self, target: Path, aside: Path) -> None:
        self._target, self._aside = target, aside
        aside.parent.mkdir(parents=True, exist_ok=True)
        self.file: BinaryIO = aside.open("wb")

    def finish(self) -> None:
        """Close the file and give it its name."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        renamed(self._aside, self._target)

    def discard(self) -> None:
        """Close and remove the file."""
        try:
            self.file.close()
        finally:
            self._aside.unlink(missing_ok=True)


class Out:
    """Standard output in place of a file."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def finish(self) -> None:
        """Send what is held back."""
        self.file.flush()

    def discard(self) -> None:
        """What was sent was sent."""


def renamed(source: Path, target: Path) -> None:
    """Move a file to its final place, over what may be there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)


class Renamed:
    """A part that is the file already."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target

    def add(self, part: Path, mark: dict[str, Any]) -> None:
        """Take note of the part."""
        self._part = part

    def finish(self) -> None:
        """Rename the part; a run that was killed right behind this step has done so already."""
        if self._part.exists() or not self._target.exists():
            with self._part.open("rb") as file:
                os.fsync(file.fileno())
            renamed(self._part, self._target)

    def discard(self) -> None:
        """The part stays for the next run."""


class Bytes:
    """Parts put one behind the other, their bytes as they are or, of Zstandard, packed anew into one frame."""

    def __init__(self, out: Aside | Out, anew: bool) -> None:
        self._out, self._anew = out, anew
        self._stack = ExitStack()
        self._file = self._stack.enter_context(packed_into(out.file, "zst" if anew else "none"))

    def add(self, part: Path, mark: dict[str, Any]) -> None:
        """Copy the content of a part."""
        with part.open("rb") as file:
            if not self._anew:
                shutil.copyfileobj(file, self._file, BLOCK)
                return
            for block in blocks_of(file, "zst", str(part)):
                self._file.write(block)

    def finish(self) -> None:
        """End the frame, and give the file its name."""
        self._stack.close()
        self._out.finish()

    def discard(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):  # the end of the frame has no place either, if the disk is full or the reader gone
            self._stack.close()
        self._out.discard()


class Batches:
    """Streams of record batches made one columnar file."""

    def __init__(self, out: Aside | Out, shard: Shard, fields: Fields) -> None:
        self._out, self._shard, self._fields = out, shard, fields
        self._writer: columnar.TableWriter | None = None

    def add(self, part: Path, mark: dict[str, Any]) -> None:
        """Write the batches of a part."""
        if not part.stat().st_size:  # nothing was read of this piece
            return
        with pa.OSFile(str(part)) as file, pa.ipc.open_stream(file) as batches:
            writer = self._opened(batches.schema)
            for batch in batches:
                writer.write(batch)

    def finish(self) -> None:
        """Write the end of the file, and give it its name."""
        if self._writer is None and self._shard.size:
            with suppress(InputError):
                schema = columnar.schema_of(self._shard.path, self._shard.name)
                self._opened(columnar.output_schema(schema, self._fields.text))
        if self._writer is not None:
            self._writer.close()
        self._out.finish()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._out.discard()

    def _opened(self, schema: pa.Schema) -> columnar.TableWriter:
        if self._writer is None:
            self._writer = table_writer(self._out.file, self._shard, schema)
        return self._writer


class Rows:
    """Lines made one columnar file, of the schema that holds all of them."""

    def __init__(self, out: Aside | Out, shard: Shard) -> None:
        self._out, self._shard = out, shard
        self._parts: list[Path] = []
        self._schema = pa.schema([])

    def add(self, part: Path, mark: dict[str, Any]) -> None:
        """Take note of the part and of what its schema must hold."""
        self._parts.append(part)
        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(mark["schema"])))
        self._schema = columnar.unified_schema(self._schema, schema)

    def finish(self) -> None:
        """Write the rows of all parts, and give the file its name."""
        writer = table_writer(self._out.file, self._shard, self._schema)
        for part in self._parts:
            held: list[dict[str, Any]] = []
            for line in _lines(part):
                held.append(jsonl.read_back(line))
                if len(held) == ROWS:
                    writer.write(columnar.batch_of(held, self._schema))
                    held = []
            if held:
                writer.write(columnar.batch_of(held, self._schema))
        writer.close()
        self._out.finish()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._out.discard()


class Texts:
    """Names and texts made files again, each written aside and renamed."""

    def __init__(self, folder: Path, aside: Path) -> None:
        self._folder, self._aside = folder, aside
        self._parts: list[Path] = []

    def add(self, part: Path, mark: dict[str, Any]) -> None:
        """Take note of the part."""
        self._parts.append(part)

    def finish(self) -> None:
        """Write the files."""
        self._aside.parent.mkdir(parents=True, exist_ok=True)
        for part in self._parts:
            for line in _lines(part):
                record = json.loads(line)
                self._aside.write_bytes(record["text"].encode("utf-8", "replace"))
                renamed(self._aside, self._folder / record["name"])

    def discard(self) -> None:
        """Leave nothing behind."""
        self._aside.unlink(missing_ok=True)


def _lines(part: Path) -> Iterator[bytes]:
    with part.open("rb") as file:
        for _, piece in jsonl.pieces_of(blocks_of(file, "zst", str(part)), BLOCK):
            yield from piece[:-1].split(b"\n")
