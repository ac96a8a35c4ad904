"""A list of words as a pattern matches what the words match, one after the other, the longest first."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from defurnish.rulebook import rulebook
from defurnish.wordtrie import pattern_of_words

WORDS = st.lists(st.text("ab-.é", min_size=1, max_size=5), min_size=1, max_size=12, unique=True)


def alternatives(words):
    return "(?:" + "|".join(map(regex.escape, sorted(words, key=len, reverse=True))) + ")"


@given(WORDS, st.text("abAB-.éÉ x", max_size=12))
def test_the_longest_word_matches(words, text):
    found = regex.match(pattern_of_words(words), text, regex.IGNORECASE)
    wanted = regex.match(alternatives(words), text, regex.IGNORECASE)
    assert (found and found[0]) == (wanted and wanted[0])


@given(WORDS, st.text("abAB-.éÉ x", max_size=12))
def test_a_shorter_word_matches_where_the_rest_wants_it(words, text):
    found = regex.fullmatch(pattern_of_words(words) + "b?x?", text, regex.IGNORECASE)
    assert (found is None) == (regex.fullmatch(alternatives(words) + "b?x?", text, regex.IGNORECASE) is None)


@pytest.mark.parametrize("name", [name for name, value in rulebook().lexicons.items() if isinstance(value, tuple)])
def test_every_word_of_a_lexicon_matches(name):
    words = rulebook().lexicons[name]
    pattern = regex.compile(pattern_of_words(words))
    assert all(pattern.fullmatch(word) for word in words)
    assert not any(pattern.fullmatch(word + "x") for word in words if word + "x" not in words)
