"""Every format in and out."""

from __future__ import annotations

import gzip
import io
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastwarc.warc import ArchiveIterator

from defurnish.io import columnar
from defurnish.io.formats import FORMATS, format_of

from .corpora import clean, corpus, dirty, files, lines, packed, records, rows, table, unpacked, wet, write

NAMES = [
    "a.jsonl", "a.json.gz", "a.jsonl.gz", "a.jsonl.zst", "a.ndjson", "a.parquet", "a.arrow", "a.arrows",
]  # fmt: skip
FORMATS_OUT = ["jsonl", "jsonl.gz", "jsonl.zst", "parquet", "arrow", "arrows"]
SMALL = ("--chunk-mb", "0.0004")  # some three documents


@pytest.mark.parametrize("chunk", [(), SMALL], ids=["whole", "chunks"])
@pytest.mark.parametrize("name", NAMES)
def test_a_shard_keeps_its_name_format_order_and_other_fields(tmp_path, name, chunk):
    write(tmp_path / name)
    corpus(tmp_path / name, "-o", tmp_path / "out", *chunk)
    assert rows(tmp_path / "out/documents" / name) == records(text=clean)
    assert files(tmp_path / "out") == {
        f"documents/{name}", "rejected.jsonl", "report.html", "report.json", ".defurnish/run.json",
    }  # fmt: skip
    assert (tmp_path / "out/rejected.jsonl").read_bytes() == b""


@pytest.mark.parametrize("form", FORMATS_OUT)
@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.parquet", "a.arrows"])
def test_the_output_may_be_of_another_format(tmp_path, name, form):
    write(tmp_path / name)
    corpus(tmp_path / name, "-o", tmp_path / "out", "--format", form, *SMALL)
    assert rows(tmp_path / f"out/documents/a{FORMATS[form].suffix}") == records(text=clean)


def test_lines_of_which_nothing_goes_stay_byte_for_byte(tmp_path):
    data = b'{ "id":1.50, "text" : "Rain\\u0021" ,"n":1e400}\n{"text":"Snow","id":12345678901234567890123}\n'
    (tmp_path / "a.jsonl").write_bytes(data)
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out")
    assert (tmp_path / "out/documents/a.jsonl").read_bytes() == data


def test_parquet_keeps_its_schema_metadata_and_codec(tmp_path):
    kept = pa.schema(
        [
            pa.field("day", pa.timestamp("ns", "UTC"), metadata={"unit": "day"}),
            pa.field("text", pa.large_string(), nullable=False),
            pa.field("price", pa.decimal128(9, 2)),
            pa.field("kind", pa.dictionary(pa.int8(), pa.string())),
        ],
        metadata={"huggingface": "{}"},
    )
    made = pa.table([[1, 2**60 + 1], [dirty(0), dirty(1)], [None, 3], ["a", "b"]], schema=kept)
    pq.write_table(made, tmp_path / "a.parquet", compression="gzip")
    corpus(tmp_path / "a.parquet", "-o", tmp_path / "out")
    target = tmp_path / "out/documents/a.parquet"
    found = pq.read_table(target)
    assert found.schema.equals(kept, check_metadata=True)
    assert found.drop_columns("text") == made.drop_columns("text")
    assert found["text"].to_pylist() == [clean(0), clean(1)]
    assert columnar.codec_of(target) == "gzip"


def test_types_that_json_does_not_know_become_text(tmp_path):
    made = pa.table(
        {
            "text": [dirty(0)],
            "at": pa.array([1_700_000_000_123_456_789], pa.timestamp("ns")),
            "day": [datetime(2024, 5, 3)],
            "raw": [b"\x00\xff"],
            "in": [{"day": datetime(2024, 5, 3)}],
        }
    )
    pq.write_table(made, tmp_path / "a.parquet")
    corpus(tmp_path / "a.parquet", "-o", tmp_path / "out", "--format", "jsonl")
    assert rows(tmp_path / "out/documents/a.jsonl") == [
        {
            "text": clean(0),
            "at": "2023-11-14 22:13:20.123456789",
            "day": "2024-05-03T00:00:00",
            "raw": "\x00\\xff",
            "in": {"day": "2024-05-03T00:00:00"},
        }
    ]


