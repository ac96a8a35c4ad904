"""The automaton without compiled code finds what the compiled one finds."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import ahocorasick_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defurnish import Cleaner
from defurnish.fallback_matcher import KEPT, FallbackMatcher
from defurnish.matcher import PhraseMatcher
from defurnish.rulebook import Rulebook, rulebook
from fixtures.reader import annotated, clean_articles

FEW = st.sampled_from([0, 97, 98, 195, 255])  # so that phrases overlap, nest and recur
BYTES = st.lists(FEW, max_size=60).map(bytes)
PHRASES = st.lists(st.lists(FEW, min_size=1, max_size=6).map(bytes), max_size=12)


def compiled(phrases, data):
    automaton = ahocorasick_rs.BytesAhoCorasick(phrases) if phrases else None
    return automaton.find_matches_as_indexes(data, overlapping=True) if automaton else []


@given(PHRASES, st.lists(BYTES, max_size=3))
def test_the_same_matches_as_the_compiled_one(phrases, texts):
    matcher = FallbackMatcher(phrases)
    for data in texts:  # what earlier texts left in the states changes nothing
        assert sorted(matcher.matches(data)) == sorted(compiled(phrases, data))


@given(st.lists(st.binary(min_size=1, max_size=4), max_size=20), st.binary(max_size=400))
def test_the_same_matches_in_any_bytes(phrases, data):
    assert sorted(FallbackMatcher(phrases).matches(data)) == sorted(compiled(phrases, data))


def test_a_phrase_that_stands_twice_is_found_twice():
    assert FallbackMatcher([b"rain", b"in", b"rain"]).matches(b"rain") == [(0, 0, 4), (2, 0, 4), (1, 2, 4)]


def test_an_empty_phrase_is_refused():
    with pytest.raises(ValueError, match="empty"):
        FallbackMatcher([b"rain", b""])


def test_no_phrases_match_nothing():
    assert FallbackMatcher([]).matches(b"rain") == []


def test_a_state_keeps_no_more_than_it_may():
    phrases = [b"a" * 8]
    matcher = FallbackMatcher(phrases)
    data = b"".join(b"a" * length + bytes([byte]) for length in range(8) for byte in range(256))
    assert sorted(matcher.matches(data)) == sorted(compiled(phrases, data))
    states, seen = [matcher._root], set()
    while states:
        state = states.pop()
        if id(state) not in seen:
            seen.add(id(state))
            assert len(state) <= state.own + KEPT
            states += state.values()


def test_threads_share_one():
    phrases = [phrase.encode() for rule in rulebook().rules for phrase in rule.phrases]
    matcher = FallbackMatcher(phrases)
    texts = [article.text.lower().encode() for article in annotated()]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(matcher.matches, texts * 4))
    assert found == [compiled(phrases, text) for text in texts] * 4


def test_the_same_matches_of_the_rules_phrases_in_all_fixtures():
    phrases = [phrase.encode() for rule in rulebook().rules for phrase in rule.phrases]
    matcher = FallbackMatcher(phrases)
    texts = [article.text for article in annotated()] + [path.read_bytes().decode() for path in clean_articles()]
    for text in texts:
        data = text.lower().encode()
        assert matcher.matches(data) == compiled(phrases, data)


@pytest.fixture
def without_compiled_code(monkeypatch):
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)  # to import it fails


@pytest.mark.usefixtures("without_compiled_code")
def test_it_takes_over_where_the_compiled_one_cannot_be_imported():
    assert isinstance(PhraseMatcher(["read more"])._matches.__self__, FallbackMatcher)


def test_results_on_all_fixtures_are_the_same_without_compiled_code(monkeypatch):
    texts = [article.text for article in annotated()] + [path.read_bytes().decode() for path in clean_articles()]
    cleaner, shared = Cleaner(), rulebook()
    expected = [cleaner.analyze(text) for text in texts]
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    slower = Cleaner._with_rulebook(cleaner._options, Rulebook(shared.rules, shared.lexicons, shared.compiled))
    assert [slower.analyze(text) for text in texts] == expected
    assert sum(len(result.removed) for result in expected) > 100
