"""What readers give and writers take: a document with its record as it came, or a record that is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class InputError(Exception):
    """A file that cannot be read, or not further; the message says why. What was read before it stands."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Where a record holds what; a dotted name leads into nested records, as in ``metadata.url``."""

    text: str = "text"
    id: str = "id"
    url: str | None = None
    """None: ``url`` or else ``metadata.url``, as Hugging Face and datatrove write it."""

    @property
    def urls(self) -> tuple[str, ...]:
        """The places where the address of the page may stand, first come first served."""
        return ("url", "metadata.url") if self.url is None else (self.url,)


@dataclass(slots=True)
class Document:
    """A record with a text. ``body`` is the record in the form of its file, which a writer of that form needs."""

    number: int
    """Line or record of its file, from 1."""
    text: str
    id: Any
    """As the record has it, of any JSON type; None if it has none."""
    url: str | None
    source: str | None
    body: Any


@dataclass(slots=True)
class Reject:
    """A record that cannot be cleaned: its line or record number from 1, a short category, and the detail."""

    number: int
    reason: str
    detail: str = ""
    id: Any = None
    readable: bool = False
    """Whether the record as such was read, so that other tools see one there, too."""


@dataclass(slots=True)
class Other:
    """A record that is no document (what describes an archive, a request): only its own format has a place for it."""

    body: Any


MISSING = object()


def value_at(record: Mapping[str, Any], name: str) -> Any:
    """Return what a record holds under a name: that key, or else the way that the dots describe; or MISSING.

    >>> value_at({"metadata": {"url": "https://post.example/"}}, "metadata.url")
    'https://post.example/'
    >>> value_at({"metadata.url": "here", "metadata": {}}, "metadata.url")
    'here'
    """
    if name in record:
        return record[name]
    head, dot, rest = name.partition(".")
    if not dot or not isinstance(inner := record.get(head), Mapping):
        return MISSING
    return value_at(inner, rest)


def replace_at(record: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where :func:`value_at` finds one, or would look for it.

    >>> record = {"metadata": {"url": "there"}}
    >>> replace_at(record, "metadata.url", "here")
    >>> replace_at(record, "page.id", 7)
    >>> record
    {'metadata': {'url': 'here'}, 'page': {'id': 7}}
    """
    head, dot, rest = name.partition(".")
    if not dot or name in record:
        record[name] = value
    else:
        replace_at(record.setdefault(head, {}), rest, value)


def document_of(number: int, record: Mapping[str, Any], fields: Fields, body: Any) -> Document | Reject:
    """Return the document that a record of named values is, or why it is none."""
    name = value_at(record, fields.id)
    name = None if name is MISSING else name
    text = value_at(record, fields.text)
    if text is MISSING or text is None:
        return Reject(number, "text missing", f"field {fields.text!r}", name, readable=True)
    if not isinstance(text, str):
        return Reject(
            number, "text not a string", f"field {fields.text!r} holds {type(text).__name__}", name, readable=True
        )
    url = next((value for place in fields.urls if isinstance(value := value_at(record, place), str)), None)
    source = record.get("source")
    return Document(number, text, name, url, source if isinstance(source, str) else None, body)
