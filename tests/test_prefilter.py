"""What must be true of a line for a pattern to match it: never too much, or a rule would be missed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defurnish.linehits import hit_of_phrase
from defurnish.matchview import view
from defurnish.prefilter import HEAD, asked, heads, prefilter
from defurnish.rulebook import SHORT_LINE, Rulebook, rulebook
from defurnish.rulefile import packaged_rules
from fixtures.reader import annotated, clean_articles

from .strategies import documents

DIGIT = "\1"
RULES, LEXICONS = packaged_rules()
EXAMPLES = sorted({view(example) for rule in RULES for example in (*rule.removes, *rule.keeps)})


def of(pattern, *, begins=True, ends=True, lexicons=None):
    return prefilter(pattern, lexicons or {}, begins=begins, ends=ends, trees={})


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("share this", {"share this "}),
        ("(?:share|like) this", {"share this ", "like this "}),
        ("shares?", {"share ", "shares "}),
        (r"\[?share\b.{0,40}", {"share "}),
        (r"share\w*", {"share"}),
        (r"[^\p{L}\p{N}\"]{0,8}by: ", {"by "}),
        (r"\d{1,2} min read", {"0 min read "}),
        ("a very long beginning", {"a very l"}),
        (r"(?=no)(?!yes)say(?<=say)", {"say "}),
        (r"{{day}} off", {"mon off ", "tue off "}),
        (r"(?i:by)(?-i:-line)", {"by line "}),
        (r"\(?P?<", {" ", "p "}),
    ],
)
def test_what_a_whole_line_begins_with(pattern, first):
    found = of(pattern, lexicons={"day": ("Mon", "Tue")}).first
    assert found == (None if first is None else {head[:HEAD] for head in first})


@pytest.mark.parametrize("pattern", [r"\p{Lu}\w+ says", ".{0,4}by", "é", r"(?R)", "(?:"])
def test_a_pattern_that_begins_with_anything_or_is_not_understood_filters_nothing(pattern):
    assert of(pattern).first is None


def test_a_start_may_go_on_and_an_end_may_begin_anywhere():
    assert of("share", ends=False).first == {"share"}
    assert of("share", begins=False).first is None
    assert of("read more", begins=False).last == {"erom dae"}


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("by|from", ["by|from"]),
        (r"by \d+", [DIGIT, "by "]),
        ("a: b", ["a: b"]),
        ("a(?:: | - )b", [" - |: "]),
        (r"[@#]\w+", ["#|@"]),
        ("(?:terms|privacy) (?:policy|of use)", ["privacy|terms", "of use|policy"]),
        ("sign up(?: today)?", ["sign up"]),
        (r"said\swriter", ["said", "writer"]),
        (r"(?-i:Dr)\. smith", ["Dr", " smith"]),
        (r"\w+", []),
        ("(?=.{0,40}kickback)we", ["kickback"]),
        ("(?!kickback)(?<=kickback)we", ["we"]),
        ("(?i:Md)|(?-i:PhD)", ["PhD|md"]),
        ("(?-i:Mc(?i:X))rd", ["Mc", "rd"]),
        ("(?-i:PhD|DVM)", ["DVM|PhD"]),
        ("(?:kickback)?(?:commission)+(?:fee){0,3}", ["commission"]),
        ("a{{day}}b", ["off day|work day"]),
    ],
)
def test_literals_that_every_match_holds(pattern, needed):
    found = of(pattern, lexicons={"day": ("work day", "off day")}).needed
    told = {"|".join(sorted(literals)) for literals in found}
    assert told >= set(needed) if needed else not told


def test_a_line_without_them_is_not_tried():
    filtered = of(r"(?-i:PhD) by \d+")
    assert not filtered.needs_more(asked("phd by 8", "PhD by 8"))
    assert filtered.needs_more(asked("phd by 8", "phd by 8"))
    assert filtered.needs_more(asked("phd by x", "PhD by x"))
    assert not filtered.needs_more(asked("phd by ٣", "PhD by ٣"))


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("share this", "share this "),
        ("• [by] _me_", "by me "),
        ("1,234 views", "0 0 views "),
        ("a - - - - - - - - - - - - - - - b c", "a b c "),
        ("", " "),
        ("—", " "),
        ("٣ days", "0 days "),
    ],
)
def test_the_head_of_a_line(line, head):
    assert heads([line, "and another"]) == [head, "and another "]


def hits_without_filters(line):
    """Return the rules whose pattern matches a line as the rule wants it, whatever the filters say."""
    low = line.replace("ſ", "s").replace("İ", "i").lower()
    for rule in rulebook().rules:
        if rule.pattern is None or rule.glued or (rule.match == "whole" and len(low) > SHORT_LINE):
            continue
        if rule.phrases and not any(phrase in low for phrase in rule.phrases):
            continue
        if hit_of_phrase(rule, "", line, low, rulebook().pattern_of):
            yield rule.id


def hits_of_patterns(line):
    found = rulebook().hits(line).get(0, [])
    return [hit.rule.id for hit in found if hit.rule.pattern is not None and not hit.rule.glued]


@pytest.mark.parametrize("part", range(8))
def test_no_hit_is_lost_on_the_examples_of_all_rules(part):
    for line in EXAMPLES[part::8]:
        for one in line.split("\n"):
            assert hits_of_patterns(one) == sorted(hits_without_filters(one)), one


@pytest.mark.parametrize("part", range(4))
def test_no_hit_is_lost_on_the_fixtures(part):
    texts = [fixture.text for fixture in annotated()] + [path.read_bytes().decode() for path in clean_articles()]
    for line in sorted({line for text in texts for line in view(text).splitlines()})[part::4]:
        assert hits_of_patterns(line) == sorted(hits_without_filters(line)), line


@given(documents(), st.sampled_from("ſİ…é²٣ "))
def test_no_hit_is_lost_on_strange_letters(text, letter):
    for line in view(text.replace("s", letter).replace("i", letter)).split("\n")[:3]:
        assert hits_of_patterns(line) == sorted(hits_without_filters(line))


def test_a_users_rules_are_filtered_like_the_shipped_ones():
    known = rulebook()
    again = Rulebook(known.rules, known.lexicons)
    assert again.compiled.prefilters == known.compiled.prefilters
