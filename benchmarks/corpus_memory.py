"""How much memory a corpus run takes, by the size of its shard.

    python -m benchmarks.corpus_memory --gigabytes 0.3,1,5 [--format parquet] [--beside-kb 64] [--workers 2]

Makes one shard of each size from the articles of ``fixtures/``, in turn and under ids of their own, cleans it by
``defurnish corpus`` and prints the peak resident size of each process as the kernel keeps it (``VmHWM``). With
``--beside-kb`` every record has a field of that size beside its text, as crawls keep the HTML of a page: then the bytes
that pass through the run are many and the texts to clean few.

The limit: under 500 MB for each worker with a shard of 5 GB.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from benchmarks.machine import conditions
from defurnish import Cleaner
from fixtures.reader import annotated, clean_articles

SECONDS_BETWEEN_LOOKS = 0.1
ROWS_PER_GROUP = 4096
LIMIT_MB = 500


def texts() -> list[str]:
    return [fixture.text for fixture in annotated()] + [path.read_bytes().decode() for path in clean_articles()]


def records(size: int, beside: int) -> Iterator[dict[str, str]]:
    """Yield records of so many bytes together, each with a text and so many characters beside it."""
    chance = random.Random("beside")  # what recurs would be packed to nothing
    held = texts()
    made = number = 0
    while made < size:
        text = held[number % len(held)]
        record = {
            "id": f"page-{number}",
            "url": f"https://site-{number % 9973}.example/{number}",
            "text": text,
            "html": base64.b64encode(chance.randbytes(beside * 3 // 4)).decode(),
        }
        made += len(text.encode()) + beside + 100
        number += 1
        yield record


def write_shard(path: Path, size: int, beside: int) -> int:
    """Write a shard of so many bytes, unpacked, and return the number of its records."""
    count = 0
    if path.suffix == ".parquet":
        schema = pa.schema([(name, pa.string()) for name in ("id", "url", "text", "html")])
        group: list[dict[str, str]] = []
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            rows = max(1, ROWS_PER_GROUP * 4096 // (4096 + beside))  # groups of a size, whatever the rows'
            for record in records(size, beside):
                group.append(record)
                count += 1
                if len(group) == rows:
                    writer.write_table(pa.Table.from_pylist(group, schema))
                    group = []
            if group:
                writer.write_table(pa.Table.from_pylist(group, schema))
        return count
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as packed:
        for record in records(size, beside):
            packed.write((json.dumps(record, ensure_ascii=False) + "\n").encode())
            count += 1
    return count


def peaks(process: subprocess.Popen[bytes]) -> dict[int, int]:
    """Wait for a process and return its own peak and those of its children, by process, in bytes."""
    found: dict[int, int] = {}
    while process.poll() is None:
        for pid in (process.pid, *children(process.pid)):
            found[pid] = max(found.get(pid, 0), peak(pid))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return found


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:  # it ended meanwhile
        return []


def peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == "VmHWM:"), 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", default="0.3,1,5", help="sizes of the shards, unpacked")
    parser.add_argument("--format", choices=("jsonl.zst", "parquet"), default="jsonl.zst")
    parser.add_argument("--beside-kb", type=float, default=0.0, help="kilobytes beside each text")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    print(conditions())
    Cleaner().clean("The rules are compiled and kept, so that no run has to do it.")
    print(f"{'GB':>6} {'on disk':>9} {'records':>9} {'seconds':>8}  peak of each process, MB")
    worst = 0.0
    for gigabytes in map(float, arguments.gigabytes.split(",")):
        with tempfile.TemporaryDirectory() as place:
            shard = Path(place) / f"shard.{arguments.format}"
            count = write_shard(shard, int(gigabytes * 1e9), int(arguments.beside_kb * 1000))
            command = [sys.executable, "-m", "defurnish", "corpus", str(shard), "-o", str(Path(place) / "out"), "-q"]
            began = time.perf_counter()
            process = subprocess.Popen([*command, "--workers", str(arguments.workers)])
            found = sorted(peaks(process).values(), reverse=True)
            if process.returncode:
                sys.exit(f"the run ended with {process.returncode}")
            seconds = time.perf_counter() - began
            told = ", ".join(f"{size / 1e6:.0f}" for size in found)
            packed = f"{shard.stat().st_size / 1e6:,.0f} MB"
            print(f"{gigabytes:6g} {packed:>9} {count:9,} {seconds:8,.0f}  {told}", flush=True)
            worst = max(worst, found[0] / 1e6)
    print(f"at most {worst:.0f} MB in one process (the limit is {LIMIT_MB})")
    sys.exit(worst > LIMIT_MB)


if __name__ == "__main__":
    main()
