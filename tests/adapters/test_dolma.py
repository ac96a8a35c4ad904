"""The dolma tagger: by dolma's own commands, over a folder of JSONL.gz files."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("dolma") is None:  # not importorskip: on import dolma looks for data on the net, see the fixture
    pytest.skip('needs dolma: pip install "defurnish[dolma]"', allow_module_level=True)

from defurnish import FAMILIES, Cleaner, analyze
from defurnish.report.standoff import attributes

from .documents import documents, expected, of_sites

FURNISHED = (
    "Rain fell all night — nobody 😴 slept.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
)


@pytest.fixture(scope="module")
def dolma(tmp_path_factory):
    """Return what runs a command of dolma, in a process of its own, and answers what it printed."""
    data = tmp_path_factory.mktemp("nltk_data")
    (data / "tokenizers" / "punkt").mkdir(parents=True)  # found, so that dolma does not download it
    environment = {**os.environ, "NLTK_DATA": str(data)}

    def run(*arguments):
        command = [str(Path(sys.executable).with_name("dolma")), *map(str, arguments)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


def write_jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def read_jsonl(folder):
    """Return the rows of all files of a folder, in the order of their names."""
    return [
        json.loads(line) for path in sorted(folder.glob("*.gz")) for line in gzip.open(path, "rt", encoding="utf-8")
    ]


@cache
def types(text):
    """Return what ``attributes`` says of a text, by family."""
    return {name.rsplit("__", 1)[1]: spans for name, spans in attributes(analyze(text)).items()}


@pytest.fixture(scope="module")
def tagged(tmp_path_factory, dolma):
    """The folder in which dolma has tagged the documents, in two processes."""
    folder = tmp_path_factory.mktemp("dolma")
    for shard in (0, 1):
        rows = [{**document, "source": "ferry"} for document in documents()[shard * 1000 : (shard + 1) * 1000]]
        write_jsonl(folder / "documents" / f"{shard}.jsonl.gz", rows)
    dolma(
        *("tag", "--documents", folder / "documents" / "*.gz", "--tagger_modules", "defurnish.adapters.dolma"),
        *("--taggers", "defurnish", "--experiment", "run", "--processes", "2"),
    )
    return folder


def test_all_documents_have_the_spans_of_their_furniture(tagged):
    assert read_jsonl(tagged / "attributes" / "run") == [
        {
            "id": document["id"],
            "attributes": {f"run__defurnish__{family}": spans for family, spans in types(document["text"]).items()},
            "source": "ferry",
        }
        for document in documents()
    ]


def test_what_dolma_mixes_has_lost_these_spans_and_nothing_else(tagged, dolma):
    stream = {
        "name": "clean",
        "documents": [str(tagged / "documents" / "*.gz")],
        "attributes": ["run"],
        "output": {"path": str(tagged / "mixed"), "max_size_in_bytes": 2**30},
        "span_replacement": [
            {"span": f"$.attributes.run__defurnish__{family}", "min_score": 0.5, "replacement": ""}
            for family in FAMILIES
        ],
    }
    (tagged / "mix.json").write_text(json.dumps({"streams": [stream], "processes": 1}), encoding="utf-8")
    dolma("-c", tagged / "mix.json", "mix")
    mixed = {row["id"]: row for row in read_jsonl(tagged / "mixed")}
    assert list(mixed) == [document["id"] for document in documents()]
    for document in documents():
        text = document["text"]
        for start, end, _ in sorted((span for spans in types(text).values() for span in spans), reverse=True):
            text = text[:start] + text[end:]
        row = mixed[document["id"]]
        assert {**row, **document, "text": text} == row
        if "Ã" not in text and "&amp;" not in text and "\x00" not in text:  # what repair mends is no furniture
            assert text.split() == expected()[document["id"]].split()


def test_a_class_of_the_user_sets_other_options(tmp_path, dolma):
    write_jsonl(tmp_path / "documents" / "a.jsonl.gz", [{"id": "a", "text": FURNISHED, "source": "ferry"}])
    (tmp_path / "mine.py").write_text(
        "import dolma\n"
        "from defurnish import Cleaner\n"
        "from defurnish.adapters.dolma import DefurnishTagger\n"
        "@dolma.add_tagger('keeps_engage')\n"
        "class KeepsEngage(DefurnishTagger):\n"
        "    cleaner = Cleaner(keep={'engage'})\n",
        encoding="utf-8",
    )
    dolma(
        *("tag", "--documents", tmp_path / "documents" / "*.gz", "--tagger_modules", tmp_path / "mine.py"),
        *("--taggers", "keeps_engage", "defurnish", "--experiment", "run"),
    )
    (row,) = read_jsonl(tmp_path / "attributes" / "run")
    kept = Cleaner(keep={"engage"}).analyze(FURNISHED).removed
    assert row["attributes"]["run__keeps_engage__legal"] == [
        [removal.span.start, removal.span.end, 1.0] for removal in kept
    ]
    assert sorted(row["attributes"]) == [
        "run__defurnish__engage",
        "run__defurnish__legal",
        "run__keeps_engage__legal",
    ]


def test_the_profile_of_a_page_s_site(tmp_path, dolma):
    pytest.importorskip("tomlkit", reason="needs tomlkit: pip install idna publicsuffixlist tomlkit")
    _, pages = of_sites(tmp_path)
    pages = [page for page in pages if page[1] is not None]
    rows = [
        {"id": str(number), "text": text, "source": "ferry", "metadata": {"link": url}}
        for number, (url, text, _) in enumerate(pages)
    ]
    rows += [{"id": "none", "text": pages[0][1], "source": "ferry"}]
    write_jsonl(tmp_path / "documents" / "a.jsonl.gz", rows)
    (tmp_path / "mine.py").write_text(
        "import dolma\n"
        "from defurnish import Cleaner\n"
        "from defurnish.adapters.dolma import DefurnishSiteTagger\n"
        "from defurnish.profiles.store import Lookup\n"
        "@dolma.add_tagger('sites')\n"
        "class OfSites(DefurnishSiteTagger):\n"
        f"    cleaner = Cleaner(profiles=Lookup({str(tmp_path / 'profiles')!r}))\n"
        "    url_key = 'link'\n",
        encoding="utf-8",
    )
    dolma(
        *("tag", "--documents", tmp_path / "documents" / "*.gz", "--tagger_modules", tmp_path / "mine.py"),
        *("--taggers", "sites", "defurnish", "--experiment", "run"),
    )
    spans = [
        [text[start:end] for start, end, _ in row["attributes"].get("run__sites__site", [])]
        for row, text in zip(read_jsonl(tmp_path / "attributes" / "run"), [row["text"] for row in rows], strict=True)
    ]
    assert spans == [["Tell the night desk"], [], ["Shoes for the quay"], [], [], [], []]


def test_dolma_lists_the_tagger(dolma):
    listed = dolma("list", "--tagger_modules", "defurnish.adapters.dolma")
    assert [line.split("│")[1].strip() for line in listed.splitlines() if "defurnish" in line] == ["defurnish"]
