r"""The normalized view of a text that rules are matched against, with its way back to the text.

``**Disclaimer:** …``, ``[Disclaimer](#): …`` and ``Disclaimer: …`` are one thing to a rule. The view unwraps links and
simple tags, drops emphasis, escapes and invisible characters, and folds quotes, dashes and blanks to their ASCII
forms. It keeps case (rules need it for names) and line breaks (so the n-th line of the view is the n-th block).

Every step is a row of ``_STEPS``: ``view`` runs them at C speed over a whole text; ``offsets`` runs the same rows over
one block and carries along where each character came from. A test holds the two to the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex


@dataclass(frozen=True, slots=True)
class _Step:
    """Replaces what ``pattern`` matches by its group ``keep``, or by ``literal``, where ``gate`` occurs at all."""

    gate: str
    pattern: regex.Pattern[str] | None = None
    keep: int | None = None
    literal: str = ""
    plain: str | None = None  # one string in place of a pattern

    def found(self, text: str) -> Iterator[regex.Match[str]]:
        """Yield what the step replaces, in order."""
        return (self.pattern or regex.compile(regex.escape(str(self.plain)))).finditer(text)

    def run(self, text: str) -> str:
        """Return the text after the step."""
        if self.plain is not None:
            return text.replace(self.plain, self.literal)
        assert self.pattern is not None
        return self.pattern.sub(self.literal if self.keep is None else rf"\{self.keep}", text)


def _folded(characters: str, literal: str) -> list[_Step]:
    return [_Step(c, literal=literal, plain=c) for c in characters]


# Characters that a reader does not see: zero-width characters, byte-order mark, soft hyphen.
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

# Bounded on purpose: `\[[^\]]*\]\([^)]*\)` is quadratic on "[[[[…" (measured in the performance notes of the design).
_LINK = regex.compile(r"!?\[([^\[\]\n]{0,400}+)\]\((?:[^()\n]|\([^()\n]{0,300}+\)){0,2000}+\)")
_AUTOLINK = regex.compile(r"<((?:https?://|mailto:)[^<>\s]{1,1000}+)>")
_TAG = regex.compile(r"</?(?:u|b|i|em|strong|sup|sub|span|small|br|mark|del|ins)\s?/?>", regex.IGNORECASE)

_MARKUP: tuple[_Step, ...] = (
    _Step("](", _LINK, keep=1),
    _Step("](", _LINK, keep=1),  # an image inside a link: [![alt](src)](href)
    _Step("<", _AUTOLINK, keep=1),
    _Step("<", _TAG),
    *_folded("*\\`", ""),
    _Step("~~", plain="~~"),
    _Step("_", regex.compile(r"(?<![\p{L}\p{N}])_{1,3}+|_{1,3}+(?![\p{L}\p{N}])")),
)

# In "Read more »" and "« Previous" the guillemet is an arrow, not a quotation mark: alone on a short line, at its end.
_ARROWS = (
    _Step("\u00bb", regex.compile(r"(?m)^([^\u00ab\u00bb\n]{0,60}+)\u00bb{1,3}+[ \u00a0]{0,3}+$"), keep=1),
    _Step("\u00ab", regex.compile(r"(?m)^[ \u00a0]{0,3}+\u00ab{1,3}+([^\u00ab\u00bb\n]{0,60}+)$"), keep=1),
)

_TYPOGRAPHY: tuple[_Step, ...] = (
    *_ARROWS,
    *_folded("\u2019\u2018\u02bc\u00b4", "'"),
    *_folded("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    *_folded("\u2013\u2014\u2212\u2010\u2011", "-"),
    *_folded("\u00a0\u202f\u2009\u2003\u2002\u3000", " "),
    *_folded(INVISIBLE, ""),
    *_folded("\u2026", "..."),
)

_BLANKS: tuple[_Step, ...] = (
    *_folded("\t", " "),
    _Step("  ", regex.compile(" {2,}+"), literal=" "),
)

_STEPS = (*_MARKUP, *_TYPOGRAPHY, *_BLANKS)
_ASCII_STEPS = (*_MARKUP, *_BLANKS)

# What may stand before the first word of a block without being part of it: list and heading marks, bullets, arrows.
LEAD = " #>-+\u2022\u25cf\u25e6\u25aa\u00b7\u2023\u25b8\u2192\u2190\u2191\u2193\u2039\u203a\u279c|\u25ba\u2605\u2606'"
# What may stand after its last word.
TRAIL = " .:!?\u2026|>-\u2192\u2190\u2191\u2193\u2039\u203a\u279c\u2197\u25be\u25bc\u00b7\u2022#'"
# What else may decorate a label that is the whole line: brackets, triangles, arrows, pictures. No quotation marks.
ORNAMENTS = (
    LEAD
    + TRAIL
    + (
        "()[]<^~=*\u25b2\u25b6\u25c0\u25c4\u2b05\u2b06\u2b07\u21a9\u21aa\u21d1\u21e7\u2934\u23ea\u23eb\u23e9\ufe0f\u2714\u2705"
        "\u2709\U0001f446\U0001f447\U0001f449\U0001f517\U0001f51d\U0001f4cc\U0001f4ac\U0001f4e7\U0001f4e9\U0001f4f2\U0001f5e8\U0001f6d2"
    )
)


def unmarked(text: str) -> str:
    r"""Return one block without links, emphasis, escapes and tags, its typography as it was.

    >>> unmarked("# The “last” *ferry* of [Ostrel](#)")
    '# The “last” ferry of Ostrel'
    """
    return _run(_MARKUP, text)


def view(text: str) -> str:
    r"""Return the match view of one block, or of many parted by newlines.

    >>> view("**Disclaimer:** The “views” of [this author](https://a.example/x_(y)) …")
    'Disclaimer: The "views" of this author ...'
    """
    return _run(_ASCII_STEPS if text.isascii() else _STEPS, text)


def _run(steps: tuple[_Step, ...], text: str) -> str:
    for step in steps:
        # One character is found, or not, twenty times as fast as two.
        if step.gate[0] in text and step.gate in text:
            text = step.run(text)
    return text


def offsets(block: str) -> tuple[str, list[int]]:
    r"""Return the match view of one block and, for each of its characters, where in the block it came from.

    The list has one entry more than the view: where the block ends.

    >>> offsets("**Share**")
    ('Share', [2, 3, 4, 5, 6, 9])
    """
    text = block
    origin = list(range(len(block)))
    for step in _ASCII_STEPS if text.isascii() else _STEPS:
        if step.gate not in text:
            continue
        pieces: list[str] = []
        origins: list[int] = []
        done = 0
        for found in step.found(text):
            start, end = found.span()
            pieces.append(text[done:start])
            origins += origin[done:start]
            if step.keep is not None:
                a, b = found.span(step.keep)
                pieces.append(text[a:b])
                origins += origin[a:b]
            else:
                pieces.append(step.literal)
                origins += [origin[start]] * len(step.literal)
            done = end
        pieces.append(text[done:])
        origins += origin[done:]
        text, origin = "".join(pieces), origins
    return text, [*origin, len(block)]


def in_quotes(line: str, start: int, end: int) -> bool:
    """Whether a stretch of a view line stands between quotation marks: whoever is quoted is not the site.

    >>> in_quotes('She read "all rights reserved" aloud.', 10, 29)
    True
    >>> in_quotes('All rights reserved. "Ostrel" is a trademark.', 0, 19)
    False
    """
    return '"' in line and line.count('"', 0, start) % 2 == 1 and line.find('"', end) >= 0


def lead(line: str) -> int:
    """Return how many characters of a view line are list marks, quotes and blanks before its first word."""
    return len(line) - len(line.lstrip(LEAD))
