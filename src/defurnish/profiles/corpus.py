"""Learns all sites of a corpus on one machine, in bounded memory: DuckDB counts, and spills to disk.

The table holds the rows of :mod:`defurnish.profiles.counting`. When the corpus has been read, the articles of each
site that count and the templates that stand on enough of them are worked out by key alone; only their rows are then
sorted by site, and only those of one site at a time come back into memory. What they add up to is for
:class:`~defurnish.profiles.counting.SiteCounts` to say, as everywhere else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from ..io.documents import value_at
from ..model import Profile
from .arrow import MIN_PAGES, ROWS, counts_of_sites, table_of
from .counting import LEAST_PAGES, SAMPLE, Row, SiteCounts, rows_of
from .learn import profile_from
from .sites import site_of

MEMORY = "1GB"
# Rows of some hundred pages: a batch of a few megabytes, which DuckDB takes at some ten million rows a second.
_BATCH_ROWS = 20_000
# Sorted rows come back some megabytes at a time.
_FETCH_ROWS = 10_000

EngineError: type[Exception] = duckdb.Error
"""What is raised when counting fails: no room on the disk, a size of memory that is none."""


def learn_sites(
    records: Iterable[Mapping[str, Any]],
    key: str = "url",
    *,
    text: str = "text",
    min_pages: int = MIN_PAGES,
    learned: str | None = None,
    memory: str = MEMORY,
    folder: str | Path | None = None,
    skipped: Callable[[Mapping[str, Any], str], None] | None = None,
) -> Iterator[Profile]:
    """Yield a profile of each site of a corpus, in the order of their names.

    Which profiles come out depends neither on the order of the records nor on the machine.

    Parameters
    ----------
    records
        The pages, read once: mappings that hold a text and an address.
    key
        Where a record holds its address, or the bare host (see :func:`defurnish.profiles.sites.site_of`). A dotted name
        leads into nested records, as in ``metadata.url``.
    text
        Where it holds its text.
    min_pages
        Distinct articles that a site must have.
    learned
        The date that the profiles shall bear.
    memory
        What DuckDB may use before it spills to disk, as in ``"1GB"``. Beside that stand the rows of one site, at most
        2,000 articles.
    folder
        Where it spills to; the files go when it ends. Default: the system's folder for temporary files.
    skipped
        Is called with a record that has no text or no site, and the reason. Default: it is passed over in silence.

    >>> page = "Ostrel Post\\n\\nOn the {0} the {0} came.\\n\\nRead our Sunday letter"
    >>> words = "ferry storm river mayor bridge".split()
    >>> pages = [{"url": f"https://www.ostrel.example/{word}", "text": page.format(word)} for word in words]
    >>> [(profile.site, len(profile.entries)) for profile in learn_sites(pages)]
    [('ostrel.example', 2)]
    """
    with RowTable(memory=memory, folder=folder) as table:
        for record in records:
            found, address = value_at(record, text), value_at(record, key)
            if not isinstance(found, str):
                reason = f"field {text!r} is missing or holds no text"
            elif not isinstance(address, str):
                reason = f"field {key!r} is missing or holds no text"
            elif (site := site_of(address)) is None:
                reason = f"field {key!r} holds {address[:200]!r}, the address of no site"
            else:
                table.add(rows_of(found, site))
                continue
            if skipped is not None:
                skipped(record, reason)
        for counts in table.sites(min_pages):
            yield profile_from(counts, learned=learned)


class RowTable:
    """The rows of a corpus in a DuckDB data base on disk, which goes when the table is closed."""

    def __init__(self, *, memory: str = MEMORY, folder: str | Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="defurnish.", dir=folder)
        self._held: list[Row] = []
        try:
            self._connection = duckdb.connect(
                str(Path(self._folder.name) / "rows.duckdb"),
                config={
                    "memory_limit": memory,
                    "temp_directory": self._folder.name,
                    "preserve_insertion_order": "false",
                },
            )
            self._connection.execute("SET enable_progress_bar = false")  # it would be drawn on standard output
            self._connection.execute(_TABLE)
        except BaseException:
            self._folder.cleanup()
            raise

    def __enter__(self) -> RowTable:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Drop the rows, and the files that held them."""
        self._connection.close()
        self._folder.cleanup()

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, of any sites in any order."""
        self._held.extend(rows)
        if len(self._held) >= _BATCH_ROWS:
            self._flush()

    def add_table(self, rows: pa.Table) -> None:
        """Add rows that are Arrow already."""
        self._connection.register("batch", rows)
        self._connection.execute(_INSERT)
        self._connection.unregister("batch")

    def sites(self, min_pages: int = 1) -> Iterator[SiteCounts]:
        """Return what there is of each site with so many articles, in the order of their names, one at a time."""
        self._flush()
        for statement in _COUNTING:
            self._connection.execute(statement, {"min_pages": min_pages} if "$min_pages" in statement else None)
        found = self._connection.execute(_SELECT)
        return counts_of_sites(map(Row._make, chain.from_iterable(iter(lambda: found.fetchmany(_FETCH_ROWS), []))))

    def _flush(self) -> None:
        if self._held:
            self.add_table(table_of(self._held))
            self._held = []


# Most of the table's size is text that stands on one page alone: packed, it takes two thirds of the room.
_COLUMNS = {field.name: "VARCHAR" if field.type == pa.string() else "BIGINT" for field in ROWS} | dict.fromkeys(
    ("template", "example"), "VARCHAR USING COMPRESSION zstd"
)
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
# A key stands for the template while it is counted.
_TYPED = ", ".join(f'"{name}" {held}' for name, held in _COLUMNS.items())
_TABLE = f"CREATE TABLE rows ({_TYPED}, key UBIGINT)"
_INSERT = f"INSERT INTO rows SELECT {_NAMES}, hash(template) FROM batch"
_SELECT = f"""
    SELECT {_NAMES}
    FROM rows SEMI JOIN articles USING (site, document) SEMI JOIN recurring USING (site, key)
    ORDER BY site
"""
# The articles that count, and the templates that stand on enough of them; the template of the articles themselves is
# empty. Two templates with one key would come back both: SiteCounts looks at the templates.
_COUNTING = (
    f"""
    CREATE OR REPLACE TEMP TABLE articles AS
    SELECT site, document
    FROM (SELECT DISTINCT site, document FROM rows WHERE key = hash(''))
    QUALIFY count(*) OVER (PARTITION BY site) >= $min_pages
        AND row_number() OVER (PARTITION BY site ORDER BY document) <= {SAMPLE}
    """,
    f"""
    CREATE OR REPLACE TEMP TABLE recurring AS
    SELECT site, key
    FROM (SELECT DISTINCT site, key, document FROM rows SEMI JOIN articles USING (site, document))
    GROUP BY site, key
    HAVING count(*) >= {LEAST_PAGES} OR key = hash('')
    """,
)
