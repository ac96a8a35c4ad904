"""The Arrow kernel: the type that came in, the other columns as they were, and what went."""

from __future__ import annotations

import pytest

pa = pytest.importorskip("pyarrow", reason='needs pyarrow: pip install "defurnish[arrow]"')

from defurnish import Cleaner, analyze  # noqa: E402
from defurnish.adapters.arrow import clean_batch, output_schema  # noqa: E402

from .documents import COUNT, documents, expected, of_sites, table  # noqa: E402

FURNISHED = "Rain fell all night.\n\nShare this article\n\nBy morning the ferry was gone.\n"
CLEAN = "Rain fell all night.\n\nBy morning the ferry was gone.\n"
BODY = "The ferry sank.\n"
TEXTS = [FURNISHED, None, BODY, "", FURNISHED]
CLEANED = [CLEAN, None, BODY, "", CLEAN]
TYPES = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.uint32(), pa.large_string()),
    pa.dictionary(pa.int64(), pa.string(), ordered=True),
]


def batches(texts, held=pa.string()):  # noqa: B008
    """Return the texts as a record batch, a sliced one, a table, and a table in chunks of which one is empty."""
    column = pa.array(texts, held)
    batch = pa.record_batch({"text": column})
    whole = pa.table({"text": column})
    chunked = pa.table({"text": pa.chunked_array([column[:2], column[:0], column[2:]], held)})
    sliced = pa.record_batch({"text": pa.concat_arrays([column, column])}).slice(len(texts), len(texts))
    return {"batch": batch, "sliced": sliced, "table": whole, "chunked": chunked}


@pytest.mark.parametrize("shape", ["batch", "sliced", "table", "chunked"])
@pytest.mark.parametrize("held", TYPES, ids=str)
def test_the_type_that_came_in_goes_out(held, shape):
    batch = batches(TEXTS, held)[shape]
    for explain in (False, True):
        out = clean_batch(batch, explain=explain)
        out.validate(full=True)
        assert type(out) is type(batch)
        assert out.schema.field("text") == batch.schema.field("text")
        assert out["text"].to_pylist() == CLEANED
    if shape == "chunked":
        assert [len(chunk) for chunk in out["text"].chunks] == [2, 0, 3]


def test_all_documents_come_out_as_the_cleaner_gives_them():
    out = clean_batch(table())
    assert dict(zip(out["id"].to_pylist(), out["text"].to_pylist(), strict=True)) == expected()
    assert out.drop_columns("text") == table().drop_columns("text")


def test_what_went_is_what_analyze_says():
    out = clean_batch(table(), explain=True)
    spared = set()
    for document, row in zip(documents(), out.to_pylist(), strict=True):
        result = analyze(document["text"])
        assert row["text"] == result.text
        assert row["defurnish_spared"] == result.spared
        assert [(r["start"], r["end"], r["family"], r["reason"], r["text"]) for r in row["defurnish_removed"]] == [
            (r.span.start, r.span.end, r.family, r.reason, r.text) for r in result.removed
        ]
        for struct, removal in zip(row["defurnish_removed"], result.removed, strict=True):
            assert document["text"][struct["start"] : struct["end"]] == struct["text"]
            assert set(struct["rules"]) == {evidence.rule for evidence in removal.evidence}
            assert len(struct["rules"]) == len(set(struct["rules"])) > 0
        if result.spared:
            spared.add(document["id"])
    assert {f"doc-{number:04}" for number in range(49, COUNT, 100)} <= spared < set(expected())


def test_nulls_have_no_explanation_and_texts_without_furniture_an_empty_one():
    rows = clean_batch(pa.table({"text": [None, BODY]}), explain=True).to_pylist()
    assert rows == [
        {"text": None, "defurnish_removed": None, "defurnish_spared": None},
        {"text": BODY, "defurnish_removed": [], "defurnish_spared": False},
    ]


@pytest.mark.parametrize("shape", ["batch", "table"])
def test_other_columns_and_metadata_are_untouched_and_not_copied(shape):
    schema = pa.schema(
        [
            pa.field("id", pa.int64(), nullable=False, metadata={"unit": "none"}),
            pa.field("text", pa.string(), metadata={"language": "en"}),
            pa.field("tags", pa.list_(pa.string())),
        ],
        metadata={"source": "Ostrel"},
    )
    kind = pa.RecordBatch if shape == "batch" else pa.Table
    batch = kind.from_pylist([{"id": 7, "text": FURNISHED, "tags": ["a"]}], schema=schema)
    out = clean_batch(batch)
    assert out.schema.equals(schema, check_metadata=True)
    explained = clean_batch(batch, explain=True)
    assert explained.schema.equals(output_schema(schema, explain=True), check_metadata=True)
    assert explained.schema.metadata == {b"source": b"Ostrel"}
    for name in ("id", "tags"):
        assert addresses(out[name]) == addresses(explained[name]) == addresses(batch[name])


