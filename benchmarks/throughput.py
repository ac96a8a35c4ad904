"""What cleaning costs: against the floor of any cleaner, and against the tools that read the same pages.

    python -m benchmarks.throughput PAGES [--html FOLDER] [--limit N] [--rounds N]   # measure, write benchmarks/runs/
    python -m benchmarks.throughput benchmarks/runs/DATE.json --readme README.md     # put the table of a run there

PAGES is a JSONL file as the other benchmarks read it, or a folder of texts: ``.txt`` article text, ``.md`` Markdown.
All is measured in one process and one run: rounds in which everything takes its turn, in a new order each time, by
CPU time; medians over the rounds, and ratios to ``clean`` in the same round. The *floor* is what no cleaner of this
kind can do without: the gate before repair, one pass of an automaton over the lower-cased bytes, and splitting lines.
The automaton holds the phrases of all rules but those for whole lines, which a table can look up.

Peers (``pip install defurnish[peers]``) that are not installed are left out and named. Those that read HTML get
the pages of ``--html FOLDER``, and ``clean`` the article text that trafilatura takes out of them. Without it they get
HTML made of whole-page Markdown, if there is any: a tenth of the bytes of a real page, without scripts, styles
and attributes, so that their time is a lower bound.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import ahocorasick_rs
from markdown_it import MarkdownIt

from benchmarks.data import DataError, MissingPackageError
from benchmarks.options import chosen_pages, parser, run
from benchmarks.tables import NONE, Table, show
from defurnish import Cleaner
from defurnish.annotate import annotate
from defurnish.decide import decide
from defurnish.hits import Annotated, HitsByBlock
from defurnish.matchview import view
from defurnish.repair import is_sound, repair
from defurnish.rulebook import Rulebook
from defurnish.segment import segment

RUNS = Path(__file__).parent / "runs"
MARKERS = ("<!-- throughput -->", "<!-- /throughput -->")

Work: TypeAlias = Callable[[str], object]

ARTICLE, MARKDOWN, PAGE, HTML = "article text", "Markdown", "whole-page text", "HTML"
EXTRACTORS = {ARTICLE: ("trafilatura",), MARKDOWN: ("trafilatura_recall_md", "readability_md"), PAGE: ("page",)}
HTML_SOURCE = "page_md"
SUFFIXES = {".txt": ARTICLE, ".md": MARKDOWN}
BARE = "HTML made of whole-page Markdown: times of those that read it are lower bounds"

STAGE = "of clean: "
CLEAN, ANALYZE, FLOOR, HALF = "clean", "analyze", "floor", "clean with half of the rules"
PACKAGES = (
    "ahocorasick_rs", "clean-text", "datatrove", "ftfy", "jusText", "lxml", "readability-lxml", "regex", "resiliparse",
    "trafilatura",
)  # fmt: skip

WARM_BYTES = 3_000_000
"""A process that cleans a corpus has seen so much text before its first second is over."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Texts of one kind, with the HTML of their pages if there is any."""

    texts: tuple[str, ...]
    html: tuple[str, ...] = ()


# --- what is measured -------------------------------------------------------------------------------------------------


def floor_of(rulebook: Rulebook) -> Work:
    """Return what every cleaner with these rules must do with a text at the least."""
    phrases = sorted({phrase for rule in rulebook.rules if rule.match != "whole" for phrase in rule.phrases})
    automaton = ahocorasick_rs.BytesAhoCorasick(
        [phrase.encode() for phrase in phrases], implementation=ahocorasick_rs.Implementation.DFA
    )

    def floor(text: str) -> object:
        return (
            is_sound(text),
            automaton.find_matches_as_indexes(text.lower().encode("utf-8", "surrogatepass"), overlapping=True),
            text.split("\n"),
        )

    return floor


def ours(cleaner: Cleaner) -> dict[str, Work]:
    """Return what is measured of this package."""
    rules = cleaner.rulebook.rules
    half = Rulebook(rules[::2], cleaner.rulebook.lexicons)
    return {
        CLEAN: cleaner.clean,
        ANALYZE: cleaner.analyze,
        FLOOR: floor_of(cleaner.rulebook),
        HALF: Cleaner._with_rulebook(cleaner._options, half).clean,
    }


