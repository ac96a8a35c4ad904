"""What cleaning does to real pages, against their gold text: defurnish, C4, RefinedWeb and the line oracle.

Usage: python -m benchmarks.quality PAGES.jsonl.gz [--extractors a,b] [--limit N] [--json OUT] [--markdown]

The first table has a row per extractor and cleaner. *Gap closed* is the share of the way from the untouched
text to the line oracle, the ceiling of any cleaner that keeps or drops whole lines. *Hurt* are texts whose
4-gram F1 fell. The second table cleans the gold texts themselves, of which nothing should go.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.data import Page
from benchmarks.measures import Clean, Gold, Profile, Score, line_oracle, score, survival
from benchmarks.options import CLEANERS, PEERS, chosen_extractors, chosen_pages, load_cleaner, parser, progress, run
from benchmarks.tables import Table, number, percent, show

ORACLE = "line oracle"
ALL = "all"
"""The row over the texts of all extractors."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over the texts of one extractor after one cleaner, and counts of those right and worse."""

    texts: int
    bag_f1_before: float
    bag_f1: float
    gram_f1_before: float
    gram_f1: float
    body_kept: float
    furniture_removed: float | None
    exact_before: int
    exact: int
    hurt: int

    @classmethod
    def of(cls, scores: list[Score]) -> Summary:
        """Sum up the scores of at least one text."""
        removed = [one.furniture_removed for one in scores if one.furniture_removed is not None]
        return cls(
            texts=len(scores),
            bag_f1_before=statistics.mean(one.bag_f1_before for one in scores),
            bag_f1=statistics.mean(one.bag_f1 for one in scores),
            gram_f1_before=statistics.mean(one.gram_f1_before for one in scores),
            gram_f1=statistics.mean(one.gram_f1 for one in scores),
            body_kept=statistics.mean(one.body_kept for one in scores),
            furniture_removed=statistics.mean(removed) if removed else None,
            exact_before=sum(one.exact_before for one in scores),
            exact=sum(one.exact for one in scores),
            hurt=sum(one.hurt for one in scores),
        )

    def gap_closed(self, oracle: Summary) -> float | None:
        """Return the share of the oracle's gain in 4-gram F1 that was reached; None if there is none."""
        gain = oracle.gram_f1 - self.gram_f1_before
        return (self.gram_f1 - self.gram_f1_before) / gain if gain > 0 else None


@dataclass(frozen=True, slots=True)
class Survival:
    """What one cleaner left of one gold text."""

    page: Page
    share: float


Summaries = dict[str, dict[str, Summary]]
"""Extractor, then cleaner."""


def score_pages(pages: Iterable[Page], extractors: Iterable[str], cleaners: Mapping[str, Clean]) -> Summaries:
    """Score every cleaner and the oracle on the texts of pages that have a gold text."""
    extractors = list(extractors)
    scores: dict[str, dict[str, list[Score]]] = defaultdict(lambda: defaultdict(list))
    for page in pages:
        if not page.gold:
            continue
        gold = Gold(page.gold)
        for extractor, text in page.texts_of(extractors):
            before = Profile(text, gold)
            outputs = {name: clean(text) for name, clean in cleaners.items()}
            outputs[ORACLE] = line_oracle(text, gold)
            for name, output in outputs.items():
                after = before if output == text else Profile(output, gold)
                one = score(before, after, gold)
                scores[extractor][name].append(one)
                scores[ALL][name].append(one)
    order = [name for name in (*extractors, ALL) if name in scores]
    return {name: {cleaner: Summary.of(ones) for cleaner, ones in scores[name].items()} for name in order}


def clean_golds(pages: Iterable[Page], cleaners: Mapping[str, Clean]) -> dict[str, list[Survival]]:
    """Clean the gold texts by themselves; the pages that lost most come first."""
    golds = [page for page in pages if page.gold]
    return {
        name: sorted(
            (Survival(page, survival(page.gold, clean(page.gold))) for page in golds),
            key=lambda one: one.share,
        )
        for name, clean in cleaners.items()
    }


