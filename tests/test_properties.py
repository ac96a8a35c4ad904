"""The properties that must always hold, over texts built from the rules' own examples. Numbers are DESIGN's."""

from __future__ import annotations

import json
import pickle
import random

from hypothesis import assume, example, given
from hypothesis import strategies as st

from defurnish import FAMILIES, Cleaner, Result, analyze, clean
from defurnish.annotate import annotate
from defurnish.decide import decide
from defurnish.edits import apply
from defurnish.explain import Places
from defurnish.matchview import INVISIBLE, offsets, view
from defurnish.model import RuleId
from defurnish.render import LINE_BREAKS
from defurnish.repair import repair
from defurnish.rulebook import Rulebook, rulebook
from defurnish.segment import segment
from defurnish.threads import THREAD_VOICES

from .hosting import AFTER, BEFORE, TITLE
from .strategies import BODY, FIXTURE_LINES, KEEPS, LEXICONS, RULES, any_text, documents

RULES_BY_ID = {rule.id: rule for rule in RULES}


@given(documents() | any_text)
@example("\ud800")
@example("")
def test_1_any_text_gives_an_answer(text):
    result = analyze(text)
    assert result.text == clean(text)
    assert isinstance(result.text, str)


def is_blank(gap):
    return all(char.isspace() or char in INVISIBLE for char in gap)


@given(documents())
def test_2_blocks_and_gaps_tile_the_text(text):
    segments = segment(text)
    reached = 0
    for start, end in zip(segments.starts, segments.ends, strict=True):
        assert reached <= start < end
        assert is_blank(text[reached:start])
        reached = end
    assert is_blank(text[reached:])


@given(documents())
def test_3_the_output_is_slices_of_the_mended_text_and_kept_line_endings(text):
    mended, _ = repair(text)
    page = annotate(segment(mended), rulebook())
    edits = Cleaner()._cuts(mended, page, decide(page), Places(mended, page))
    assert {edit.after for edit in edits} <= {"", "\r\n", *LINE_BREAKS}
    assert apply(mended, edits) == clean(text)


@given(st.lists(st.sampled_from(BODY), min_size=1, max_size=6).map("\n\n".join))
def test_4_without_evidence_the_same_object_comes_back(text):
    assert clean(text) is text


@given(documents())
@example("Free Quote\r\x00\n")
@example("    .\x0b# Related articles\n## ")
@example("Topics: [e]()\r\x00\n")
@example("t.\n?AdvertisementThanks for subscribing")
@example("The river rose. Advertisement The mayor spoke. ADVERTISEMENT ADVERTISEMENT It rained on.\n")
@example("\u00c2\x85Support independent local journalism\u00a0\n\nT")
def test_5_cleaning_a_clean_text_changes_nothing(text):
    once = clean(text)
    assert clean(once) == once


@given(documents(), st.integers())
def test_6_the_order_of_rules_changes_nothing(text, seed):
    shuffled = list(RULES)
    random.Random(seed).shuffle(shuffled)
    view_text = view("\n".join(segment(text).contents))
    assert shuffled_rulebook(seed % 3).hits(view_text) == rulebook().hits(view_text)


def shuffled_rulebook(seed, made={}):  # noqa: B006
    if seed not in made:
        rules = list(RULES)
        random.Random(seed).shuffle(rules)
        made[seed] = Rulebook(rules, LEXICONS)
    return made[seed]


@given(documents())
def test_7_every_removal_names_evidence_that_stands_in_the_text(text):
    for removal in analyze(text).removed:
        assert removal.evidence
        assert removal.span.of(text) == removal.text
        for evidence in removal.evidence:
            rule = RULES_BY_ID[RuleId(evidence.rule)]
            seen = view(" ".join(evidence.span.of(text).split("\n")))
            if rule.pattern is None and rule.match != "whole":
                assert any(phrase in seen.lower() for phrase in rule.phrases)
            assert seen.strip()


def heard(text):
    """Return all rules that speak of a text."""
    hits = annotate(segment(text), rulebook()).hits
    return [hit.rule for of_block in hits.values() for hit in of_block]


# What opens a region takes along what stands under it; an example may be heard by more rules than its own.
BETWEEN = [
    text
    for rule in RULES
    if rule.strength == "strong" and rule.zone == "anywhere"
    for text in rule.removes
    if not any(one.opens for one in heard(text))
]


@given(st.data())
def test_8_body_with_furniture_between_its_blocks_cleans_to_the_body(data):
    body = [TITLE, *BEFORE, *AFTER]
    mixed = []
    voices = 0
    for number, block in enumerate(body):
        mixed.append(block)
        if number and data.draw(st.booleans()):
            example = data.draw(st.sampled_from(BETWEEN))
            voices += any(rule.family == "comments" for rule in heard(example))
            assume(voices < THREAD_VOICES)  # so many are a thread, and what stands between them is a reader's
            mixed.append(example.replace("\n", "\n\n"))
    assert clean("\n\n".join(mixed) + "\n") == "\n\n".join(body) + "\n"


@given(st.lists(st.sampled_from(KEEPS), max_size=8, unique=True))
def test_8_body_made_of_near_misses_comes_back_whole(keeps):
    text = "\n\n".join([TITLE, *BEFORE, *keeps, *AFTER])
    assert clean(text) == text


@given(documents())
def test_9_view_and_offsets_see_the_same(text):
    contents = segment(text).contents
    lines = view("\n".join(contents)).split("\n") if contents else []
    assert lines == [view(content) for content in contents]
    for content in contents:
        seen, origin = offsets(content)
        assert seen == view(content)
        assert len(origin) == len(seen) + 1
        assert origin == sorted(origin)


@given(documents())
def test_10_restore_is_exact_and_offsets_agree(text):
    result = analyze(text)
    assert result.restore() == text
    for offset in range(len(result.text) + 1):
        assert result.to_clean(result.to_original(offset)) == offset or any(edit.after for edit in result.edits)
    removed = {offset for edit in result.edits for offset in range(edit.span.start, edit.span.end)}
    for offset in range(len(text)):
        if offset not in removed:
            assert result.text[result.to_clean(offset)] == text[offset]
            assert result.to_original(result.to_clean(offset)) == offset


@given(documents())
def test_10_results_survive_json(text):
    result = analyze(text)
    wire = json.loads(json.dumps(result.to_dict()))
    assert Result.from_dict(wire) == result
    assert Result.from_dict(wire).restore() == text


@given(documents(), st.sets(st.sampled_from(FAMILIES)))
def test_11_a_pickled_cleaner_answers_the_same(text, keep):
    cleaner = Cleaner(keep=keep, replacement="[…]")
    again = pickle.loads(pickle.dumps(cleaner))
    assert again.analyze(text) == cleaner.analyze(text)


@given(documents())
def test_12_article_scope_removes_a_subset_of_page_scope(text):
    article = {removal.span for removal in Cleaner(scope="article").analyze(text).removed}
    page = {removal.span for removal in Cleaner(scope="page").analyze(text).removed}
    assert article <= page


@given(documents(), st.sampled_from(FAMILIES))
def test_kept_families_are_never_removed(text, family):
    assert all(removal.family != family for removal in Cleaner(keep={family}).analyze(text).removed)


@given(st.lists(st.sampled_from(FIXTURE_LINES), min_size=1, max_size=12))
def test_5_fixture_lines_in_any_order_settle_at_once(lines):
    once = clean("\n".join(lines))
    assert clean(once) == once
