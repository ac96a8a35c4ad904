"""What it costs to learn the sites of a corpus: time, disk and memory for each page.

    python -m benchmarks.learning PAGES.jsonl.gz [--extractor trafilatura] [--pages 10000] [--memory 256MB]

Takes the texts of one extractor, forty to a site, and counts them as ``defurnish learn`` does. Where there are fewer
pages than asked for, they come again as pages of other sites with their letters shifted, so that no copy compresses
against another. Measured are:

- the rows of a page: CPU time of the one step that a worker does (on the real pages alone);
- the table: clock time to fill it, and its size on disk;
- the counting: clock time from the full table to the last profile, and the profiles that came of it;
- the highest memory of the process.

A shared machine stretches the clock times: look at the load that is printed.
"""

from __future__ import annotations

import os
import resource
import string
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.data import DataError, read_pages
from benchmarks.options import parser, run
from defurnish.profiles.corpus import RowTable
from defurnish.profiles.counting import Row, rows_of
from defurnish.profiles.learn import profile_from

EXTRACTOR = "trafilatura"
PAGES_PER_SITE = 40
PAGES = 10_000
MEMORY = "256MB"


def shifted(rows: list[Row], copy: int) -> list[Row]:
    """Return the rows of a page as those of another page of another site, with other letters."""
    if not copy:
        return rows
    lower, upper = string.ascii_lowercase, string.ascii_uppercase
    at = copy % len(lower)
    letters = str.maketrans(lower + upper, lower[at:] + lower[:at] + upper[at:] + upper[:at])
    return [
        row._replace(
            site=f"copy{copy}.{row.site}",
            document=(row.document + copy) % (1 << 63),
            template=row.template.translate(letters),
            example=row.example.translate(letters),
        )
        for row in rows
    ]


def copies(pages: list[list[Row]], count: int) -> Iterator[list[Row]]:
    for number in range(count):
        yield shifted(pages[number % len(pages)], number // len(pages))


def measured(texts: list[str], count: int, memory: str, folder: str | None) -> dict[str, str]:
    """Return the figures, by what they are called."""
    began = time.process_time()
    pages = [rows_of(text, f"site{number // PAGES_PER_SITE}.example") for number, text in enumerate(texts)]
    counted = time.process_time() - began
    with tempfile.TemporaryDirectory(dir=folder) as place, RowTable(memory=memory, folder=place) as table:
        filling, rows = 0.0, 0
        for page in copies(pages, count):
            rows += len(page)
            began = time.monotonic()
            table.add(page)
            filling += time.monotonic() - began
        began = time.monotonic()
        profiles = [profile_from(counts) for counts in table.sites()]
        learning = time.monotonic() - began
        size = sum(path.stat().st_size for path in Path(place).rglob("*") if path.is_file())
    return {
        "pages": f"{count:,}",
        "rows a page": f"{rows / count:.1f}",
        "rows of a page, CPU": f"{counted / len(texts) * 1e3:.2f} ms",
        "filling the table": f"{filling / count * 1e3:.2f} ms a page",
        "disk": f"{size / count / 1e3:.1f} kB a page",
        "counting and profiles": f"{learning / count * 1e3:.2f} ms a page",
        "profiles": f"{len(profiles):,} with {sum(len(profile.entries) for profile in profiles):,} entries",
        "highest memory": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB",
        "load of the machine": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
    }


def main() -> None:
    made = parser(__doc__, extractors=EXTRACTOR, markdown=False)
    made.add_argument("--pages", type=int, default=PAGES, dest="count", metavar="N", help=f"pages to count ({PAGES})")
    made.add_argument("--memory", default=MEMORY, metavar="SIZE", help=f"for DuckDB ({MEMORY})")
    made.add_argument("--temp", metavar="FOLDER", help="where it spills to")
    options = made.parse_args()
    texts = [text for page in read_pages(options.pages) if (text := page.texts.get(options.extractors))]
    if not texts:
        raise DataError(options.pages, f"has no texts of {options.extractors}")
    for name, value in measured(texts, options.count, options.memory, options.temp).items():
        print(f"{name:24}{value}")


if __name__ == "__main__":
    run(main)
