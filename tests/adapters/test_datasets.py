"""Hugging Face datasets: in memory, in two processes, streaming, and from the cache."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import pytest

datasets = pytest.importorskip("datasets", reason='needs datasets: pip install "defurnish[datasets]"')

from datasets.fingerprint import Hasher  # noqa: E402

from defurnish import Cleaner, analyze  # noqa: E402
from defurnish.adapters.datasets import TextCleaner  # noqa: E402
from defurnish.adapters.fingerprint import fingerprint  # noqa: E402

from .documents import documents, expected, of_sites, table  # noqa: E402

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"
BODY = "The ferry sank.\n"


@pytest.fixture(autouse=True)
def quiet():
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def check(rows):
    """Every document came out as the cleaner gives it, its other columns as they were, in order."""
    wanted = [{**document, "text": expected()[document["id"]]} for document in documents()]
    assert list(rows) == wanted


@pytest.mark.parametrize("form", [None, "arrow"])
def test_all_documents_in_memory(form):
    dataset = datasets.Dataset(table()).with_format(form)
    out = dataset.map(TextCleaner(), batched=True).with_format(None)
    check(out)
    assert out.features == datasets.Dataset(table()).features


def test_all_documents_in_two_processes(tmp_path):
    source = tmp_path / "documents.parquet"
    datasets.Dataset(table()).to_parquet(source)
    dataset = datasets.Dataset.from_parquet(str(source), cache_dir=str(tmp_path))
    check(dataset.map(TextCleaner(), batched=True, num_proc=2))


def test_all_documents_streaming(tmp_path):
    source = tmp_path / "documents.jsonl"
    source.write_text("".join(json.dumps(document) + "\n" for document in documents()), encoding="utf-8")
    stream = datasets.load_dataset("json", data_files=str(source), streaming=True, split="train", cache_dir=tmp_path)
    check(stream.map(TextCleaner(), batched=True, batch_size=300))


def test_all_documents_explained():
    cleaner = TextCleaner(explain=True)
    dataset = datasets.Dataset(table())
    out = dataset.map(cleaner, batched=True, batch_size=100, features=cleaner.features(dataset.features))
    for document, row in zip(documents(), out, strict=True):
        result = analyze(document["text"])
        assert row["text"] == result.text
        assert row["defurnish_spared"] == result.spared
        assert [(r["start"], r["end"], r["text"]) for r in row["defurnish_removed"]] == [
            (r.span.start, r.span.end, r.text) for r in result.removed
        ]


@pytest.mark.parametrize("streaming", [False, True])
def test_a_first_batch_without_furniture_hides_no_types(streaming):
    cleaner = TextCleaner(explain=True)
    dataset = datasets.Dataset.from_dict({"text": [None, BODY, FURNISHED]})
    features = cleaner.features(dataset.features)
    if streaming:
        dataset = dataset.to_iterable_dataset()
    out = dataset.map(cleaner, batched=True, batch_size=1, features=features)
    assert out.features == features
    assert [row["text"] for row in out] == [None, BODY, CLEAN]
    removed = [row["defurnish_removed"] for row in out]
    assert removed[:2] == [None, []]
    assert [went["family"] for went in removed[2]] == ["engage", "legal"]


def test_a_dictionary_of_splits_and_another_column():
    splits = datasets.DatasetDict(
        {name: datasets.Dataset.from_dict({"content": [FURNISHED], "text": [FURNISHED]}) for name in ("train", "test")}
    )
    out = splits.map(TextCleaner("content", cleaner=Cleaner(keep={"engage"})), batched=True)
    for split in out.values():
        assert split[0] == {"content": "Rain fell all night.\n\nShare this article\n", "text": FURNISHED}


@pytest.mark.parametrize(
    ("columns", "error", "says"),
    [
        ({"body": ["a"]}, KeyError, "there is no column 'text'; the columns are body"),
        ({"text": [1]}, TypeError, "column 'text' holds int64, no text"),
    ],
)
@pytest.mark.parametrize("form", [None, "arrow"])
def test_errors_name_the_column(columns, error, says, form):
    dataset = datasets.Dataset.from_dict(columns).with_format(form)
    with pytest.raises(error, match=says):
        dataset.map(TextCleaner(), batched=True)


def test_a_stream_of_mixed_values_is_refused():
    with pytest.raises(TypeError, match="column 'text' holds more than text"):
        TextCleaner()({"text": [BODY, 7]})


OPTIONS = [
    "TextCleaner()",
    "TextCleaner('content')",
    "TextCleaner(explain=True)",
    "TextCleaner(cleaner=Cleaner(keep=['credit', 'legal', 'promo', 'contact']))",
    "TextCleaner(cleaner=Cleaner(rules={rules!r}))",
]
# Words that no shipped rule takes, now or later: they are an article's.
RULES = """
family = "promo"
[[rule]]
id = "slack-water"
summary = "Line that tells when to come."
why = "The same on every page of the site."
strength = "strong"
match = "whole"
phrases = ["the {what} leaves at slack water"]
removes = ["The {what} leaves at slack water"]
keeps = ["She said that the {what} leaves at slack water, or not at all."]
"""


def python(program, seed, **places):
    """Return what a program prints in a process of its own; ``seed`` sets the order of its sets."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", program.format(**places)], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_the_fingerprint_is_the_same_in_every_process_and_another_for_other_options(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES.format(what="raft"), encoding="utf-8")
    program = (
        "from datasets.fingerprint import Hasher\n"
        "from defurnish import Cleaner\n"
        "from defurnish.adapters.datasets import TextCleaner\n"
        f"for made in ({', '.join(OPTIONS)}): print(Hasher.hash(made))\n"
    )
    first, second = (python(program, seed, rules=str(rules)) for seed in (1, 2))
    assert first == second
    assert len(set(first)) == len(OPTIONS)
    rules.write_text(RULES.format(what="ferry"), encoding="utf-8")
    assert python(program, 1, rules=str(rules))[:-1] == first[:-1]
    assert python(program, 1, rules=str(rules))[-1] != first[-1]


