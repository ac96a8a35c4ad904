"""The benchmark of speed, on tiny pages: what it measures, what it leaves out, and the table it puts into a page."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import throughput
from benchmarks.data import DataError
from benchmarks.throughput import ARTICLE, CLEAN, HTML, MARKDOWN, PAGE, Sample

ROOT = Path(__file__).parent.parent
TEXT = "# Rain\n\nRain fell on Ostrel all night long.\n\nShare this article\n"


def options(pages, **given):
    return argparse.Namespace(pages=pages, limit=None, half=None, types="any", html=None, extractors=None, **given)


def page(identity, **texts):
    return {"id": identity, "url": "", "type": "article", "title": "", "gold": "Rain", "texts": texts}


@pytest.fixture
def pages(tmp_path):
    path = tmp_path / "pages.jsonl"
    rows = [page("1", trafilatura=TEXT, readability_md=TEXT, page=TEXT, page_md=TEXT), page("2", trafilatura=TEXT)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_pages_give_their_texts_by_kind_and_html_made_of_markdown(pages):
    found = throughput.samples(options(pages))
    assert {kind: len(sample.texts) for kind, sample in found.items()} == {ARTICLE: 2, MARKDOWN: 1, PAGE: 1, HTML: 1}
    (html,) = found[HTML].html
    body = "<h1>Rain</h1>\n<p>Rain fell on Ostrel all night long.</p>\n<p>Share this article</p>\n"
    assert html == f"<html><body>{body}</body></html>"


def test_a_folder_gives_its_texts_by_their_suffix(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.MD").write_text(TEXT, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    assert throughput.samples(options(tmp_path)) == {ARTICLE: Sample((TEXT,)), MARKDOWN: Sample((TEXT,))}


def test_a_folder_without_texts_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"\.txt or \.md"):
        throughput.samples(options(tmp_path))


def test_a_peer_that_is_not_installed_is_left_out_and_named():
    def missing():
        raise ImportError("No module named 'rain'")

    left_out = {}
    assert throughput.installed({"rain": missing, "len": lambda: len}, left_out) == {"len": len}
    assert left_out == {"rain": "No module named 'rain'"}


def test_ratios_are_to_clean_in_the_same_round(monkeypatch):
    taken = {"clean": iter([1.0, 2.0, 3.0]), "twice": iter([2.0, 4.0, 6.0])}
    monkeypatch.setattr(throughput, "seconds", lambda work, inputs: next(taken[work]))
    found = throughput.measured({CLEAN: ("clean", "ab"), "twice": ("twice", "ab")}, 3, random.Random(0))
    assert found == {CLEAN: {"us": 1e6, "per_clean": 1.0}, "twice": {"us": 2e6, "per_clean": 2.0}}


def run_of(**rows):
    return {
        "date": "2026-11-01",
        "machine": {"python": "3.11.7"},
        "notes": ["a note"],
        "left_out": {"rain": "none"},
        "kinds": {ARTICLE: {"documents": 2, "bytes": 1234, "rows": rows}},
    }


def test_the_table_goes_between_the_markers():
    found = run_of(clean={"us": 200.0, "per_clean": 1.0}, floor={"us": 100.0, "per_clean": 0.5})
    begin, end = throughput.MARKERS
    changed = throughput.with_table(f"# A\n{begin}\nold\n{end}\nB\n", found)
    assert changed.startswith(f"# A\n{begin}\n**µs a document")
    assert changed.endswith(f"{end}\nB\n")
    assert "| clean | 200 (2.00 × floor) |" in changed
    assert "| floor | 100 (0.50 ×) |" in changed
    assert "| clean, documents a second | 5,000 |" in changed
    assert "- a note\n- left out: rain (none)\n" in changed
    assert "old" not in changed
    assert throughput.with_table(changed, found) == changed


def test_a_page_without_markers_is_an_error():
    with pytest.raises(ValueError, match="must hold the lines"):
        throughput.with_table("# A\n", run_of())


def test_a_run_from_the_command_line_is_written_and_shown(pages, tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("\n".join(throughput.MARKERS), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.throughput", str(pages), "--rounds", "1", "--warm", "0"]
    command += ["--out", str(tmp_path / "runs"), "--readme", str(readme)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "runs").iterdir()
    found = json.loads(path.read_text(encoding="utf-8"))
    assert set(found["kinds"]) == {ARTICLE, MARKDOWN, PAGE, HTML}
    for kind, measured in found["kinds"].items():
        assert measured["rows"][CLEAN]["us"] > 0, kind
    assert throughput.text_of(found) in readme.read_text(encoding="utf-8")
