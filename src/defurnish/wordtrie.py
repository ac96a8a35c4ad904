"""Lists of words as patterns: a tree of their letters, so that most words are ruled out by the first."""

from __future__ import annotations

from collections.abc import Iterable

import regex


class _Letters(dict[str, "_Letters"]):
    """What follows a beginning of words, by its next letter; a word may end here."""

    is_word = False


def pattern_of_words(words: Iterable[str]) -> str:
    r"""Return a pattern that matches the longest of some words, and shorter ones if the rest of a pattern wants it.

    ``\L<words>`` of regex means the same, but tries one word after the other: of 1,500 names that takes 14 µs at each
    place, by their letters 1 µs. A trie for what must be matched anyway is an old idea (Emacs' ``regexp-opt``).

    >>> pattern_of_words(["mary", "mar", "jo", "joan"])
    '(?:mar(?:y)?|jo(?:an)?)'
    """
    root = _Letters()
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, _Letters())
        node.is_word = True
    return _spelled(root)


def _spelled(node: _Letters) -> str:
    options: list[str] = []
    for letter, following in node.items():
        text = regex.escape(letter)
        while len(following) == 1 and not following.is_word:
            ((letter, following),) = following.items()
            text += regex.escape(letter)
        options.append(text + _spelled(following))
    if not options:
        return ""
    return f"(?:{'|'.join(options)}){'?' if node.is_word else ''}"
