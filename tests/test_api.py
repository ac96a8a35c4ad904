"""The public face: what comes back, what is refused and in which words."""

from __future__ import annotations

import json
import pickle

import pytest

from defurnish import FAMILIES, Cleaner, Result, Span, analyze, clean

RAIN = "The river rose two metres in the night, and by morning the lower town stood under water up to the window sills."
WORK = "Work on the slipway begins in June, and the engineers expect the first crossing with passengers in late autumn."
SHARE = "Share this article"
RIGHTS = "© 2021 The Ferry Post. All rights reserved."
TEXT = f"{RAIN}\n\n{SHARE}\n\n{WORK}\n\n{RIGHTS}\n"
CLEAN = f"{RAIN}\n\n{WORK}\n"


# -- what stays -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n", RAIN, CLEAN, f"{RAIN}\r\n{WORK}", "“Größe” – ½ …", "\u200b"])
def test_the_same_object_comes_back_when_there_is_nothing_to_take(text):
    assert clean(text) is text
    assert Cleaner().clean(text) is text
    result = analyze(text)
    assert result.text is text
    assert (result.removed, result.edits, result.spared) == ((), (), False)


@pytest.mark.parametrize("text", [SHARE, f"{SHARE}\n", f"{SHARE}\n\n{RIGHTS}\n", f"{RIGHTS}\n" * 5])
def test_a_text_of_furniture_alone_stays_and_says_so(text):
    result = analyze(text)
    assert result.text is text
    assert clean(text) is text
    assert result.spared
    assert result.removed == ()
    assert (
        repr(result)
        == f"<Result: {len(text)} characters kept, 0 removed in 0 blocks, spared: nearly all would have gone>"
    )


# -- what goes -----------------------------------------------------------------------------------


def test_clean_and_analyze_agree():
    assert clean(TEXT) == CLEAN
    assert analyze(TEXT).text == CLEAN
    assert Cleaner().clean(TEXT) == CLEAN


def test_what_was_removed_and_kept():
    result = analyze(TEXT)
    share, rights = result.removed
    assert (share.text, share.family, share.reason, share.kind) == (SHARE, "engage", "alone", "paragraph")
    assert (rights.text, rights.family) == (RIGHTS, "legal")
    start = TEXT.index(SHARE)
    assert share.span == Span(start, start + len(SHARE))
    assert {evidence.span.of(TEXT) for evidence in share.evidence} == {SHARE}
    assert [block.span.of(TEXT) for block in result.kept] == [RAIN, WORK]
    assert result.restore() == TEXT
    assert repr(result) == "<Result: 225 characters kept, 61 removed in 2 blocks (engage 1, legal 1)>"


def test_subclasses_of_str_are_text():
    class Document(str):
        __slots__ = ()

    assert clean(Document(TEXT)) == CLEAN


# -- options -----------------------------------------------------------------------------------


def test_kept_families_stay():
    assert Cleaner(keep={"engage"}).clean(TEXT) == f"{RAIN}\n\n{SHARE}\n\n{WORK}\n"
    assert Cleaner(keep=["engage", "legal"]).clean(TEXT) is TEXT
    assert Cleaner(keep=FAMILIES).clean(TEXT) is TEXT
    assert Cleaner(keep=iter(["engage", "legal"])).clean(TEXT) is TEXT


def test_the_metadata_is_read_off_kept_lines_too():
    assert analyze(TEXT).metadata == Cleaner(keep=FAMILIES).analyze(TEXT).metadata


def test_languages():
    assert Cleaner(languages={"en"}).clean(TEXT) == CLEAN
    assert Cleaner(languages=["en", "en"]).clean(TEXT) == CLEAN
    assert SHARE in Cleaner(languages=()).clean(TEXT)


def test_a_marker_stands_for_what_went():
    cleaner = Cleaner(replacement="[…]")
    assert cleaner.clean(TEXT) == f"{RAIN}\n\n[…]\n\n{WORK}\n\n[…]\n"
    assert cleaner.analyze(TEXT).restore() == TEXT


def test_repair_can_be_left_out():
    text = f"The cafÃ© was shut.\n\n{TEXT}"
    assert Cleaner(repair=False).clean(text) == f"The cafÃ© was shut.\n\n{CLEAN}"
    assert Cleaner(repair=False).clean("The cafÃ© was shut.") == "The cafÃ© was shut."


def test_mended_text_leads_back_to_the_text_passed_in():
    text = f"The cafÃ© was shut.\n\n{TEXT}"
    result = analyze(text)
    assert result.text == f"The café was shut.\n\n{CLEAN}"
    assert result.restore() == text
    assert [removal.span.of(text) for removal in result.removed] == [SHARE, RIGHTS]


