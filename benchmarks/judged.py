"""What a cleaner lost of the body and took of the furniture, on lines that a reader judged one by one.

Usage: python -m benchmarks.judged PAGES LABELS.tsv [--corrections FILE] [--cleaner NAME] [--show N]

LABELS holds page id, key of the line and verdict: ``body``, a family of furniture, or one of ``either``,
``title`` and ``caption``, which may stay or go. A line without a judgement is body when its words stand in
the gold, and counts for nothing otherwise. CORRECTIONS (page id, key, verdict, reason) override labels.

  lost/10k    words of body lines that are gone, in 10,000
  body lines  body lines of which anything is gone
  precision   of the judged words that went, the share that was furniture
  recall      of the furniture's lines, the share that went; then the same for each family
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.data import DataError, Half, Page, read_rows
from benchmarks.measures import GRAM, Clean, Gold, grams, key, plain, words
from benchmarks.options import CLEANERS, VARIANTS, chosen_extractors, chosen_pages, load_cleaner, parser, progress, run
from benchmarks.tables import Table, number, percent, show

FAMILIES = ("legal", "promo", "engage", "navigation", "credit", "contact", "interface", "comments")
BODY = "body"
NEUTRAL = frozenset({"either", "title", "caption"})
VERDICTS = frozenset({BODY, *NEUTRAL, *FAMILIES})
EXTRACTORS = "trafilatura,trafilatura_recall_md,readability,readability_md,resiliparse,newspaper"

LINE_TOUCHED = 0.05
"""A body line is hit when more than this share of it is gone: less is a word at a seam."""

LINE_GONE = 0.5
"""A line of furniture has gone when more than this share of it has."""

SHOWN = 160
"""Characters of a lost line that are printed."""

POOLED = "pooled"
HALVES: tuple[Half | None, ...] = (None, "even", "odd")

Labels: TypeAlias = dict[tuple[str, str], str]


@dataclass(slots=True)
class FamilyTally:
    """Lines and words of one family, and how much of them went."""

    lines: int = 0
    lines_gone: int = 0
    words: int = 0
    words_gone: float = 0.0


@dataclass(slots=True)
class Tally:
    """What went of the judged lines of a number of texts."""

    body_words: int = 0
    body_words_lost: float = 0.0
    body_lines: int = 0
    body_lines_hit: int = 0
    words_gone: float = 0.0
    furniture_gone: float = 0.0
    families: dict[str, FamilyTally] = field(default_factory=dict)

    def count(self, verdict: str, size: int, share: float) -> None:
        """Count a judged line of ``size`` words of which ``share`` is gone."""
        self.words_gone += share * size
        if verdict == BODY:
            self.body_words += size
            self.body_words_lost += share * size
            self.body_lines += 1
            self.body_lines_hit += share > LINE_TOUCHED
        else:
            family = self.families.setdefault(verdict, FamilyTally())
            family.lines += 1
            family.lines_gone += share > LINE_GONE
            family.words += size
            family.words_gone += share * size
            self.furniture_gone += share * size

    @property
    def lost_per_10k(self) -> float:
        """Body words lost in 10,000."""
        return 1e4 * self.body_words_lost / max(1, self.body_words)

    @property
    def precision(self) -> float:
        """Share of furniture among the judged words that went; 1 when nothing went."""
        return self.furniture_gone / self.words_gone if self.words_gone else 1.0

    @property
    def recall_words(self) -> float:
        """Share of the furniture's words that went."""
        gone = sum(family.words_gone for family in self.families.values())
        return gone / max(1, sum(family.words for family in self.families.values()))

    @property
    def recall_lines(self) -> float:
        """Share of the furniture's lines that went."""
        gone = sum(family.lines_gone for family in self.families.values())
        return gone / max(1, sum(family.lines for family in self.families.values()))

    def family_recall(self, name: str) -> float | None:
        """Share of one family's lines that went; None where there are none."""
        family = self.families.get(name)
        return family.lines_gone / family.lines if family else None


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """A body line of which words are gone."""

    words: float
    extractor: str
    page: str
    line: str


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One line that counts: whose it is, its verdict, its size in words and the share that is gone."""

    page: Page
    extractor: str
    line: str
    verdict: str
    size: int
    share: float


def read_labels(path: Path) -> Labels:
    """Read page id, key and verdict of each judged line. Raises DataError."""
    labels: Labels = {}
    for at, (page, line_key, verdict, *_) in read_rows(path, ("page id", "key", "verdict")):
        if verdict not in VERDICTS:
            raise DataError(path, f"unknown verdict {verdict!r}", at)
        labels[page, line_key] = verdict
    return labels


def judge(
    pages: Iterable[Page], labels: Mapping[tuple[str, str], str], clean: Clean, extractors: Iterable[str]
) -> list[JudgedLine]:
    """Return the lines that count, in the order of pages and extractors, with the share that is gone."""
    extractors = list(extractors)
    judged: list[JudgedLine] = []
    for page in pages:
        gold = Gold(page.gold)
        for extractor, text in page.texts_of(extractors):
            output = _Output(clean(text))
            for line in text.split("\n"):
                line_words = words(plain(line))
                if not line_words:
                    continue
                line_key = key(line)
                verdict = labels.get((page.id, line_key)) or (BODY if gold.holds(line_words) else None)
                if verdict is None or verdict in NEUTRAL:
                    continue
                share = output.share_gone(line_key, line_words)
                judged.append(JudgedLine(page, extractor, line, verdict, len(line_words), share))
    return judged


class _Output:
    """A cleaned text that is asked for lines; each line of it answers for one line of the input."""

    def __init__(self, text: str) -> None:
        text_words = words(plain(text))
        self._joined = f" {' '.join(text_words)} "
        self._grams = set(grams(text_words))
        self._left = Counter(map(key, text.split("\n")))

    def share_gone(self, line_key: str, line_words: list[str]) -> float:
        """Return the share of a line's 4-grams that is gone; a shorter line is there or not."""
        if self._left[line_key] > 0:
            self._left[line_key] -= 1
            return 0.0
        if len(line_words) < GRAM:
            return 0.0 if f" {' '.join(line_words)} " in self._joined else 1.0
        held = [gram in self._grams for gram in grams(line_words)]
        return 1 - sum(held) / len(held)


