"""What the measures against the gold would say of a cleaner that errs nowhere, on pages judged line by line.

Usage: python -m benchmarks.ceiling PAGES LABELS.tsv [--corrections FILE] [--extractors a,b] [--half even|odd]

Cleaners: ``defurnish``; ``furniture``, that drops just the lines which LABELS (as in benchmarks.judged) call furniture;
``furniture and more``, that drops titles, captions and what may stay or go as well; and the line oracle, that keeps
just the lines which stand in the gold. What lies between the last two are lines of the article that the gold lacks, and
furniture that it holds: no cleaner should close that gap.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.data import DataError, Page
from benchmarks.judged import EXTRACTORS, FAMILIES, NEUTRAL, Labels, read_labels
from benchmarks.measures import Clean, Gold, Profile, Score, key, line_oracle, score
from benchmarks.options import chosen_extractors, chosen_pages, load_cleaner, parser, progress, run
from benchmarks.quality import ORACLE, Summaries, Summary, extractor_table
from benchmarks.tables import show

CLEANER = "defurnish"
FURNITURE = "furniture"
MORE = "furniture and more"


def without(text: str, page: str, labels: Labels, verdicts: Collection[str]) -> str:
    """Return a text without the lines that have one of the verdicts."""
    return "\n".join(line for line in text.split("\n") if labels.get((page, key(line))) not in verdicts)


def ceilings(pages: Iterable[Page], labels: Labels, clean: Clean, extractors: Sequence[str]) -> Summaries:
    """Return the means of each extractor after each cleaner."""
    scores: dict[str, dict[str, list[Score]]] = {}
    for page in pages:
        gold = Gold(page.gold)
        for extractor, text in page.texts_of(extractors):
            before = Profile(text, gold)
            outputs = {
                CLEANER: clean(text),
                FURNITURE: without(text, page.id, labels, FAMILIES),
                MORE: without(text, page.id, labels, {*FAMILIES, *NEUTRAL}),
                ORACLE: line_oracle(text, gold),
            }
            of_extractor = scores.setdefault(extractor, {})
            for name, output in outputs.items():
                of_extractor.setdefault(name, []).append(score(before, Profile(output, gold), gold))
    return {
        extractor: {name: Summary.of(ones) for name, ones in by_cleaner.items()}
        for extractor, by_cleaner in scores.items()
    }


def main() -> None:
    """Read the command line, measure and print."""
    options = parser(__doc__, extractors=EXTRACTORS)
    options.add_argument("labels", type=Path, help="TSV of page id, key of the line, verdict")
    options.add_argument("--corrections", type=Path, help="TSV of page id, key, verdict, reason")
    chosen = options.parse_args()
    labels = read_labels(chosen.labels)
    judged = {page for page, _ in labels}
    if chosen.corrections:
        labels |= read_labels(chosen.corrections)
    pages = [page for page in chosen_pages(chosen.pages, chosen) if page.id in judged and page.gold]
    if not pages:
        raise DataError(chosen.labels, f"judges none of the chosen pages of {chosen.pages}")
    extractors = chosen_extractors(chosen.pages, chosen, pages)
    summaries = ceilings(progress(pages, "Cleaning pages"), labels, load_cleaner(CLEANER), extractors)
    show(extractor_table(summaries), markdown=chosen.markdown)


if __name__ == "__main__":
    run(main)
