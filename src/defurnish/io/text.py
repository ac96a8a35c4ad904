"""Reads and writes the files of the command line: bytes in, whole files out, and never over an input."""

from __future__ import annotations

import codecs
import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

STDIN = "-"


class FileError(Exception):
    """A file that cannot be read or written; the message names it and says what to do."""


def read_text(path: str, encoding: str) -> str:
    """Return the text of a file, or of standard input for ``-``, line endings as they are. Raises FileError."""
    if path == STDIN and sys.stdin is None:
        raise FileError("standard input is closed; name a file")
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except IsADirectoryError as error:
        raise FileError(f"{path}: is a folder; name its files, as in {path.rstrip('/')}/*.txt") from error
    except FileNotFoundError as error:
        raise FileError(f"{path}: no such file; check the name") from error
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error
    text = data.removeprefix(codecs.BOM_UTF8)
    try:
        return text.decode(encoding)
    except LookupError as error:
        raise FileError(f"--encoding {encoding}: no such encoding; try latin-1, cp1252 or utf-16") from error
    except UnicodeDecodeError as error:
        name = "standard input" if path == STDIN else path
        offset = error.start + len(data) - len(text)
        raise FileError(
            f"{name}: byte {offset} is no {encoding}; name the encoding, as in --encoding cp1252"
        ) from error
    except UnicodeError as error:  # a codec that refuses without saying where
        raise FileError(f"--encoding {encoding}: cannot read this; try latin-1, cp1252 or utf-16") from error


def targets(inputs: Sequence[str], output: str) -> list[Path]:
    """Return where each input's outcome goes: one file, or mirrored names in a folder. Raises FileError."""
    folder = Path(output)
    if len(inputs) == 1 and not folder.is_dir() and not output.endswith(("/", os.sep)):
        return [_safe(folder, inputs)]
    if STDIN in inputs:
        raise FileError("standard input has no name to give its outcome; clean it by itself, with -o FILE")
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{output}: is a file; several inputs need a folder for -o")
    # Without its "..", or a mirrored name would lead out of the folder again.
    paths = [Path(os.path.abspath(name)) for name in inputs]
    try:
        common = Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError as error:
        raise FileError("the inputs lie on different drives; clean those of one drive at a time") from error
    return [_safe(folder / path.relative_to(common), inputs) for path in paths]


def _safe(target: Path, inputs: Sequence[str]) -> Path:
    for name in inputs:
        with suppress(OSError, ValueError, AttributeError):  # missing, or standard input that is no file
            source = os.fstat(sys.stdin.fileno()) if name == STDIN else os.stat(name)
            if stat.S_ISREG(source.st_mode) and os.path.samestat(source, os.stat(target)):
                raise FileError(f"{target}: is an input; an input is never overwritten, choose another -o")
    return target


def write_whole(target: Path, text: str) -> None:
    """Write a file so that it appears whole or not at all; a pipe or a device takes what comes. Raises FileError."""
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(encoded(text))
            return
        place = Path(os.path.realpath(target))  # a symlink stays one
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o666 & ~_umask()
        handle, aside = tempfile.mkstemp(dir=place.parent, prefix=".defurnish.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(encoded(text))
            os.chmod(aside, mode)
            os.replace(aside, place)
        except BaseException:
            with suppress(OSError):
                os.unlink(aside)
            raise
    except (FileExistsError, NotADirectoryError) as error:
        raise FileError(f"{target}: a part of this path is a file, no folder; choose another -o") from error
    except OSError as error:
        raise FileError(f"{target}: cannot be written: {error.strerror}; choose another -o") from error


def encoded(text: str) -> bytes:
    """Return the text in UTF-8; halves of surrogate pairs, which no file can hold, as question marks."""
    return text.encode("utf-8", "replace")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
