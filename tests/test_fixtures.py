"""The annotated articles: every body line stays word for word, every furniture line goes; clean articles come back."""

from __future__ import annotations

import pytest

from defurnish import analyze, clean
from defurnish.model import FAMILIES
from fixtures.reader import annotated, clean_articles

ARTICLES = annotated()
CLEAN = clean_articles()


def by_name(value):
    return getattr(value, "name", None)


@pytest.mark.parametrize("path", CLEAN, ids=by_name)
def test_clean_articles_come_back_untouched(path):
    text = path.read_bytes().decode()
    assert [removal.text for removal in analyze(text).removed] == []
    assert clean(text) is text


def gone_lines(fixture, result):
    """Return, for each line with text, its label, whether it went whole, and whether anything of it went."""
    spans = [removal.span for removal in result.removed]
    for line, start, end in fixture.spans():
        if line.text.strip():
            touched = any(span.start < end and start < span.end for span in spans)
            yield line, touched


@pytest.mark.parametrize("fixture", ARTICLES, ids=by_name)
def test_body_stays_and_furniture_goes(fixture):
    result = analyze(fixture.text)
    wrong = []
    surprises = []
    for line, gone in gone_lines(fixture, result):
        right = line.label == "either" or gone == (line.label in FAMILIES)
        if line.wrong == right:
            (surprises if right else wrong).append(f"{line.label}: {line.text}")
    assert wrong == []
    assert surprises == [], "these lines come right now: take the ! off their labels"


@pytest.mark.parametrize("fixture", ARTICLES, ids=by_name)
def test_kept_lines_stay_word_for_word(fixture):
    result = analyze(fixture.text)
    left = [line.rstrip() for line in result.text.splitlines() if line.strip()]
    assert left == [line.text.rstrip() for line, gone in gone_lines(fixture, result) if not gone]
    assert result.restore() == fixture.text


@pytest.mark.parametrize("fixture", [f for f in ARTICLES if f.metadata], ids=by_name)
def test_metadata_says_what_the_furniture_said(fixture):
    metadata = analyze(fixture.text).metadata
    assert {field: getattr(metadata, field) for field in fixture.metadata} == fixture.metadata
    right = [field for field, value in fixture.wrong_metadata.items() if getattr(metadata, field) == value]
    assert right == [], "these fields come right now: take the ! off their keys"
