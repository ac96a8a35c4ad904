"""The Spark functions, on a local Spark of two threads."""

from __future__ import annotations

import os
import shutil

import pytest

pytest.importorskip("pyspark", reason='needs Spark: pip install "defurnish[spark]"')
pytest.importorskip("pandas", reason='needs pandas: pip install "defurnish[spark]"')
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip(
        "Spark needs Java 17 or newer: install a JRE, as in apt-get install openjdk-17-jre-headless",
        allow_module_level=True,
    )

from pyspark.errors import PythonException
from pyspark.sql.functions import col
from pyspark.sql.types import LongType, StringType, StructField, StructType

from defurnish import Cleaner, analyze
from defurnish.adapters.spark import BatchCleaner, clean_frame, clean_udf, cleaned_schema

from .documents import documents, expected, of_sites

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"
BODY = "The ferry sank.\n"

pytestmark = [
    pytest.mark.xdist_group("spark"),  # all on one worker, so that Spark starts once
    pytest.mark.filterwarnings("default:::pyspark"),
    pytest.mark.filterwarnings("default::ResourceWarning"),  # sockets that Spark leaves to the collector
]


@pytest.fixture(scope="module")
def frame(spark):
    """The documents in four partitions."""
    schema = "id string, url string, text string, words bigint"
    return spark.createDataFrame([tuple(document.values()) for document in documents()], schema).repartition(4)


def test_all_documents_by_map_in_arrow_from_file_to_file(spark, frame, tmp_path):
    clean_frame(frame).write.parquet(str(tmp_path / "clean"))
    out = spark.read.parquet(str(tmp_path / "clean"))
    assert [row.asDict() for row in out.orderBy("id").collect()] == [
        {**document, "text": expected()[document["id"]]} for document in documents()
    ]
    assert out.schema == frame.schema


def test_all_documents_by_the_pandas_udf(spark, frame):
    spark.udf.register("defurnish_clean", clean_udf())
    frame.createOrReplaceTempView("pages")
    out = spark.sql("SELECT id, url, defurnish_clean(text) AS text, words FROM pages ORDER BY id")
    assert [row.asDict() for row in out.collect()] == [
        {**document, "text": expected()[document["id"]]} for document in documents()
    ]
    assert out.schema == frame.schema


def test_all_documents_explained(frame):
    out = clean_frame(frame, explain=True)
    assert out.schema == cleaned_schema(frame.schema, explain=True)
    for document, row in zip(documents(), out.orderBy("id").collect(), strict=True):
        result = analyze(document["text"])
        assert row.text == result.text
        assert row.defurnish_spared == result.spared
        assert [tuple(removed) for removed in row.defurnish_removed] == [
            (
                removal.span.start,
                removal.span.end,
                removal.family,
                removal.reason,
                list(dict.fromkeys(evidence.rule for evidence in removal.evidence)),
                removal.text,
            )
            for removal in result.removed
        ]


def test_nulls_another_column_and_another_cleaner(spark):
    rows = [(1, FURNISHED, FURNISHED), (2, None, BODY), (3, "", None)]
    pages = spark.createDataFrame(rows, "id int, content string, text string")
    cleaner = Cleaner(keep={"engage"})
    kept = "Rain fell all night.\n\nShare this article\n"
    wanted = [(1, kept, FURNISHED), (2, None, BODY), (3, "", None)]
    assert clean_frame(pages, text="content", cleaner=cleaner).orderBy("id").collect() == wanted
    udf = pages.withColumn("content", clean_udf(cleaner)(col("content")))
    assert udf.orderBy("id").collect() == wanted
    removed = (
        clean_frame(pages, explain=True).orderBy("id").select("text", "defurnish_removed.family", "defurnish_spared")
    )
    assert removed.collect() == [(CLEAN, ["engage", "legal"], False), (BODY, [], False), (None, None, None)]


def test_partitions_without_rows_or_without_texts(spark):
    pages = spark.createDataFrame([(1, None), (2, None)], "id int, text string")
    assert clean_frame(pages).orderBy("id").collect() == [(1, None), (2, None)]
    assert pages.select(clean_udf()("text")).collect() == [(None,), (None,)]
    assert clean_frame(pages.where("id > 2"), explain=True).collect() == []


def test_nested_columns_and_their_metadata_pass_through(spark):
    field = StructField("site", StructType([StructField("host", StringType())]), metadata={"comment": "where it stood"})
    schema = StructType([field, StructField("text", StringType()), StructField("n", LongType(), nullable=False)])
    pages = spark.createDataFrame([(("a.example",), FURNISHED, 7)], schema)
    out = clean_frame(pages)
    assert out.schema == schema
    assert out.schema["site"].metadata == {"comment": "where it stood"}
    assert out.collect() == [(("a.example",), CLEAN, 7)]


@pytest.mark.parametrize(
    ("schema", "options", "error", "says"),
    [
        ("id int, body string", {}, KeyError, "there is no column 'text'; the columns are id, body"),
        ("text binary", {}, TypeError, "column 'text' holds binary, no text"),
        ("text array<string>", {}, TypeError, "column 'text' holds array<string>, no text"),
        ("text string, defurnish_spared int", {"explain": True}, ValueError, "'defurnish_spared' is there already"),
    ],
)
def test_errors_name_the_column_before_anything_runs(spark, schema, options, error, says):
    with pytest.raises(error, match=says):
        clean_frame(spark.createDataFrame([], schema), **options)


def test_an_error_on_an_executor_names_the_column(spark):
    pages = spark.createDataFrame([(1, "a")], "id int, body string")
    with pytest.raises(PythonException, match="there is no column 'text'; the columns are id, body"):
        pages.mapInArrow(BatchCleaner(), pages.schema).collect()


def test_the_profile_of_a_page_s_site(spark, tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    frame = spark.createDataFrame(
        [(n, url, text) for n, (url, text, _) in enumerate(pages)], "n int, url string, text string"
    )
    out = clean_frame(frame.repartition(2), url="url", cleaner=cleaner).orderBy("n")
    assert out.collect() == [(n, url, clean) for n, (url, _, clean) in enumerate(pages)]
    with pytest.raises(KeyError, match="there is no column 'link'; the columns are n, url, text"):
        clean_frame(frame, url="link", cleaner=cleaner)
