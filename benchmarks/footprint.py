"""What a process pays before it cleans: to start, to build the rules, and in memory.

    python -m benchmarks.footprint [--runs N]

Each figure is of a process of its own, and the best of some runs; times are CPU time, memory is what the system counts
as resident, native memory included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.tables import Table, show
from defurnish import rulecache

ROOT = Path(__file__).resolve().parent.parent

_PRELUDE = """
import json, time, tracemalloc
begun = time.process_time()

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))

TEXT = "Rain fell all night.\\n\\nShare this article\\n\\nBy morning the ferry was gone.\\n"
"""

START = """
import defurnish
imported = time.process_time()
defurnish.clean(TEXT)
cleaned = time.process_time()
print(json.dumps({"import": imported - begun, "first clean": cleaned - imported}))
"""

RULES = """
import defurnish, ftfy, regex
from defurnish.repair import repair
repair("The caf\\u00c3\\u00a9 opens.")
before = resident()
cleaner = defurnish.Cleaner()
built = resident()
for _ in range(60):
    cleaner.clean((TEXT + "Posted by Ada Brandt on May 4, 2021\\n") * 400)
print(json.dumps({"built": built - before, "after 3 MB": resident() - before}))
"""

PEAK = """
import defurnish
text = %s
cleaner = defurnish.Cleaner()
cleaner.clean(TEXT * 20000)
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # forget the peak so far
before = resident()
cleaner.%s(text)
print(json.dumps({"peak": peak() - before, "size": len(text.encode("utf-8", "surrogatepass"))}))
"""


def measured(script: str, cache: str) -> dict[str, float]:
    """Return what a script prints in a fresh process, with compiled rules kept in the folder ``cache``."""
    environment = os.environ | {
        rulecache.VARIABLE: cache,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT / "src"), os.environ.get("PYTHONPATH")))),
    }
    done = subprocess.run(
        [sys.executable, "-c", _PRELUDE + script], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def start_up(cache: str, runs: int) -> dict[str, float]:
    """Return the CPU seconds of import and first clean, the best of some fresh processes."""
    return min((measured(START, cache) for _ in range(runs)), key=lambda one: sum(one.values()))


def main() -> None:
    """Read the command line, measure and print."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--runs", type=int, default=5, help="the best of so many processes (5)")
    made.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    options = made.parse_args()
    table = Table("Footprint", ("", "figure"))
    with tempfile.TemporaryDirectory() as folder:
        cold = min(
            (measured(START, str(Path(folder, str(run)))) for run in range(options.runs)),
            key=lambda one: sum(one.values()),
        )
        warm = start_up(str(Path(folder, "0")), options.runs)
        for name, found in (("nothing cached", cold), ("rules cached", warm)):
            for what, seconds in found.items():
                table.add(f"{what}, {name}", f"{1000 * seconds:.0f} ms")
        memory = measured(RULES, str(Path(folder, "0")))
        table.add("compiled rules", f"{memory['built'] / 1e6:.0f} MB")
        table.add("compiled rules, after 3 MB of text", f"{memory['after 3 MB'] / 1e6:.0f} MB")
        for what, text in TEXTS.items():
            for method in ("clean", "analyze"):
                found = measured(PEAK % (text, method), str(Path(folder, "0")))
                table.add(f"peak of {method}, {what}", f"{found['peak'] / found['size']:.1f} × the text")
    show(table, markdown=options.markdown)


PROSE = "The river rose two metres in the night, and by morning the lower town stood under water to the sills.\\n"
TEXTS = {
    "20 MB of prose": f'"{PROSE}" * 200_000',
    "20 MB of prose with furniture": f'("{PROSE}" * 9 + "Share this article\\n") * 21_000',
    "20 MB in one line": f'"{PROSE[:-2]} " * 200_000',
}


if __name__ == "__main__":
    main()
