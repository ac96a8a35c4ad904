"""The datatrove step: two tasks on two workers, the statistics, and what goes to the exclusion writer."""

from __future__ import annotations

import gzip
import json
import pickle
from collections import Counter

import pytest

pytest.importorskip("datatrove", reason='needs datatrove: pip install "defurnish[datatrove]"')

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from defurnish import Cleaner, analyze
from defurnish.adapters.datatrove import DefurnishFormatter
from defurnish.report.standoff import attributes

from .documents import documents, expected, of_sites

# The reader of datatrove leaves documents without text out before any step sees them.
READ = [document for document in documents() if document["text"]]
FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"
BODY = "The ferry sank.\n"


def write_jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read_jsonl(folder):
    """Return the rows of all files of a folder, in the order of their names."""
    return [
        json.loads(line) for path in sorted(folder.rglob("*.gz")) for line in gzip.open(path, "rt", encoding="utf-8")
    ]


def run(folder, rows, tasks=2, **options):
    """Run the step over the rows in as many files as tasks; return documents, exclusions and the step's statistics."""
    for task in range(tasks):
        write_jsonl(folder / "in" / f"{task}.jsonl", rows[task::tasks])
    step = DefurnishFormatter(exclusion_writer=JsonlWriter(str(folder / "removed")), **options)
    executor = LocalPipelineExecutor(
        [JsonlReader(str(folder / "in")), step, JsonlWriter(str(folder / "out"))],
        tasks=tasks,
        workers=tasks,
        logging_dir=str(folder / "logs"),
    )
    stats = executor.run().stats[1].stats
    return read_jsonl(folder / "out"), read_jsonl(folder / "removed"), stats


@pytest.fixture(scope="module")
def all_documents(tmp_path_factory):
    return run(tmp_path_factory.mktemp("datatrove"), READ)


@pytest.fixture(scope="module")
def results():
    return {document["id"]: analyze(document["text"]) for document in READ}


def test_all_documents_in_two_tasks(all_documents):
    out, _, _ = all_documents
    halves = [*READ[0::2], *READ[1::2]]
    assert out == [
        {
            "text": expected()[document["id"]],
            "id": document["id"],
            "metadata": {
                "url": document["url"],
                "words": document["words"],
                "file_path": out[number]["metadata"]["file_path"],
            },
        }
        for number, document in enumerate(halves)
    ]


def test_the_statistics_of_both_tasks_are_those_of_the_removals(all_documents, results):
    _, _, stats = all_documents
    blocks, words = Counter(), Counter()
    for result in results.values():
        for removal in result.removed:
            blocks[removal.family] += 1
            words[removal.family] += len(removal.text.split())
    assert len(blocks) == 8
    wanted = {
        "total": len(READ),
        "forwarded": len(READ),
        "changed": sum(expected()[document["id"]] != document["text"] for document in READ),
        "spared": sum(result.spared for result in results.values()),
        "chars_before": sum(len(document["text"]) for document in READ),
        "chars_after": sum(len(result.text) for result in results.values()),
        "doc_len": sum(len(result.text) for result in results.values()),
        **{f"blocks_removed_{family}": count for family, count in blocks.items()},
        **{f"words_removed_{family}": count for family, count in words.items()},
    }
    assert {name: stat.total for name, stat in stats.items()} == wanted


def test_every_removed_block_goes_to_the_exclusion_writer(all_documents, results):
    _, removed, _ = all_documents
    texts = {document["id"]: document for document in READ}
    assert Counter(row["metadata"]["source_id"] for row in removed) == Counter(
        {name: len(result.removed) for name, result in results.items() if result.removed}
    )
    for row in removed:
        name, number = row["id"].rsplit("/", 1)
        removal = results[name].removed[int(number)]
        assert row["text"] == removal.text == texts[name]["text"][slice(*row["metadata"]["span"])]
        assert row["metadata"] == {
            "source_id": name,
            "url": texts[name]["url"],
            "family": removal.family,
            "reason": removal.reason,
            "rules": list(dict.fromkeys(evidence.rule for evidence in removal.evidence)),
            "kind": removal.kind,
            "span": [removal.span.start, removal.span.end],
        }


