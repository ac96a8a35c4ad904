"""The callable class for Ray Data, on a Ray of two processors on this machine."""

from __future__ import annotations

import pytest

ray = pytest.importorskip("ray", reason='needs Ray: pip install "defurnish[ray]"')
pytest.importorskip("ray.data", reason='needs Ray Data: pip install "defurnish[ray]"')

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from defurnish import Cleaner, analyze  # noqa: E402
from defurnish.adapters.arrow import EXPLAINING  # noqa: E402
from defurnish.adapters.ray import TextCleaner  # noqa: E402

from .documents import documents, expected, of_sites, table  # noqa: E402

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"
BODY = "The ferry sank.\n"

pytestmark = [
    pytest.mark.usefixtures("ray_cluster"),
    pytest.mark.xdist_group("ray"),  # all on one worker, so that Ray starts once
    pytest.mark.filterwarnings("default::DeprecationWarning:ray"),  # Ray warns of its own settings
    pytest.mark.filterwarnings("default::FutureWarning:ray"),
    pytest.mark.filterwarnings("default:Use 'expr' instead of 'fn'"),
]


def cleaned(dataset, actors=1, **options):
    """Return the dataset mapped by so many actors."""
    return dataset.map_batches(
        TextCleaner,
        batch_format="pyarrow",
        batch_size=200,
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=0.5,  # of two; reading and writing need the rest
        fn_constructor_kwargs=options,
    )


def by_id(dataset):
    return sorted(dataset.take_all(), key=lambda row: row["id"])


def test_all_documents_by_two_actors(tmp_path):
    shards = [table().slice(start, 500) for start in range(0, len(documents()), 500)]
    cleaned(ray.data.from_arrow(shards), actors=2).write_parquet(str(tmp_path))
    out = pq.read_table(tmp_path).sort_by("id")
    assert out.to_pylist() == [{**document, "text": expected()[document["id"]]} for document in documents()]
    assert out.schema.equals(table().schema)


def test_all_documents_explained_from_a_file(tmp_path):
    pq.write_table(table(), tmp_path / "documents.parquet", row_group_size=300)
    out = cleaned(ray.data.read_parquet(str(tmp_path / "documents.parquet")), explain=True)
    for document, row in zip(documents(), by_id(out), strict=True):
        result = analyze(document["text"])
        assert row["text"] == result.text
        assert row["defurnish_spared"] == result.spared
        assert [(r["start"], r["end"], r["text"]) for r in row["defurnish_removed"]] == [
            (r.span.start, r.span.end, r.text) for r in result.removed
        ]
    assert out.schema().base_schema.equals(pa.schema([*table().schema, *EXPLAINING]))


def test_nulls_another_column_and_another_cleaner():
    rows = [{"id": 1, "content": FURNISHED, "text": FURNISHED}, {"id": 2, "content": None, "text": BODY}]
    out = cleaned(ray.data.from_arrow(pa.Table.from_pylist(rows)), text="content", cleaner=Cleaner(keep={"engage"}))
    assert by_id(out) == [
        {"id": 1, "content": "Rain fell all night.\n\nShare this article\n", "text": FURNISHED},
        {"id": 2, "content": None, "text": BODY},
    ]


@pytest.mark.filterwarnings("default:Use 'expr' instead:UserWarning")  # the function serves in all releases
def test_a_filter_that_leaves_blocks_without_rows():
    dataset = ray.data.from_arrow([pa.table({"id": [n], "text": [FURNISHED]}) for n in range(4)])
    out = cleaned(dataset.filter(lambda row: row["id"] == 2))
    assert out.take_all() == [{"id": 2, "text": CLEAN}]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"body": ["a"]}, "there is no column 'text'; the columns are body"),
        ({"text": [1]}, "column 'text' holds int64, no text"),
    ],
)
def test_errors_name_the_column(columns, says):
    with pytest.raises(Exception, match=says):
        cleaned(ray.data.from_arrow(pa.table(columns))).take_all()


def test_the_profile_of_a_page_s_site(tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    rows = [{"id": number, "url": url, "text": text} for number, (url, text, _) in enumerate(pages)]
    out = cleaned(ray.data.from_arrow(pa.Table.from_pylist(rows)), url="url", cleaner=cleaner)
    assert by_id(out) == [{**row, "text": clean} for row, (_, _, clean) in zip(rows, pages, strict=True)]
