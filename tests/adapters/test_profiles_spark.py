"""All sites of a crawl learned on a local Spark: the profiles of one machine, byte for byte."""

from __future__ import annotations

import os
import shutil

import pytest

pytest.importorskip("pyspark", reason='needs Spark: pip install "defurnish[spark]"')
pytest.importorskip("pandas", reason='needs pandas: pip install "defurnish[spark]"')
pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
pytest.importorskip("duckdb", reason='needs DuckDB: pip install "defurnish[profiles]"')
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip(
        "Spark needs Java 17 or newer: install a JRE, as in apt-get install openjdk-17-jre-headless",
        allow_module_level=True,
    )


from defurnish.adapters.spark_profiles import learn_frame
from defurnish.profiles.corpus import learn_sites
from defurnish.profiles.counting import SAMPLE
from defurnish.profiles.toml import from_json, to_json
from tests.profiles.crawl import crawl, large_crawl

pytestmark = [
    pytest.mark.xdist_group("spark"),  # all on one worker, so that Spark starts once
    pytest.mark.filterwarnings("default:::pyspark"),
    pytest.mark.filterwarnings("default::ResourceWarning"),  # sockets that Spark leaves to the collector
]


def expected(records, **options):
    return {profile.site: to_json(profile) for profile in learn_sites(records, **options)}


def learned(frame, **options):
    rows = learn_frame(frame, **options).collect()
    found = {row.site: row.profile for row in rows}
    assert len(found) == len(rows)
    assert {row.site: row.pages for row in rows} == {site: from_json(held).pages for site, held in found.items()}
    return found


def test_the_profiles_of_one_machine_byte_for_byte(spark):
    frame = spark.createDataFrame([tuple(record.values()) for record in crawl()], "url string, text string")
    wanted = expected(crawl(), learned="2026-11-24")
    assert len(wanted) == 3
    for partitions in (1, 5):
        assert learned(frame.repartition(partitions), learned="2026-11-24") == wanted


def test_reposts_bad_records_other_columns_and_few_articles(spark):
    rows = [(record["text"], (record["url"],)) for record in crawl()]
    rows += [*rows[:30], (None, ("https://mill.example/x",)), ("Rain.", ("co.uk",)), ("Rain.", (None,))]
    rows += [(record["text"], ("https://small.example/",)) for record in crawl()[:5]]
    frame = spark.createDataFrame(rows, "body string, page struct<link: string>").repartition(3)
    records = [{"text": text, "url": page[0]} for text, page in rows]
    options = {"min_pages": 6}
    assert learned(frame, key="page.link", text="body", **options) == expected(records, **options) == expected(crawl())


def test_of_a_large_site_the_same_sample_counts(spark):
    records = large_crawl(SAMPLE + 300)
    frame = spark.createDataFrame([tuple(record.values()) for record in records], "url string, text string")
    found = learned(frame)
    assert found == expected(records)
    assert from_json(found["ostrel.example"]).pages == SAMPLE


def test_nothing_is_held_that_can_be_spilled(spark):
    """The plan groups and sorts in Spark; Python gets rows of the sites one behind the other."""
    frame = spark.createDataFrame([tuple(record.values()) for record in crawl()], "url string, text string")
    plan = learn_frame(frame)._jdf.queryExecution().toString()
    assert "MapInArrow" in plan
    assert "FlatMapGroups" not in plan
