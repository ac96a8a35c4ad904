r"""Cleans text in DuckDB queries, in the process that runs them.

Needs ``pip install "defurnish[duckdb]"``.

>>> with duckdb.connect() as connection:
...     register(connection)
...     connection.sql(r"SELECT defurnish_clean(E'Rain fell all night.\n\nShare this article\n')").fetchall()
[('Rain fell all night.\n',)]
"""

from __future__ import annotations

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
    deterministic. Registering again replaces them.

    Parameters
    ----------
    connection
        The connection that gets them, with its cursors.
    name
        What their names begin with, so that several cleaners can stand side by side.
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.
    """

    def cleaned(texts: pa.ChunkedArray) -> pa.ChunkedArray:
        return clean_batch(pa.table({"text": texts}), cleaner=cleaner)["text"]

    def removed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
        return clean_batch(pa.table({"text": texts}), explain=True, cleaner=cleaner)[REMOVED]

    for called, function, answer in (
        (f"{name}_clean", cleaned, "VARCHAR"),
        (f"{name}_removed", removed, _REMOVED_TYPE),
    ):
        with suppress(duckdb.InvalidInputException):  # it was not there
            connection.remove_function(called)
        # The types know the enum alone, whose module is not the same in all releases; the name serves in all.
        connection.create_function(called, function, ["VARCHAR"], answer, type="arrow")
