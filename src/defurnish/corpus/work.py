"""What a worker does: cleans one chunk of a shard into parts that are kept until the shard is whole.

A chunk is done when its mark (a small JSON file) is there. Parts without a mark are the leavings of a killed worker and
are made anew.
"""

from __future__ import annotations

import base64
import json
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .. import Cleaner, Result
from ..io import jsonl
from ..io.documents import Document, InputError, Other, Reject
from ..io.formats import format_of
from ..io.packed import packed_into
from ..report.standoff import attributes
from ..report.tally import Tally
from .parts import LinesPart, documents_part
from .plan import ATTRIBUTES, DOCUMENTS, REMOVED, Settings, Shard
from .reading import Piece, Whole, batches_of

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Job:
    """A chunk to clean: which piece of which shard, and where its parts go (``<place>.documents`` …)."""

    shard: Shard
    piece: Piece
    place: Path
    weight: int
    """Bytes of the input file that the piece stands for, for the progress."""

    @property
    def whole(self) -> bool:
        """Whether the chunk is the whole shard."""
        return isinstance(self.piece, Whole)

    @property
    def mark(self) -> Path:
        """The file that tells that the chunk is done."""
        return self.place.with_name(self.place.name + ".json")

    def part(self, kind: str) -> Path:
        """Return the file that holds one kind of output of the chunk."""
        return self.place.with_name(f"{self.place.name}.{kind.partition('/')[0]}")


def mark_of(job: Job) -> dict[str, Any] | None:
    """Return the mark of a chunk that is done; None for one that is not."""
    try:
        mark: dict[str, Any] = json.loads(job.mark.read_bytes())
    except FileNotFoundError:
        return None
    return mark


def work(job: Job, settings: Settings, cleaner: Cleaner) -> dict[str, Any]:
    """Clean a chunk, leave its parts and its mark, and return the mark. Raises OSError if they cannot be written."""
    tally, fault = Tally(), None
    with _Parts(job, settings) as parts:
        try:
            for batch in batches_of(job.piece, job.shard, settings.fields, settings.chunk):
                for record in batch.records:
                    if isinstance(record, Reject):
                        parts.reject(record)
                        tally.reject(source=job.shard.name, reason=record.reason)
                    elif isinstance(record, Other):
                        parts.pass_on(record)
                    else:
                        result = cleaner.analyze(record.text, site=record.url if settings.by_site else None)
                        parts.keep(record, result)
                        tally.add(
                            id=_name(record.id, job.shard, record.number),
                            url=record.url,
                            source=job.shard.name,
                            before=record.text,
                            result=result,
                        )
                parts.end_batch(batch.table)
        except InputError as error:
            fault = str(error)
    mark = {"weight": job.weight, "fault": fault, "schema": parts.schema, "tally": tally.to_dict()}
    aside = _aside(job.mark)
    aside.write_text(json.dumps(mark), encoding="utf-8")
    os.replace(aside, job.mark)
    return mark


class _Parts:
    """The parts of a chunk: written aside, and under their names only once all of them are whole."""

    def __init__(self, job: Job, settings: Settings) -> None:
        self._job, self._settings = job, settings
        self._stack = ExitStack()
        self._written: dict[Path, Path] = {}
        self._rejected: BinaryIO | None = None
        self.schema: str | None = None

    def __enter__(self) -> _Parts:
        job, stack = self._job, self._stack
        targets = dict(job.shard.targets)
        self._attributes = self._lines(ATTRIBUTES, targets[ATTRIBUTES]) if ATTRIBUTES in targets else None
        self._removed = self._lines(REMOVED, targets[REMOVED]) if REMOVED in targets else None
        self._documents = None
        if DOCUMENTS in targets:
            file = stack.enter_context(self._opened(DOCUMENTS))
            self._documents = documents_part(file, job.shard, self._settings.fields, job.whole)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            with self._stack:
                self._discard()
            return
        try:
            if self._documents is not None:
                self._documents.close()
            self._stack.close()
            if isinstance(self._documents, LinesPart) and self._documents.inferring:
                self.schema = base64.b64encode(self._documents.schema.serialize()).decode()
            for part, aside in self._written.items():
                os.replace(aside, part)
        except BaseException:
            self._discard()
            raise

    def keep(self, document: Document, result: Result) -> None:
        """Write a document in all the ways that are asked for."""
        if self._documents is not None:
            self._documents.keep(document, result.text)
        if self._attributes is not None:
            name = _id(document.id, self._job.shard, document.number)
            row = {"id": name, "source": document.source or self._job.shard.mirrored, "attributes": attributes(result)}
            self._attributes.write(jsonl.line_of(row))
        if self._removed is not None:
            name = _id(document.id, self._job.shard, document.number)
            for removal in result.removed:
                row = {
                    "id": name,
                    "family": removal.family,
                    "rules": list(dict.fromkeys(evidence.rule for evidence in removal.evidence)),
                    "reason": removal.reason,
                    "start": removal.span.start,
                    "end": removal.span.end,
                    "text": removal.text,
                }
                self._removed.write(jsonl.line_of(row))

    def pass_on(self, other: Other) -> None:
        """Write a record that is no document, where the format has a place for it."""
        if self._documents is not None:
            self._documents.pass_on(other)

    def reject(self, record: Reject) -> None:
        """Write down a record that could not be cleaned."""
        if self._rejected is None:
            self._rejected = self._stack.enter_context(self._opened(REJECTED))
        self._rejected.write(jsonl.line_of(rejection(self._job.shard, record)))
        # Other tools go through the records and their attributes in step.
        if self._attributes is not None and record.readable:
            name = _id(record.id, self._job.shard, record.number)
            row = {"id": name, "source": self._job.shard.mirrored, "attributes": {}}
            self._attributes.write(jsonl.line_of(row))

    def end_batch(self, table: Any) -> None:
        """Take note that the documents since the last call are rows of ``table``."""
        if self._documents is not None:
            self._documents.end_batch(table)

    def _lines(self, kind: str, target: str) -> BinaryIO:
        held = format_of(target)
        file = self._stack.enter_context(self._opened(kind))
        return self._stack.enter_context(packed_into(file, held.compression if held else "none"))

    def _opened(self, kind: str) -> BinaryIO:
        part = self._job.part(kind)
        self._written[part] = _aside(part)
        return self._written[part].open("wb")

    def _discard(self) -> None:
        for aside in self._written.values():
            aside.unlink(missing_ok=True)


def rejection(shard: Shard, record: Reject) -> dict[str, Any]:
    """Return what the list of rejected records says of one."""
    unit = "line" if shard.format.kind == "lines" else "record"
    file = record.id if shard.files else shard.name
    told = {"file": file, unit: record.number, "reason": record.reason, "detail": record.detail, "id": record.id}
    return {key: value for key, value in told.items() if value not in (None, "")}


def _aside(path: Path) -> Path:
    # With the process's number: an orphan of a killed run may still be writing the same part.
    return path.with_name(f"{path.name}.{os.getpid()}.aside")


def _id(given: Any, shard: Shard, number: int) -> Any:
    """Return the id of a document as its record has it, or where it stands if it has none."""
    return f"{shard.mirrored}:{number}" if given is None else given


def _name(given: Any, shard: Shard, number: int) -> str:
    found = _id(given, shard, number)
    return found if isinstance(found, str) else jsonl.line_of(found)[:-1].decode()
