"""Patterns are tried when they are first asked for; what is decided is what all hits together would decide."""

from __future__ import annotations

import pytest
from hypothesis import given

from defurnish.annotate import annotate
from defurnish.decide import decide
from defurnish.hits import Annotated, HitsByBlock
from defurnish.rulebook import rulebook
from defurnish.segment import segment
from fixtures.reader import annotated, clean_articles

from .strategies import documents

TEXTS = [fixture.text for fixture in annotated()] + [path.read_bytes().decode() for path in clean_articles()]


def page_of(text):
    return annotate(segment(text), rulebook())


def with_all_hits(page):
    """Return the page as it would be if every pattern had been tried before any decision."""
    return Annotated(page.segments, page.lines, HitsByBlock(dict(page.hits), {}, page.lines, page.hits.rulebook))


def decided(page, keep=frozenset()):
    verdict = decide(page, keep)
    return verdict.decisions, verdict.parts, verdict.spared


@pytest.mark.parametrize("keep", [frozenset(), frozenset({"credit", "comments"})], ids=["", "keep"])
@pytest.mark.parametrize("part", range(8))
def test_what_is_not_asked_decides_nothing(part, keep):
    for text in TEXTS[part::8]:
        page = page_of(text)
        assert decided(page, keep) == decided(with_all_hits(page_of(text)), keep)
        assert page.hits == page_of(text).hits


@given(documents())
def test_what_is_not_asked_decides_nothing_in_strange_texts(text):
    assert decided(page_of(text)) == decided(with_all_hits(page_of(text)))


def test_much_of_what_may_be_seen_in_an_article_is_never_asked():
    pages = [page_of(path.read_bytes().decode()) for path in clean_articles()]
    before = sum(rules.bit_count() for page in pages for rules in page.hits.untried.values())
    for page in pages:
        decide(page)
    after = sum(rules.bit_count() for page in pages for rules in page.hits.untried.values())
    assert after > 0.4 * before


def test_hits_are_a_mapping_of_all_that_the_rules_see():
    page = page_of("Rain fell all night.\n\nBy Ana Roth\n\n12 May 2021\n\nShare this article\n")
    assert [number for number in page.hits if page.hits[number]] == list(page.hits)
    assert {number: list(hits) for number, hits in page.hits.items()} == rulebook().hits("\n".join(page.lines))
    assert len(page.hits) == len(list(page.hits))
    assert 0 not in page.hits
    with pytest.raises(KeyError):
        page.hits[0]


def test_whoever_is_quoted_is_not_the_site():
    page = page_of('She read "Copyright 2021. All rights reserved." aloud.\n')
    assert not page.hits
