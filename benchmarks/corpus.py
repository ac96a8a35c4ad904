"""What reading and writing cost a corpus run, what a second worker gains, and what a crawl would take.

    python -m benchmarks.corpus PAGES.jsonl.gz [--megabytes 100] [--rounds 3]

Makes shards of zstd JSON lines of the texts of one extractor, each text as often as it takes, and measures in rounds,
in which each takes its turn, by the CPU time of the processes and by the clock:

- cleaning alone: ``clean`` and ``analyze`` over the same texts in memory;
- reading and writing alone: the way of a shard through reader, line and writer, with each text replaced;
- the whole run, with one worker and with two.

Times are those of the quickest round, for what others do on the machine only ever adds; ratios are medians of those
within a round. Reading and writing may cost at most half of what cleaning costs, and two workers must be at least 1.7
times as fast as one. By the clock the latter shows on a quiet machine only: look at the load that is printed.
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
from statistics import median

import zstandard

from benchmarks.machine import conditions
from defurnish import Cleaner
from defurnish.io import jsonl
from defurnish.io.documents import Document, Fields
from defurnish.io.packed import blocks_of, packed_into

EXTRACTOR = "trafilatura"
SHARDS = 8
PAGES_OF_A_CRAWL = 3_000_000_000
"""Of a month of Common Crawl."""


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
    """Return the CPU seconds that a call takes."""
    began = time.process_time()
    action()
    return time.process_time() - began


def read_and_write(folder: Path) -> None:
    for path in sorted(folder.glob("*.zst")):
        with path.open("rb") as file, packed_into(io.BytesIO(), "zst") as out:
            for first, piece in jsonl.pieces_of(blocks_of(file, "zst", path.name), 8 << 20):
                for document in jsonl.records_of(piece, first, Fields()):
                    assert isinstance(document, Document)
                    out.write(jsonl.line_with(document.text[:-1], document, "text"))


def run(folder: Path, out: Path, workers: int) -> tuple[float, float]:
    """Return the seconds by the clock and of CPU that a run takes, all its processes together."""
    command = [sys.executable, "-m", "defurnish", "corpus", str(folder), "-o", str(out), "-q", "--overwrite"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, "--workers", str(workers)], check=True)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(conditions())
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "in", Path(place) / "out"
        folder.mkdir()
        texts = write_shards(texts_of(arguments.pages), folder, arguments.megabytes)
        size = sum(len(text.encode()) for text in texts) / 1e6
        cleaner = Cleaner()
        for text in texts[:100]:  # patterns are compiled when they are first needed
            cleaner.analyze(text)
        print(f"{len(texts):,} texts of {EXTRACTOR}, {size:.1f} MB, in {SHARDS} shards; {arguments.rounds} rounds")
        for _ in range(arguments.rounds):
            took = {
                "clean": cpu(lambda: [cleaner.clean(text) for text in texts]),
                "analyze": cpu(lambda: [cleaner.analyze(text) for text in texts]),
                "read and write": cpu(lambda: read_and_write(folder)),
            }
            for workers in (1, 2):
                clock, spent = run(folder, out, workers)
                took |= {f"run, workers {workers}": spent, f"run, workers {workers}, clock": clock}
            rounds.append(took)
    print(f"{'':24} {'seconds':>8} {'MB/s':>7} {'texts/s':>9}  core-hours for {PAGES_OF_A_CRAWL / 1e9:g} billion texts")
    for name in rounds[0]:
        seconds = min(took[name] for took in rounds)
        hours = f"{seconds / len(texts) * PAGES_OF_A_CRAWL / 3600:9,.0f}" if "clock" not in name else ""
        print(f"{name:24} {seconds:8.2f} {size / seconds:7.2f} {len(texts) / seconds:9,.0f}  {hours}")

    def ratio(one: str, other: str) -> str:
        found = sorted(took[one] / took[other] for took in rounds)
        return f"{median(found):.2f} ({found[0]:.2f} to {found[-1]:.2f})"

    print(f"reading and writing, of cleaning: {ratio('read and write', 'clean')}; at most 0.5")
    print(f"CPU of a run, of cleaning: {ratio('run, workers 1', 'clean')}")
    print(f"CPU of one worker, of two: {ratio('run, workers 1', 'run, workers 2')}; 1 if sharing costs nothing")
    print(
        f"clock of one worker, of two: {ratio('run, workers 1, clock', 'run, workers 2, clock')}; at least 1.7, on a "
        "quiet machine"
    )
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
