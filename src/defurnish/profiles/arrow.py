"""Rows and profiles as Arrow holds them: what DuckDB, Spark and Ray Data carry for the counting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import get_type_hints

import pyarrow as pa

from .counting import Row, SiteCounts, rows_of
from .learn import profile_from
from .sites import site_of
from .toml import to_json

# Of fewer articles nothing can be accepted, and hardly anything be told.
MIN_PAGES = 4

ROWS = pa.schema([(name, pa.string() if held is str else pa.int64()) for name, held in get_type_hints(Row).items()])
"""A row of :mod:`defurnish.profiles.counting`."""
PROFILES = pa.schema([("site", pa.string()), ("pages", pa.int64()), ("profile", pa.string())])
"""A profile: its site, the distinct articles that were seen, and all of it as JSON."""


def table_of(rows: Iterable[Row]) -> pa.Table:
    """Return rows as Arrow."""
    columns = list(zip(*rows, strict=True)) or [()] * len(ROWS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, ROWS, strict=True)]
    return pa.Table.from_arrays(arrays, schema=ROWS)


def rows_in(table: pa.RecordBatch | pa.Table) -> Iterator[Row]:
    """Yield the rows that Arrow holds."""
    return map(Row._make, zip(*(table.column(name).to_pylist() for name in ROWS.names), strict=True))


def rows_of_pages(pages: pa.RecordBatch | pa.Table, *, text: str, key: str) -> pa.Table:
    """Return the rows of pages, given the columns of their texts and addresses.

    What has no text or no site has no rows. Raises KeyError for a column that is not there.
    """
    rows: list[Row] = []
    for found, address in zip(pages.column(text).to_pylist(), pages.column(key).to_pylist(), strict=True):
        if isinstance(found, str) and isinstance(address, str) and (site := site_of(address)) is not None:
            rows.extend(rows_of(found, site))
    return table_of(rows)


def counts_of_sites(rows: Iterable[Row]) -> Iterator[SiteCounts]:
    """Yield the counts of each site, given rows in which those of one site stand together."""
    for site, of_site in groupby(rows, key=lambda row: row.site):
        counts = SiteCounts(site)
        counts.add(of_site)
        yield counts


def profiles_of_rows(rows: Iterable[Row], *, min_pages: int, learned: str | None) -> Iterator[pa.RecordBatch]:
    """Yield the profile of each site with so many articles, given rows in which those of one site stand together."""
    for counts in counts_of_sites(rows):
        if counts.pages >= min_pages:
            profile = profile_from(counts, learned=learned)
            yield pa.RecordBatch.from_pylist(
                [{"site": profile.site, "pages": profile.pages, "profile": to_json(profile)}], schema=PROFILES
            )
