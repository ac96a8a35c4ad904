"""Every example of every rule, in every dress; near misses first."""

from __future__ import annotations

import pytest

from defurnish import analyze, clean
from defurnish.matchview import view
from defurnish.rulecheck import needs_company, places, places_to_stay
from defurnish.rulefile import packaged_rules

from .hosting import AFTER, BEFORE, DRESSES, hosted

RULES, _ = packaged_rules()

KEEPS = [
    pytest.param(rule, text, place, id=f"{rule.id}:keeps-{number}-{place}")
    for rule in RULES
    for number, text in enumerate(rule.keeps, 1)
    for place in places_to_stay(rule)
]
REMOVES = [
    pytest.param(rule, text, place, id=f"{rule.id}:removes-{number}-{place}")
    for rule in RULES
    for number, text in enumerate(rule.removes, 1)
    for place in places(rule)
]


@pytest.mark.parametrize(("rule", "text", "place"), KEEPS)
def test_near_misses_stay(rule, text, place):
    for dress in DRESSES:
        host = hosted(text, place, dress)
        assert clean(host.text) == host.text, dress


@pytest.mark.parametrize(("rule", "text", "place"), REMOVES)
def test_examples_go(rule, text, place):
    for dress in DRESSES:
        host = hosted(text, place, dress, companion=needs_company(rule))
        result = analyze(host.text)
        assert result.text == host.without, dress
        speaking = {evidence.rule for removal in result.removed for evidence in removal.evidence}
        assert rule.id in speaking, f"{dress}: the example goes, but by {sorted(speaking)}"
        assert result.restore() == host.text


GLUED = [
    pytest.param(rule, text, id=f"{rule.id}:glued-{number}")
    for rule in RULES
    if rule.glued
    for number, text in enumerate(rule.removes, 1)
    if "\n" not in text
]


@pytest.mark.parametrize(("rule", "text"), GLUED)
def test_what_is_glued_to_a_sentence_is_cut_at_its_border(rule, text):
    before, after = BEFORE[0], BEFORE[1] if rule.match == "anywhere" else ""
    page = "\n".join([*AFTER, f"{before} {text} {after}".strip(), *AFTER])
    result = analyze(page)
    assert result.text == "\n".join([*AFTER, f"{before} {after}".strip(), *AFTER])
    assert [removal.reason for removal in result.removed] == ["glued"]
    assert [removal.span.of(page) for removal in result.removed] == [view(text).strip()]


@pytest.mark.parametrize(("rule", "text"), GLUED)
def test_the_same_words_inside_a_sentence_stay(rule, text):
    page = f"{BEFORE[0][:-1]}, and {text[0].lower()}{text[1:]}\n{AFTER[0]}"
    assert clean(page) == page
