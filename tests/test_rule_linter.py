"""What every shipped rule must keep to, beyond what the parser refuses already."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]

import pytest

from defurnish.linehits import PATTERN_REACH
from defurnish.matchview import view
from defurnish.rulebook import SHORT_LINE, Rulebook
from defurnish.rulefile import packaged_rules, spelled_out
from fixtures.reader import annotated, clean_articles

RULES, LEXICONS = packaged_rules()
BOOK = Rulebook(RULES, LEXICONS)
PATTERNS = [pytest.param(rule, id=rule.id) for rule in RULES if rule.pattern is not None]
ALL = [pytest.param(rule, id=rule.id) for rule in RULES]

# A literal that the automaton reports more often than this in the prose of an article costs more than it finds.
HITS_PER_DOCUMENT = 0.5
# Shorter literals hit inside words and names everywhere.
SHORTEST_PHRASE = 4
# (a{1,20}b{0,3}){1,5} is harmless; beyond this many ways to divide a line, failing takes noticeable time.
MOST_NESTED = 400

_NAMED_LIST = re.compile(r"\\L<(\w+)>")
_PROPERTY = re.compile(r"\\[pP](?:\{[^}]*\}|\w)")
_NAME = re.compile(r"\(\?P<\w+>")


def tree(pattern):
    """Return the parse tree of a pattern; what only ``regex`` knows is put into words of ``re``."""
    pattern = _NAMED_LIST.sub("(?:word|words)", spelled_out(pattern, LEXICONS))
    pattern = _PROPERTY.sub(r"\\w", pattern)
    pattern = _NAME.sub("(", pattern)
    return _parser.parse(pattern)


REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}


def faults(sequence, outer=1):
    """Yield what is wrong with the quantifiers of a parse tree; ``outer`` is how often the whole may repeat."""
    items = list(sequence)
    for code, value in items:
        if code in REPEATS:
            least, most, body = value
            inner = list(body)
            endless = most is op.MAXREPEAT
            wide = len(inner) == 1 and (inner[0][0] in (op.ANY, op.NOT_LITERAL) or is_negated(inner[0]))
            if endless and wide:
                yield "an unbounded quantifier over any character: write {0,60}"
            # A possessive quantifier gives nothing back, so it cannot be divided anew.
            free = code is not op.POSSESSIVE_REPEAT
            if free and most != least and outer > 1 and (endless or outer * int(most) > MOST_NESTED):
                yield "a quantifier inside a quantifier"
            if free and endless and any(is_variable(item) for item in inner):
                yield "a quantifier inside an unbounded one"
            times = MOST_NESTED if endless else max(int(most), 1)
            yield from faults(inner, outer * times if free else 1)
        else:
            for part in parts(code, value):
                yield from faults(part, 1 if code is op.ATOMIC_GROUP else outer)
    for left, right in pairwise(items):
        if is_endless(left) and is_endless(right):
            yield "two unbounded quantifiers next to each other"


def is_negated(item):
    return item[0] is op.IN and item[1][0][0] is op.NEGATE


def is_endless(item):
    return item[0] in REPEATS and item[1][1] is op.MAXREPEAT


def is_variable(item):
    code, value = item
    if code in REPEATS:
        return value[0] != value[1] or any(map(is_variable, value[2]))
    return any(is_variable(inner) for part in parts(code, value) for inner in part)


def parts(code, value):
    """Return the sequences inside a group, a choice or an assertion."""
    if code is op.SUBPATTERN:
        return [value[-1]]
    if code is op.BRANCH:
        return value[1]
    if code in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    if code is op.ATOMIC_GROUP:
        return [value]
    return []


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("a.*b", True), ("a.+", True), ("[^|]*", True), (r"\s+\s*", True), (r"\s*\d*", True), (r"\s+\d+", True),
        (r"(\w+\s?)+", True),
        (r"(?:\w{1,50}\s?){1,50}", True), ("(a|b+)*", True), ("(?:a{1,9}){2,}", True), (r"(?>.*)b", True),
        (r"(?:, ?[^,]{0,40}){1,40}", True), (r"(?:, ?[^,]{0,40}+){1,40}", False), (r"(?:, ?[^,]{0,40}){1,40}+", False),
        (r"(?>(?:, ?[^,]{0,40}){1,40})", True), (r"(?:(?>, ?[^,]{0,40})){1,40}", False),
        ("a.{0,60}b", False), (r"by\s+[0-9]{4}", False), (r"(?:,\s\w{1,20}){0,5}", False),
        (r"\L<months>\s\p{Lu}{1,9}", False),
        (r"(?P<a>\d{4})|(?P<a>\d{2})", False), (r"(?:ab)+", False),
    ],
)  # fmt: skip
def test_the_linter_knows_a_fault(pattern, fault):
    assert bool(list(faults(tree(pattern)))) is fault


def test_ids_are_unique():
    assert [name for name, count in Counter(rule.id for rule in RULES).items() if count > 1] == []


@pytest.mark.parametrize("rule", ALL)
def test_near_misses_are_written_down(rule):
    assert rule.keeps
    if rule.strength == "strong":  # a supporting one may need its company
        assert not set(rule.keeps) & set(rule.removes)


@pytest.mark.parametrize("rule", PATTERNS)
def test_patterns_compile(rule):
    BOOK.pattern_of(rule)


@pytest.mark.parametrize("rule", PATTERNS)
def test_patterns_are_bounded(rule):
    assert sorted(set(faults(tree(rule.pattern)))) == []


SEPARATORS = (
    " ", ",", ", ", ":", ">", " > ", "|", " | ", "/", "&", " and ", "'", ".", " Ana", "a", "A ", "1", "1 ", "#a ",
    " in ",
    " by ", " of ", '"', ";", "(", "-", ": a", " a:",
)  # fmt: skip
SECONDS = 1.0


@pytest.mark.parametrize("rule", PATTERNS)
def test_patterns_give_up_in_time(rule):
    pattern = BOOK.pattern_of(rule)
    tried = {"whole": pattern.fullmatch, "anywhere": pattern.search}.get(rule.match, pattern.match)
    longest = PATTERN_REACH if rule.phrases else SHORT_LINE
    for example in [*rule.removes[:3], *rule.phrases[:1]]:
        start = view(example.split("\n")[0])
        for begin in {start, start[: len(start) // 2], start[: len(start) * 3 // 4]}:
            for separator in SEPARATORS:
                for end in ("", "\x01", ";>|;!"):
                    line = (begin + separator * longest)[: longest - len(end)] + end
                    try:
                        tried(line, timeout=SECONDS)
                    except TimeoutError:
                        pytest.fail(
                            f"more than {SECONDS} s on {line[:60]!r}…{line[-8:]!r}: make inner quantifiers possessive"
                        )


@pytest.mark.parametrize("rule", PATTERNS)
def test_patterns_are_not_anchored_by_hand(rule):
    codes = {value for code, value in tree(rule.pattern) if code is op.AT}
    assert not codes & {op.AT_BEGINNING, op.AT_END}, "match = whole, start or end says where it stands"


@pytest.mark.parametrize("rule", PATTERNS)
def test_named_lists_exist(rule):
    assert set(_NAMED_LIST.findall(spelled_out(rule.pattern, LEXICONS))) <= set(LEXICONS)


@pytest.mark.parametrize("name", [name for name, words in LEXICONS.items() if not isinstance(words, str)])
def test_lexicons_are_sorted_lower_case_and_without_doubles(name):
    words = list(LEXICONS[name])
    assert words == sorted(set(words))
    assert words == [word.lower() for word in words]


def test_a_phrase_stands_in_one_rule_of_its_family_match_zone_and_strength_only():
    places = Counter(
        (rule.id.split("/")[0], rule.family, rule.match, rule.zone, rule.strength, phrase)
        for rule in RULES
        if rule.pattern is None
        for phrase in rule.phrases
    )
    assert sorted(place for place, count in places.items() if count > 1) == []


@pytest.mark.parametrize("rule", ALL)
def test_phrases_are_in_the_form_of_the_match_view(rule):
    assert [phrase for phrase in rule.phrases if view(phrase) != phrase] == []


@pytest.mark.parametrize("rule", ALL)
def test_short_phrases_stand_for_whole_lines_only(rule):
    if rule.match != "whole" and rule.pattern is None:  # a pattern confirms; its factors are counted below
        assert [phrase for phrase in rule.phrases if len(phrase) < SHORTEST_PHRASE] == []


def bodies():
    """Return the prose of the articles in fixtures, as match views in lower case."""
    texts = ["\n".join(line.text for line in fixture.lines if line.label == "body") for fixture in annotated()]
    texts += [path.read_text(encoding="utf-8") for path in clean_articles()]
    return [view(text).lower() for text in texts]


def test_literal_factors_are_rare_in_prose():
    # The factors of whole patterns are looked for in short lines alone.
    factors = {phrase for rule in RULES if rule.match != "whole" for phrase in rule.phrases}
    texts = bodies()
    share = {factor: sum(text.count(factor) for text in texts) / len(texts) for factor in factors}
    worst = sorted(
        ((round(hits, 2), factor) for factor, hits in share.items() if hits > HITS_PER_DOCUMENT), reverse=True
    )
    assert worst == [], "write longer factors, or match = whole without phrases"