def test_lines_of_many_shapes_become_one_table(tmp_path):
    items = [
        {"text": "Rain.", "n": 1, "mixed": 1, "hollow": {}, "big": 2**70, "in": {"a": 1}},
        {"text": "Snow.", "n": 0.5, "mixed": "one", "in": {"b": ["x"]}},
        {"text": "Hail.", "late": True, "mixed": None},
    ]
    (tmp_path / "a.jsonl").write_bytes(lines(items))
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--format", "parquet", "--chunk-mb", "0.0001")
    nothing = dict.fromkeys(["n", "mixed", "hollow", "big", "in", "late"])
    assert rows(tmp_path / "out/documents/a.parquet") == [
        {**nothing, "text": "Rain.", "n": 1.0, "mixed": "1", "hollow": "{}", "big": str(2**70),
         "in": {"a": 1, "b": None}},
        {**nothing, "text": "Snow.", "n": 0.5, "mixed": '"one"', "in": {"a": None, "b": ["x"]}},
        {**nothing, "text": "Hail.", "late": True},
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.arrows"])
def test_a_table_without_rows_stays_one(tmp_path, name):
    write(tmp_path / name, 0)
    corpus(tmp_path / name, "-o", tmp_path / "out")
    assert rows(tmp_path / "out/documents" / name) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_an_empty_file_stays_one(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    corpus(tmp_path / name, "-o", tmp_path / "out")
    assert unpacked(tmp_path / "out/documents" / name) == b""


@pytest.mark.parametrize("chunk", [(), SMALL], ids=["whole", "chunks"])
@pytest.mark.parametrize("name", ["a.warc.wet.gz", "a.wet", "a.warc.gz", "a.warc"])
def test_archives_keep_their_records_and_headers(tmp_path, name, chunk):
    write(tmp_path / name)
    corpus(tmp_path / name, "-o", tmp_path / "out", *chunk)
    data = (tmp_path / "out/documents" / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    before, after = wet(), data
    assert after.startswith(before[: before.index(b"WARC/1.0", 1)])  # the description of the file, untouched
    found = []
    for record in ArchiveIterator(io.BytesIO(after), parse_http=False):
        assert record.verify_block_digest()
        found.append((record.record_id, record.headers["WARC-Target-URI"], record.reader.read().decode()))
    assert found[1:] == [
        (f"<urn:uuid:00000000-0000-4000-8000-{n:012d}>", f"https://post.example/{n}", clean(n)) for n in range(7)
    ]


def test_records_of_archives_become_lines_under_the_names_asked_for(tmp_path):
    write(tmp_path / "a.warc.wet.gz", 1)
    names = ("--text-field", "content", "--url-field", "metadata.url")
    corpus(tmp_path / "a.warc.wet.gz", "-o", tmp_path / "out", "--format", "jsonl.zst", *names)
    assert rows(tmp_path / "out/documents/a.jsonl.zst") == [
        {
            "id": "00000000-0000-4000-8000-000000000000",
            "content": clean(0),
            "metadata": {"url": "https://post.example/0"},
            "date": "2024-05-03T00:00:00Z",
        }
    ]


def test_a_folder_of_texts_is_mirrored(tmp_path):
    for name in ("üb/1.txt", "üb/2.md", "3.markdown", ".hidden.txt", "notes.pdf"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(dirty(name), encoding="utf-8")
    corpus(tmp_path / "in", "-o", tmp_path / "out", "--explain")
    found = {name for name in files(tmp_path / "out") if name.startswith("documents")}
    assert found == {"documents/üb/1.txt", "documents/üb/2.md", "documents/3.markdown"}
    assert (tmp_path / "out/documents/üb/2.md").read_text(encoding="utf-8") == clean("üb/2.md")
    assert [row["id"] for row in rows(tmp_path / "out/attributes/defurnish/in.jsonl.gz")] == [
        "3.markdown", "üb/1.txt", "üb/2.md",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl.zst", "parquet"])
def test_a_folder_of_texts_becomes_one_shard(tmp_path, form):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(dirty(number), encoding="utf-8")
    corpus(*sorted(tmp_path.glob("*.txt")), "-o", tmp_path / "out", "--format", form)
    assert rows(tmp_path / f"out/documents/texts.{form}") == [
        {"id": f"{number}.txt", "text": clean(number)} for number in range(3)
    ]


@pytest.mark.parametrize("form", ["txt", "wet.gz"])
def test_a_format_without_a_place_for_the_other_fields_is_refused(tmp_path, form):
    write(tmp_path / "a.jsonl")
    result = corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--format", form, code=2)
    assert "no place for the other fields" in result.stderr


def test_zstandard_is_written_as_one_frame(tmp_path):
    # Python's zstandard and what stands on it (fsspec, datatrove, datasets) stop at the end of the first frame.
    write(tmp_path / "a.jsonl.zst")
    corpus(tmp_path / "a.jsonl.zst", "-o", tmp_path / "out", "--explain", "--removed", *SMALL)
    for name in ("documents", "attributes/defurnish", "removed"):
        assert len(rows(tmp_path / "out" / name / "a.jsonl.zst")) >= 7


def test_compressed_files_hold_no_clock_and_no_name(tmp_path):
    write(tmp_path / "a.jsonl")
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--format", "jsonl.gz")
    assert (tmp_path / "out/documents/a.jsonl.gz").read_bytes()[3:8] == b"\x00" * 5


def test_the_magic_of_an_arrow_file_counts_more_than_its_name(tmp_path):
    with pa.ipc.new_stream(tmp_path / "a.arrow", table().schema) as writer:
        writer.write_table(table())
    corpus(tmp_path / "a.arrow", "-o", tmp_path / "out")
    with pa.OSFile(str(tmp_path / "out/documents/a.arrow")) as file:
        assert pa.ipc.open_stream(file).read_all().to_pylist() == records(text=clean)


def test_a_format_may_be_named_whatever_the_file_is_called(tmp_path):
    (tmp_path / "a.dump").write_bytes(packed(lines(records(2))))
    assert (
        "names no format"
        not in corpus(
            tmp_path / "a.dump", "-o", tmp_path / "out", "--input-format", "jsonl.gz", "--format", "jsonl"
        ).stderr
    )
    assert rows(tmp_path / "out/documents/a.dump.jsonl") == records(2, clean)
    assert "tells no format" in corpus(tmp_path / "a.dump", "-o", tmp_path / "other", code=2).stderr


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("x.JSON.GZ", "jsonl.gz"), ("x.jsonl.zstd", "jsonl.zst"), ("x.warc.wet.gz", "wet.gz"), ("x.warc.gz", "warc.gz"),
        ("x.pq", "parquet"), ("x.feather", "arrow"), ("x.md", "md"),
    ],
)  # fmt: skip
def test_names_tell_formats(name, form):
    assert format_of(name) == FORMATS[form]
