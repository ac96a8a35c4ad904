r"""Cleans text in Polars expressions, eager, lazy and streaming: importing this module gives them ``defurnish``.

Needs ``pip install "defurnish[polars]"``.

>>> pages = pl.DataFrame({"id": [7], "text": ["Rain fell all night.\n\nShare this article\n"]})
>>> pages.with_columns(pl.col("text").defurnish.clean()).rows()
[(7, 'Rain fell all night.\n')]
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import polars as pl
import pyarrow as pa

from .. import Cleaner
from .arrow import clean_batch, output_schema

_TEXT = pa.schema([("text", pa.large_string())])
# What a column of addresses is called beside its texts, which may be the same column.
_URL = "defurnish_url"
_Function: TypeAlias = Callable[..., pl.Series]
EXPLAINED = pl.Struct(pl.DataFrame(output_schema(_TEXT, explain=True).empty_table()).schema)
"""What ``explain()`` gives: ``text``, and what :func:`defurnish.adapters.arrow.clean_batch` says of it."""


@pl.api.register_expr_namespace("defurnish")
class Defurnish:
    """What ``pl.col("text").defurnish`` can do.

    The expression must give strings, categories or nulls; of another type, TypeError names the column when the query
    runs. Nulls stay null. Row by row, so the streaming engine cleans morsel by morsel.
    """

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def clean(self, *, url: str | pl.Expr | None = None, cleaner: Cleaner | None = None) -> pl.Expr:
        """Return the clean texts (``pl.String``); ``cleaner`` is for other than the default options.

        ``url``, a column or an expression, gives the pages' addresses (or hosts): by it a ``cleaner`` with ``profiles``
        finds the profile of a page's site. Default: rules alone.
        """
        return self._each(_cleaned, url, cleaner, pl.String)

    def explain(self, *, url: str | pl.Expr | None = None, cleaner: Cleaner | None = None) -> pl.Expr:
        r"""Return structs of the clean text and what went: ``text``, ``defurnish_removed``, ``defurnish_spared``.

        ``.struct.unnest()`` makes columns of them.

        >>> pages = pl.DataFrame({"text": ["Rain fell all night.\n\nShare this article\n"]})
        >>> explained = pages.select(pl.col("text").defurnish.explain().struct.unnest())
        >>> explained["defurnish_removed"][0][0]["family"]
        'engage'
        """
        return self._each(_explained, url, cleaner, EXPLAINED)

    def _each(self, function: _Function, url: str | pl.Expr | None, cleaner: Cleaner | None, answer: Any) -> pl.Expr:
        if url is None:
            return self._expr.map_batches(partial(function, cleaner=cleaner), return_dtype=answer, is_elementwise=True)
        urls = pl.col(url) if isinstance(url, str) else url
        # As a struct, for then Polars repeats a literal for all rows.
        pages = pl.struct(self._expr, urls.alias(_URL))
        called = urls.meta.output_name(raise_if_undetermined=False) or "url"
        beside = partial(_beside_urls, called=called, function=function, cleaner=cleaner)
        return pages.map_batches(beside, return_dtype=answer, is_elementwise=True)


def _beside_urls(pages: pl.Series, *, called: str, function: _Function, cleaner: Cleaner | None) -> pl.Series:
    *columns, urls = pages.struct.unnest().get_columns()
    if len(columns) > 1:
        names = ", ".join(repr(column.name) for column in columns)
        raise ValueError(f"with url=, .defurnish is for one column, not {names}; write an expression for each")
    return function(columns[0], urls.alias(called), cleaner=cleaner)


def _cleaned(texts: pl.Series, urls: pl.Series | None = None, *, cleaner: Cleaner | None) -> pl.Series:
    return pl.Series(texts.name, _table(texts, urls, cleaner, explain=False)["text"], pl.String)


def _explained(texts: pl.Series, urls: pl.Series | None = None, *, cleaner: Cleaner | None) -> pl.Series:
    return pl.DataFrame(_table(texts, urls, cleaner, explain=True)).to_struct(texts.name)


def _table(texts: pl.Series, urls: pl.Series | None, cleaner: Cleaner | None, *, explain: bool) -> pa.Table:
    table = pa.table({"text": _strings(texts, "no text; use .defurnish on a column of strings")}, schema=_TEXT)
    if urls is None:
        return clean_batch(table, explain=explain, cleaner=cleaner)
    table = table.append_column("url", _strings(urls, "no addresses; url= names a column of strings"))
    return clean_batch(table, url="url", explain=explain, cleaner=cleaner).drop_columns("url")


def _strings(series: pl.Series, otherwise: str) -> pa.Array:
    if series.dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        raise TypeError(f"column {series.name!r} holds {series.dtype}, {otherwise}")
    return series.cast(pl.String).to_arrow()
