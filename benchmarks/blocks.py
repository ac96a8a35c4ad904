"""Removed blocks over many pages, the same block of one page once, however many extractors show it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

from benchmarks.data import DataError, Page, read_rows
from benchmarks.measures import Gold, key, plain, words
from benchmarks.removals import Remover

Verdict: TypeAlias = Literal["loss", "gold-slip"]
Verdicts: TypeAlias = dict[tuple[str, str], Verdict]
"""Page id and key of the block."""

VERDICTS_FILE = Path(__file__).with_name("audit.tsv")
VERDICT_COLUMNS = ("page id", "key", "verdict", "reason", "rule")


@dataclass(slots=True)
class RemovedBlock:
    """A block that the package removed from at least one text of a page.

    ``rule`` is the rule that it is put down to in the first of these texts.
    """

    page: Page
    key: str
    text: str
    words: int
    in_gold: bool
    rule: str
    extractors: list[str] = field(default_factory=list)

    def verdict(self, verdicts: Verdicts) -> Verdict | None:
        """Return what a reader said of the block; None while nobody has."""
        return verdicts.get((self.page.id, self.key))


def removed_blocks(pages: Iterable[Page], extractors: Iterable[str], remover: Remover) -> list[RemovedBlock]:
    """Return the blocks with words that the package removes from pages that have a gold text."""
    extractors = list(extractors)
    blocks: dict[tuple[str, str], RemovedBlock] = {}
    for page in pages:
        if not page.gold:
            continue
        gold = Gold(page.gold)
        for extractor in extractors:
            for removed in remover(page.texts.get(extractor, "")):
                block_words = words(plain(removed.text))
                if not block_words:
                    continue
                block_key = key(removed.text)
                block = blocks.get((page.id, block_key))
                if block is None:
                    block = RemovedBlock(
                        page, block_key, removed.text, len(block_words), gold.holds(block_words), removed.rule
                    )
                    blocks[page.id, block_key] = block
                if extractor not in block.extractors:
                    block.extractors.append(extractor)
    return list(blocks.values())


def add_verdicts_option(options: argparse.ArgumentParser) -> None:
    """Let the command line name the file of verdicts."""
    options.add_argument("--verdicts", type=Path, metavar="FILE", help="(audit.tsv beside this script)")


def chosen_verdicts(options: argparse.Namespace) -> Verdicts:
    """Read the file that the command line names, else the one beside this script if there is one."""
    if options.verdicts is None and not VERDICTS_FILE.exists():
        return {}
    return read_verdicts(options.verdicts or VERDICTS_FILE)


def read_verdicts(path: Path) -> Verdicts:
    """Read page id, block key, verdict, reason and rule of each judged block. Raises DataError."""
    verdicts: Verdicts = {}
    for number, (page, block_key, verdict, *_) in read_rows(path, VERDICT_COLUMNS):
        if verdict not in get_args(Verdict):
            raise DataError(path, f"unknown verdict {verdict!r}, use loss or gold-slip", number)
        verdicts[page, block_key] = cast("Verdict", verdict)
    return verdicts
