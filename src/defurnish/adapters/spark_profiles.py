"""Learns all sites of a Spark DataFrame of pages: the same profiles as on one machine, from as many as there are.

Every executor needs defurnish. Needs ``pip install "defurnish[spark,profiles]"``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql.functions import col, count, dense_rank, lit, struct
from pyspark.sql.functions import min as smallest
from pyspark.sql.pandas.types import from_arrow_schema

from ..profiles.arrow import MIN_PAGES, PROFILES, ROWS, profiles_of_rows, rows_in, rows_of_pages
from ..profiles.counting import LEAST_PAGES, SAMPLE

_NAME = ("site", "document", "template")


def learn_frame(
    frame: DataFrame, *, key: str = "url", text: str = "text", min_pages: int = MIN_PAGES, learned: str | None = None
) -> DataFrame:
    """Return a DataFrame of profiles: ``site``, ``pages`` (distinct articles) and ``profile`` (JSON), in no order.

    :func:`defurnish.profiles.toml.from_json` reads the JSON. The profiles are those that
    :func:`defurnish.profiles.corpus.learn_sites` makes of the same pages, byte for byte. Lazy, like all of Spark.

    Parameters
    ----------
    frame
        The pages. Rows without text, or without the address of a site, are passed over.
    key, text
        The columns of the addresses (or bare hosts) and of the texts; ``metadata.url`` leads into a struct.
    min_pages
        Distinct articles that a site must have.
    learned
        The date that the profiles shall bear.
    """

    def count_rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from rows_of_pages(batch, text="text", key="url").to_batches()

    def learn(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = (row for batch in batches for row in rows_in(batch))
        return profiles_of_rows(rows, min_pages=min_pages, learned=learned)

    pages = frame.select(col(text).alias("text"), col(key).alias("url"))
    rows = pages.mapInArrow(count_rows, from_arrow_schema(ROWS))
    # The three steps of the counting: one row of each template of an article, a sample of articles, what recurs.
    others = [name for name in ROWS.names if name not in _NAME]
    single = rows.groupBy(*_NAME).agg(smallest(struct(*others)).alias("row")).select(*_NAME, "row.*")
    in_order = dense_rank().over(Window.partitionBy("site").orderBy("document"))
    sampled = single.withColumn("place", in_order).where(col("place") <= SAMPLE)
    articles = count(lit(1)).over(Window.partitionBy("site", "template"))
    recurring = sampled.withColumn("articles", articles).where(
        (col("articles") >= LEAST_PAGES) | (col("template") == "")
    )
    # One site after the other, so that an executor holds the rows of one at a time.
    together = recurring.select(*ROWS.names).repartition("site").sortWithinPartitions("site")
    return together.mapInArrow(learn, from_arrow_schema(PROFILES))