def test_what_comes_back_from_a_pickle_answers_and_hashes_the_same(tmp_path):
    (tmp_path / "rules.toml").write_text(RULES.format(what="raft"), encoding="utf-8")
    for options in ({"keep": {"engage", "promo"}}, {"rules": tmp_path / "rules.toml"}):
        made = TextCleaner(cleaner=Cleaner(**options))
        back = pickle.loads(pickle.dumps(made))
        batch = {"text": [FURNISHED, "Rain fell.\n\nThe raft leaves at slack water\n"]}
        assert back(batch) == made(batch) != TextCleaner()(batch)
        assert Hasher.hash(back) == Hasher.hash(made)


MAPS = """
import datasets
from defurnish import Cleaner
from defurnish.adapters.datasets import TextCleaner
datasets.disable_progress_bars()
dataset = datasets.load_dataset("json", data_files={source!r}, split="train", cache_dir={cache!r})
cleaner = TextCleaner(cleaner=Cleaner(keep=["credit", "legal", "promo", "contact"]))
out = dataset.map(cleaner, batched=True, num_proc={processes})
print(out._fingerprint)
for file in out.cache_files: print(file["filename"])
print(out["text"][0])
"""


@pytest.mark.parametrize("processes", [None, 2])
def test_a_second_run_takes_its_answers_from_the_cache(tmp_path, processes):
    source, cache = tmp_path / "documents.jsonl", tmp_path / "cache"
    source.write_text((json.dumps({"text": FURNISHED}) + "\n") * 4, encoding="utf-8")
    places = {"source": str(source), "cache": str(cache), "processes": processes}
    first = python(MAPS, 1, **places)
    made = {path: path.stat().st_mtime_ns for path in cache.rglob("cache-*.arrow")}
    assert len(made) == (processes or 1)
    assert python(MAPS, 2, **places) == first
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("cache-*.arrow")} == made


def test_the_profile_of_a_page_s_site(tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    rows = [{"url": url, "text": text} for url, text, _ in pages]
    wanted = [{"url": url, "text": clean} for url, _, clean in pages]
    function = TextCleaner(url="url", cleaner=cleaner)
    dataset = datasets.Dataset.from_list(rows)
    assert dataset.map(function, batched=True).to_list() == wanted
    assert dataset.with_format("arrow").map(function, batched=True).with_format(None).to_list() == wanted
    assert pickle.loads(pickle.dumps(function))({"url": [7, rows[0]["url"]], "text": [rows[0]["text"]] * 2}) == {
        "text": [rows[0]["text"], wanted[0]["text"]]
    }
    before = fingerprint(cleaner)
    assert fingerprint(of_sites(tmp_path)[0]) == before
    file = tmp_path / "profiles" / "ostrel.example.toml"
    file.write_text(file.read_text().replace("accepted", "rejected"))
    assert fingerprint(cleaner) != before
    with pytest.raises(KeyError, match="there is no column 'link'"):
        TextCleaner(url="link", cleaner=cleaner)({"text": ["Rain."]})
