"""The Polars namespace: eager, lazy and streaming."""

from __future__ import annotations

import pytest

pl = pytest.importorskip("polars", reason='needs polars: pip install "defurnish[polars]"')
pytest.importorskip("pyarrow", reason='needs pyarrow: pip install "defurnish[polars]"')

import defurnish.adapters.polars  # noqa: E402, F401
from defurnish import Cleaner, analyze  # noqa: E402

from .documents import documents, expected, of_sites, table  # noqa: E402

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"
BODY = "The ferry sank.\n"
REMOVED = pl.List(
    pl.Struct(
        {
            "start": pl.Int64,
            "end": pl.Int64,
            "family": pl.String,
            "reason": pl.String,
            "rules": pl.List(pl.String),
            "text": pl.String,
        }
    )
)


def check(frame):
    """Every document came out as the cleaner gives it, its other columns as they were, in order."""
    assert frame.rows(named=True) == [{**document, "text": expected()[document["id"]]} for document in documents()]


def test_all_documents_eagerly():
    frame = pl.DataFrame(table())
    out = frame.with_columns(pl.col("text").defurnish.clean())
    check(out)
    assert out.schema == frame.schema


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_all_documents_from_file_to_file(tmp_path, engine):
    pl.DataFrame(table()).write_parquet(tmp_path / "in.parquet", row_group_size=300)
    query = pl.scan_parquet(tmp_path / "in.parquet").with_columns(pl.col("text").defurnish.clean())
    assert query.collect_schema()["text"] == pl.String
    query.sink_parquet(tmp_path / "out.parquet", engine=engine)
    check(pl.read_parquet(tmp_path / "out.parquet"))
    check(query.collect(engine=engine))


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_all_documents_explained(engine):
    query = pl.LazyFrame(table()).with_columns(pl.col("text").defurnish.explain().struct.unnest())
    assert query.collect_schema() == {
        "id": pl.String,
        "url": pl.String,
        "text": pl.String,
        "words": pl.Int64,
        "defurnish_removed": REMOVED,
        "defurnish_spared": pl.Boolean,
    }
    for document, row in zip(documents(), query.collect(engine=engine).rows(named=True), strict=True):
        result = analyze(document["text"])
        assert row["text"] == result.text
        assert row["defurnish_spared"] == result.spared
        assert [(r["start"], r["end"], r["text"]) for r in row["defurnish_removed"]] == [
            (r.span.start, r.span.end, r.text) for r in result.removed
        ]


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum([FURNISHED, BODY, ""])], ids=str)
def test_nulls_stay_null_and_categories_become_strings(kind):
    frame = pl.DataFrame({"text": pl.Series([FURNISHED, None, BODY, ""], dtype=kind)})
    out = frame.select(pl.col("text").defurnish.clean())
    assert out["text"].to_list() == [CLEAN, None, BODY, ""]
    assert out.schema == {"text": pl.String}
    explained = frame.select(pl.col("text").defurnish.explain().struct.unnest())
    assert explained["defurnish_spared"].to_list() == [False, None, False, False]
    assert [removed and len(removed) for removed in explained["defurnish_removed"].to_list()] == [2, None, [], []]


@pytest.mark.parametrize("texts", [[], [None, None]])
@pytest.mark.parametrize("kind", [pl.String, pl.Null], ids=str)
def test_columns_without_any_text_keep_their_schema(texts, kind):
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=kind)})
    out = frame.select(pl.col("text").defurnish.clean())
    assert out.schema == {"text": pl.String}
    assert out["text"].to_list() == texts
    explained = frame.select(pl.col("text").defurnish.explain().struct.unnest())
    assert explained.schema["defurnish_removed"] == REMOVED
    assert explained["text"].to_list() == texts


def test_another_column_and_another_cleaner_within_an_expression():
    frame = pl.DataFrame({"content": [FURNISHED]})
    cleaner = Cleaner(keep={"engage"})
    out = frame.select(
        kept=pl.col("content").defurnish.clean(cleaner=cleaner).str.len_chars(),
        fewer=pl.col("content").str.len_chars() - pl.col("content").defurnish.clean().str.len_chars(),
        families=pl.col("content")
        .defurnish.explain(cleaner=cleaner)
        .struct.field("defurnish_removed")
        .list.eval(pl.element().struct.field("family")),
    )
    kept = "Rain fell all night.\n\nShare this article\n"
    assert out.rows() == [(len(kept), len(FURNISHED) - len(CLEAN), ["legal"])]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("column", [[7], [["a", "b"]], [b"a"]])
def test_a_column_without_text_is_named(column, engine):
    query = pl.LazyFrame({"pages": column})
    for expression in (pl.col("pages").defurnish.clean(), pl.col("pages").defurnish.explain()):
        with pytest.raises(TypeError, match=r"column 'pages' holds .*, no text; use .defurnish on a column of strings"):
            query.select(expression).collect(engine=engine)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_the_profile_of_a_page_s_site(tmp_path, engine):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    urls, texts, clean = map(list, zip(*pages, strict=True))
    query = pl.LazyFrame({"url": urls, "text": texts})
    text = pl.col("text")
    out = query.with_columns(text.defurnish.clean(url="url", cleaner=cleaner))
    assert out.collect_schema() == {"url": pl.String, "text": pl.String}
    assert out.collect(engine=engine).rows() == list(zip(urls, clean, strict=True))
    without = query.select(text.defurnish.clean(cleaner=cleaner), rules=text.defurnish.clean(url=pl.col("url")))
    assert without.collect(engine=engine).rows() == list(zip(texts, texts, strict=True))
    explained = query.select(text.defurnish.explain(url=pl.col("url"), cleaner=cleaner).struct.unnest())
    assert explained.collect_schema() == {
        "text": pl.String,
        "defurnish_removed": REMOVED,
        "defurnish_spared": pl.Boolean,
    }
    rows = explained.collect(engine=engine)
    assert rows["text"].to_list() == clean
    assert rows["defurnish_removed"][0][0]["rules"] == ["site/ostrel.example#1"]
    one_site = query.select(text.defurnish.clean(url=pl.lit("ostrel.example"), cleaner=cleaner)).collect(engine=engine)
    assert one_site["text"].to_list() == [clean[0], clean[0], texts[2], clean[0], texts[4], clean[0], None]
    hosts = pl.DataFrame({"host": ["ostrel", "quay"], "text": [texts[0], texts[0]]}).lazy()
    address = pl.lit("https://") + pl.col("host") + pl.lit(".example/rain")
    made = hosts.select(text.defurnish.clean(url=address, cleaner=cleaner)).collect(engine=engine)
    assert made["text"].to_list() == [clean[0], texts[0]]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_column_without_addresses_is_named(engine):
    query = pl.LazyFrame({"text": [FURNISHED], "words": [7]})
    with pytest.raises(TypeError, match="column 'words' holds Int64, no addresses; url= names a column of strings"):
        query.select(pl.col("text").defurnish.clean(url="words")).collect(engine=engine)
    with pytest.raises(ValueError, match=r"with url=, \.defurnish is for one column, not 'text', 'words'; write"):
        query.select(pl.col("text", "words").defurnish.clean(url="text")).collect(engine=engine)
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match="link"):
        query.select(pl.col("text").defurnish.clean(url="link")).collect(engine=engine)
