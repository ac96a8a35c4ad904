r"""JSON lines: reads a line into a document, and writes it back with its text replaced and every other byte as it was.

The replaced text is spliced into the line, so that numbers of any size, the way floats are written, the order of keys
and doubled keys all stay. Only if the key of the text is itself written with escapes (``"te\u0078t"``) the line is
written anew, by the standard library.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from .documents import Document, Fields, InputError, Reject, document_of, replace_at, value_at

# A longer line is no document; unbounded, a file without line breaks would be held in memory whole.
LONGEST_LINE = 128 << 20
TOO_LONG = b"\x00line too long"
"""Stands for a line that was longer: no JSON begins with NUL."""

# Beyond 64 bits, orjson reads an integer as a float.
_LONG_NUMBER = re.compile(rb"\d{19}")


@dataclass(slots=True)
class Line:
    """A line of a file, without its line ending, and the record it holds."""

    raw: bytes
    record: dict[str, Any]


def pieces_of(blocks: Iterable[bytes], target: int) -> Iterator[tuple[int, bytes]]:
    r"""Cut a stream into pieces of whole lines, each with the number of its first line, from 1.

    A piece ends with the first line that fills it to ``target`` bytes, whatever the size of the blocks that come. If
    the stream breaks off with an error, what came before it is yielded first.

    >>> list(pieces_of([b"on", b"e\ntwo\nth", b"ree"], 6))
    [(1, b'one\ntwo\n'), (3, b'three')]
    """
    number, held, searched, skipping = 1, bytearray(), 0, False
    try:
        for block in blocks:
            if skipping:
                end = block.find(b"\n")
                if end < 0:
                    continue
                skipping = False
                block = block[end:]
            held += block
            while (end := held.find(b"\n", max(target - 1, searched))) >= 0:
                piece = bytes(held[: end + 1])
                del held[: end + 1]
                searched = 0
                yield number, piece
                number += piece.count(b"\n")
            searched = len(held)
            if searched > target + LONGEST_LINE:
                held[held.rfind(b"\n", 0, target) + 1 :] = TOO_LONG
                searched, skipping = 0, True
    except InputError:
        if held:
            yield number, bytes(held)
        raise
    if held:
        yield number, bytes(held)


def records_of(piece: bytes, first: int, fields: Fields) -> Iterator[Document | Reject]:
    """Yield what the lines of a piece hold, whose first line has the number ``first``. Blank lines are no records."""
    for number, raw in enumerate(piece.split(b"\n"), first):
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if line and not line.isspace():
            yield _record(number, line, fields)


def _record(number: int, line: bytes, fields: Fields) -> Document | Reject:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if line == TOO_LONG:
            return Reject(number, "line too long", f"longer than {LONGEST_LINE >> 20} MiB")
        try:
            # What Python writes and JSON does not know: NaN, infinities, halves of surrogate pairs.
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as fault:
            return Reject(number, "invalid UTF-8", f"byte {fault.start} of the line: {fault.reason}")
        except (ValueError, RecursionError):
            return Reject(number, "broken JSON", str(error))
    if not isinstance(record, dict):
        return Reject(number, "not a JSON object", f"a {type(record).__name__}")
    return document_of(number, record, fields, Line(line, record))


def line_with(text: str, document: Document, name: str) -> bytes:
    """Return the line of a document with ``text`` in place of its text, ended by a line feed."""
    body: Line = document.body
    if text == document.text:
        return body.raw + b"\n"
    for found in _text_pattern(name.encode()).finditer(body.raw):
        start, end = found.span(1)
        escaped = body.raw[start:end]
        line = body.raw[:start] + _string(text, escaped.isascii() and b"\\u" in escaped) + body.raw[end:]
        # The same key may stand in a nested record, or twice: only the right place changes what a reader finds.
        if _found(line, name) == text:
            return line + b"\n"
    record = json.loads(body.raw)
    replace_at(record, name, text)
    return json.dumps(record, ensure_ascii=body.raw.isascii(), separators=(",", ":")).encode("utf-8") + b"\n"


def line_of(record: dict[str, Any]) -> bytes:
    """Return a record as a line. Raises TypeError for what JSON cannot hold."""
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a half of a surrogate pair, or an integer over 64 bits
        return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def read_back(line: bytes) -> dict[str, Any]:
    """Return the record of a line that was written here, its integers whole and its text such as UTF-8 can hold."""
    record: dict[str, Any]
    if not _LONG_NUMBER.search(line):
        try:
            record = orjson.loads(line)
            return record
        except orjson.JSONDecodeError:
            pass
    record = json.loads(line)
    return {key: _encodable(value) for key, value in record.items()}


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@lru_cache(maxsize=8)
def _text_pattern(name: bytes) -> re.Pattern[bytes]:
    keys = b"|".join(re.escape(_string(key.decode(), False)) for key in dict.fromkeys((name, name.rpartition(b".")[2])))
    return re.compile(rb"(?:" + keys + rb')\s*:\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")')


def _found(line: bytes, name: str) -> Any:
    try:
        return value_at(orjson.loads(line), name)
    except orjson.JSONDecodeError:
        return value_at(json.loads(line), name)


def _string(text: str, in_ascii: bool) -> bytes:
    """Return a text as a JSON string, escaped as the one that it replaces was."""
    try:
        return json.dumps(text).encode() if in_ascii else orjson.dumps(text)
    except TypeError:  # a half of a surrogate pair
        return json.dumps(text).encode()
