"""Rule files: what is refused and in which words, and what each kind of match sees. Near misses come first."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from defurnish import FAMILIES, Cleaner, RuleError
from defurnish.matchview import view
from defurnish.rulebook import Rulebook, rulebook
from defurnish.rulefile import packaged_languages, packaged_rules, parse_rules, read_rules

GOOD = {
    "id": '"share-line"',
    "summary": '"A share prompt."',
    "why": '"Label of a widget."',
    "strength": '"strong"',
    "match": '"whole"',
    "phrases": '["share this"]',
    "removes": '["Share this"]',
    "keeps": '["Share this with nobody."]',
}


def entry(**changes):
    """Return a rule entry with keys changed, added, or (None) left out; values are TOML."""
    keys = {key: value for key, value in (GOOD | changes).items() if value is not None}
    return "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def parsed(content, family="engage"):
    return parse_rules(content, "mine.toml", language="en", family=family)


# -- what is refused -----------------------------------------------------------------------------------

REFUSED = {
    "id missing": (entry(id=None), "mine.toml: id: None must be lower-case words joined by hyphens"),
    "id in capitals": (entry(id='"Share"'), "mine.toml: id: 'Share' must be lower-case words joined by hyphens"),
    "id with a slash": (entry(id='"en/share"'), "mine.toml: id: 'en/share' must be lower-case words joined by hyphens"),
    "summary missing": (entry(summary=None), "mine.toml: rule 'share-line': summary: is missing: write one sentence"),
    "summary blank": (entry(summary='" "'), "mine.toml: rule 'share-line': summary: is missing: write one sentence"),
    "why missing": (entry(why=None), "mine.toml: rule 'share-line': why: is missing: write one sentence"),
    "strength missing": (
        entry(strength=None),
        "mine.toml: rule 'share-line': strength: None must be one of strong, supporting, protecting",
    ),
    "strength unknown": (
        entry(strength='"weak"'),
        "mine.toml: rule 'share-line': strength: 'weak' must be one of strong, supporting, protecting",
    ),
    "match unknown": (
        entry(match='"line"'),
        "mine.toml: rule 'share-line': match: 'line' must be one of whole, start, end, anywhere",
    ),
    "zone unknown": (
        entry(zone='"foot"'),
        "mine.toml: rule 'share-line': zone: 'foot' must be one of anywhere, ends, head, series, tail",
    ),
    "strong in a series": (
        entry(zone='"series"'),
        "mine.toml: rule 'share-line': zone: 'series' goes with supporting rules: their words mean "
        "little on a line that stands alone",
    ),
    "family unknown": (
        entry(family='"ads"'),
        "mine.toml: rule 'share-line': family: 'ads' must be one of "
        "legal, promo, engage, navigation, credit, contact, interface, comments, site",
    ),
    "opens unknown": (
        entry(opens='"tail"'),
        "mine.toml: rule 'share-line': opens: 'tail' must be one of list, thread, box, bio, offer",
    ),
    "neither phrases nor pattern": (
        entry(phrases=None),
        "mine.toml: rule 'share-line': phrases: is missing: name the literals to look for, or a pattern for whole "
        "short lines",
    ),
    "a pattern without factors": (
        entry(phrases=None, pattern="'share'", match='"start"'),
        "mine.toml: rule 'share-line': phrases: is missing: a pattern without literal factors must have "
        'match = "whole"',
    ),
    "a pattern that is no string": (
        entry(pattern="5"),
        "mine.toml: rule 'share-line': pattern: must be a string; '''…''' saves the escapes",
    ),
    "phrases that are no list": (
        entry(phrases='"share this"'),
        "mine.toml: rule 'share-line': phrases: must be a list of strings",
    ),
    "an empty phrase": (entry(phrases='[""]'), "mine.toml: rule 'share-line': phrases: must be a list of strings"),
    "a phrase in capitals": (
        entry(phrases='["Share this"]'),
        "mine.toml: rule 'share-line': phrases: 'Share this' must be lower case, without blanks at its ends or "
        "doubled inside",
    ),
    "a phrase with a blank at its end": (
        entry(phrases='["share "]'),
        "mine.toml: rule 'share-line': phrases: 'share ' must be lower case, without blanks at its ends or doubled "
        "inside",
    ),
    "a phrase with two blanks": (
        entry(phrases='["share  this"]'),
        "mine.toml: rule 'share-line': phrases: 'share  this' must be lower case, without blanks at its ends or "
        "doubled inside",
    ),
    "a number outside whole": (
        entry(phrases='["{n} comments"]', match='"start"'),
        "mine.toml: rule 'share-line': phrases: '{n} comments': {n} works in match = \"whole\" phrases without a "
        "pattern only",
    ),
    "a number beside a pattern": (
        entry(phrases='["{n} comments"]', pattern="'x'"),
        "mine.toml: rule 'share-line': phrases: '{n} comments': {n} works in match = \"whole\" phrases without a "
        "pattern only",
    ),
    "max_words of nothing": (
        entry(max_words="0"),
        "mine.toml: rule 'share-line': max_words: must be a whole number of at least 1",
    ),
    "max_words in words": (
        entry(max_words='"five"'),
        "mine.toml: rule 'share-line': max_words: must be a whole number of at least 1",
    ),
    "glued and whole": (
        entry(glued="true"),
        "mine.toml: rule 'share-line': glued: must be true or left out, and goes with strong rules that match at "
        "start or anywhere",
    ),
    "glued and supporting": (
        entry(glued="true", match='"start"', strength='"supporting"'),
        "mine.toml: rule 'share-line': glued: must be true or left out, and goes with strong rules that match at "
        "start or anywhere",
    ),
    "no near miss": (
        entry(keeps=None),
        "mine.toml: rule 'share-line': keeps: is missing: write at least one near miss, a line with these words that "
        "must stay",
    ),
    "no example": (
        entry(removes=None),
        "mine.toml: rule 'share-line': removes: is missing: write at least one line that must go",
    ),
    "keeps that are no strings": (entry(keeps="[1]"), "mine.toml: rule 'share-line': keeps: must be a list of strings"),
    "an unknown key": (
        entry(severity="1"),
        "mine.toml: rule 'share-line': severity: is no key of a rule; the keys are family, glued, id, keeps, "
        "language, match, max_words, opens, pattern, phrases, removes, strength, summary, why, zone",
    ),
    "an unknown key of the file": (
        "version = 1\n" + entry(),
        "mine.toml: version: is no key of a rule file; it holds [[rule]] entries and [lexicons]",
    ),
    "one pair of brackets": (
        entry().replace("[[rule]]", "[rule]"),
        "mine.toml: rule: must be written as [[rule]] entries, with two brackets",
    ),
    "an empty lexicon": (
        "[lexicons]\nmonths = []\n",
        "mine.toml: lexicons.months: must be a list of words, or a piece of a pattern",
    ),
    "a lexicon of numbers": (
        "[lexicons]\nmonths = [1]\n",
        "mine.toml: lexicons.months: must be a list of words, or a piece of a pattern",
    ),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_what_a_rule_file_may_not_say(content, message):
    with pytest.raises(RuleError) as error:
        parsed(content)
    assert str(error.value) == message


def test_a_file_without_family_must_name_one():
    with pytest.raises(RuleError, match=r"^mine.toml: rule 'share-line': family: None must be one of legal, promo"):
        parsed(entry(), family=None)


def test_toml_that_does_not_parse():
    with pytest.raises(RuleError, match=r"^mine.toml: is not valid TOML: .* \(at line 1"):
        parsed("[[rule]\n")


def test_two_rules_of_one_id():
    rules, lexicons = parsed(entry() + entry())
    with pytest.raises(RuleError, match=r"^mine.toml: rule 'en/engage/share-line': id: is taken already by mine.toml$"):
        Rulebook(rules, lexicons)


@pytest.mark.parametrize("phrases", [None, '["share"]'])
@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        (r"'\L<months> share'", "names the unknown lexicon 'months'"),
        ("'share ('", "is no valid pattern: missing ) at position 7"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_when_the_book_is_made(phrases, pattern, problem):
    rules, lexicons = parsed(entry(pattern=pattern, phrases=phrases))
    with pytest.raises(RuleError) as error:
        Rulebook(rules, lexicons)
    assert str(error.value) == f"mine.toml: rule 'en/engage/share-line': pattern: {problem}"


def test_an_error_names_its_parts_and_pickles():
    with pytest.raises(RuleError) as error:
        parsed(entry(strength='"weak"'))
    again = pickle.loads(pickle.dumps(error.value))
    assert (again.source, again.rule, again.key) == ("mine.toml", "share-line", "strength")
    assert str(again) == str(error.value)
    assert isinstance(again, ValueError)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RuleError, match=r"none\.toml: cannot be read: .*No such file"):
        read_rules(tmp_path / "none.toml")


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match=r"odd\.toml: cannot be read: 'utf-8' codec"):
        read_rules(path)


# -- what a rule sees -----------------------------------------------------------------------------------


def seen(line, **changes):
    """Return what the rule speaks of in the match view of a line, or nothing."""
    rules, lexicons = parsed(entry(**changes) + "[lexicons]\nmonths = ['may', 'june']\n")
    line = view(line)
    found = Rulebook(rules, lexicons).hits(line)
    return line[found[0][0].start : found[0][0].end] if found else None


@pytest.mark.parametrize(
    ("line", "match", "words"),
    [
        ("Share this with nobody", "whole", None),
        ("Please share this", "whole", None),
        ("Share thistle seeds", "start", None),
        ("They share this", "start", None),
        ("Plowshare this", "end", None),
        ("Share this now", "end", None),
        ("The plowshare thistle", "anywhere", None),
        ("Plowshare this and share thistles", "anywhere", None),
        ("SHARE THISTLE", "start", None),
        ("share  the", "anywhere", None),
        ("Share this", "whole", "Share this"),
        ("SHARE THIS:", "whole", "SHARE THIS"),
        ("- **Share this!**", "whole", "Share this"),
        ("### [Share this](#) »", "whole", "Share this"),
        ("→ Share this …", "whole", "Share this"),
        ("Share this: all of it", "start", "Share this"),
        ("* Share this", "start", "Share this"),
        ("Share thisFerry returns", "start", "Share this"),
        ("Share this2024", "start", "Share this"),
        ("Please share this.", "end", "share this"),
        ("3 minShare this", "end", "Share this"),
        ("Do share this, please", "anywhere", "share this"),
        ("Plowshare this, share this", "anywhere", "share this"),
    ],
)
def test_where_a_phrase_must_stand(line, match, words):
    assert seen(line, match=f'"{match}"') == words


def test_a_letter_that_grows_when_lowered_hides_nothing():
    assert seen("İİ, share this", match='"anywhere"') is not None
    assert seen("İİ, share thistles", match='"anywhere"') is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("(applause)", None), ('"back to top"', None), ("back to top, she said", None), ("@back to top", None),
        ("$ back to top", None),
        ("^ Back to top", "Back to top"), ("▲ Back to top", "Back to top"), ("(back to top)", "back to top"),
        ("[Back to top] ↩", "Back to top"), ("< Back to top", "Back to top"), ("🔝 Back to top", "Back to top"),
    ],
)  # fmt: skip
def test_what_may_decorate_a_whole_phrase(line, words):
    assert seen(line, match='"whole"', phrases='["back to top", "applause"]') == words


@pytest.mark.parametrize(
    ("line", "phrase", "hit"),
    [
        ("comments", "{n} comments", False),
        ("some comments", "{n} comments", False),
        ("12 comments below", "{n} comments", False),
        ("12 comments", "{n} comments", True),
        ("1,204 Comments", "{n} comments", True),
        ("3.5k comments", "{n} comments", True),
        ("7 min read", "{n} min read", True),
        ("7min read", "{n}min read", True),
        ("Page 2 of 11", "page {n} of {n}", True),
        ("Comments (12)", "comments ({n})", True),
        ("Comments (twelve)", "comments ({n})", False),
    ],
)
def test_a_number_in_a_whole_phrase(line, phrase, hit):
    assert (seen(line, phrases=f'["{phrase}"]') is not None) is hit


@pytest.mark.parametrize(
    ("line", "match", "pattern", "words"),
    [
        ("Shared on 3 May", "whole", r"share on \d \L<months>", None),
        ("Share on 3 May with us", "whole", r"share on \d \L<months>", None),
        ("Do share on 3 May", "start", r"share on \d \L<months>", None),
        ("Share on 3 July", "whole", r"share on \d \L<months>", None),
        ("Share on 3 May.", "whole", r"share on \d \L<months>", "Share on 3 May"),
        ("- Share on 3 May with us", "start", r"share on \d \L<months>", "Share on 3 May"),
        ("Do share on 3 June!", "end", r"share on \d \L<months>", "share on 3 June"),
        ("Do share on 3 May, twice", "anywhere", r"share on \d \L<months>", "share on 3 May"),
        ("share with Ana", "start", r"share with (?-i:\p{Lu})\p{L}{1,20}", "share with Ana"),
        ("share with ana", "start", r"share with (?-i:\p{Lu})\p{L}{1,20}", None),
    ],
)
def test_where_a_pattern_must_stand(line, match, pattern, words):
    assert seen(line, match=f'"{match}"', pattern=f"'''{pattern}'''", phrases='["share"]') == words


def test_a_pattern_is_tried_only_where_one_of_its_factors_stands():
    assert seen("Send this", match='"start"', pattern="'s[a-z]{1,9} this'", phrases='["share"]') is None
    assert seen("Share this", match='"start"', pattern="'s[a-z]{1,9} this'", phrases='["share"]') == "Share this"


def test_a_pattern_without_factors_is_tried_on_short_lines_only():
    assert seen("a" * 120, pattern="'a{1,200}'", phrases=None) == "a" * 120
    assert seen("a" * 121, pattern="'a{1,200}'", phrases=None) is None


@pytest.mark.parametrize(("line", "hit"), [("Share this one", True), ("Share this one now", False)])
def test_the_longest_block_that_a_rule_speaks_of(line, hit):
    assert (seen(line, match='"start"', max_words="3") is not None) is hit
    assert (seen(line, match='"start"', max_words="3", pattern="'share'", phrases='["share"]') is not None) is hit
    assert (seen(line, max_words="3", pattern="'share.{1,20}'", phrases=None) is not None) is hit


def test_a_limit_that_no_block_reaches():
    assert seen("Share this now", max_words="1_000_000_000", pattern="'share.{1,20}'", phrases=None) == "Share this now"


def test_hits_come_by_line_and_in_the_order_of_ids():
    rules, lexicons = parsed(entry(id='"b"', match='"start"') + entry(id='"a"') + entry(id='"c"', phrases='["save"]'))
    found = Rulebook(rules, lexicons).hits("Rain\nShare this\n\nShare this now\nSave")
    assert {line: [hit.rule.id for hit in hits] for line, hits in found.items()} == {
        1: ["en/engage/a", "en/engage/b"],
        3: ["en/engage/b"],
        4: ["en/engage/c"],
    }


def test_a_book_without_rules_sees_nothing():
    assert Rulebook((), {}).hits("Share this") == {}


def test_a_pickled_book_sees_the_same():
    rules, lexicons = parsed(entry())
    book = Rulebook(rules, lexicons)
    again = pickle.loads(pickle.dumps(book))
    assert (again.rules, again.lexicons) == (book.rules, book.lexicons)
    assert again.hits("Share this") == book.hits("Share this")


# -- where rules come from -----------------------------------------------------------------------------------


def test_the_path_of_a_packaged_file_gives_language_and_family():
    rules, _ = packaged_rules()
    assert rules
    for rule in rules:
        assert rule.source.startswith(f"defurnish:rules/{rule.id.split('/')[0]}/")
        name = rule.source.rsplit("/", 1)[1].removesuffix(".toml")
        assert name == rule.family or name not in FAMILIES


def test_languages():
    assert "en" in packaged_languages()
    assert "und" in packaged_languages()
    assert {rule.id.split("/")[0] for rule in packaged_rules(("en",))[0]} <= {"en", "und"}
    assert {rule.id.split("/")[0] for rule in packaged_rules(())[0]} <= {"und"}
    with pytest.raises(ValueError, match=r"no rules for language 'xx'; there are rules for .*en"):
        packaged_rules(("en", "xx"))


def test_the_shipped_book_is_made_once():
    assert rulebook() is rulebook()


MINE = f'language = "en"\nfamily = "promo"\n{entry(phrases="""["ostrel ferry mug"]""")}'
TEXT = "The river rose two metres in the night.\n\nOstrel Ferry Mug\n\nThe town was flooded.\n"
LEFT = "The river rose two metres in the night.\n\nThe town was flooded.\n"


def test_rules_of_the_user(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    for rules in (path, str(path), [path], (str(path),)):
        result = Cleaner(rules=rules).analyze(TEXT)
        assert result.text == LEFT
        assert result.removed[0].evidence[0].rule == "en/promo/share-line"
        assert result.removed[0].family == "promo"
    assert Cleaner().clean(TEXT) == TEXT


def test_rules_of_the_user_travel_with_a_pickled_cleaner(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    pickled = pickle.dumps(Cleaner(rules=path))
    path.unlink()
    assert pickle.loads(pickled).clean(TEXT) == LEFT


@pytest.mark.parametrize(
    "provider",
    [
        "PATH = __file__.replace('__init__.py', 'mine.toml')",
        "def PATH():\n    return [__file__.replace('__init__.py', 'mine.toml')]",
    ],
    ids=["a path", "a function"],
)
def test_rules_of_an_installed_package(tmp_path, provider):
    package = tmp_path / "ostrel_rules"
    package.mkdir()
    (package / "__init__.py").write_text(provider, encoding="utf-8")
    (package / "mine.toml").write_text(MINE, encoding="utf-8")
    information = tmp_path / "ostrel_rules-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: ostrel-rules\nVersion: 1.0\n", encoding="utf-8")
    (information / "entry_points.txt").write_text("[defurnish.rules]\nostrel = ostrel_rules:PATH\n", encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import defurnish; print(repr(defurnish.clean({TEXT!r})))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == repr(LEFT)


@pytest.mark.parametrize(
    ("pattern", "line"), [("[^a-z]{3}", "123"), ("(({))", "{"), (".{3}x", "abcx"), (r"\S+ \S+", "rain fell")]
)
def test_a_pattern_of_which_nothing_is_known_is_tried_on_every_short_line(pattern, line):
    content = f"""
        [[rule]]
        id = "odd"
        summary = "An odd line."
        why = "It is odd."
        strength = "strong"
        match = "whole"
        family = "interface"
        pattern = '''{pattern}'''
        removes = ['''{line}''']
        keeps = ["Rain fell all night."]
    """
    rules, lexicons = parse_rules(content, "odd.toml")
    book = Rulebook(rules, lexicons)
    assert set(book.hits(f"Rain fell all night.\n{line}\n\n{line}")) == {1, 3}
    assert book.hits("Rain fell all night.") == {}
