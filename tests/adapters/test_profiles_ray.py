"""All sites of a crawl learned on a local Ray: the profiles of one machine, byte for byte."""

from __future__ import annotations

import pytest

ray = pytest.importorskip("ray", reason='needs Ray: pip install "defurnish[ray]"')
pytest.importorskip("ray.data", reason='needs Ray Data: pip install "defurnish[ray]"')
pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
pytest.importorskip("duckdb", reason='needs DuckDB: pip install "defurnish[profiles]"')

import pyarrow as pa  # noqa: E402

from defurnish.adapters.ray_profiles import learn_dataset  # noqa: E402
from defurnish.profiles.corpus import learn_sites  # noqa: E402
from defurnish.profiles.counting import SAMPLE  # noqa: E402
from defurnish.profiles.toml import from_json, to_json  # noqa: E402
from tests.profiles.crawl import crawl, large_crawl  # noqa: E402

pytestmark = [
    pytest.mark.usefixtures("ray_cluster"),
    pytest.mark.xdist_group("ray"),  # all on one worker, so that Ray starts once
    pytest.mark.filterwarnings("default::DeprecationWarning:ray"),  # Ray warns of its own settings
    pytest.mark.filterwarnings("default::FutureWarning:ray"),
    pytest.mark.filterwarnings("default:Use 'expr' instead of 'fn'"),
]


def expected(records, **options):
    return {profile.site: to_json(profile) for profile in learn_sites(records, **options)}


def learned(records, blocks, **options):
    table = pa.Table.from_pylist(records)
    size = -(-table.num_rows // blocks)
    dataset = ray.data.from_arrow([table.slice(start, size) for start in range(0, table.num_rows, size)])
    rows = learn_dataset(dataset, **options).take_all()
    found = {row["site"]: row["profile"] for row in rows}
    assert len(found) == len(rows)
    assert {row["site"]: row["pages"] for row in rows} == {site: from_json(held).pages for site, held in found.items()}
    return found


def test_the_profiles_of_one_machine_byte_for_byte():
    wanted = expected(crawl(), learned="2026-11-24")
    assert len(wanted) == 3
    for blocks in (1, 5):
        assert learned(crawl(), blocks, learned="2026-11-24") == wanted


def test_reposts_bad_records_other_columns_and_few_articles():
    records = crawl()
    records += [*records[:30], {"url": "https://mill.example/x", "text": None}, {"url": "co.uk", "text": "Rain."}]
    records += [{"url": None, "text": "Rain."}]
    records += [{"url": "https://small.example/", "text": record["text"]} for record in crawl()[:5]]
    renamed = [{"link": record["url"], "body": record["text"]} for record in records]
    assert learned(renamed, 3, key="link", text="body", min_pages=6) == expected(records, min_pages=6)
    assert expected(records, min_pages=6) == expected(crawl())


def test_of_a_large_site_the_same_sample_counts():
    records = large_crawl(SAMPLE + 300)
    found = learned(records, 4)
    assert found == expected(records)
    assert from_json(found["ostrel.example"]).pages == SAMPLE


def test_a_column_that_is_not_there():
    with pytest.raises(Exception, match="link"):
        learned(crawl(), 1, key="link")