def extractor_table(summaries: Summaries) -> Table:
    """Lay out what each cleaner did to each extractor's texts."""
    table = Table(
        "Cleaning extracted text",
        ("extractor", "cleaner", "4-gram F1 before", "after", "gap closed", "body kept", "furniture removed",
         "exactly right", "hurt", "texts"),
        text_columns=2,
    )  # fmt: skip
    for extractor, by_cleaner in summaries.items():
        for cleaner, one in by_cleaner.items():
            table.add(
                extractor,
                cleaner,
                number(one.gram_f1_before),
                number(one.gram_f1),
                percent(one.gap_closed(by_cleaner[ORACLE]), 1),
                percent(one.body_kept),
                percent(one.furniture_removed, 1),
                str(one.exact),
                str(one.hurt),
                str(one.texts),
            )
    return table


def gold_table(survivals: Mapping[str, list[Survival]]) -> Table:
    """Lay out what each cleaner left of the gold texts."""
    table = Table("Cleaning the gold texts", ("cleaner", "4-grams kept", "kept whole", "worst", "texts"))
    for cleaner, ones in survivals.items():
        mean = statistics.mean(one.share for one in ones) if ones else None
        whole = sum(one.share == 1 for one in ones)
        worst = ones[0].share if ones else None
        table.add(cleaner, percent(mean, 3), str(whole), percent(worst, 1), str(len(ones)))
    return table


def worst_table(cleaner: str, ones: list[Survival]) -> Table:
    """Lay out the gold texts of which most was lost."""
    table = Table(f"Gold texts that lose most to {cleaner}", ("page", "url", "4-grams kept"), text_columns=2)
    for one in ones:
        table.add(one.page.id, one.page.url, percent(one.share))
    return table


def as_json(path: Path, summaries: Summaries, survivals: Mapping[str, list[Survival]]) -> dict[str, Any]:
    """Return every figure of the run under the names of the measures."""
    return {
        "pages": path.name,
        "extractors": {
            extractor: {
                cleaner: {name: getattr(one, name) for name in Summary.__slots__}
                | {"gap_closed": one.gap_closed(by_cleaner[ORACLE])}
                for cleaner, one in by_cleaner.items()
            }
            for extractor, by_cleaner in summaries.items()
        },
        "gold": {
            cleaner: {
                "texts": len(ones),
                "kept": statistics.mean(one.share for one in ones) if ones else None,
                "whole": sum(one.share == 1 for one in ones),
            }
            for cleaner, ones in survivals.items()
        },
    }


def main() -> None:
    """Read the command line, measure and print."""
    options = parser(__doc__)
    every = ",".join(CLEANERS)
    options.add_argument("--cleaners", default=every, metavar="A,B", help=f"({every}); further {', '.join(PEERS)}")
    options.add_argument("--json", type=Path, metavar="OUT", help="write every figure to a file")
    options.add_argument("--show", type=int, default=0, metavar="N", help="the N gold texts that lose most")
    chosen = options.parse_args()
    names = chosen.cleaners.split(",")
    if unknown := [name for name in names if name not in CLEANERS + PEERS]:
        options.error(f"unknown cleaners {', '.join(unknown)}: choose from {', '.join(CLEANERS + PEERS)}")
    pages = chosen_pages(chosen.pages, chosen)
    extractors = chosen_extractors(chosen.pages, chosen, pages)
    cleaners = {name: load_cleaner(name) for name in names}
    summaries = score_pages(progress(pages, "Scoring pages"), extractors, cleaners)
    survivals = clean_golds(progress(pages, "Cleaning gold texts"), cleaners)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(chosen.pages, summaries, survivals), indent=1) + "\n")
    show(extractor_table(summaries), markdown=chosen.markdown)
    show(gold_table(survivals), markdown=chosen.markdown)
    if chosen.show:
        for cleaner, ones in survivals.items():
            if lossy := [one for one in ones[: chosen.show] if one.share < 1]:
                show(worst_table(cleaner, lossy), markdown=chosen.markdown)


if __name__ == "__main__":
    run(main)
