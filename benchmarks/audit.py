"""Removed blocks whose words stand in the gold, for a reader to judge: a loss, or a slip of the gold.

Usage: python -m benchmarks.audit PAGES [--verdicts benchmarks/audit.tsv] [--show RULE]

The gold was made by hand and holds some furniture, so a removed block that stands in it is a question and not
yet an error. Verdicts are data: page id, key of the block, ``loss`` or ``gold-slip``, reason, rule; never the
text. A block is put down to the first of its strongest rules. *Audited precision* counts losses and open
blocks as wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.blocks import RemovedBlock, Verdicts, add_verdicts_option, chosen_verdicts, removed_blocks
from benchmarks.options import chosen_extractors, chosen_pages, parser, progress, run
from benchmarks.removals import load_remover
from benchmarks.tables import Table, percent, show

TOTAL = "all rules"


@dataclass(slots=True)
class RuleAudit:
    """The removals of one rule and what the reader said of them."""

    blocks: int = 0
    words: int = 0
    in_gold: int = 0
    slips: int = 0
    losses: int = 0
    open: list[RemovedBlock] = field(default_factory=list)
    wrong_words: int = 0

    def count(self, block: RemovedBlock, verdicts: Verdicts) -> None:
        """Count one removed block."""
        self.blocks += 1
        self.words += block.words
        if not block.in_gold:
            return
        self.in_gold += 1
        match block.verdict(verdicts):
            case "gold-slip":
                self.slips += 1
                return
            case "loss":
                self.losses += 1
            case None:
                self.open.append(block)
        self.wrong_words += block.words

    @property
    def precision(self) -> float:
        """Share of the removed blocks that are neither losses nor open."""
        return 1 - (self.losses + len(self.open)) / self.blocks if self.blocks else 1.0

    @property
    def word_precision(self) -> float:
        """Share of the removed words that stand in neither losses nor open blocks."""
        return 1 - self.wrong_words / self.words if self.words else 1.0


def audit(blocks: Iterable[RemovedBlock], verdicts: Verdicts) -> dict[str, RuleAudit]:
    """Return the audit of each rule, by name, and of all together."""
    audits: dict[str, RuleAudit] = {}
    total = RuleAudit()
    for block in blocks:
        audits.setdefault(block.rule, RuleAudit()).count(block, verdicts)
        total.count(block, verdicts)
    return {**dict(sorted(audits.items())), TOTAL: total}


def audit_table(audits: dict[str, RuleAudit]) -> Table:
    """Lay out the audits."""
    table = Table(
        "Audit of removed blocks",
        ("rule", "removed", "in gold", "slips", "losses", "open", "precision, blocks", "precision, words"),
    )
    for rule, one in audits.items():
        counts = (one.blocks, one.in_gold, one.slips, one.losses, len(one.open))
        table.add(rule, *map(str, counts), percent(one.precision), percent(one.word_precision))
    return table


def open_rows(block: RemovedBlock) -> str:
    """Return an open block as a row for the verdicts file, verdict and reason empty, above its text."""
    shown = "\n".join(f"#   {line}" for line in block.text.strip().splitlines())
    return f"{block.page.id}\t{block.key}\t\t\t{block.rule}\n# {', '.join(block.extractors)}\n{shown}\n"


def main() -> None:
    """Read the command line, audit and print."""
    options = parser(__doc__)
    add_verdicts_option(options)
    options.add_argument("--show", metavar="RULE", help="print the open blocks of a rule (* is any text)")
    chosen = options.parse_args()
    verdicts = chosen_verdicts(chosen)
    pages = chosen_pages(chosen.pages, chosen)
    extractors = chosen_extractors(chosen.pages, chosen, pages)
    blocks = removed_blocks(progress(pages, "Cleaning pages"), extractors, load_remover())
    audits = audit(blocks, verdicts)
    if chosen.show:
        for block in audits[TOTAL].open:
            if fnmatchcase(block.rule, chosen.show):
                print(open_rows(block))
        return
    show(audit_table(audits), markdown=chosen.markdown)
    page_ids = {page.id for page in pages}
    asked = {(block.page.id, block.key) for block in blocks if block.in_gold}
    if idle := sum(name not in asked for name in verdicts if name[0] in page_ids):
        print(f"{idle} verdicts speak of blocks that are not removed any more.", file=sys.stderr)


if __name__ == "__main__":
    run(main)
