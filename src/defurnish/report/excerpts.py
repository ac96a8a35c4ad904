"""Texts of the corpus as a report can hold them: short, fit for a file, alike where their difference says nothing."""

from __future__ import annotations

import re

# Blocks that open with the same characters are counted as one: furniture varies at its end, if at all.
KEY_CHARACTERS = 200

_DIGITS = re.compile(r"\d+")
_TARGET = re.compile(r"\]\([^()\s]{0,2000}\)")


def encodable(text: str) -> str:
    """Return the text with question marks for halves of surrogate pairs, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def excerpt(text: str, limit: int) -> str:
    """Return the text, or in ``limit`` characters its beginning and its end around a mark of what was left out.

    >>> excerpt("All rights reserved by The Ostrel Post and its owners.", 32)
    'All rights reserved b …  owners.'
    """
    if len(text) > limit:
        tail = limit // 4
        text = f"{text[: limit - tail - 3]} … {text[-tail:]}"
    return encodable(text)


def normalized(text: str) -> str:
    """Return what removed blocks are counted under: case, digits, blanks and link targets folded, and cut.

    >>> normalized("Published  12 May 2024 by [The Post](https://post.example/?id=7)")
    'published 0 may 0 by [the post]()'
    """
    folded = text[: 2 * KEY_CHARACTERS].lower()
    if "](" in folded:
        folded = _TARGET.sub("]()", folded)
    return encodable(" ".join(_DIGITS.sub("0", folded).split())[:KEY_CHARACTERS])
