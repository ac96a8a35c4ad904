"""What a cleaner did to a text, measured against the gold text of its page.

Everything is counted on words (runs of letters, digits and underscores, lower case) of text whose links are
unwrapped: a link's target is no word of the article.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

Clean: TypeAlias = Callable[[str], str]
Gram: TypeAlias = tuple[str, ...]
Item = TypeVar("Item")

GRAM = 4
"""Words in a shingle: the length that the article-extraction-benchmark scores with."""

LINK_DEPTH = 3
"""Links within links that are unwrapped: an image in a link in a footnote is the deepest that pages show."""

HEADLINE_WORDS = 30
"""A first line of at most so many words may be a headline that the gold leaves out."""

SAME_LINE = 0.5
"""A line stands in the gold when at least this share of its 4-grams does."""

TIE = 1e-9
"""Scores closer than this are equal; floats of equal counts may differ in the last digit."""

KEY_LENGTH = 12
"""Hexadecimal digits in the key of a line."""

_WORD = re.compile(r"\w+")
_LINK = re.compile(
    r"""
    !?                                # an exclamation mark makes it an image
    \[ ([^\[\]]*) \]                  # the words that the reader sees
    \(
        [^\s()]*                      # the target,
        (?: \( [^()]* \) [^\s()]* )?  # which may hold one pair of brackets,
        (?: \s+ "[^"]*" )?            # and a title
    \)
    """,
    re.VERBOSE,
)


def words(text: str) -> list[str]:
    """Return the words of ``text`` in order, in lower case.

    >>> words("Rain fell: 3 mm!")
    ['rain', 'fell', '3', 'mm']
    """
    return _WORD.findall(text.lower())


def plain(text: str) -> str:
    """Return ``text`` with the words of links and images in place of the Markdown.

    >>> plain('See [the [map](m.png)](https://a.example/x_(y) "Map").')
    'See the map.'
    """
    for _ in range(LINK_DEPTH):
        text, unwrapped = _LINK.subn(r"\1", text)
        if not unwrapped:
            break
    return text


def key(line: str) -> str:
    """Return the name of a line in label files: a hash of its words that gives nothing of the text away."""
    return hashlib.sha1(" ".join(words(plain(line))).encode()).hexdigest()[:KEY_LENGTH]


def grams(text_words: list[str]) -> Iterable[Gram]:
    """Return the 4-grams of a text; a shorter text that has words is one gram."""
    if len(text_words) < GRAM:
        return [tuple(text_words)] if text_words else []
    return zip(*(text_words[i:] for i in range(GRAM)), strict=False)


def f1(shared: int, found: int, wanted: int) -> float:
    """Return the harmonic mean of precision and recall; two empty texts agree."""
    if not found or not wanted:
        return float(found == wanted)
    precision, recall = shared / found, shared / wanted
    return 2 * precision * recall / (precision + recall) if shared else 0.0


class Gold:
    """The gold text of one page, with its shingles counted once for all extractors and cleaners."""

    def __init__(self, text: str) -> None:
        self.words = words(text)
        self.bag = Counter(self.words)
        self.grams = Counter(grams(self.words))
        self.gram_count = self.grams.total()
        self._joined = f" {' '.join(self.words)} "

    @cached_property
    def _inner_pairs(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """Map the two inner words of each 4-gram to the outer ones."""
        pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for gram in self.grams:
            if len(gram) == GRAM:
                pairs.setdefault((gram[1], gram[2]), []).append((gram[0], gram[3]))
        return pairs

    def holds(self, line_words: list[str]) -> bool:
        """Tell whether a line stands in the gold: up to four words all in a row, of more half the 4-grams.

        The outer words of a 4-gram may be cut (``ain fell on Monday``): extractors glue words together.
        """
        if len(line_words) <= GRAM:
            return f" {' '.join(line_words)} " in self._joined
        held = 0
        for gram in grams(line_words):
            if gram in self.grams:
                held += 1
                continue
            outer = self._inner_pairs.get((gram[1], gram[2]), ())
            held += any(first.endswith(gram[0]) and last.startswith(gram[3]) for first, last in outer)
        return held >= SAME_LINE * (len(line_words) - GRAM + 1)


class Profile:
    """A text counted against the gold: how many of its words and 4-grams the gold has too."""

    def __init__(self, text: str, gold: Gold) -> None:
        self.text = plain(text)
        self.words = words(self.text)
        self.gram_count = max(1, len(self.words) - GRAM + 1) if self.words else 0
        # What the gold lacks need not be counted one by one: most of a page dump is not in the gold.
        self.grams = Counter(gram for gram in grams(self.words) if gram in gold.grams)
        self.shared_grams = _overlap(self.grams, gold.grams)
        self.shared_words = _overlap(Counter(filter(gold.bag.__contains__, self.words)), gold.bag)
        self.furniture = len(self.words) - self.shared_words
        self.bag_f1 = f1(self.shared_words, len(self.words), len(gold.words))
        self.gram_f1 = f1(self.shared_grams, self.gram_count, gold.gram_count)

    def is_exactly(self, gold: Gold) -> bool:
        """Tell whether the text is word for word the gold; a headline on the first line is forgiven."""
        if self.words == gold.words:
            return True
        if len(self.words) < len(gold.words):
            return False
        head, _, rest = self.text.strip().partition("\n")
        return len(head.split()) <= HEADLINE_WORDS and words(rest) == gold.words


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one text before and after cleaning.

    ``body_kept`` is the share of the gold's 4-grams in the input that the output still has,
    ``furniture_removed`` the share of the words beyond the gold that went (None where there were none to
    remove).
    """

    bag_f1_before: float
    bag_f1: float
    gram_f1_before: float
    gram_f1: float
    body_kept: float
    furniture_removed: float | None
    exact_before: bool
    exact: bool
    hurt: bool


def score(before: Profile, after: Profile, gold: Gold) -> Score:
    """Return what became of a text, given its profiles before and after cleaning."""
    kept = sum(min(count, after.grams[gram], gold.grams[gram]) for gram, count in before.grams.items())
    return Score(
        bag_f1_before=before.bag_f1,
        bag_f1=after.bag_f1,
        gram_f1_before=before.gram_f1,
        gram_f1=after.gram_f1,
        body_kept=kept / before.shared_grams if before.shared_grams else 1.0,
        furniture_removed=1 - after.furniture / before.furniture if before.furniture else None,
        exact_before=before.is_exactly(gold),
        exact=after.is_exactly(gold),
        hurt=after.gram_f1 < before.gram_f1 - TIE,
    )


def survival(text: str, cleaned: str) -> float:
    """Return the share of a text's own 4-grams that are left after cleaning; 1 for a text without words."""
    before = Counter(grams(words(plain(text))))
    total = before.total()
    return _overlap(before, Counter(grams(words(plain(cleaned))))) / total if total else 1.0


def line_oracle(text: str, gold: Gold) -> str:
    """Return the lines of ``text`` that stand in the gold, and those without words.

    That is the ceiling of any cleaner that may only keep or drop whole lines.
    """

    def stays(line: str) -> bool:
        line_words = words(plain(line))
        return not line_words or gold.holds(line_words)

    return "\n".join(filter(stays, text.split("\n")))


def _overlap(one: Counter[Item], other: Counter[Item]) -> int:
    """Return the size of the intersection of two multisets."""
    return sum(min(count, other.get(item, 0)) for item, count in one.items())
