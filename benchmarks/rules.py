"""What each rule does on real pages: where it speaks, how often rightly, how much goes on its word.

Usage: python -m benchmarks.rules PAGES [--verdicts benchmarks/audit.tsv] [--ablate]

Counted are blocks, the same block of one page once, however many extractors show it. A block is *body* when
its words stand in the gold, unless the verdicts call it a slip of the gold. *Precision* is the share of the
blocks of which the rule speaks rightly: furniture, or body for a rule that protects. *Removed* are the
blocks that went on its word, alone or with others. With --ablate, *F1 without* is what mean 4-gram F1
changes by when the rule is left out: below zero it helps. The table is Markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.blocks import Verdicts, add_verdicts_option, chosen_verdicts
from benchmarks.data import Page
from benchmarks.measures import Gold, Profile, key, plain, words
from benchmarks.options import chosen_extractors, chosen_pages, parser, progress, run
from benchmarks.tables import Table, number, percent, show
from benchmarks.testimony import Hearing
from defurnish import Cleaner
from defurnish.model import Rule
from defurnish.rulebook import Rulebook

ABLATION_DIGITS = 6
"""A rule for a line that one page in a hundred shows moves the mean in the fifth place."""


@dataclass(slots=True)
class RuleUse:
    """What one rule did: the blocks that it speaks of, and those that went on its word."""

    rule: Rule
    furniture: int = 0
    body: int = 0
    removed: int = 0
    words_removed: int = 0
    pages: set[str] = field(default_factory=set)
    change: float = 0.0
    """Sum over the texts of what 4-gram F1 changes by without the rule."""

    @property
    def precision(self) -> float | None:
        """Share of the blocks of which it speaks rightly; None for a rule that never spoke."""
        right = self.body if self.rule.strength == "protecting" else self.furniture
        spoken = self.furniture + self.body
        return right / spoken if spoken else None


@dataclass(slots=True)
class Census:
    """The uses of all rules over a number of texts."""

    uses: dict[str, RuleUse]
    texts: int = 0
    gram_f1: float = 0.0
    """Sum over the texts."""


def census(
    pages: Iterable[Page],
    extractors: Iterable[str],
    rulebook: Rulebook,
    verdicts: Verdicts,
    *,
    ablate: bool = False,
) -> Census:
    """Count what each rule does on the texts of pages with a gold text; ``ablate`` for what its lack does."""
    extractors = list(extractors)
    counted = Census({rule.id: RuleUse(rule) for rule in sorted(rulebook.rules, key=lambda rule: rule.id)})
    for page in pages:
        if not page.gold:
            continue
        gold = Gold(page.gold)
        spoken: set[tuple[str, str]] = set()
        removed: set[tuple[str, str]] = set()
        for _, text in page.texts_of(extractors):
            hearing = Hearing.on(text, rulebook)
            _count_spoken(page, hearing, gold, verdicts, counted.uses, spoken)
            _count_removed(hearing, counted.uses, removed)
            counted.texts += 1
            if ablate:
                counted.gram_f1 += _ablated(hearing, gold, counted.uses)
    return counted


def _count_spoken(
    page: Page,
    hearing: Hearing,
    gold: Gold,
    verdicts: Verdicts,
    uses: dict[str, RuleUse],
    seen: set[tuple[str, str]],
) -> None:
    """Count the blocks that rules speak of and that are not yet ``seen`` (rule and key)."""
    for rule, numbers in hearing.spoken().items():
        for block in map(hearing.block, numbers):
            name = (rule, key(block))
            block_words = words(plain(block))
            if name in seen or not block_words:
                continue
            seen.add(name)
            slip = verdicts.get((page.id, name[1])) == "gold-slip"
            if gold.holds(block_words) and not slip:
                uses[rule].body += 1
            else:
                uses[rule].furniture += 1
            uses[rule].pages.add(page.id)


def _count_removed(hearing: Hearing, uses: dict[str, RuleUse], seen: set[tuple[str, str]]) -> None:
    """Count the blocks that went and are not yet ``seen`` (rule and key)."""
    for rule, numbers in hearing.removed().items():
        for block in map(hearing.block, numbers):
            name = (rule, key(block))
            block_words = words(plain(block))
            if name not in seen and block_words:
                seen.add(name)
                uses[rule].removed += 1
                uses[rule].words_removed += len(block_words)


def _ablated(hearing: Hearing, gold: Gold, uses: dict[str, RuleUse]) -> float:
    """Add to each rule what 4-gram F1 of the text changes by without it; return the F1 with all rules."""
    with_all = Profile(hearing.cleaned, gold).gram_f1
    known: dict[str, float] = {}
    for rule in hearing.spoken():
        other = hearing.without(rule)
        if other.verdict.decisions.keys() == hearing.verdict.decisions.keys():
            continue
        cleaned = other.cleaned
        if cleaned not in known:
            known[cleaned] = Profile(cleaned, gold).gram_f1
        uses[rule].change += known[cleaned] - with_all
    return with_all


def census_table(counted: Census, page_count: int, *, ablate: bool = False) -> Table:
    """Lay out the uses of the rules."""
    title = f"{len(counted.uses)} rules on {counted.texts} texts of {page_count} pages"
    columns = [
        "rule",
        "strength",
        "in furniture",
        "in body",
        "pages",
        "precision",
        "removed",
        "words removed",
    ]
    if ablate:
        title += f"; mean 4-gram F1 with all rules {number(counted.gram_f1 / max(1, counted.texts))}"
        columns.append("F1 without")
    table = Table(title, tuple(columns), text_columns=2)
    for name, use in counted.uses.items():
        counts = (use.furniture, use.body, len(use.pages))
        cells = [f"`{name}`", use.rule.strength, *map(str, counts), percent(use.precision, 1)]
        cells += [str(use.removed), str(use.words_removed)]
        if ablate:
            cells.append(f"{use.change / max(1, counted.texts):+.{ABLATION_DIGITS}f}")
        table.add(*cells)
    return table


def main() -> None:
    """Read the command line, count and print."""
    options = parser(__doc__, markdown=False)
    add_verdicts_option(options)
    options.add_argument("--ablate", action="store_true", help="measure what leaving out each rule does")
    chosen = options.parse_args()
    verdicts = chosen_verdicts(chosen)
    pages = chosen_pages(chosen.pages, chosen)
    extractors = chosen_extractors(chosen.pages, chosen, pages)
    counted = census(progress(pages, "Hearing rules"), extractors, Cleaner().rulebook, verdicts, ablate=chosen.ablate)
    show(census_table(counted, len(pages), ablate=chosen.ablate), markdown=True)


if __name__ == "__main__":
    run(main)
