"""Which blocks a change of the package newly removes, and which it newly keeps.

Usage: python -m benchmarks.compare OLD NEW PAGES [--extractors a,b] [--half even|odd] [--limit N]

OLD and NEW are folders with the package's source (``.`` is the working tree) or git revisions, each run in a
process of its own. A block is shown once a page, under the rule that it is put down to, with the number of
texts that show it; ``[gold]`` marks one whose words stand in the gold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.data import DataError, Page
from benchmarks.measures import Gold, key, plain, words
from benchmarks.options import chosen_extractors, chosen_pages, parser, run
from benchmarks.removals import Removed, from_line

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "defurnish"
SHOWN = 160
"""Characters of a block that are printed."""


@dataclass(frozen=True, slots=True)
class Text:
    """One extractor's text of a page."""

    page: Page
    extractor: str

    @property
    def content(self) -> str:
        """The text itself."""
        return self.page.texts[self.extractor]


@dataclass(slots=True)
class Change:
    """A block of a page that only one of the two versions removes."""

    page: Page
    removed: Removed
    in_gold: bool
    texts: int = 0


def package_folder(version: str, into: Path) -> Path:
    """Return the folder to put on the path for a version: a source folder itself, or a git revision unpacked.

    Raises DataError for what is neither.
    """
    given = Path(version)
    for folder in (given, given / "src"):
        if (folder / PACKAGE / "__init__.py").is_file():
            return folder.resolve()
    archive = into / "source.tar"
    command = ["git", "-C", str(ROOT), "archive", "--format=tar", f"--output={archive}", version, "src"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = f"is neither a folder with the package nor a git revision ({done.stderr.strip()})"
        raise DataError(given, why)
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    unpacked = into / "src"
    # Without this an installed package would answer in the name of a revision that has none.
    if not (unpacked / PACKAGE / "__init__.py").is_file():
        raise DataError(given, "is a revision without the package")
    return unpacked


def removals_by(version: str, texts: Sequence[Text]) -> list[list[Removed]]:
    """Return what a version of the package removes from each text. Raises DataError when it cannot be run."""
    with tempfile.TemporaryDirectory() as name:
        workspace = Path(name)
        return removals_of(package_folder(version, workspace), texts, workspace)


def removals_of(folder: Path, texts: Sequence[Text], workspace: Path) -> list[list[Removed]]:
    """Run the package of a folder over the texts, in a process of its own."""
    asked, answers = workspace / "texts.jsonl", workspace / "removed.jsonl"
    asked.write_text("".join(json.dumps(text.content) + "\n" for text in texts), encoding="utf-8")
    # The folder comes before an installed package, and the workspace (-m puts it first) holds no module.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    command = [sys.executable, "-m", "benchmarks.removals", str(asked), str(answers)]
    done = subprocess.run(command, cwd=workspace, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise DataError(folder, f"the package failed:\n{done.stderr.strip()}")
    with answers.open(encoding="utf-8") as lines:
        return [from_line(line) for line in lines]


def only_in(these: list[Removed], others: list[Removed], text: str) -> list[Removed]:
    """Return the removals of which the other version leaves a word; the two may cut blocks differently."""
    covered = bytearray(len(text))
    for other in others:
        covered[other.start : other.end] = b"\1" * (other.end - other.start)
    return [one for one in these if any(not covered[at] and text[at].isalnum() for at in range(one.start, one.end))]


def changes(
    texts: Iterable[Text], removals: Iterable[list[Removed]], others: Iterable[list[Removed]]
) -> dict[str, list[Change]]:
    """Return, by rule, the blocks that ``removals`` holds and ``others`` does not."""
    golds: dict[str, Gold] = {}
    found: dict[tuple[str, str], Change] = {}
    for text, these, those in zip(texts, removals, others, strict=True):
        for removed in only_in(these, those, text.content):
            name = (text.page.id, key(removed.text))
            if name not in found:
                gold = golds.setdefault(text.page.id, Gold(text.page.gold))
                found[name] = Change(text.page, removed, gold.holds(words(plain(removed.text))))
            found[name].texts += 1
    by_rule: dict[str, list[Change]] = defaultdict(list)
    for change in found.values():
        by_rule[change.removed.rule].append(change)
    return dict(sorted(by_rule.items()))


def report(title: str, by_rule: dict[str, list[Change]]) -> str:
    """Return the changes in one direction as lines for a reader."""
    count = sum(map(len, by_rule.values()))
    in_gold = sum(change.in_gold for ones in by_rule.values() for change in ones)
    lines = [f"{title}: {count} blocks, {in_gold} of them in the gold"]
    for rule, ones in by_rule.items():
        lines += ["", f"  {rule}: {len(ones)}"]
        for change in ones:
            mark = "[gold] " if change.in_gold else ""
            shown = " ⏎ ".join(change.removed.text.split("\n"))[:SHOWN]
            lines.append(f"    {change.page.id} ×{change.texts} {change.removed.reason:8} {mark}{shown}")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, run both versions and print."""
    options = parser(__doc__, pages=False, markdown=False)
    options.add_argument("old", help="source folder or git revision")
    options.add_argument("new", help="source folder or git revision")
    options.add_argument("pages", type=Path, help="JSONL file of pages (.jsonl, .jsonl.gz, .jsonl.zst)")
    chosen = options.parse_args()
    pages = chosen_pages(chosen.pages, chosen)
    extractors = chosen_extractors(chosen.pages, chosen, pages)
    texts = [Text(page, name) for page in pages for name, _ in page.texts_of(extractors)]
    old, new = (removals_by(version, texts) for version in (chosen.old, chosen.new))
    print(report("Newly removed", changes(texts, new, old)), end="\n\n")
    print(report("Newly kept", changes(texts, old, new)))


if __name__ == "__main__":
    run(main)