def test_both_scopes_are_accepted():
    assert Cleaner(scope="article").clean(TEXT) == CLEAN
    assert Cleaner(scope="page").clean(TEXT) == CLEAN


# -- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [clean, analyze, Cleaner().clean, Cleaner(repair=False).analyze])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "clean() and analyze() take a str, not None: skip documents without text, or pass ''"),
        (
            b"Rain",
            "clean() and analyze() take a str, not bytes: decode them first, as in text = data.decode('utf-8'), or "
            "data.decode('utf-8', errors='replace') where the encoding is in doubt",
        ),
        (
            bytearray(b"Rain"),
            "clean() and analyze() take a str, not bytes: decode them first, as in text = data.decode('utf-8'), or "
            "data.decode('utf-8', errors='replace') where the encoding is in doubt",
        ),
        (5, "clean() and analyze() take a str, not int"),
        (["Rain"], "clean() and analyze() take a str, not list"),
    ],
    ids=["None", "bytes", "bytearray", "int", "list"],
)
def test_only_text_is_text(call, value, message):
    with pytest.raises(TypeError) as error:
        call(value)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"keep": {"ads"}},
            "'ads' is no family; the families are legal, promo, engage, navigation, credit, contact, interface, "
            "comments, site",
        ),
        ({"keep": "credit"}, "keep must be a collection of families, as in keep={'credit'}"),
        ({"scope": "site"}, "scope must be 'article' or 'page', not 'site'"),
        ({"languages": "en"}, "languages must be a collection, as in languages={'en'}"),
    ],
)
def test_what_a_cleaner_refuses(options, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        Cleaner(**options)
    assert str(error.value) == message


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^no rules for language 'xx'; there are rules for .*en.*und"):
        Cleaner(languages={"xx"})


def test_options_are_keywords_only():
    with pytest.raises(TypeError):
        Cleaner({"credit"})  # type: ignore[misc]


# -- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, "Cleaner()"),
        ({"keep": {"credit"}}, "Cleaner(keep={'credit'})"),
        ({"repair": False, "replacement": "[…]"}, "Cleaner(repair=False, replacement='[…]')"),
        ({"languages": ["en"]}, "Cleaner(languages=('en',))"),
        ({"scope": "page"}, "Cleaner(scope='page')"),
    ],
)
def test_a_cleaner_says_what_differs_from_the_default(options, shown):
    assert repr(Cleaner(**options)) == shown
    assert repr(pickle.loads(pickle.dumps(Cleaner(**options)))) == shown


def test_a_result_survives_json_and_pickle():
    result = analyze(f"The cafÃ© was shut.\n\n{TEXT}")
    wire = json.loads(json.dumps(result.to_dict()))
    assert Result.from_dict(wire) == result
    assert pickle.loads(pickle.dumps(result)) == result
    assert wire["wire_version"] == 1
    assert set(wire) == {"wire_version", "version", "text", "spared", "removed", "kept", "metadata", "edits"}
    assert wire["removed"][0]["family"] == "engage"


@pytest.mark.parametrize(("data", "said"), [({}, "None"), ({"wire_version": 2}, "2")])
def test_another_wire_version_is_refused(data, said):
    with pytest.raises(ValueError, match=rf"^a result of wire version {said}; this release reads version 1$"):
        Result.from_dict(data)


def test_results_are_frozen():
    result = analyze(TEXT)
    with pytest.raises(AttributeError):
        result.text = ""  # type: ignore[misc]


# -- offsets -----------------------------------------------------------------------------------


def test_the_way_between_the_texts():
    result = analyze(TEXT)
    assert result.to_original(0) == 0
    assert result.to_original(CLEAN.index(WORK)) == TEXT.index(WORK)
    assert result.to_clean(TEXT.index(WORK)) == CLEAN.index(WORK)
    assert result.to_clean(TEXT.index(SHARE) + 3) == CLEAN.index(WORK)
    assert result.to_clean(len(TEXT)) == len(CLEAN)
    assert CLEAN[result.to_clean(TEXT.index("slipway")) :].startswith("slipway")


@pytest.mark.parametrize("offset", [-1, len(CLEAN) + 1])
def test_an_offset_outside_the_clean_text(offset):
    with pytest.raises(IndexError, match=f"^offset {offset} lies outside the clean text of {len(CLEAN)} characters$"):
        analyze(TEXT).to_original(offset)


@pytest.mark.parametrize("offset", [-1, len(TEXT) + 1])
def test_an_offset_outside_the_original_text(offset):
    with pytest.raises(IndexError, match=f"^offset {offset} lies outside the original text of {len(TEXT)} characters$"):
        analyze(TEXT).to_clean(offset)
