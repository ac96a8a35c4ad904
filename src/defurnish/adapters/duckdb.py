r"""Cleans text in DuckDB queries, in the process that runs them.

Needs ``pip install "defurnish[duckdb]"``.

>>> with duckdb.connect() as connection:
...     register(connection)
...     connection.sql(r"SELECT defurnish_clean(E'Rain fell all night.\n\nShare this article\n')").fetchall()
[('Rain fell all night.\n',)]
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import duckdb
import pyarrow as pa

from .. import Cleaner
from .arrow import REMOVED, clean_batch

# REMOVED_TYPE of the Arrow kernel, in DuckDB's words.
_REMOVED_TYPE = (
    'STRUCT("start" BIGINT, "end" BIGINT, "family" VARCHAR, "reason" VARCHAR, "rules" VARCHAR[], "text" VARCHAR)[]'
)


def register(connection: duckdb.DuckDBPyConnection, *, name: str = "defurnish", cleaner: Cleaner | None = None) -> None:
    """Give a connection two functions of a text (VARCHAR); NULL gives NULL.

    ``defurnish_clean(text)`` answers the clean text (VARCHAR); ``defurnish_removed(text)`` answers what went, in the
    order of the text: a list of structs ``start``, ``end`` (half-open code-point offsets into the text), ``family``,
    ``reason``, ``rules`` and ``text``. Both take whole vectors, are called from all threads of the connection, and are
    deterministic. Registering again replaces them. With a ``cleaner`` that has ``profiles`` both take two VARCHAR, the
    text and the page's address (or host), by which the profile of its site is found; a NULL address is one without.

    Parameters
    ----------
    connection
        The connection that gets them, with its cursors.
    name
        What their names begin with, so that several cleaners can stand side by side.
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.
    """

    by_site = cleaner is not None and cleaner.profiles is not None
    # With two arguments DuckDB must not answer NULL by itself: a page without an address has its text all the same.
    types, nulls = (["VARCHAR", "VARCHAR"], "special") if by_site else (["VARCHAR"], "default")
    for called, column, answer in (
        (f"{name}_clean", "text", "VARCHAR"),
        (f"{name}_removed", REMOVED, _REMOVED_TYPE),
    ):
        with suppress(duckdb.InvalidInputException):  # it was not there
            connection.remove_function(called)
        function = _of_pages(column, cleaner) if by_site else _of_texts(column, cleaner)
        # The types know the enum alone, whose module is not the same in all releases; the name serves in all.
        connection.create_function(called, function, types, answer, type="arrow", null_handling=nulls)


def _of_texts(column: str, cleaner: Cleaner | None) -> Callable[..., pa.ChunkedArray]:
    def answer(texts: pa.ChunkedArray) -> pa.ChunkedArray:
        return clean_batch(pa.table({"text": texts}), explain=column == REMOVED, cleaner=cleaner)[column]

    return answer


def _of_pages(column: str, cleaner: Cleaner | None) -> Callable[..., pa.ChunkedArray]:
    def answer(texts: pa.ChunkedArray, urls: pa.ChunkedArray) -> pa.ChunkedArray:
        pages = pa.table({"text": texts, "url": urls})
        return clean_batch(pages, url="url", explain=column == REMOVED, cleaner=cleaner)[column]

    return answer
