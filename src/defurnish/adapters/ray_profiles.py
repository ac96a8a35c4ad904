"""Learns all sites of a Ray dataset of pages: the same profiles as on one machine, from as many as there are.

Every worker needs defurnish. Needs ``pip install "defurnish[ray,profiles]"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc
from ray.data import Dataset

from ..profiles.arrow import MIN_PAGES, PROFILES, profiles_of_rows, rows_in, rows_of_pages
from ..profiles.counting import SAMPLE

_LAST = pa.schema([("site", pa.string()), ("last", pa.int64())])


def learn_dataset(
    dataset: Dataset, *, key: str = "url", text: str = "text", min_pages: int = MIN_PAGES, learned: str | None = None
) -> Dataset:
    """Return a dataset of profiles: ``site``, ``pages`` (distinct articles) and ``profile`` (JSON), in no order.

    :func:`defurnish.profiles.toml.from_json` reads the JSON. The profiles are those that
    :func:`defurnish.profiles.corpus.learn_sites` makes of the same pages, byte for byte. The pages are read and counted
    at once, their rows kept in the object store (which spills to disk); the profiles are made when they are asked for.

    Parameters
    ----------
    dataset
        The pages. Rows without text, or without the address of a site, are passed over.
    key, text
        The columns of the addresses (or bare hosts) and of the texts.
    min_pages
        Distinct articles that a site must have.
    learned
        The date that the profiles shall bear.

    Raises
    ------
    KeyError
        For a column that is not there.
    """
    rows = dataset.map_batches(
        rows_of_pages, batch_format="pyarrow", fn_kwargs={"text": text, "key": key}
    ).materialize()
    # Of a large site some thousand articles count, those with the smallest fingerprints: the others go before the rows
    # of a site come together in one place.
    last = {
        site["site"]: site["last"]
        for site in rows.map_batches(_articles, batch_format="pyarrow")
        .groupby("site")
        .map_groups(_last_that_counts, batch_format="pyarrow")
        .iter_rows()
    }
    if last:
        rows = rows.map_batches(_counting, batch_format="pyarrow", fn_kwargs={"last": last})
    return rows.groupby("site").map_groups(
        _profile, batch_format="pyarrow", fn_kwargs={"min_pages": min_pages, "learned": learned}
    )


def _articles(rows: pa.Table) -> pa.Table:
    return rows.filter(pc.equal(rows["template"], "")).select(["site", "document"])


def _last_that_counts(articles: pa.Table) -> pa.Table:
    """Return the last article of a site that counts; no row for a site of which all do."""
    documents = pc.unique(articles["document"]).sort()
    if len(documents) <= SAMPLE:
        return _LAST.empty_table()
    return pa.Table.from_pylist([{"site": articles["site"][0].as_py(), "last": documents[SAMPLE - 1].as_py()}], _LAST)


def _counting(rows: pa.Table, last: Mapping[str, int]) -> pa.Table:
    places = zip(rows["site"].to_pylist(), rows["document"].to_pylist(), strict=True)
    return rows.filter(pa.array([document <= last.get(site, document) for site, document in places], pa.bool_()))


def _profile(rows: pa.Table, min_pages: int, learned: str | None) -> pa.Table:
    made: Iterator[pa.RecordBatch] = profiles_of_rows(rows_in(rows), min_pages=min_pages, learned=learned)
    return pa.Table.from_batches(made, PROFILES)
