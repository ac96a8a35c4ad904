"""Learn whole sites, clean their pages with rules and profile, and score them against the gold.

SITES is JSONL like the pages of the other benchmarks, with the field ``site`` in each line. Cleaners:

untouched      the texts as they are
rules          the rules alone
recurring      every line goes whose template stands on at least half of the site's pages
profile        rules, and the profile learned from all pages of the site
profile from N rules, and the profile learned from the site's first N pages (--first)
line oracle    what any cleaner could reach that keeps or drops whole lines

Mojibake is not mended (``repair=False``): where the gold holds it unmended, mending would count as a loss.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from benchmarks.data import Page, read_sites
from benchmarks.measures import Gold, Profile, Score, line_oracle, score
from benchmarks.options import parser, progress, run
from benchmarks.quality import Summary
from benchmarks.tables import Table, number, percent, show
from defurnish import Cleaner
from defurnish.matchview import view
from defurnish.profiles.learn import learn
from defurnish.template import template

CleanSite: TypeAlias = Callable[[Sequence[str]], list[str]]

EXTRACTORS = "page,trafilatura,trafilatura_recall_md"
ORACLE = "line oracle"
RECURRING = 0.5
"""The share of pages from which a line counts as furniture for the plain baseline."""
RECURRING_PAGES = 3
"""Pages that must have such a line at least."""
FIRST = 5
"""Pages that are said to be enough to learn from."""
SITE = "site.example"
"""Profiles are learned under this name: the pages come without a host."""


def clean_site(texts: Sequence[str]) -> list[str]:
    """Return the texts of a site's pages, cleaned with the rules and with what these pages taught."""
    return learned_from(len(texts))(texts)


def learned_from(first: int) -> CleanSite:
    """Return a cleaner of sites that learns from the first pages and cleans all."""

    def cleaned(texts: Sequence[str]) -> list[str]:
        cleaner = Cleaner(site=learn(texts[:first], site=SITE), repair=False)
        return [cleaner.clean(text) for text in texts]

    return cleaned


def by_rules(texts: Sequence[str]) -> list[str]:
    """Return the texts, cleaned with the rules alone."""
    cleaner = Cleaner(repair=False)
    return [cleaner.clean(text) for text in texts]


def without_recurring(texts: Sequence[str]) -> list[str]:
    """Return the texts without the lines that recur on half of them: share alone, the plain baseline."""
    keys = [[template(view(line)) for line in text.split("\n")] for text in texts]
    times = Counter(key for page in keys for key in set(page) if key)
    gone = {key for key, pages in times.items() if pages >= max(RECURRING_PAGES, RECURRING * len(texts))}
    return [
        "\n".join(line for line, key in zip(text.split("\n"), page, strict=True) if key not in gone)
        for text, page in zip(texts, keys, strict=True)
    ]


def cleaners(first: int) -> dict[str, CleanSite]:
    """Return the cleaners that are compared, by name."""
    return {
        "untouched": list,
        "rules": by_rules,
        "recurring lines": without_recurring,
        f"profile from {first}": learned_from(first),
        "profile": clean_site,
    }


def score_site(pages: Sequence[Page], extractor: str, compared: Mapping[str, CleanSite]) -> dict[str, list[Score]]:
    """Return what each cleaner and the oracle did to the pages of one site that have a text and a gold."""
    used = [page for page in pages if page.gold and page.texts.get(extractor, "").strip()]
    texts = [page.texts[extractor] for page in used]
    golds = [Gold(page.gold) for page in used]
    before = [Profile(text, gold) for text, gold in zip(texts, golds, strict=True)]
    outputs = {name: clean(texts) for name, clean in compared.items()}
    outputs[ORACLE] = [line_oracle(text, gold) for text, gold in zip(texts, golds, strict=True)]
    return {
        name: [
            score(was, was if out == text else Profile(out, gold), gold)
            for was, text, out, gold in zip(before, texts, cleaned, golds, strict=True)
        ]
        for name, cleaned in outputs.items()
    }


def site_table(title: str, rows: Iterable[tuple[str, str, Summary]]) -> Table:
    """Lay out what became of the texts: one row for each text source (or site) and cleaner."""
    table = Table(
        title,
        ("text from", "cleaner", "F1 before", "after", "4-gram F1 before", "after", "body kept", "furniture removed",
         "exactly right", "hurt", "pages"),
        text_columns=2,
    )  # fmt: skip
    for source, cleaner, one in rows:
        table.add(
            source, cleaner, number(one.bag_f1_before), number(one.bag_f1), number(one.gram_f1_before),
            number(one.gram_f1), percent(one.body_kept, 3), percent(one.furniture_removed, 1),
            percent(one.exact / one.texts, 1), percent(one.hurt / one.texts, 2), str(one.texts),
        )  # fmt: skip
    return table


def main() -> None:
    """Read the command line, learn, clean, score and print."""
    options = parser(__doc__, pages=False, extractors=EXTRACTORS)
    options.add_argument("sites", type=Path, help="JSONL file of whole sites (.jsonl, .jsonl.gz, .jsonl.zst)")
    options.add_argument("--first", type=int, default=FIRST, metavar="N", help=f"pages of the short lesson ({FIRST})")
    options.add_argument("--each", action="store_true", help="a table of every site, too")
    options.add_argument("--json", type=Path, metavar="OUT", help="write every figure to a file")
    chosen = options.parse_args()
    sites = read_sites(chosen.sites)
    compared = cleaners(chosen.first)
    every: dict[tuple[str, str], list[Score]] = defaultdict(list)
    single: list[tuple[str, str, Summary]] = []
    for site in progress(list(sites), "Scoring sites"):
        for extractor in chosen.extractors.split(","):
            for cleaner, scores in score_site(sites[site], extractor, compared).items():
                if scores:
                    every[extractor, cleaner] += scores
                    single.append((f"{site} {extractor}", cleaner, Summary.of(scores)))
    whole = sorted(
        ((extractor, cleaner, Summary.of(scores)) for (extractor, cleaner), scores in every.items()),
        key=lambda row: chosen.extractors.split(",").index(row[0]),
    )
    if chosen.json:
        figures = [
            {"texts_of": source, "cleaner": cleaner, **asdict(one)} for source, cleaner, one in (*whole, *single)
        ]
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    show(site_table(f"Cleaning the pages of {len(sites)} sites", whole), markdown=chosen.markdown)
    if chosen.each:
        show(site_table("Site by site", single), markdown=chosen.markdown)


if __name__ == "__main__":
    run(main)
