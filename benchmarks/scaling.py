"""How time grows on texts that were made to hurt: one line without end, nothing but furniture, marks that nest.

    python -m benchmarks.scaling [--megabytes 10] [--only NAME,NAME] [--markdown]

Each text is cleaned at a quarter, half and all of the size, by CPU time, best of a few; what is printed is the time at
full size, the time a megabyte, and by how much doubling the text multiplies the time (2 is linear). Real mojibake is
the one input that may cost more than half a second a megabyte, for ftfy must mend it.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import argparse
import unicodedata

from benchmarks.tables import Table, show
from defurnish import clean

PROSE = "The river rose two metres in the night, and by morning the lower town stood under water to the sills.\n"
CYRILLIC = "Река поднялась на два метра за ночь, и к утру нижний город стоял в воде по самые подоконники.\n"
CJK = "一夜のうちに川は二メートルも水かさを増し、朝には下町が窓の敷居まで水につかっていた。\n"
ACCENTED = "La rivière déborda à Côté-sur-Mer; l’été précédent, l’évêque naïf y célébrait déjà sa fête à l’œuvre.\n"


def repeated(unit: str) -> Callable[[int], str]:
    """Return a function from a number of characters to about so many of ``unit``, over and over."""
    return lambda size: unit * max(1, size // len(unit))


def _mojibake(size: int) -> str:
    return repeated(ACCENTED.encode().decode("windows-1252", errors="replace"))(size)


def _nested_links(size: int) -> str:
    depth = max(1, size // len("[](https://a.example/)"))
    return "[" * depth + "rain" + "](https://a.example/)" * depth


def _unmatched_quotes(size: int) -> str:
    return "".join(f'"{PROSE.strip()}\n' for _ in range(max(1, size // len(PROSE))))


HOSTILE: Mapping[str, Callable[[int], str]] = {
    "one long line": repeated(PROSE.replace("\n", " ")),
    "one word": repeated("a"),
    "digits without end": repeated("7"),
    "empty lines": repeated("\n"),
    "blanks": repeated(" "),
    "short furniture lines": repeated("Share this article\n"),
    "many kinds of furniture": repeated("Share this article\nAdvertisement\n© 2020 The Ferry Post\nSign in\n"),
    "related headings": repeated("Related articles\n"),
    "marked headings": repeated("## Related articles\n"),
    "related lists that resume": repeated("Related articles\n" + "Storm hits the coast\n" * 5 + PROSE),
    "rules beside furniture": repeated("Share this article\n---\n---\n---\n"),
    "nothing but rules": repeated("---\n"),
    "promo and prose in turn": repeated("Click to order\n" + PROSE),
    "newsletter and prose in turn": repeated("Sign up for our newsletter\n" + PROSE),
    "threads": repeated("Ana Roth says:\nReply\n" + PROSE),
    "commenters": repeated("Ana Roth\nMay 3, 2020 at 4:15 pm\nWell said\nReply\n"),
    "by-lines": repeated("By Ana Roth | January 3, 2020\n"),
    "names": repeated("Ana Roth\n"),
    "rows of digits": repeated("12 34 56\n"),
    "opened brackets": repeated("["),
    "opened images": repeated("!["),
    "unfinished links": repeated("[a]("),
    "nested links": _nested_links,
    "links": repeated("[Storm hits the coast](https://a.example/storm) "),
    "links broken over lines": repeated("the [free\nguide](/a) of\n"),
    "links in brackets": repeated("[a](b(c(d"),
    "emphasis": repeated("*"),
    "unclosed emphasis": repeated("**rain _fell "),
    "underscores": repeated("_"),
    "backticks": repeated("`"),
    "fences": repeated("```\nrow()\n"),
    "tags": repeated("<b><i>"),
    "unclosed tags": repeated("<"),
    "entities": repeated("&amp;"),
    "nested entities": repeated("&amp;amp;amp; "),
    "underlines": repeated("Rain\n====\n"),
    "wrapped prose": repeated("The river rose two metres in the night and by morning the lower town\n"),
    "block quotes": repeated("> " + PROSE),
    "arrows": repeated(">> Read more\n"),
    "table rows": repeated("| a | b |\n"),
    "combining marks": repeated("a\u0301"),
    "nothing but combining marks": repeated("\u0301"),
    "decomposed": repeated(unicodedata.normalize("NFD", ACCENTED)),
    "zero-width characters": repeated("\u200b"),
    "Cyrillic": repeated(CYRILLIC),
    "CJK": repeated(CJK),
    "lone surrogates": repeated("\ud800"),
    "control characters": repeated("\x00\x08"),
    "terminal escapes": repeated("\x1b[31mrain "),
    "quotes": repeated('"'),
    "curly quotes": repeated("“’"),
    "quotes never closed": _unmatched_quotes,
    "guillemets": repeated("»«"),
    "letters that grow": repeated("İ"),
    "carriage returns": repeated("\r"),
    "odd line breaks": repeated("a\u2028b\x85"),
    "mojibake": _mojibake,
    "mojibake of mojibake": repeated("Ã\x83Â©"),
}
MENDED = frozenset({"mojibake", "mojibake of mojibake"})
"""Inputs that ftfy must mend, which takes what it takes."""


def seconds(text: str, tries: int = 1) -> float:
    """Return the CPU seconds that ``clean`` takes, the best of some tries; collecting garbage is not its doing."""
    best = float("inf")
    collecting = gc.isenabled()
    for _ in range(tries):
        gc.collect()
        gc.disable()
        try:
            begun = time.process_time()
            clean(text)
            best = min(best, time.process_time() - begun)
        finally:
            if collecting:
                gc.enable()
    return best


def main() -> None:
    """Read the command line, measure and print."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--megabytes", type=float, default=10, help="size of each text at the most, in UTF-8 (10)")
    made.add_argument("--only", metavar="A,B", help="names of texts")
    made.add_argument("--tries", type=int, default=2, help="the best of so many (2)")
    made.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    options = made.parse_args()
    names = list(HOSTILE) if options.only is None else options.only.split(",")
    if unknown := [name for name in names if name not in HOSTILE]:
        sys.exit(f"error: no text {', '.join(unknown)}; there are {', '.join(HOSTILE)}")
    seconds(PROSE * 20_000)
    table = Table("Hostile texts", ("text", "MB", "s", "s a MB", "× at half", "× at all"))
    for name in names:
        width = len(HOSTILE[name](1000).encode("utf-8", "surrogatepass")) / len(HOSTILE[name](1000))
        size = int(options.megabytes * 1e6 / width)
        quarter, half, whole = (seconds(HOSTILE[name](part), options.tries) for part in (size // 4, size // 2, size))
        table.add(
            name, f"{options.megabytes:g}", f"{whole:.2f}", f"{whole / options.megabytes:.3f}",
            f"{half / quarter:.2f}", f"{whole / half:.2f}",
        )  # fmt: skip
    show(table, markdown=options.markdown)


if __name__ == "__main__":
    main()
