"""The command ``defurnish corpus``: what it reads, rejects, explains and refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from defurnish import analyze
from defurnish.report.standoff import attributes

from .corpora import clean, corpus, dirty, files, lines, outcome, packed, records, rows, table, write

SMALL = ("--chunk-mb", "0.0004")
BROKEN = [
    b'{"id": "cut", "text": "Ra',
    b'{"id": "latin", "text": "R\xe4in"}',
    b'["Rain"]',
    b'{"id": "none"}',
    b'{"id": "null", "text": null}',
    b'{"id": 7, "text": 8}',
]
REASONS = ["broken JSON", "invalid UTF-8", "not a JSON object", "text missing", "text missing", "text not a string"]


def rejected(folder):
    return [json.loads(line) for line in (folder / "rejected.jsonl").read_bytes().splitlines()]


# -- bad records --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [(), SMALL], ids=["whole", "chunks"])
def test_bad_lines_are_listed_and_the_good_ones_beside_them_kept(tmp_path, chunk):
    good = lines(records(12)).splitlines()
    mixed = [line for pair in zip(good, BROKEN + [b""] * 6, strict=True) for line in pair]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(mixed))
    source = str(tmp_path / "a.jsonl")
    result = corpus(source, "-o", tmp_path / "out", *chunk)
    assert rows(tmp_path / "out/documents/a.jsonl") == records(12, clean)
    found = rejected(tmp_path / "out")
    assert [(item["file"], item["line"], item["reason"]) for item in found] == [
        (source, 2 * number, reason) for number, reason in enumerate(REASONS, 1)
    ]
    assert [item.get("id") for item in found] == [None, None, None, "none", "null", 7]
    assert "12 documents" in result.stderr
    assert "6 records rejected (broken JSON 1, invalid UTF-8 1, not a JSON object 1, text missing 2" in result.stderr
    assert json.loads((tmp_path / "out/report.json").read_bytes())["totals"]["rejected"] == 6


def test_the_share_that_is_told_is_the_one_of_the_report(tmp_path):
    write(tmp_path / "a.jsonl")
    said = corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out").stderr
    totals = json.loads((tmp_path / "out/report.json").read_bytes())["totals"]
    assert 0 < totals["words_removed"] < totals["words_before"]
    assert f"7 documents; {totals['share_removed']:.2%} of the words removed; " in said


def test_strict_ends_with_one_if_a_record_was_rejected(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines(records(1)) + BROKEN[0])
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--strict", code=1)
    write(tmp_path / "b.jsonl")
    corpus(tmp_path / "b.jsonl", "-o", tmp_path / "fine", "--strict", code=0)


def test_bad_rows_of_a_table(tmp_path):
    texts = pa.array([dirty(0).encode(), None, b"R\xe4in", dirty(3).encode()]).view(pa.string())
    pq.write_table(pa.table({"id": [1, 2, 3, 4], "text": texts}), tmp_path / "a.parquet")
    corpus(tmp_path / "a.parquet", "-o", tmp_path / "out")
    assert rows(tmp_path / "out/documents/a.parquet") == [{"id": 1, "text": clean(0)}, {"id": 4, "text": clean(3)}]
    assert [(item["record"], item["reason"], item["id"]) for item in rejected(tmp_path / "out")] == [
        (2, "text missing", 2), (3, "invalid UTF-8", 3),
    ]  # fmt: skip


def test_a_text_file_that_is_no_text(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_bytes(b"R\xe4in")
    (tmp_path / "in/b.txt").write_text(dirty(1), encoding="utf-8")
    corpus(tmp_path / "in", "-o", tmp_path / "out")
    assert files(tmp_path / "out/documents") == {"b.txt"}
    assert [(item["file"], item["reason"]) for item in rejected(tmp_path / "out")] == [("a.txt", "invalid UTF-8")]


# -- damaged inputs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [(), ("--chunk-mb", "0.1")], ids=["whole", "chunks"])
@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_what_stands_before_a_cut_is_kept_and_no_other_shard_is_lost(tmp_path, name, chunk):
    whole = lines(records(3000, lambda n: dirty(n) + os.urandom(60).hex()))
    data = packed(whole) if name.endswith(".gz") else zstandard.compress(whole)
    (tmp_path / name).write_bytes(data[: len(data) * 3 // 4])
    write(tmp_path / "b.jsonl")
    result = corpus(tmp_path / name, tmp_path / "b.jsonl", "-o", tmp_path / "out", *chunk, code=2)
    assert f"{tmp_path / name}: is cut off" in result.stderr
    assert rows(tmp_path / "out/documents/b.jsonl") == records(text=clean)
    kept = rows(tmp_path / "out/documents" / name)
    assert 1000 < len(kept) < 3000
    assert [row["id"] for row in kept] == [f"rain-{number}" for number in range(len(kept))]
    *torn, damage = rejected(tmp_path / "out")
    assert (damage["file"], damage["reason"]) == (str(tmp_path / name), "damaged input")
    assert [(item["line"], item["reason"]) for item in torn] == [(len(kept) + 1, "broken JSON")]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.arrow", "a.warc.wet.gz", "a.warc"])
def test_of_a_shard_that_cannot_be_read_at_all_nothing_is_left(tmp_path, name):
    (tmp_path / name).write_bytes(b"PAR1" + b"\x01junk" * 200)
    write(tmp_path / "b.jsonl")
    result = corpus(tmp_path / name, tmp_path / "b.jsonl", "-o", tmp_path / "out", code=2)
    assert str(tmp_path / name) in result.stderr
    assert "1 inputs damaged" in result.stderr
    assert files(tmp_path / "out/documents") == {"b.jsonl"}


def test_an_archive_that_is_cut_within_a_record(tmp_path):
    data = write(tmp_path / "a.warc").read_bytes()
    (tmp_path / "a.warc").write_bytes(data[:-30])
    result = corpus(tmp_path / "a.warc", "-o", tmp_path / "out", "--format", "jsonl", code=2)
    assert "cut off within record 8" in result.stderr
    assert [row["text"] for row in rows(tmp_path / "out/documents/a.jsonl")] == [clean(n) for n in range(6)]


def test_a_stream_of_batches_that_is_cut(tmp_path):
    data = write(tmp_path / "a.arrows").read_bytes()
    (tmp_path / "a.arrows").write_bytes(data[:-300])
    corpus(tmp_path / "a.arrows", "-o", tmp_path / "out", code=2)
    assert rows(tmp_path / "out/documents/a.arrows") == records(text=clean)[:6]


# -- names --------------------------------------------------------------------------------------------------


def test_files_of_one_name_in_two_folders(tmp_path):
    write(tmp_path / "in/one/a.jsonl", 1)
    write(tmp_path / "in/zwei ü/a.jsonl", 2)
    corpus(tmp_path / "in/one/a.jsonl", tmp_path / "in/zwei ü", "-o", tmp_path / "out", "--explain")
    assert files(tmp_path / "out/documents") == {"one/a.jsonl", "zwei ü/a.jsonl"}
    assert files(tmp_path / "out/attributes/defurnish") == {"one/a.jsonl", "zwei ü/a.jsonl"}
    assert len(rows(tmp_path / "out/documents/zwei ü/a.jsonl")) == 2


def test_names_that_would_meet_keep_their_old_ends(tmp_path):
    for name in ("a.jsonl", "a.parquet", "b.jsonl.gz"):
        write(tmp_path / "in" / name)
    corpus(tmp_path / "in", "-o", tmp_path / "out", "--format", "jsonl.gz", "--removed")
    assert files(tmp_path / "out/documents") == {"a.jsonl.jsonl.gz", "a.parquet.jsonl.gz", "b.jsonl.gz"}


def test_globs_and_folders_and_a_file_named_twice(tmp_path):
    for name in ("a.jsonl", "sub/b.jsonl.zst", "c.parquet"):
        write(tmp_path / "in" / name)
    pattern = tmp_path / "in/**/*.jsonl*"
    result = corpus(pattern, tmp_path / "in", "-o", tmp_path / "out", "--dry-run")
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == [
        str(tmp_path / "in" / name) for name in ("a.jsonl", "sub/b.jsonl.zst", "c.parquet")
    ]
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_no_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/n\xe4.jsonl"
    with open(path, "wb") as file:
        file.write(lines(records(1)) + BROKEN[0])
    corpus(tmp_path, "-o", tmp_path / "out")
    assert os.path.exists(os.fsencode(tmp_path / "out/documents") + b"/n\xe4.jsonl")
    assert rejected(tmp_path / "out")[0]["file"].endswith("n\\xe4.jsonl")


def test_an_output_folder_within_the_input_is_no_input(tmp_path):
    write(tmp_path / "a.jsonl")
    corpus(tmp_path, "-o", tmp_path / "out")
    corpus(tmp_path, "-o", tmp_path / "out", "--overwrite")
    assert files(tmp_path / "out/documents") == {"a.jsonl"}


# -- fields -------------------------------------------------------------------------------------------------


def test_fields_by_name_in_lines_and_tables(tmp_path):
    items = [{"nr": 4, "page": {"content": dirty(4), "text": "stays"}, "text": "stays, too"}]
    (tmp_path / "a.jsonl").write_bytes(lines(items))
    corpus(
        tmp_path / "a.jsonl", "-o", tmp_path / "out", "--text-field", "page.content", "--id-field", "nr", "--removed"
    )
    assert rows(tmp_path / "out/documents/a.jsonl") == [
        {"nr": 4, "page": {"content": clean(4), "text": "stays"}, "text": "stays, too"}
    ]
    assert {row["id"] for row in rows(tmp_path / "out/removed/a.jsonl")} == {4}
    pq.write_table(table().rename_columns({"text": "content"}), tmp_path / "b.parquet")
    corpus(tmp_path / "b.parquet", "-o", tmp_path / "out2", "--text-field", "content")
    assert [row["content"] for row in rows(tmp_path / "out2/documents/b.parquet")] == [clean(n) for n in range(7)]


@pytest.mark.parametrize(
    ("field", "said"), [("body", "there is no 'body'"), ("score", "column 'score' holds double, no text")]
)
def test_a_column_that_is_no_text_is_refused_before_the_run(tmp_path, field, said):
    write(tmp_path / "a.parquet")
    result = corpus(tmp_path / "a.parquet", "-o", tmp_path / "out", "--text-field", field, code=2)
    assert said in result.stderr
    assert "columns with text: id, text" in result.stderr
    assert not (tmp_path / "out").exists()


def test_options_of_the_cleaner(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines(records(1)))
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--keep", "legal", "--replacement", "[…]")
    (found,) = rows(tmp_path / "out/documents/a.jsonl")
    assert found["text"].endswith("© 2021 The Ferry Post. All rights reserved.\n")
    assert "[…]" in found["text"]
    assert "is no family" in corpus(tmp_path / "a.jsonl", "-o", tmp_path / "x", "--keep", "fun", code=2).stderr


# -- what is written beside the documents -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.parquet"])
def test_standoff_attributes_alone_in_dolmas_layout(tmp_path, name):
    write(tmp_path / "data/documents" / name)
    before = (tmp_path / "data/documents" / name).read_bytes()
    corpus(tmp_path / "data/documents", "-o", tmp_path / "data", "--explain", "--no-clean")
    found = rows(tmp_path / "data/attributes/defurnish/a.jsonl.gz")
    assert [row["id"] for row in found] == [f"rain-{number}" for number in range(7)]
    assert {row["source"] for row in found} == {name}
    assert [row["attributes"] for row in found] == [attributes(analyze(dirty(number))) for number in range(7)]
    assert (tmp_path / "data/documents" / name).read_bytes() == before
    assert files(tmp_path / "data/documents") == {name}


def test_attributes_go_in_step_with_the_records_and_name_their_source(tmp_path):
    items = [{"id": "a", "text": "Rain.", "source": "crawl"}, {"id": "b", "text": None}, {"text": dirty(0)}]
    (tmp_path / "a.jsonl").write_bytes(lines(items))
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--explain")
    assert [(row["id"], row["source"]) for row in rows(tmp_path / "out/attributes/defurnish/a.jsonl")] == [
        ("a", "crawl"), ("b", "a.jsonl"), ("a.jsonl:3", "a.jsonl"),
    ]  # fmt: skip


def test_removed_blocks_one_a_line(tmp_path):
    write(tmp_path / "a.jsonl", 2)
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--removed")
    found = rows(tmp_path / "out/removed/a.jsonl")
    assert [(row["id"], row["family"], row["text"]) for row in found] == [
        (f"rain-{number}", family, text)
        for number in range(2)
        for family, text in (("engage", "Share this article"), ("legal", "© 2021 The Ferry Post. All rights reserved."))
    ]
    for row in found:
        assert dirty(int(row["id"][-1]))[row["start"] : row["end"]] == row["text"]
        assert all(rule.count("/") == 2 for rule in row["rules"])


# -- streams ------------------------------------------------------------------------------------------------


def process(*arguments, stdin=b"", cwd):
    return subprocess.run(
        [sys.executable, "-m", "defurnish", "corpus", *map(str, arguments)],
        input=stdin, cwd=cwd, capture_output=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "jsonl.zst"])
def test_from_standard_input_to_standard_output(tmp_path, form):
    data = write(tmp_path / f"a.{form}").read_bytes()
    done = process(
        "-", "-o", "-", "--workers", 1, *SMALL, stdin=data + (BROKEN[0] if form == "jsonl" else b""), cwd="/"
    )
    (tmp_path / f"b.{form}").write_bytes(done.stdout)
    assert rows(tmp_path / f"b.{form}") == records(text=clean)
    assert done.returncode == 0
    if form == "jsonl":
        assert json.loads(done.stderr.splitlines()[0])["reason"] == "broken JSON"


def test_archives_come_from_standard_input_too_and_files_go_to_standard_output(tmp_path):
    data = write(tmp_path / "a.warc.wet").read_bytes()
    process("-", "-o", "out", "--format", "jsonl", stdin=data, cwd=tmp_path)
    assert [row["text"] for row in rows(tmp_path / "out/documents/stdin.jsonl")] == [clean(n) for n in range(7)]
    write(tmp_path / "b.parquet", 2)
    write(tmp_path / "c.jsonl", 3)
    result = corpus(tmp_path / "b.parquet", tmp_path / "c.jsonl", "-o", "-", "--format", "jsonl")
    assert [json.loads(line) for line in result.stdout.splitlines()] == records(2, clean) + records(3, clean)


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(lines(records(3000, lambda n: os.urandom(400).hex()))))
    command = [sys.executable, "-m", "defurnish", "corpus", str(tmp_path), "-o", "-", "--workers", "1", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-", "-o", "out", "--resume"), "cannot be read twice"),
        (("-", "-o", "out", "--input-format", "parquet"), "parquet is no stream"),
        (("a.jsonl", "-o", "-", "--explain"), "takes documents alone"),
        (("a.jsonl", "-o", "-", "--format", "parquet"), "no stream of lines"),
        (("a.jsonl", "a.jsonl.gz", "-o", "-"), "takes one format"),
        (("missing.jsonl", "-o", "out"), "no such file"),
        (("a.jsonl", "-o", "out", "--format", "xml"), "no such format"),
        (("empty", "-o", "out"), "holds nothing to clean"),
        (("a.jsonl", "-o", "a.jsonl"), "a.jsonl"),
    ],
)
def test_what_cannot_be_done_is_refused_with_one_line(tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    write(tmp_path / "a.jsonl")
    write(tmp_path / "a.jsonl.gz")
    before = files(tmp_path)
    result = corpus(*arguments, code=2, stdin=b"{}")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert files(tmp_path) == before


# -- what is there already ----------------------------------------------------------------------------------


def test_an_outcome_is_replaced_only_if_asked_for(tmp_path):
    write(tmp_path / "a.jsonl")
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out")
    first = outcome(tmp_path / "out")
    (tmp_path / "out/documents/a.jsonl").write_bytes(b"mine")
    assert "is there already" in corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", code=2).stderr
    assert (tmp_path / "out/documents/a.jsonl").read_bytes() == b"mine"
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--overwrite")
    assert outcome(tmp_path / "out") == first


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_an_input_is_never_overwritten(tmp_path, link):
    path = write(tmp_path / "in/a.jsonl")
    (tmp_path / "out/documents").mkdir(parents=True)
    getattr(tmp_path / "out/documents/a.jsonl", link)(path)
    before = path.read_bytes()
    assert "is an input" in corpus(path, "-o", tmp_path / "out", "--overwrite", code=2).stderr
    assert path.read_bytes() == before


def test_documents_beside_their_own_originals_are_refused(tmp_path):
    path = write(tmp_path / "data/documents/a.jsonl")
    before = path.read_bytes()
    assert "is an input" in corpus(tmp_path / "data/documents", "-o", tmp_path / "data", "--overwrite", code=2).stderr
    assert path.read_bytes() == before


def test_without_its_libraries_the_command_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['zstandard'] = None\n"
        "from defurnish.cli import app; app(['corpus', 'a.jsonl', '-o', 'out'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        'defurnish: corpus runs need zstandard: pip install "defurnish[corpus]"'
    ]
