"""Cleans the text column of a Spark DataFrame on the executors, batch by batch through Arrow.

Every executor needs defurnish. Needs ``pip install "defurnish[spark]"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.functions import pandas_udf
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StringType, StructType

from .. import Cleaner
from .arrow import EXPLAINING, ColumnCleaner


class BatchCleaner(ColumnCleaner):
    """A function for ``DataFrame.mapInArrow``, which cleans the text column of each record batch.

    Takes and returns an iterator of ``pyarrow.RecordBatch``. Nulls stay null; the other columns are untouched.

    Parameters
    ----------
    text
        The column to clean.
    url
        The column of the pages' addresses, by which a ``cleaner`` with ``profiles`` finds the profile of a page's site.
    explain
        Whether to add the columns ``defurnish_removed`` and ``defurnish_spared``, as
        :func:`defurnish.adapters.arrow.clean_batch` does. Give ``mapInArrow`` :func:`cleaned_schema` then.
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.

    Raises
    ------
    KeyError, TypeError
        On the executor, for a column that is not there or holds no text; :func:`clean_frame` raises before it runs.
    """

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield each batch, cleaned."""
        for batch in batches:
            yield self._cleaned(batch)


def clean_frame(
    frame: DataFrame,
    *,
    text: str = "text",
    url: str | None = None,
    explain: bool = False,
    cleaner: Cleaner | None = None,
) -> DataFrame:
    """Return the DataFrame with its text column cleaned: ``mapInArrow`` with :class:`BatchCleaner` and its schema.

    Lazy, like everything in Spark. Raises KeyError for a column that is not there, TypeError for one that holds no
    strings and ValueError for one that ``explain`` would write over, here and not on the executors.
    """
    schema = cleaned_schema(frame.schema, text=text, explain=explain)
    if url is not None and url not in frame.schema.names:
        raise KeyError(f"there is no column {url!r}; the columns are {', '.join(frame.schema.names)}")
    return frame.mapInArrow(BatchCleaner(text, url=url, explain=explain, cleaner=cleaner), schema)


def cleaned_schema(schema: StructType, *, text: str = "text", explain: bool = False) -> StructType:
    """Return the schema of the cleaned DataFrame, given that of the DataFrame; raises what :func:`clean_frame` raises.

    It is the same one, and with ``explain`` two fields more.
    """
    if text not in schema.names:
        raise KeyError(f"there is no column {text!r}; the columns are {', '.join(schema.names) or 'none'}")
    if not isinstance(held := schema[text].dataType, StringType):
        raise TypeError(f"column {text!r} holds {held.simpleString()}, no text")
    if not explain:
        return schema
    added = from_arrow_schema(pa.schema(EXPLAINING))
    for name in added.names:
        if name in schema.names:
            raise ValueError(f"column {name!r} is there already and would be written over; drop or rename it")
    return StructType([*schema.fields, *added.fields])


def clean_udf(cleaner: Cleaner | None = None) -> Callable[..., Any]:
    """Return a ``pandas_udf`` from strings to clean strings, for expressions and SQL; nulls stay null.

    ``spark.udf.register("defurnish_clean", clean_udf())`` makes it known to SQL. For whole DataFrames
    :func:`clean_frame` is the shorter way.
    """
    clean = (Cleaner() if cleaner is None else cleaner).clean

    def defurnish_clean(texts: pd.Series) -> pd.Series:
        # Spark cannot send the string arrays of pandas 3 when every text is missing; it can send objects.
        return texts.map(clean, na_action="ignore").astype(object)

    udf: Callable[..., Any] = pandas_udf(defurnish_clean, "string")
    return udf