def stages(cleaner: Cleaner, texts: Sequence[str]) -> dict[str, tuple[Callable[[Any], object], Sequence[Any]]]:
    """Return the stages of ``clean`` by name, each with what it is given of the texts."""
    book = cleaner.rulebook
    mended = [repair(text)[0] for text in texts]
    segments = [segment(text) for text in mended]
    sources = ["\n".join(one.contents) for one in segments]
    return {
        STAGE + "repair": (repair, texts),
        STAGE + "segment": (segment, mended),
        STAGE + "match view": (view, sources),
        STAGE + "phrases and heads": (book.first_look, [view(source) for source in sources]),
        STAGE + "patterns and decision": (_decided, [annotate(one, book) for one in segments]),
    }


def _decided(page: Annotated) -> object:
    """Decide on a page of which no pattern has been tried, and leave it so."""
    hits = HitsByBlock(page.hits.found, page.hits.untried, page.lines, page.hits.rulebook)
    return decide(Annotated(page.segments, page.lines, hits))


def _ftfy() -> Work:
    fix: Work = importlib.import_module("ftfy").fix_text
    return fix


def _c4() -> Work:
    document = importlib.import_module("datatrove.data").Document
    filters = importlib.import_module("datatrove.pipeline.filters")
    # Without the rules that count sentences, for which it needs a tokenizer: the line filter alone.
    quality = filters.C4QualityFilter(min_num_sentences=-1, filter_no_terminal_punct=False)
    return lambda text: quality.filter(document(text=text, id=""))


def _clean_text() -> Work:
    clean: Work = importlib.import_module("cleantext").clean
    return clean


def _justext() -> Work:
    justext = importlib.import_module("justext")
    return partial(justext.justext, stoplist=justext.get_stoplist("English"))


def _justext_of_lines() -> Work:
    of_html = _justext()
    return lambda text: of_html("".join(f"<p>{line}</p>" for line in text.split("\n")))


def _trafilatura() -> Work:
    extract: Work = importlib.import_module("trafilatura").extract
    return extract


def _resiliparse() -> Work:
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    return partial(extract, main_content=True)


def _readability() -> Work:
    document = importlib.import_module("readability").Document
    return lambda html: document(html).summary()


TEXT_PEERS: Mapping[str, Callable[[], Work]] = {
    "datatrove C4 line filter": _c4,
    "ftfy.fix_text": _ftfy,
    "clean-text": _clean_text,
    "jusText on lines as paragraphs": _justext_of_lines,
}
HTML_PEERS: Mapping[str, Callable[[], Work]] = {
    "resiliparse, main content": _resiliparse,
    "jusText": _justext,
    "trafilatura": _trafilatura,
    "readability": _readability,
}


def installed(peers: Mapping[str, Callable[[], Work]], left_out: dict[str, str]) -> dict[str, Work]:
    """Return the peers that can be imported; why the others cannot is written to ``left_out``."""
    found = {}
    for name, imported in peers.items():
        try:
            found[name] = imported()
        except ImportError as error:
            left_out[name] = str(error)
    return found


# --- texts ------------------------------------------------------------------------------------------------------------


def samples(options: Any) -> dict[str, Sample]:
    """Return the texts by kind, as many of each as ``--limit`` says. Raises DataError."""
    found = _of_folder(options) if options.pages.is_dir() else _of_pages(options)
    if options.html is not None:
        pages = tuple(_read(path) for path in islice(_files(options.html, ".html", ".htm"), options.limit))
        if not pages:
            raise DataError(options.html, "holds no .html files")
        try:
            extract = _trafilatura()
        except ImportError as error:
            raise MissingPackageError("--html needs the package trafilatura: pip install trafilatura") from error
        texts = [(str(extract(html) or ""), html) for html in pages]
        kept = [(text, html) for text, html in texts if text]
        found[HTML] = Sample(tuple(text for text, _ in kept), tuple(html for _, html in kept))
    return found


