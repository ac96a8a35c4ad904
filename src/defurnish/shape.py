"""What the form of a block says, whatever its words: prose, headline, nothing but links.

These are questions asked of single blocks, in code points and words; they decide nothing.
"""

from __future__ import annotations

import regex

# A sentence of the body is hardly ever shorter than this and seldom stands alone on a line when it is; furniture
# sentences ("Sign up for our newsletter today.") mostly are. Census: 28 of 80 body lines a page are below it.
PROSE_WORDS = 14
# Long lines are prose even when their full stop is lost.
LONG_PROSE_WORDS = 28
# A headline, a label or a name: 95 % of related headlines on the development pages have at most this many words.
HEADLINE_WORDS = 20

_SENTENCE_END = regex.compile(r"[.!?:\u3002\uff01\uff1f\u061f\u0964](?:[\"')\]\d\u00b9\u00b2\u00b3*]|\[\d+\])*$")
_LINKS_ONLY = regex.compile(
    r"(?:[\s>#*+\-\u2022|\u00b7,/&\u2190\u2192\u00ab\u00bb_0-9.]*+!?\[[^\[\]\n]{1,400}+\]\([^()\s]{0,2000}+\)[*_]*+)++"
    r"[\s*|\u00b7,.\u2190\u2192\u00ab\u00bb_>]*"
)


def words(line: str) -> int:
    """Return the number of words of a match-view line, by its blanks."""
    return line.count(" ") + 1


def ends_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does; closing quotes and footnote marks may follow the stop."""
    return _SENTENCE_END.search(line[-12:]) is not None


def is_prose(line: str) -> bool:
    """Whether the line reads as a sentence or more of running text.

    >>> is_prose("The river rose two metres in the night, and by morning the lower town stood under water.")
    True
    >>> is_prose("Storm hits coast")
    False
    """
    count = words(line)
    return count >= LONG_PROSE_WORDS or (count >= PROSE_WORDS and ends_sentence(line))


def is_headline(line: str) -> bool:
    """Whether the line could be a headline, label, name or button: short, and not closed like a sentence."""
    count = words(line)
    return count <= HEADLINE_WORDS and not (count >= PROSE_WORDS and ends_sentence(line))


def is_link_only(content: str) -> bool:
    """Whether a block's source is nothing but Markdown links with separators between them.

    >>> is_link_only("- [Storm hits coast](/storm) | [Mayor resigns](/mayor)")
    True
    """
    return "](" in content and _LINKS_ONLY.fullmatch(content) is not None
