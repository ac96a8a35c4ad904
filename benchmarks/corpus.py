"""What reading and writing cost a corpus run, and what a second worker gains.

    python -m benchmarks.corpus PAGES.jsonl.gz [--megabytes 30]

Makes shards of zstd JSON lines of the texts of one extractor, each text as often as it takes, and measures, by the CPU
time of the processes and by the clock:

- cleaning alone: ``clean`` and ``analyze`` over the same texts in memory;
- reading and writing alone: the way of a shard through reader, line and writer, with each text replaced;
- the whole run, with one worker and with two.

The issue asks that reading and writing cost at most half of what cleaning costs, and that two workers are at least 1.7
times as fast as one. A shared machine cannot show the latter by the clock: look at the load that is printed.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import zstandard

from defurnish import Cleaner
from defurnish.io import jsonl
from defurnish.io.documents import Document, Fields
from defurnish.io.packed import blocks_of, packed_into

EXTRACTOR = "trafilatura"
SHARDS = 4
RUNS = 2


def texts_of(pages: Path) -> list[str]:
    with gzip.open(pages, "rt", encoding="utf-8") as file:
        return [text for line in file if (text := json.loads(line)["texts"].get(EXTRACTOR))]


def write_shards(texts: list[str], folder: Path, megabytes: int) -> list[str]:
    """Write shards of the texts in turn, up to a size, and return the texts that they hold."""
    held: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        for text in texts:
            held.append(text)
            size += len(text.encode())
    for shard in range(SHARDS):
        rows = [
            {"id": f"{shard}-{number}", "text": text, "metadata": {"url": f"https://site-{number % 97}.example/"}}
            for number, text in enumerate(held[shard::SHARDS])
        ]
        data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        (folder / f"{shard}.jsonl.zst").write_bytes(zstandard.compress(data))
    return held


def cpu(action) -> float:
    """Return the CPU seconds of the quickest of some runs: what others do on the machine only ever adds."""
    best = float("inf")
    for _ in range(RUNS):
        began = time.process_time()
        action()
        best = min(best, time.process_time() - began)
    return best


def read_and_write(folder: Path) -> None:
    for path in sorted(folder.glob("*.zst")):
        with path.open("rb") as file, packed_into(io.BytesIO(), "zst") as out:
            for first, piece in jsonl.pieces_of(blocks_of(file, "zst", path.name), 8 << 20):
                for document in jsonl.records_of(piece, first, Fields()):
                    assert isinstance(document, Document)
                    out.write(jsonl.line_with(document.text[:-1], document, "text"))


def run(folder: Path, out: Path, workers: int) -> tuple[float, float]:
    """Return the seconds by the clock and of CPU that a run takes, quickest of some."""
    command = [sys.executable, "-m", "defurnish", "corpus", str(folder), "-o", str(out), "-q", "--overwrite"]
    clock, spent = float("inf"), float("inf")
    for _ in range(RUNS):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*command, "--workers", str(workers)], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        clock = min(clock, time.perf_counter() - began)
        spent = min(spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return clock, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--megabytes", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "in", Path(place) / "out"
        folder.mkdir()
        texts = write_shards(texts_of(arguments.pages), folder, arguments.megabytes)
        size = sum(len(text.encode()) for text in texts) / 1e6
        cleaner = Cleaner()
        cleaner.clean(texts[0])
        print(f"{len(texts):,} texts of {EXTRACTOR}, {size:.1f} MB; load {os.getloadavg()[0]:.1f}, best of {RUNS}")

        def tell(what: str, seconds: float, more: str = "") -> None:
            print(f"{what:24} {seconds:7.2f} s {size / seconds:7.2f} MB/s {len(texts) / seconds:9,.0f} texts/s  {more}")

        cleaning = cpu(lambda: [cleaner.clean(text) for text in texts])
        tell("clean, CPU", cleaning)
        tell("analyze, CPU", cpu(lambda: [cleaner.analyze(text) for text in texts]))
        moving = cpu(lambda: read_and_write(folder))
        tell("read and write, CPU", moving, f"{moving / cleaning:.0%} of clean (at most 50 %)")
        one, one_cpu = run(folder, out, 1)
        tell("run of 1 worker, CPU", one_cpu, f"{one_cpu / cleaning - 1:.0%} over clean, with start, count and report")
        tell("run of 1 worker, clock", one)
        two, two_cpu = run(folder, out, 2)
        tell("run of 2 workers, CPU", two_cpu)
        tell("run of 2 workers, clock", two, f"{one / two:.2f} times one worker (at least 1.7)")
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