def test_a_column_without_furniture_is_not_copied():
    batch = pa.table({"text": [BODY, None, ""]})
    assert addresses(clean_batch(batch)["text"]) == addresses(batch["text"])


def addresses(column):
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return [buffer and buffer.address for chunk in chunks for buffer in chunk.buffers()]


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("held", [*TYPES, pa.null()], ids=str)
def test_empty_batches_keep_their_schema(held, explain):
    schema = pa.schema([("id", pa.int64()), ("text", held)])
    for batch in (schema.empty_table(), pa.RecordBatch.from_pylist([], schema), pa.Table.from_batches([], schema)):
        out = clean_batch(batch, explain=explain)
        assert out.num_rows == 0
        assert out.schema == output_schema(schema, explain=explain)
        assert out.schema.names[:2] == ["id", "text"]


def test_a_column_in_which_every_text_is_missing_stays_so():
    assert clean_batch(pa.table({"text": [None, None]})).to_pylist() == [{"text": None}, {"text": None}]


def test_a_dictionary_is_cleaned_once_for_each_text():
    column = pa.array([FURNISHED, BODY, FURNISHED] * 100).dictionary_encode()
    out = clean_batch(pa.table({"text": column}))["text"].combine_chunks()
    assert out.dictionary.to_pylist() == [CLEAN, BODY]


def test_another_column_and_another_cleaner():
    page = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
    batch = pa.table({"content": [page], "text": [page]})
    out = clean_batch(batch, text="content", cleaner=Cleaner(keep={"legal"})).to_pylist()
    assert out == [{"content": "Rain fell all night.\n\n© 2021 The Ferry Post. All rights reserved.\n", "text": page}]


@pytest.mark.parametrize(
    ("columns", "options", "error", "says"),
    [
        ({"id": [1], "body": ["a"]}, {}, KeyError, "there is no column 'text'; the columns are id, body"),
        ({"text": ["a"]}, {"url": "page"}, KeyError, "there is no column 'page'; the columns are text"),
        ({}, {}, KeyError, "the columns are none"),
        ({"text": [1], "body": ["a"]}, {}, TypeError, "column 'text' holds int64, no text; columns with text: body"),
        ({"text": [["a"]]}, {}, TypeError, "holds list<.*>, no text; no column holds text"),
        ({"text": [b"a"]}, {}, TypeError, r"holds binary, no text; .*; decode it first, as in column.cast"),
        (
            {"text": ["a"], "defurnish_spared": [1]},
            {"explain": True},
            ValueError,
            "column 'defurnish_spared' is there already",
        ),
    ],
)
def test_errors_name_the_column_and_those_there_are(columns, options, error, says):
    batch = pa.table(columns)
    with pytest.raises(error, match=says):
        clean_batch(batch, **options)
    with pytest.raises(error, match=says):
        clean_batch(pa.RecordBatch.from_pydict(columns), **options)


def test_a_name_that_stands_twice_is_refused():
    batch = pa.table([["a"], ["b"]], names=["text", "text"])
    with pytest.raises(ValueError, match="2 columns are called 'text'; rename all but one"):
        clean_batch(batch)


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="Table, not dict"):
        clean_batch({"text": [BODY]})


def test_a_text_that_is_no_utf8_is_named_with_row_and_page():
    good, bad = pa.array([BODY, BODY]), pa.array([b"caf\xe9"]).cast(pa.string(), safe=False)
    pages = pa.array(["https://ferry.example/1", "https://ferry.example/2", "https://ferry.example/3"])
    batch = pa.table({"text": pa.chunked_array([good, bad]), "url": pages})
    with pytest.raises(ValueError, match=r"column 'text', row 2: the text is not valid UTF-8 .* at byte 3\); decode"):
        clean_batch(batch)
    with pytest.raises(ValueError, match=r"row 2 \(https://ferry.example/3\): the text is not valid UTF-8"):
        clean_batch(batch, url="url")


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_the_profile_of_a_page_s_site(tmp_path, kind):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    urls, texts, clean = map(list, zip(*pages, strict=True))
    batch = pa.record_batch({"url": pa.array(urls), "text": pa.array(texts).cast(kind)})
    assert clean_batch(batch, url="url", cleaner=cleaner)["text"].to_pylist() == clean
    assert clean_batch(batch, cleaner=cleaner)["text"].to_pylist() == texts  # nobody said where the addresses are
    assert clean_batch(batch, url="url")["text"].to_pylist() == texts
    table = pa.Table.from_batches([batch, batch.slice(2)])
    explained = clean_batch(table, url="url", explain=True, cleaner=cleaner)
    assert explained["text"].to_pylist() == clean + clean[2:]
    assert explained["defurnish_removed"][0][0]["rules"].as_py() == ["site/ostrel.example#1"]
    assert explained["url"].to_pylist() == urls + urls[2:]
