"""A run that is killed goes on where it was, and its outcome is that of a run that nobody disturbed."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from .corpora import clean, corpus, dirty, files, lines, outcome, records, rows, write

SMALL = ("--chunk-mb", "0.0008")
SHARDS = ("a.jsonl.zst", "b.parquet", "c.jsonl", "d.jsonl.gz", "e.warc.wet.gz", "pages/1.md", "pages/2.md")
EVERYTHING = ("--explain", "--removed", *SMALL)

# Kills its own process before the n-th change that others could see: a file gets its name, or goes.
KILLED_AT = """
import os, signal, sys
import defurnish.corpus.run
defurnish.corpus.run.SECONDS_BETWEEN_STATES = float(sys.argv.pop(1))
when, seen = int(sys.argv.pop(1)), 0
def count(event, arguments):
    global seen
    if event in ("os.rename", "os.remove", "shutil.rmtree"):
        seen += 1
        if seen == when:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
from defurnish.cli import main
try:
    main()
finally:
    print(seen)
"""
# That many of all the changes of a run are tried, from the first to the last, with a state after each shard or not.
MOMENTS = 12


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    for name in SHARDS:
        if name.endswith(".md"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(dirty(name), encoding="utf-8")
        else:
            write(folder / name, 9)
    with (folder / "c.jsonl").open("ab") as file:
        file.write(b'{"cut\n{"id": 3}\n')
    data = (folder / "d.jsonl.gz").read_bytes()
    (folder / "d.jsonl.gz").write_bytes(data[:-9])
    return folder


@pytest.fixture(scope="module")
def undisturbed(shards, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    corpus(shards, "-o", out, *EVERYTHING, code=2)
    return outcome(out)


def killed(when, shards, out, seconds=0):
    program = [sys.executable, "-c", KILLED_AT, str(seconds), str(when)]
    arguments = ["corpus", str(shards), "-o", str(out), "--workers", "1", "-q", "--resume", *EVERYTHING]
    return subprocess.run([*program, *arguments], capture_output=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def changes(shards, tmp_path_factory):
    """How many changes a whole run makes: with the state written after each shard, and only at the end."""
    folder = tmp_path_factory.mktemp("changes")
    return [int(killed(0, shards, folder / str(seconds), seconds).stdout) for seconds in (0, 100)]


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_run_killed_at_any_moment_goes_on(tmp_path, shards, undisturbed, changes, moment):
    out = tmp_path / "out"
    when = 1 + (changes[moment % 2] - 1) * moment // (MOMENTS - 1)
    done = killed(when, shards, out, seconds=100 * (moment % 2))
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    corpus(shards, "-o", out, "--resume", *EVERYTHING, code=2)
    assert outcome(out) == undisturbed
    assert files(out / ".defurnish") == {"run.json"}


def test_a_run_killed_again_and_again_gets_there(tmp_path, shards, undisturbed, changes):
    out = tmp_path / "out"
    kills = 0
    while killed(changes[0] // 5, shards, out).returncode == -signal.SIGKILL:
        kills += 1
    assert 3 <= kills <= 12
    assert outcome(out) == undisturbed


def test_what_was_done_is_not_done_again(tmp_path, shards):
    out = tmp_path / "out"
    killed(70, shards, out, seconds=100)
    marks = {path: path.stat().st_mtime_ns for path in (out / ".defurnish/parts").rglob("*.json")}
    assert len(marks) > 5
    killed(9, shards, out)
    left = {path: path.stat().st_mtime_ns for path in (out / ".defurnish/parts").rglob("*.json")}
    assert left
    assert all(marks[path] == stamp for path, stamp in left.items() if path in marks)


def test_two_workers_give_the_bytes_of_one(tmp_path, shards, undisturbed):
    corpus(shards, "-o", tmp_path / "out", *EVERYTHING, "--workers", 2, code=2)
    assert outcome(tmp_path / "out") == undisturbed


@pytest.mark.parametrize("chunks", [1, 12])
def test_two_workers_die_with_the_run_and_it_goes_on(tmp_path, shards, undisturbed, chunks):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "defurnish", "corpus", str(shards), "-o", str(out), "--workers", "2", *EVERYTHING]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len(list(out.glob(".defurnish/parts/*/*.json"))) < chunks:
            time.sleep(0.002)
        children = _children(process.pid)
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert children
    deadline = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{child}") and not _is_dead(child) for child in children):
        assert time.monotonic() < deadline, "a worker lives on"
        time.sleep(0.02)
    corpus(shards, "-o", out, "--resume", *EVERYTHING, code=2)
    assert outcome(out) == undisturbed


def _children(process):
    with open(f"/proc/{process}/task/{process}/children") as file:
        return file.read().split()


def _is_dead(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


# -- what resuming refuses ----------------------------------------------------------------------------------


@pytest.fixture
def half_done(tmp_path):
    write(tmp_path / "a.jsonl", 9)
    assert killed(30, tmp_path / "a.jsonl", tmp_path / "out").returncode == -signal.SIGKILL
    return tmp_path


def test_an_unfinished_run_is_neither_overwritten_nor_taken_up_without_a_word(half_done):
    result = corpus(half_done / "a.jsonl", "-o", half_done / "out", *EVERYTHING, code=2)
    assert "holds an unfinished run; --resume goes on with it, --overwrite begins anew" in result.stderr
    corpus(half_done / "a.jsonl", "-o", half_done / "out", *EVERYTHING, "--overwrite")
    assert rows(half_done / "out/documents/a.jsonl") == records(9, clean)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--keep", "legal"), 'keep was [], and is ["legal"] now'),
        (("--format", "parquet"), 'output was null, and is "parquet" now'),
        (("--chunk-mb", "4"), "chunk was 838, and is 4194304 now"),
        (("--no-repair",), "repair was true, and is false now"),
    ],
)
def test_a_run_with_other_options_does_not_go_on(half_done, options, said):
    result = corpus(half_done / "a.jsonl", "-o", half_done / "out", *EVERYTHING, *options, "--resume", code=2)
    assert said in result.stderr


def test_a_run_over_other_inputs_does_not_go_on(half_done):
    write(half_done / "b.jsonl", 1)
    both = (half_done / "a.jsonl", half_done / "b.jsonl")
    result = corpus(*both, "-o", half_done / "out", *EVERYTHING, "--resume", code=2)
    assert f"{half_done / 'b.jsonl'} was none of its inputs" in result.stderr
    write(half_done / "a.jsonl", 8)
    result = corpus(half_done / "a.jsonl", "-o", half_done / "out", *EVERYTHING, "--resume", code=2)
    assert f"{half_done / 'a.jsonl'} was changed since" in result.stderr


def test_a_finished_run_has_nothing_left_to_do(tmp_path):
    write(tmp_path / "a.jsonl")
    corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert "7 documents" in corpus(tmp_path / "a.jsonl", "-o", tmp_path / "out", "--resume").stderr
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


# -- disk and memory ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_leaves_nothing_half_written_and_the_run_can_go_on(tmp_path, workers):
    noise = [{"id": n, "text": dirty(n) + os.urandom(300).hex()} for n in range(400)]
    (tmp_path / "a.jsonl").write_bytes(lines(noise))
    (tmp_path / "b.jsonl").write_bytes(lines(records(3)))
    arguments = [
        str(tmp_path / "b.jsonl"),
        str(tmp_path / "a.jsonl"),
        "-o",
        str(tmp_path / "out"),
        "--chunk-mb",
        "0.05",
    ]

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    done = subprocess.run(
        [sys.executable, "-m", "defurnish", "corpus", *arguments, "--workers", str(workers)],
        preexec_fn=small_disk, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    (said,) = done.stderr.decode().splitlines()
    assert "cannot be written: File too large; make room" in said
    assert files(tmp_path / "out") - {name for name in files(tmp_path / "out") if name.startswith(".defurnish")} == {
        "documents/b.jsonl"
    }
    assert not list((tmp_path / "out").rglob("*.aside"))
    corpus(*arguments, "--resume")
    assert [row["id"] for row in rows(tmp_path / "out/documents/a.jsonl")] == list(range(400))


def test_standard_output_that_is_full_is_told(tmp_path):
    write(tmp_path / "a.jsonl")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "defurnish", "corpus", str(tmp_path / "a.jsonl"), "-o", "-", "--workers", "1"],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert "No space left on device" in done.stderr.decode()


PEAK = """
import re, sys
from defurnish.cli import app
from defurnish.io import columnar
columnar.ROW_GROUP_BYTES = 4 << 20  # what is held of Parquet is bounded by this; 64 MB would need a larger shard
app(["corpus", *sys.argv[1:], "--workers", "1", "-q"], standalone_mode=False)
print(int(re.search("VmHWM:\\\\s+(\\\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.parametrize("name", ["a.jsonl.zst", "a.parquet"])
def test_memory_does_not_grow_with_the_shard(tmp_path, name):
    """A shard of 50 MB, unpacked, must take no more than 25 MB over what one of 10 MB takes."""
    peaks = []
    for count in (100, 500):
        items = [{"id": number, "text": "Rain fell on the ferry and on the town. " * 2500} for number in range(count)]
        path = tmp_path / str(count) / name
        path.parent.mkdir()
        if name.endswith(".parquet"):
            pq.write_table(pa.Table.from_pylist(items), path, row_group_size=count, compression="zstd")
        else:
            path.write_bytes(zstandard.compress(lines(items)))
        arguments = [str(path), "-o", str(path.parent / "out"), "--chunk-mb", "1"]
        done = subprocess.run([sys.executable, "-c", PEAK, *arguments], capture_output=True, check=True, timeout=100)
        peaks.append(int(done.stdout))
        assert json.loads((path.parent / "out/report.json").read_bytes())["totals"]["documents"] == count
    assert peaks[1] < peaks[0] + 25, peaks
