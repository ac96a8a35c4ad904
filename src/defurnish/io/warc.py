"""Web archives: the text records of Common Crawl's WET files and of WARC files, read and written with FastWARC."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from .documents import Document, Fields, InputError, Other, Reject, replace_at
from .formats import Compression
from .packed import Unpacked, packed_into

# Records whose block is text as such: responses hold HTTP messages, which an extractor must read first.
_TEXT_TYPES = (WarcRecordType.conversion, WarcRecordType.resource)
_DIGESTS = ("WARC-Block-Digest", "WARC-Payload-Digest")
_HEADERS = (("WARC-Date", "date"), ("WARC-Identified-Content-Language", "language"))


def pieces_of(blocks: Iterable[bytes], target: int, name: str) -> Iterator[tuple[int, list[WarcRecord]]]:
    """Yield lists of records of about ``target`` bytes, each with the number of its first record, from 1.

    The records hold their content and can be pickled. Raises InputError where the archive is cut or damaged, after what
    stood before it.
    """
    first, size = 1, 0
    records: list[WarcRecord] = []
    fault: InputError | None = None
    try:
        archive = ArchiveIterator(Unpacked(iter(blocks)), parse_http=False, stream_detect=False)
        for record in archive:
            declared = int(record.headers.get("Content-Length") or 0)
            record.freeze()
            if record.content_length < declared:
                raise InputError(f"{name}: is cut off within record {first + len(records)}")
            # A copy: to change the record that the archive stands at would end the archive there, without a word.
            records.append(pickle.loads(pickle.dumps(record)))
            size += declared
            if size >= target:
                yield first, records
                first, records, size = first + len(records), [], 0
    except InputError as error:
        fault = error
    except (OSError, ValueError) as error:
        fault = InputError(f"{name}: record {first + len(records)} is no WARC record: {error}")
    if records:
        yield first, records
    if fault is not None:
        raise fault


def record_of(number: int, record: WarcRecord) -> Document | Reject | Other:
    """Return the document that a text record is; ``body`` is the record. A record of another kind is none."""
    if not _is_text(record):
        return Other(record)
    content = record.reader.read()
    record.set_bytes_content(content)
    name = (record.record_id or "").removeprefix("<urn:uuid:").removesuffix(">") or None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Reject(number, "invalid UTF-8", f"byte {error.start} of the record: {error.reason}", name)
    return Document(number, text, name, record.headers.get("WARC-Target-URI"), None, record)


def _is_text(record: WarcRecord) -> bool:
    kind = record.headers.get("Content-Type") or "text/plain"
    return record.record_type in _TEXT_TYPES and kind.startswith("text/") and not kind.startswith("text/html")


def fields_of(document: Document, text: str, fields: Fields) -> dict[str, Any]:
    """Return a document of an archive as a record of named values, with ``text`` as its text."""
    record: dict[str, Any] = {}
    replace_at(record, fields.id, document.id)
    replace_at(record, fields.text, text)
    replace_at(record, fields.urls[0], document.url)
    headers = document.body.headers
    record.update({name: value for header, name in _HEADERS if (value := headers.get(header)) is not None})
    return record


def write(record: WarcRecord, text: str | None, file: BinaryIO, compression: Compression) -> None:
    """Write a record, with ``text`` in place of its own if there is one, compressed by itself as readers expect."""
    stale = [] if text is None else [digest for digest in _DIGESTS if digest in record.headers]
    if text is not None:
        record.set_bytes_content(text.encode("utf-8", "replace"))
    for digest in stale:
        record.headers.remove(digest)
    written = io.BytesIO()
    record.write(written, checksum_data=bool(stale))
    with packed_into(file, compression) as packed:
        packed.write(written.getvalue())