def _of_pages(options: Any) -> dict[str, Sample]:
    pages = chosen_pages(options.pages, options)
    found = {}
    for kind, names in EXTRACTORS.items():
        texts = tuple(page.texts[name] for page in pages for name in names if page.texts.get(name, "").strip())
        if texts:
            found[kind] = Sample(texts)
    both = [page for page in pages if page.texts.get(HTML_SOURCE) and page.texts.get(EXTRACTORS[ARTICLE][0])]
    if both and options.html is None:
        render = MarkdownIt().render
        html = tuple(f"<html><body>{render(page.texts[HTML_SOURCE])}</body></html>" for page in both)
        found[HTML] = Sample(tuple(page.texts[EXTRACTORS[ARTICLE][0]] for page in both), html)
    if not found:
        raise DataError(options.pages, "holds no texts of " + ", ".join(n for ns in EXTRACTORS.values() for n in ns))
    return found


def _of_folder(options: Any) -> dict[str, Sample]:
    found = {}
    for suffix, kind in SUFFIXES.items():
        texts = tuple(filter(str.strip, map(_read, islice(_files(options.pages, suffix), options.limit))))
        if texts:
            found[kind] = Sample(texts)
    if not found:
        raise DataError(options.pages, f"holds no {' or '.join(SUFFIXES)} files")
    return found


def _files(folder: Path, *suffixes: str) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in suffixes)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


# --- measuring --------------------------------------------------------------------------------------------------------