def tallies(judged: Iterable[JudgedLine], half: Half | None = None) -> dict[str, Tally]:
    """Count the judged lines of one half by extractor, and all of them under ``pooled``, which comes last."""
    by_extractor: dict[str, Tally] = {}
    pooled = Tally()
    for one in judged:
        if one.page.in_half(half):
            by_extractor.setdefault(one.extractor, Tally()).count(one.verdict, one.size, one.share)
            pooled.count(one.verdict, one.size, one.share)
    return {**by_extractor, POOLED: pooled}


def tally_table(title: str, by_extractor: Mapping[str, Tally]) -> Table:
    """Lay out the tallies of one half."""
    table = Table(title, ("extractor", "lost/10k", "body lines", "precision", "recall", *FAMILIES))
    for extractor, tally in by_extractor.items():
        table.add(
            extractor,
            number(tally.lost_per_10k, 2),
            f"{tally.body_lines_hit}/{tally.body_lines}",
            percent(tally.precision),
            percent(tally.recall_lines, 1),
            *(percent(tally.family_recall(family), 1) for family in FAMILIES),
        )
    return table


def as_json(tally: Tally) -> dict[str, float | None]:
    """Return the figures of one tally by name."""
    return {
        "body_lost_per_10k": tally.lost_per_10k,
        "body_lines_hit": tally.body_lines_hit,
        "body_lines": tally.body_lines,
        "precision": tally.precision,
        "recall_words": tally.recall_words,
        "recall_lines": tally.recall_lines,
        **{f"{family}_lines": tally.family_recall(family) for family in FAMILIES},
    }


def losses(judged: Iterable[JudgedLine]) -> list[Loss]:
    """Return the body lines that were hit, the longest loss first."""
    hit = (one for one in judged if one.verdict == BODY and one.share > LINE_TOUCHED)
    return sorted(
        (Loss(one.share * one.size, one.extractor, one.page.id, plain(one.line)) for one in hit), reverse=True
    )


def main() -> None:
    """Read the command line, judge and print."""
    options = parser(__doc__, extractors=EXTRACTORS)
    options.add_argument("labels", type=Path, help="TSV of page id, key of the line, verdict")
    options.add_argument("--corrections", type=Path, help="TSV of page id, key, verdict, reason")
    options.add_argument("--cleaner", choices=CLEANERS + VARIANTS, default="defurnish")
    options.add_argument("--show", type=int, default=0, metavar="N", help="the N longest losses of the body")
    options.add_argument("--json", type=Path, metavar="OUT", help="write every figure to a file")
    chosen = options.parse_args()
    labels = read_labels(chosen.labels)
    # The labels alone say which pages were judged: elsewhere a correction would stand among unread lines.
    labelled = {page for page, _ in labels}
    if chosen.corrections:
        labels |= read_labels(chosen.corrections)
    pages = [page for page in chosen_pages(chosen.pages, chosen) if page.id in labelled]
    if not pages:
        raise DataError(chosen.labels, f"judges none of the chosen pages of {chosen.pages}")
    extractors = chosen_extractors(chosen.pages, chosen, pages)
    judged = judge(progress(pages, "Judging pages"), labels, load_cleaner(chosen.cleaner), extractors)
    # Pages without numbers have no halves.
    halves = HALVES if not chosen.half and all(page.id.isdecimal() for page in pages) else (chosen.half,)
    figures = {}
    for half in halves:
        by_extractor = tallies(judged, half)
        count = sum(page.in_half(half) for page in pages)
        name = f"{half} ids" if half else "all"
        figures[half or "all"] = {extractor: as_json(tally) for extractor, tally in by_extractor.items()}
        show(
            tally_table(f"{chosen.cleaner}, {name} ({count} judged pages)", by_extractor),
            markdown=chosen.markdown,
        )
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    for loss in losses(judged)[: chosen.show]:
        print(f"{loss.words:6.0f}  {loss.extractor:22} {loss.page}  {loss.line[:SHOWN]}")


if __name__ == "__main__":
    run(main)
