"""Reading pages and tables, with errors that name the file and the line."""

from __future__ import annotations

import gzip
import importlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

Half: TypeAlias = Literal["even", "odd"]


class DataError(Exception):
    """A file that cannot be used, or a line in it; the message says which and why."""

    def __init__(self, path: Path, why: str, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {why}" if line else f"{path}: {why}")


class MissingPackageError(Exception):
    """A package that a benchmark was asked to run and that is not installed; the message names it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its gold text, and its text as each extractor hands it on."""

    id: str
    url: str
    type: str
    title: str
    gold: str
    texts: Mapping[str, str]
    keep: tuple[str, ...]
    drop: tuple[str, ...]

    def texts_of(self, extractors: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield those of the extractors that found any text, with what they found."""
        for extractor in extractors:
            text = self.texts.get(extractor, "")
            if text.strip():
                yield extractor, text

    def in_half(self, half: Half | None) -> bool:
        """Tell whether the page's number is even or odd, as asked; without a half every page counts.

        Raises ValueError when the id is no number.
        """
        return half is None or int(self.id) % 2 == (half == "odd")


def read_pages(path: Path) -> Iterator[Page]:
    """Yield the pages of a JSONL file (plain, ``.gz`` or ``.zst``), one object a line.

    Blank lines are passed over. Required are ``id``, ``gold`` and ``texts``, a map from extractor to text in
    which null means no text. Raises DataError.
    """
    seen: set[str] = set()
    for number, raw in _lines(path):
        if not raw.strip():
            continue
        try:
            page = _page(json.loads(raw))
        except ValueError as error:  # bad JSON, bad UTF-8 and bad fields alike
            raise DataError(path, str(error), number) from error
        if page.id in seen:
            raise DataError(path, f"page id {page.id!r} stands twice in the file", number)
        seen.add(page.id)
        yield page


def read_sites(path: Path) -> dict[str, list[Page]]:
    """Return the pages of a JSONL file by site, in the order of the file.

    A line is what :func:`read_pages` reads, with the site's name in the field ``site``; a page without ``id`` is named
    by its site and ``url``. Raises DataError.
    """
    sites: dict[str, list[Page]] = {}
    for number, raw in _lines(path):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw)
            if not isinstance(record, dict):
                raise ValueError("a page must be a JSON object")
            site = _string(record, "site", required=True)
            sites.setdefault(site, []).append(_page({"id": f"{site} {record.get('url')}", **record}))
        except ValueError as error:
            raise DataError(path, str(error), number) from error
    if not sites:
        raise DataError(path, "holds no pages")
    return sites


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of a tab-separated file; blank lines and ``#`` lines are passed over.

    ``columns`` names the fields that every row must have; further ones are yielded too. Raises DataError.
    """
    for number, raw in _lines(path):
        try:
            line = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DataError(path, str(error), number) from error
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) < len(columns):
            raise DataError(path, f"expected the tab-separated fields {', '.join(columns)}", number)
        yield number, fields


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the numbered lines of a file, unpacked."""
    number = 0
    try:
        with _opened(path) as stream:
            for number, line in enumerate(stream, 1):
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        why = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise DataError(path, why, number + 1 if number else None) from error


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
    """Open a file as lines of bytes, by the compression that its name tells."""
    with path.open("rb") as packed:
        if path.suffix == ".gz":
            with gzip.open(packed) as unpacked:
                yield unpacked
        elif path.suffix == ".zst":
            try:
                zstandard = importlib.import_module("zstandard")
            except ImportError as error:
                raise DataError(path, "needs the package zstandard (pip install zstandard)") from error
            try:
                with zstandard.ZstdDecompressor().stream_reader(packed) as stream:
                    yield io.BufferedReader(stream)
            except zstandard.ZstdError as error:
                raise OSError(str(error)) from error
        else:
            yield packed


def _page(record: Any) -> Page:
    """Return the page that a JSON value describes; ValueError says which field is wrong."""
    if not isinstance(record, dict):
        raise ValueError("a page must be a JSON object")
    texts = record.get("texts")
    if not isinstance(texts, dict) or not all(isinstance(text, str | None) for text in texts.values()):
        raise ValueError("field 'texts' must be an object of strings")
    return Page(
        id=_string(record, "id", required=True),
        url=_string(record, "url"),
        type=_string(record, "type"),
        title=_string(record, "title"),
        gold=_string(record, "gold", required=True),
        texts={name: text or "" for name, text in texts.items()},
        keep=_strings(record, "keep"),
        drop=_strings(record, "drop"),
    )


def _string(record: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = record.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"field {name!r} must be a string")
    return value


def _strings(record: dict[str, Any], name: str) -> tuple[str, ...]:
    value = record.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"field {name!r} must be a list of strings")
    return tuple(value)