def seconds(work: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Return the CPU seconds that the work takes on all inputs."""
    gc.collect()
    begun = time.process_time()
    for one in inputs:
        work(one)
    return time.process_time() - begun


def measured(
    works: Mapping[str, tuple[Callable[[Any], object], Sequence[Any]]], rounds: int, order: random.Random
) -> dict[str, Any]:
    """Return, for each work, the median µs a document and the median ratio to ``clean`` in the same round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name in order.sample(list(works), len(works)):
            times[name].append(seconds(*works[name]))
    return {
        name: {
            "us": round(median(taken) / len(works[name][1]) * 1e6, 1),
            "per_clean": round(median(one / clean for one, clean in zip(taken, times[CLEAN], strict=True)), 3),
        }
        for name, taken in times.items()
    }


def measure(kinds: Mapping[str, Sample], rounds: int, warm: int, *, bare: bool) -> dict[str, Any]:
    """Measure all on all kinds of text; ``bare`` says that the HTML is made of Markdown."""
    left_out: dict[str, str] = {}
    cleaner = Cleaner()
    mine, text_peers = ours(cleaner), installed(TEXT_PEERS, left_out)
    html_peers = installed(HTML_PEERS, left_out)
    if HTML not in kinds:
        left_out |= dict.fromkeys(html_peers, "no HTML: name a folder of pages with --html")
    found: dict[str, Any] = {
        "date": date.today().isoformat(),
        "machine": {
            "python": platform.python_version(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        },
        "versions": {name: found for name in ("defurnish", *PACKAGES) if (found := _version(name))},
        "rules": len(cleaner.rulebook.rules),
        "rounds": rounds,
        "left_out": left_out,
        "notes": [BARE] if bare and HTML in kinds else [],
        "kinds": {},
    }
    order = random.Random(0)
    for kind, sample in kinds.items():
        for work in mine.values():
            _warm(work, sample.texts, warm)
        if kind == HTML:
            works = {CLEAN: (mine[CLEAN], sample.texts)}
            works |= {name: (work, sample.html) for name, work in html_peers.items()}
        else:
            works = {name: (work, sample.texts) for name, work in (mine | text_peers).items()}
            works |= stages(cleaner, sample.texts)
        for name in works.keys() & (text_peers | html_peers).keys():
            works[name][0](works[name][1][0])
        read = sample.html or sample.texts
        found["kinds"][kind] = {
            "documents": len(sample.texts),
            "bytes": round(sum(len(text.encode("utf-8", "replace")) for text in read) / len(read)),
            "rows": measured(works, rounds, order),
        }
    return found


def _warm(work: Work, texts: Sequence[str], characters: int) -> None:
    seen = 0
    while seen < characters:
        for text in texts:
            work(text)
            seen += len(text)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


# --- showing ----------------------------------------------------------------------------------------------------------


def table(found: Mapping[str, Any]) -> Table:
    """Return the table of a run: µs a document, and how many times the time of ``clean``."""
    kinds: Mapping[str, Any] = found["kinds"]
    heads = [f"{kind} ({one['bytes'] / 1000:.1f} KB, {one['documents']})" for kind, one in kinds.items()]
    title = f"µs a document (× clean); {found['date']}, Python {found['machine']['python']}, one core"
    made = Table(title, ("", *heads))
    for name in dict.fromkeys(name for one in kinds.values() for name in one["rows"]):
        made.add(name, *(_cell(name, one["rows"]) for one in kinds.values()))
    made.add("clean, documents a second", *(f"{1e6 / one['rows'][CLEAN]['us']:,.0f}" for one in kinds.values()))
    return made


def _cell(name: str, rows: Mapping[str, Any]) -> str:
    row = rows.get(name)
    if row is None:
        return NONE
    if name == CLEAN:
        return f"{row['us']:,.0f}" + (f" ({row['us'] / rows[FLOOR]['us']:.2f} × floor)" if FLOOR in rows else "")
    ratio = row["per_clean"]
    return f"{row['us']:,.0f} ({ratio:.2f} ×)" if ratio < 10 else f"{row['us']:,.0f} ({ratio:,.0f} ×)"


def text_of(found: Mapping[str, Any]) -> str:
    """Return what a README says of a run: its table, and what to know of it."""
    notes = [*found["notes"], *(f"left out: {name} ({why})" for name, why in found["left_out"].items())]
    return table(found).markdown() + "".join(f"\n- {note}" for note in notes) + ("\n" if notes else "")


def with_table(page: str, found: Mapping[str, Any]) -> str:
    """Return a Markdown page with the run between its markers. Raises ValueError where they are missing."""
    begin, end = (page.find(marker) for marker in MARKERS)
    if begin < 0 or end < begin:
        raise ValueError(f"must hold the lines {MARKERS[0]} and {MARKERS[1]}; the table goes between them")
    return f"{page[: begin + len(MARKERS[0])]}\n{text_of(found)}{page[end:]}"


def main() -> None:
    """Read the command line; measure, or put a table into a README."""
    options = parser(__doc__, pages=False, extractors=None)
    options.add_argument("pages", type=Path, help="JSONL file of pages, folder of texts, or JSON of a run")
    options.add_argument("--html", type=Path, metavar="FOLDER", help="HTML pages for the peers that read them")
    options.add_argument("--rounds", type=int, default=5, help="rounds to take medians of (5)")
    options.add_argument("--out", type=Path, default=RUNS, metavar="FOLDER", help="where to keep it (benchmarks/runs)")
    options.add_argument("--warm", type=int, default=WARM_BYTES, metavar="BYTES", help=f"text before ({WARM_BYTES})")
    options.add_argument("--readme", type=Path, metavar="PAGE", help="Markdown page to put the table of the run into")
    chosen = options.parse_args()
    if chosen.pages.suffix == ".json":
        found = json.loads(_read(chosen.pages))
    else:
        found = measure(samples(chosen), chosen.rounds, chosen.warm, bare=chosen.html is None)
        chosen.out.mkdir(parents=True, exist_ok=True)
        path = chosen.out / f"{found['date']}.json"
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"written to {path}")
    show(table(found), markdown=chosen.markdown)
    for line in (*found["notes"], *(f"left out: {name} ({why})" for name, why in found["left_out"].items())):
        print(line)
    if chosen.readme is not None:
        try:
            changed = with_table(_read(chosen.readme), found)
        except ValueError as error:
            raise DataError(chosen.readme, str(error)) from error
        chosen.readme.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    run(main)
