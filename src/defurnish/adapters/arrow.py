"""Cleans a text column of Arrow data: the kernel that the other adapters share.

A record batch or a table comes back in the same type, chunk by chunk. Every other column and the schema's metadata are
untouched and not copied. Needs ``pip install "defurnish[arrow]"``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import pyarrow as pa

from .. import Cleaner, Removal, analyze, clean

Batch = TypeVar("Batch", pa.RecordBatch, pa.Table)

# Null is what engines infer for a batch in which every text is missing.
TEXTS = (pa.string(), pa.large_string(), pa.string_view(), pa.null())

REMOVED = "defurnish_removed"
SPARED = "defurnish_spared"
REMOVED_TYPE = pa.list_(
    pa.struct(
        [
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("family", pa.string()),
            ("reason", pa.string()),
            ("rules", pa.list_(pa.string())),
            ("text", pa.string()),
        ]
    )
)
EXPLAINING = (pa.field(REMOVED, REMOVED_TYPE), pa.field(SPARED, pa.bool_()))
"""The fields that ``explain=True`` adds, null where there was no text."""


def clean_batch(
    batch: Batch,
    *,
    text: str = "text",
    url: str | None = None,
    explain: bool = False,
    cleaner: Cleaner | None = None,
) -> Batch:
    r"""Return the batch with its text column cleaned: in the type that came in, all else as it was.

    Parameters
    ----------
    batch
        A ``pyarrow.RecordBatch`` or ``pyarrow.Table``.
    text
        The column to clean: string, large_string or string_view, dictionary-encoded or not. Nulls stay null.
    url
        The column of the pages' addresses (or hosts): by it a ``cleaner`` with ``profiles`` finds the profile of a
        page's site, and messages about texts that cannot be read name the page. Default: rules alone, and the row.
    explain
        Whether to add two columns: ``defurnish_removed``, a list of structs in the order of the text (``start`` and
        ``end``, half-open code-point offsets into the text that came in; ``family``; ``reason``; ``rules``; ``text``),
        and ``defurnish_spared``, true where nearly the whole text would have gone, so that nothing went.
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.

    Raises
    ------
    KeyError
        For a column that is not there.
    ValueError
        For a column whose name stands twice, for one that ``explain`` would write over, and for a text that is not
        valid UTF-8.
    TypeError
        For a text column that holds no text, and for a batch of another type.

    >>> page = "Rain fell all night.\n\nShare this article\n"
    >>> clean_batch(pa.table({"id": [7], "text": [page]})).to_pylist()
    [{'id': 7, 'text': 'Rain fell all night.\n'}]
    >>> clean_batch(pa.table({"text": [page]}), explain=True)["defurnish_removed"].to_pylist()[0][0]["family"]
    'engage'
    """
    if not isinstance(batch, (pa.RecordBatch, pa.Table)):
        raise TypeError(f"clean_batch() takes a pyarrow.RecordBatch or pyarrow.Table, not {type(batch).__name__}")
    schema = output_schema(batch.schema, text=text, explain=explain)
    place = _place(batch.schema, text)
    column = batch.column(place)
    urls = None if url is None else batch.column(_place(batch.schema, url))
    made: list[list[pa.Array]] = []
    row = 0
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        sites = None if urls is None or cleaner is None or cleaner.profiles is None else urls.slice(row, len(chunk))
        made.append(_columns(chunk, _texts(chunk, text, row, urls), sites, explain, cleaner))
        row += len(chunk)
    fields = [schema.field(place), *(EXPLAINING if explain else ())]
    new: list[Any] = made[0] if isinstance(batch, pa.RecordBatch) else _chunked(made, fields)
    columns = [*batch.columns, *new[1:]]
    columns[place] = new[0]
    return type(batch).from_arrays(columns, schema=schema)


class ColumnCleaner:
    """What the callables of the engines share: a cleaner, and the names of the columns that it works on.

    The parameters are those of :func:`clean_batch`.
    """

    def __init__(
        self,
        text: str = "text",
        *,
        url: str | None = None,
        explain: bool = False,
        cleaner: Cleaner | None = None,
    ) -> None:
        self._text = text
        self._url = url
        self._explain = explain
        self._cleaner = Cleaner() if cleaner is None else cleaner

    def _cleaned(self, batch: Batch) -> Batch:
        return clean_batch(batch, text=self._text, url=self._url, explain=self._explain, cleaner=self._cleaner)


def output_schema(schema: pa.Schema, *, text: str = "text", explain: bool = False) -> pa.Schema:
    """Return the schema of what :func:`clean_batch` gives for a batch of ``schema``; raises what it raises.

    >>> output_schema(pa.schema([("text", pa.string())]), explain=True).names
    ['text', 'defurnish_removed', 'defurnish_spared']
    """
    held = schema.field(_place(schema, text)).type
    if not _is_text(held):
        others = [field.name for field in schema if _is_text(field.type)]
        raise TypeError(
            f"column {text!r} holds {held}, no text; "
            + (f"columns with text: {', '.join(others)}" if others else "no column holds text")
            + ("; decode it first, as in column.cast(pyarrow.string()), if it is UTF-8" if _is_bytes(held) else "")
        )
    for field in EXPLAINING if explain else ():
        if field.name in schema.names:
            raise ValueError(f"column {field.name!r} is there already and would be written over; drop or rename it")
        schema = schema.append(field)
    return schema


def _place(schema: pa.Schema, name: str) -> int:
    places = schema.get_all_field_indices(name)
    if not places:
        raise KeyError(f"there is no column {name!r}; the columns are {', '.join(schema.names) or 'none'}")
    if len(places) > 1:
        raise ValueError(f"{len(places)} columns are called {name!r}; rename all but one")
    return int(places[0])


def _is_text(held: pa.DataType) -> bool:
    return (held.value_type if pa.types.is_dictionary(held) else held) in TEXTS


def _is_bytes(held: pa.DataType) -> bool:
    return held in (pa.binary(), pa.large_binary(), pa.binary_view())


def _texts(chunk: pa.Array, name: str, row: int, urls: pa.Array | pa.ChunkedArray | None) -> list[str | None]:
    """Return the texts of a chunk that begins at ``row``. Raises ValueError for one that is not UTF-8."""
    try:
        texts: list[str | None] = chunk.to_pylist()
    except UnicodeDecodeError:
        for at, value in enumerate(chunk, row):
            try:
                value.as_py()
            except UnicodeDecodeError as error:
                page = "" if urls is None else f" ({urls[at].as_py()})"
                raise ValueError(
                    f"column {name!r}, row {at}{page}: the text is not valid UTF-8 ({error.reason} at byte "
                    f"{error.start}); decode it with errors='replace', or leave the row out"
                ) from error
        raise
    return texts


def _columns(
    chunk: pa.Array,
    texts: list[str | None],
    urls: pa.Array | pa.ChunkedArray | None,
    explain: bool,
    cleaner: Cleaner | None,
) -> list[pa.Array]:
    """Return the new columns of a chunk: the clean text and, if asked for, what went and what was spared."""
    sites = [None] * len(texts) if urls is None else urls.to_pylist()
    if not explain:
        cleaned = _each(texts, sites, chunk, clean if cleaner is None else cleaner.clean)
        return [_like(chunk, texts, cleaned)]
    results = _each(texts, sites, chunk, analyze if cleaner is None else cleaner.analyze)
    return [
        _like(chunk, texts, [None if result is None else result.text for result in results]),
        pa.array([None if result is None else [*map(_struct, result.removed)] for result in results], REMOVED_TYPE),
        pa.array([None if result is None else result.spared for result in results], pa.bool_()),
    ]


def _chunked(made: list[list[pa.Array]], fields: list[pa.Field]) -> list[pa.ChunkedArray]:
    return [pa.chunked_array([arrays[at] for arrays in made], field.type) for at, field in enumerate(fields)]


def _each(texts: list[str | None], sites: list[Any], chunk: pa.Array, answer: Callable[..., Any]) -> list[Any]:
    if pa.types.is_dictionary(chunk.type):
        answer = cache(answer)  # a dictionary says that texts recur
    return [
        None if text is None else answer(text, site=site) if isinstance(site, str) else answer(text)
        for text, site in zip(texts, sites, strict=True)
    ]


def _like(chunk: pa.Array, before: list[str | None], after: list[str | None]) -> pa.Array:
    """Return the texts as an array of the chunk's type; the chunk itself if nothing changed."""
    if before == after:
        return chunk
    if not pa.types.is_dictionary(chunk.type):
        return pa.array(after, chunk.type)
    numbers: dict[str, int] = {}
    indices = [None if text is None else numbers.setdefault(text, len(numbers)) for text in after]
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, chunk.type.index_type),
        pa.array(list(numbers), chunk.type.value_type),
        ordered=chunk.type.ordered,
    )


def _struct(removal: Removal) -> dict[str, Any]:
    return {
        "start": removal.span.start,
        "end": removal.span.end,
        "family": removal.family,
        "reason": removal.reason,
        "rules": list(dict.fromkeys(evidence.rule for evidence in removal.evidence)),
        "text": removal.text,
    }
