"""Compressed streams: read with every byte before a damage kept, written the same bytes each time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from typing import BinaryIO, cast

import pyarrow as pa
import zstandard

from .documents import InputError
from .formats import Compression

BLOCK = 1 << 18
# What most of the field's tools write with: gzip's own default, and zstd's.
GZIP_LEVEL, ZSTD_LEVEL = 6, 3
# As `zstd --long=31` allows; the memory is taken only for files that were written so.
ZSTD_WINDOW = 1 << 31


def blocks_of(file: BinaryIO, compression: Compression, name: str) -> Iterator[bytes]:
    """Yield the content of an open file in blocks of at most BLOCK bytes.

    Raises InputError at the place where the file is cut or damaged, after all that could be read before it.
    """
    try:
        if compression == "gz":
            yield from _gzip_blocks(file)
        elif compression == "zst":
            yield from _zstd_blocks(file)
        else:
            while block := file.read(BLOCK):
                yield block
    except EOFError as error:
        raise InputError(f"{name}: is cut off: the end of its compressed data is missing") from error
    except (zlib.error, gzip.BadGzipFile, zstandard.ZstdError, pa.ArrowException) as error:
        raise InputError(f"{name}: its compressed data is damaged: {error}") from error
    except OSError as error:
        raise InputError(f"{name}: cannot be read further: {error.strerror or error}") from error


def _gzip_blocks(file: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
        while block := unpacked.read1(BLOCK):
            yield block


def _zstd_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield blocks by pyarrow, which alone notices a cut; the rest before a damage comes from zstandard."""
    done = 0
    try:
        with pa.CompressedInputStream(pa.PythonFile(_Lent(file), mode="r"), "zstd") as unpacked:
            while block := unpacked.read(BLOCK):
                yield block
                done += len(block)
    except OSError as error:
        if file.seekable():
            yield from _zstd_rest(file, done)
        if "Truncated" in str(error):
            raise EOFError from error
        raise zstandard.ZstdError(str(error)) from error


def _zstd_rest(file: BinaryIO, done: int) -> Iterator[bytes]:
    file.seek(0)
    unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
    with unpacker.stream_reader(file, read_across_frames=True, closefd=False) as unpacked:
        while done and (skipped := unpacked.read(min(done, BLOCK))):
            done -= len(skipped)
        while block := unpacked.read1(BLOCK):
            yield block


class _Lent(RawIOBase):
    """A file that its reader may close without harm."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


class Unpacked(RawIOBase):
    """The blocks of a stream as a file, for readers that want one: it is read from its start to its end."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")
        self._place = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the number of bytes read so far."""
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, and none at the end alone."""
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        size = len(self._rest) if size < 0 else size
        block, self._rest = self._rest[:size], self._rest[size:]
        self._place += len(block)
        return bytes(block)


@contextmanager
def packed_into(file: BinaryIO, compression: Compression) -> Iterator[BinaryIO]:
    """Give a writer that compresses into an open file, which stays open. The same content gives the same bytes."""
    if compression == "gz":
        with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as packed:
            yield cast("BinaryIO", packed)
    elif compression == "zst":
        packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True)
        with packer.stream_writer(file, closefd=False) as packed:
            yield cast("BinaryIO", packed)
    else:
        yield file
