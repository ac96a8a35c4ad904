"""Small corpora in every format, and the command that cleans them."""

from __future__ import annotations

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from fastwarc.warc import WarcRecord
from typer.testing import CliRunner

from defurnish.cli import app

BODY = "Rain fell all night over the lower town — {}, and nobody slept.\n\nBy morning the ferry was gone.\n"
DIRTY = (
    BODY.replace("slept.\n\n", "slept.\n\nShare this article\n\n") + "\n© 2021 The Ferry Post. All rights reserved.\n"
)


def dirty(number):
    return DIRTY.format(number)


def clean(number):
    return BODY.format(number)


def records(count=7, text=dirty):
    return [
        {
            "id": f"rain-{number}",
            "text": text(number),
            "metadata": {"url": f"https://post.example/{number}", "text": "stays"},
            "score": number / 4,
            "tags": ["weather", "ferry"],
        }
        for number in range(count)
    ]


def lines(items):
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def wet_record(number, content, kind="conversion"):
    record = WarcRecord()
    record.headers.status_line = "WARC/1.0"
    record.headers["WARC-Type"] = kind
    record.headers["WARC-Target-URI"] = f"https://post.example/{number}"
    record.headers["WARC-Date"] = "2024-05-03T00:00:00Z"
    record.headers["WARC-Record-ID"] = f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"
    record.headers["Content-Type"] = "application/warc-fields" if kind == "warcinfo" else "text/plain"
    record.set_bytes_content(content)
    written = io.BytesIO()
    record.write(written, checksum_data=True)
    return written.getvalue()


def wet(count=7, pack=lambda data: data):
    described = wet_record(999, b"software: invented\r\n", "warcinfo")
    return pack(described) + b"".join(pack(wet_record(n, dirty(n).encode())) for n in range(count))


def packed(data):
    return gzip.compress(data, mtime=0)


def table(count=7):
    made = pa.Table.from_pylist(records()).slice(0, count)
    return made.replace_schema_metadata({"origin": "invented"})


def write(path, count=7):
    """Write a corpus in the format that the name tells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.name
    if name.endswith(".parquet"):
        pq.write_table(table(count), path, row_group_size=3, compression="snappy")
    elif name.endswith((".arrow", ".arrows")):
        kind = pa.ipc.new_file if name.endswith(".arrow") else pa.ipc.new_stream
        with kind(path, table().schema) as writer:
            writer.write_table(table(count), max_chunksize=3)
    elif ".wet" in name or ".warc" in name:
        path.write_bytes(wet(count, packed if name.endswith(".gz") else lambda data: data))
    else:
        data = lines(records(count))
        if name.endswith(".gz"):
            data = packed(data[:400]) + packed(data[400:])  # of several members, as many writers leave it
        if name.endswith(".zst"):
            data = zstandard.compress(data[:400]) + zstandard.compress(data[400:])
        path.write_bytes(data)
    return path


def unpacked(path):
    """Return the bytes of a file as a reader of the field sees them, who stops at the first frame of Zstandard."""
    data = path.read_bytes()
    if path.name.endswith(".gz"):
        return gzip.decompress(data)
    if path.name.endswith(".zst"):
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return data


def rows(path):
    """Return the records of a file of lines or columns."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix in (".arrow", ".arrows"):
        with pa.OSFile(str(path)) as file:
            opened = pa.ipc.open_file if path.suffix == ".arrow" else pa.ipc.open_stream
            return opened(file).read_all().to_pylist()
    return [json.loads(line) for line in unpacked(path).splitlines()]


def corpus(*arguments, code=0, stdin=None):
    """Run ``defurnish corpus`` in this process, with one worker unless told otherwise; return what it printed."""
    several = () if "--workers" in arguments else ("--workers", "1")
    result = CliRunner().invoke(app, ["corpus", *map(str, arguments), *several], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def outcome(folder):
    """Return every file of an output folder with its content; of the report all but the time that it took."""
    found = {
        name: (folder / name).read_bytes()
        for name in files(folder)
        if not name.startswith(".defurnish") and name != "report.html"
    }
    report = json.loads(found["report.json"])
    for name in ("seconds", "workers", "inputs"):
        del report["about"][name]
    found["report.json"] = report
    return found
