"""All sites of a corpus learned at once, with DuckDB: the same profiles as site by site, in bounded memory."""

from __future__ import annotations

import gc
import os
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb", reason='needs DuckDB: pip install "defurnish[profiles]"')
pytest.importorskip("publicsuffixlist", reason='needs publicsuffixlist: pip install "defurnish[profiles]"')

import defurnish
from defurnish.profiles import corpus
from defurnish.profiles.arrow import rows_in, table_of
from defurnish.profiles.corpus import RowTable, learn_sites
from defurnish.profiles.counting import SAMPLE, SiteCounts, rows_of
from defurnish.profiles.learn import learn, profile_from
from tests.profiles.crawl import SITES, crawl, large_crawl

# Letters that are not as many, or not the same ones, in lower case; what C strings end at; what quotes end at.
ODD = st.text(st.sampled_from("aABbİIıßẞΣσςǅﬁé\u0301𝄞𐐀\x00'\"{} ."), max_size=8)


def by_site(**options):
    """Return the profiles that come of learning each site by itself."""
    return [
        learn([record["text"] for record in crawl() if f"www.{site}/" in record["url"]], site=site, **options)
        for site in SITES
    ]


def test_the_same_profiles_as_site_by_site():
    assert list(learn_sites(crawl(), learned="2026-11-24")) == by_site(learned="2026-11-24")
    assert all(profile.entries for profile in by_site())


@pytest.mark.parametrize("seed", range(3))
def test_neither_order_nor_batches_tell(seed, monkeypatch):
    monkeypatch.setattr(corpus, "_BATCH_ROWS", 1 + 50 * seed)
    monkeypatch.setattr(corpus, "_FETCH_ROWS", 1 + 7 * seed)
    records = crawl()
    random.Random(seed).shuffle(records)
    records += records[:20]  # read twice
    assert list(learn_sites(records)) == by_site()


def test_addresses_of_one_site_in_many_forms():
    pages = [record["text"] for record in crawl() if "www.ostrel.example" in record["url"]]
    forms = ("https://ostrel.example/{0}", "http://www.Ostrel.example:80/{0}", "ostrel.example.", "WWW.OSTREL.EXAMPLE")
    records = [{"link": {"href": forms[number % 4].format(number)}, "body": page} for number, page in enumerate(pages)]
    assert list(learn_sites(records, "link.href", text="body")) == [learn(pages, site="ostrel.example")]


def test_sites_with_few_articles_are_left_out():
    pages = crawl()
    few = [{"url": f"https://small.example/{number}", "text": page["text"]} for number, page in enumerate(pages[:5])]
    again = [{**record, "url": f"{record['url']}?again"} for record in few]  # the same articles: they count once
    assert [profile.site for profile in learn_sites([*few, *again], min_pages=5)] == ["small.example"]
    assert [profile.site for profile in learn_sites([*few, *again], min_pages=6)] == []
    assert list(learn_sites([])) == []


def test_records_without_text_or_site_are_told_and_passed_over():
    bad = [
        {"url": "https://ostrel.example/a"},
        {"url": "https://ostrel.example/a", "text": None},
        {"text": "Rain fell."},
        {"url": 7, "text": "Rain fell."},
        {"url": "co.uk", "text": "Rain fell."},
    ]
    told = []
    found = list(learn_sites([*bad, *crawl(), *bad], skipped=lambda record, reason: told.append((record, reason))))
    assert found == by_site()
    assert [record for record, _ in told] == bad * 2
    assert [reason for _, reason in told[:5]] == [
        "field 'text' is missing or holds no text",
        "field 'text' is missing or holds no text",
        "field 'url' is missing or holds no text",
        "field 'url' is missing or holds no text",
        "field 'url' holds 'co.uk', the address of no site",
    ]


def test_texts_that_utf_8_cannot_hold():
    records = [{**record, "text": record["text"].replace("night desk", "night \ud800 desk")} for record in crawl()]
    found = next(learn_sites(record for record in records if "mill" not in record["url"]))
    assert found == learn([record["text"] for record in records if "www.ostrel" in record["url"]], site=found.site)
    assert "tell the night \ufffd desk what you saw" in {entry.template for entry in found.entries}


def test_rows_pass_through_arrow_as_they_are():
    rows = [row for record in crawl()[:5] for row in rows_of(record["text"], "post.example")]
    assert list(rows_in(table_of(rows))) == rows
    assert list(rows_in(table_of([]))) == []


@given(
    st.lists(
        st.tuples(ODD, ODD).map(lambda pair: (pair[0], pair[0].lower()[1:] if len(pair[0]) % 2 else pair[1])),
        min_size=1,
        unique_by=lambda pair: pair[1],
    )
)
@settings(max_examples=50)
def test_the_table_gives_rows_back_as_they_were(pairs):
    whole, block, *_ = rows_of("Ostrel Post", "ostrel.example")
    rows = [block._replace(template=template, example=example) for example, template in pairs if template]
    copies = [row._replace(document=document) for document in (1, 2, 3) for row in (whole, *rows)]
    with RowTable() as table:
        table.add(copies)
        (counts,) = table.sites()
    assert sorted(row for held in counts.by_template().values() for row in held) == sorted(copies)


def test_of_a_large_site_the_same_sample_counts():
    texts = [record["text"] for record in large_crawl(SAMPLE + 300)]
    whole = SiteCounts("ostrel.example")
    with RowTable() as table:
        for text in texts:
            rows = rows_of(text, "ostrel.example")
            whole.add(rows)
            table.add(rows)
        (counts,) = table.sites()
    assert counts.pages == whole.pages == SAMPLE
    assert profile_from(counts) == profile_from(whole)


def test_nothing_stays_behind(tmp_path):
    found = learn_sites(crawl(), folder=tmp_path)
    next(found)
    assert list(tmp_path.iterdir())
    found.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ZeroDivisionError):
        list(learn_sites((1 / 0 for _ in range(1)), folder=tmp_path))
    gc.collect()
    assert list(tmp_path.iterdir()) == []


# Two hundred megabytes of rows, of pages that share next to nothing; made by hand, for reading them would take minutes.
LARGE = """
import random, sys
from defurnish.profiles.corpus import RowTable
from defurnish.profiles.counting import Row, rows_of
whole, _, block, *_ = rows_of("Ostrel Post" + chr(10) + "Rain fell." + chr(10) + "Foot", "ostrel.example")
with RowTable(memory="64MB", folder=sys.argv[1]) as table:
    for number in range(int(sys.argv[2])):
        here = {"site": f"site{number % 97:02}.example", "document": number}
        lines = [random.randbytes(120).hex() for _ in range(25)]
        table.add([whole._replace(**here), block._replace(template="foot", **here)])
        table.add(block._replace(template=line, example=line, start=at, **here) for at, line in enumerate(lines))
    sites = [(counts.pages, len(counts.by_template())) for counts in table.sites()]
    assert {recurring for _, recurring in sites} == {2}
    print(sum(pages for pages, _ in sites))
"""


def test_memory_is_bounded(tmp_path):
    inherited = os.pathsep.join([str(Path(defurnish.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])

    def peak(pages):
        """Return the megabytes that a run over so many pages took at most."""
        process = subprocess.Popen(
            [sys.executable, "-c", LARGE, str(tmp_path), str(pages)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": inherited},
        )
        assert int(process.stdout.read()) == pages
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0
        return usage.ru_maxrss / 1024

    assert resource.getpagesize()  # ru_maxrss is in kilobytes on Linux alone
    small, large = peak(1_000), peak(16_000)
    assert large < small + 120
