r"""Cleans text in Polars expressions, eager, lazy and streaming: importing this module gives them ``defurnish``.

Needs ``pip install "defurnish[polars]"``.

>>> pages = pl.DataFrame({"id": [7], "text": ["Rain fell all night.\n\nShare this article\n"]})
>>> pages.with_columns(pl.col("text").defurnish.clean()).rows()
[(7, 'Rain fell all night.\n')]
"""

from __future__ import annotations

from functools import partial

import polars as pl
import pyarrow as pa

from .. import Cleaner
from .arrow import clean_batch, output_schema

_TEXT = pa.schema([("text", pa.large_string())])
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

    def clean(self, *, cleaner: Cleaner | None = None) -> pl.Expr:
        """Return the clean texts (``pl.String``); ``cleaner`` is for other than the default options."""
        return self._expr.map_batches(partial(_cleaned, cleaner=cleaner), return_dtype=pl.String, is_elementwise=True)

    def explain(self, *, cleaner: Cleaner | None = None) -> pl.Expr:
        r"""Return structs of the clean text and what went: ``text``, ``defurnish_removed``, ``defurnish_spared``.

        ``.struct.unnest()`` makes columns of them.

        >>> pages = pl.DataFrame({"text": ["Rain fell all night.\n\nShare this article\n"]})
        >>> explained = pages.select(pl.col("text").defurnish.explain().struct.unnest())
        >>> explained["defurnish_removed"][0][0]["family"]
        'engage'
        """
        return self._expr.map_batches(partial(_explained, cleaner=cleaner), return_dtype=EXPLAINED, is_elementwise=True)


def _cleaned(texts: pl.Series, cleaner: Cleaner | None) -> pl.Series:
    return pl.Series(texts.name, clean_batch(_table(texts), cleaner=cleaner)["text"], pl.String)


def _explained(texts: pl.Series, cleaner: Cleaner | None) -> pl.Series:
    return pl.DataFrame(clean_batch(_table(texts), explain=True, cleaner=cleaner)).to_struct(texts.name)


def _table(texts: pl.Series) -> pa.Table:
    if texts.dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        raise TypeError(f"column {texts.name!r} holds {texts.dtype}, no text; use .defurnish on a column of strings")
    return pa.table({"text": texts.cast(pl.String).to_arrow()}, schema=_TEXT)
