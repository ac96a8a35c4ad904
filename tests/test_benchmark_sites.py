"""The benchmark of whole sites, on a site made up here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.data import DataError, read_sites
from benchmarks.sites import FIRST, clean_site, cleaners, score_site, without_recurring

from .profiles.sites import PLACES, article, page

ROOT = Path(__file__).parent.parent


def record(number):
    body = "\n\n".join([f"The {PLACES[number % 12]} in case {number}", *article(number)])
    return {"site": "ostrel", "url": f"/{number}", "gold": body, "texts": {"page": page(number)}}


def write(path, records):
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def test_a_site_is_learned_and_cleaned():
    assert clean_site([page(n) for n in range(12)]) == [record(n)["gold"] for n in range(12)]


def test_the_plain_baseline_drops_what_recurs():
    texts = ["Menu\nRain fell", "Menu\nSnow fell", "menu\nHail fell", "Ferry gone"]
    assert without_recurring(texts) == ["Rain fell", "Snow fell", "Hail fell", "Ferry gone"]


def test_the_scores_of_a_site(tmp_path):
    sites = read_sites(write(tmp_path / "sites.jsonl", map(record, range(12))))
    scores = score_site(sites["ostrel"], "page", cleaners(FIRST))
    assert {name: len(ones) for name, ones in scores.items()} == dict.fromkeys((*cleaners(FIRST), "line oracle"), 12)
    assert all(one.body_kept == 1 and one.exact for one in scores["profile"])
    assert all(one.gram_f1_before < 1 and one.gram_f1 == one.gram_f1_before for one in scores["untouched"])


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "holds no pages"), ("[]", ":1: a page must be"), ('{"gold": "", "texts": {}}', ":1: .*site")],
)
def test_files_that_cannot_be_used(tmp_path, content, says):
    path = tmp_path / "sites.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=says):
        read_sites(path)


def test_the_command_prints_the_table(tmp_path):
    path = write(tmp_path / "sites.jsonl", map(record, range(8)))
    command = [
        sys.executable,
        "-m",
        "benchmarks.sites",
        str(path),
        "--extractors",
        "page",
        "--json",
        str(tmp_path / "f"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "profile from 5" in done.stdout
    figures = json.loads((tmp_path / "f").read_text(encoding="utf-8"))
    assert next(one["exact"] for one in figures if one["cleaner"] == "profile") == 8
