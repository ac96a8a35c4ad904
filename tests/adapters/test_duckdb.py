"""The DuckDB functions: in several threads, from file to file, and inside other SQL."""

from __future__ import annotations

import pytest

duckdb = pytest.importorskip("duckdb", reason='needs duckdb: pip install "defurnish[duckdb]"')
pytest.importorskip("pyarrow", reason='needs pyarrow: pip install "defurnish[duckdb]"')
pytest.importorskip("numpy", reason='needs numpy: pip install "defurnish[duckdb]"')

import pyarrow.parquet as pq  # noqa: E402

from defurnish import Cleaner, analyze  # noqa: E402
from defurnish.adapters.duckdb import register  # noqa: E402

from .documents import documents, expected, of_sites, table  # noqa: E402

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        register(connection)
        yield connection


@pytest.fixture
def source(tmp_path):
    """The documents in a file of many row groups, so that several threads read it."""
    pq.write_table(table(), tmp_path / "documents.parquet", row_group_size=100)
    return str(tmp_path / "documents.parquet")


def test_all_documents_in_four_threads(connection, source):
    connection.execute("SET threads = 4")
    query = "SELECT * REPLACE (defurnish_clean(text) AS text) FROM read_parquet($1) ORDER BY id"
    wanted = [tuple({**document, "text": expected()[document["id"]]}.values()) for document in documents()]
    assert connection.execute(query, [source]).fetchall() == wanted


def test_all_documents_from_file_to_file(connection, source, tmp_path):
    connection.execute("SET threads = 4")
    out = tmp_path / "clean.parquet"
    query = f"SELECT * REPLACE (defurnish_clean(text) AS text) FROM read_parquet('{source}')"
    connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
    written = pq.read_table(out)
    assert dict(zip(written["id"].to_pylist(), written["text"].to_pylist(), strict=True)) == expected()
    assert written.drop_columns("text").to_pylist() == table().drop_columns("text").to_pylist()


def test_what_went_from_all_documents(connection, source):
    query = "SELECT id, defurnish_removed(text) FROM read_parquet($1) ORDER BY id"
    for document, (name, removed) in zip(documents(), connection.execute(query, [source]).fetchall(), strict=True):
        assert name == document["id"]
        assert [(r["start"], r["end"], r["family"], r["reason"], r["text"]) for r in removed] == [
            (r.span.start, r.span.end, r.family, r.reason, r.text) for r in analyze(document["text"]).removed
        ]


def test_nulls_and_constants(connection):
    connection.execute("CREATE TABLE pages AS SELECT unnest([$1, NULL, '', NULL]) AS text", [FURNISHED])
    rows = connection.execute("SELECT defurnish_clean(text), len(defurnish_removed(text)) FROM pages").fetchall()
    assert rows == [(CLEAN, 2), (None, None), ("", 0), (None, None)]
    constants = "SELECT defurnish_clean(NULL), defurnish_clean($1)"
    assert connection.execute(constants, [FURNISHED]).fetchall() == [(None, CLEAN)]
    assert connection.execute("SELECT defurnish_clean(text) FROM pages WHERE false").fetchall() == []


def test_inside_other_sql(connection):
    connection.execute("CREATE TABLE pages AS SELECT unnest(repeat([$1], 5000)) AS text", [FURNISHED])
    counted = connection.execute(
        "SELECT gone.family, count(*) FROM (SELECT unnest(defurnish_removed(text)) AS gone FROM pages) GROUP BY ALL "
        "ORDER BY 1"
    ).fetchall()
    assert counted == [("engage", 5000), ("legal", 5000)]
    shorter = "SELECT count(*) FROM pages WHERE length(defurnish_clean(text)) < length(text)"
    assert connection.execute(shorter).fetchall() == [(5000,)]


def test_cleaners_stand_side_by_side_and_registering_again_replaces(connection):
    register(connection, name="lenient", cleaner=Cleaner(keep={"legal"}))
    kept = "Rain fell all night.\n\n© 2021 The Ferry Post. All rights reserved.\n"
    both = "SELECT defurnish_clean($1), lenient_clean($1), len(lenient_removed($1))"
    assert connection.execute(both, [FURNISHED]).fetchall() == [(CLEAN, kept, 1)]
    register(connection, name="lenient")
    assert connection.execute(both, [FURNISHED]).fetchall() == [(CLEAN, CLEAN, 2)]
    assert connection.cursor().execute(both, [FURNISHED]).fetchall() == [(CLEAN, CLEAN, 2)]


@pytest.mark.parametrize("value", ["7", "['a']", "DATE '2024-05-03'"])
def test_what_is_no_text_is_refused_before_the_query_runs(connection, value):
    with pytest.raises(duckdb.BinderException, match=r"defurnish_clean\((col0 )?VARCHAR"):
        connection.execute(f"SELECT defurnish_clean({value})")


def test_the_profile_of_a_page_s_site(connection, tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    register(connection, name="sites", cleaner=cleaner)
    connection.execute("SET threads = 4")
    connection.execute("CREATE TABLE pages (n INTEGER, url VARCHAR, text VARCHAR)")
    connection.executemany("INSERT INTO pages VALUES (?, ?, ?)", [(n, *page[:2]) for n, page in enumerate(pages)])
    query = "SELECT sites_clean(text, url), defurnish_clean(text), sites_removed(text, url) FROM {} ORDER BY n"
    rows = connection.execute(query.format("pages")).fetchall()
    assert [row[:2] for row in rows] == [(clean, text) for _, text, clean in pages]
    assert [[gone["rules"] for gone in removed or ()] for _, _, removed in rows] == [
        [["site/ostrel.example#1"]], [], [["site/quay.example#1"]], [], [], [], [],
    ]  # fmt: skip
    assert rows[-1][2] is None
    many = query.format("(SELECT pages.* FROM pages, range(3000))")
    assert [row[0] for row in connection.execute(many).fetchall()] == [page[2] for page in pages for _ in range(3000)]
    desk = pages[0][1]
    constants = "SELECT sites_clean($1, NULL), sites_clean(NULL, 'ostrel.example'), sites_clean($1, 'ostrel.example')"
    assert connection.execute(constants, [desk]).fetchall() == [(desk, None, pages[0][2])]
    with pytest.raises(duckdb.BinderException, match=r"sites_clean\((col0 )?VARCHAR"):
        connection.execute("SELECT sites_clean(text) FROM pages")