def test_standoff_attributes_leave_the_text_as_it_is(tmp_path):
    rows = [
        {"id": "a", "text": FURNISHED, "metadata": {"attributes": {"mine": [[0, 4, 1.0]]}}},
        {"id": "b", "text": BODY, "metadata": {}},
    ]
    out, removed, stats = run(tmp_path, rows, standoff=True)
    assert [row["text"] for row in out] == [FURNISHED, BODY]
    assert out[0]["metadata"]["attributes"] == {"mine": [[0, 4, 1.0]], **attributes(analyze(FURNISHED))}
    assert out[1]["metadata"]["attributes"] == {}
    assert [row["text"] for row in removed] == [FURNISHED[22:40], FURNISHED[42:-1]]
    assert (stats["changed"].total, stats["doc_len"].total) == (1, len(FURNISHED) + len(BODY))


def test_a_text_that_is_no_string_takes_no_neighbour_along(tmp_path):
    texts = [FURNISHED, ["a line"], FURNISHED, {"raw": "a"}, BODY]
    out, removed, stats = run(tmp_path, [{"id": str(n), "text": text} for n, text in enumerate(texts)], tasks=1)
    assert [(row["id"], row["text"]) for row in out] == [("0", CLEAN), ("2", CLEAN), ("4", BODY)]
    dropped = [row for row in removed if row["metadata"]["family"] == "text_not_a_string"]
    assert [(row["id"], row["text"], row["metadata"]["reason"]) for row in dropped] == [
        ("1", "['a line']", "text of type list"),
        ("3", "{'raw': 'a'}", "text of type dict"),
    ]
    counts = {name: stat.total for name, stat in stats.items()}
    assert counts["total"] == 5
    assert counts["forwarded"] == 3
    assert counts["dropped"] == counts["dropped_text_not_a_string"] == 2


@pytest.mark.parametrize("text", [None, b"Rain fell.", 7])
def test_what_the_reader_would_not_hand_on_is_dropped_too(text):
    step = DefurnishFormatter()
    assert [document.id for document in step(iter([Document(text, "a"), Document(BODY, "b")]))] == ["b"]
    assert step.stats["dropped"].total == 1


def test_the_first_sites_have_statistics_of_their_own():
    urls = [
        "https://a.example/1",
        "https://b.example/1",
        "https://c.example/1",
        "https://a.example:80/2",
        "https://[x/",
        None,
    ]
    pages = [Document(FURNISHED, str(n), metadata={"page": url} if url else {}) for n, url in enumerate(urls)]
    step = DefurnishFormatter(sites=2, url_key="page")
    assert len(list(step(iter(pages)))) == len(pages)
    assert {name: stat.total for name, stat in step.stats.stats.items() if name.startswith("blocks_removed@")} == {
        "blocks_removed@a.example": 4,
        "blocks_removed@b.example": 2,
        "blocks_removed@other sites": 6,
    }
    assert step.stats["words_removed@b.example"].total == len(FURNISHED.split()) - len(CLEAN.split())


def test_options_of_the_cleaner_and_no_exclusion_writer(tmp_path):
    step = pickle.loads(pickle.dumps(DefurnishFormatter(cleaner=Cleaner(keep={"engage"}))))
    (document,) = step(iter([Document(FURNISHED, "a", metadata={"n": 1})]))
    assert document == Document("Rain fell all night.\n\nShare this article\n", "a", metadata={"n": 1})


def test_the_profile_of_a_page_s_site(tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    rows = [{"id": str(n), "text": text, "url": url} for n, (url, text, _) in enumerate(pages) if text and url]
    out, removed, _ = run(tmp_path, rows, cleaner=cleaner)
    assert {row["id"]: row["text"] for row in out} == {
        str(n): clean for n, (url, _, clean) in enumerate(pages) if url and clean
    }
    assert [row["metadata"]["rules"] for row in removed] == [["site/ostrel.example#1"], ["site/quay.example#1"]]
