"""Standoff attributes in dolma's form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from defurnish import FAMILIES, analyze
from defurnish.report.standoff import attributes
from defurnish.version import __version__

from .strategies import documents

PREFIX = f"defurnish__{__version__.replace('.', '_')}__"
ARTICLE = (
    "Rain fell all night — nobody 😴 slept.\n\n"
    "Share this article\n\n"
    "By morning the ferry was gone.\n\n"
    "Share this article:\n\n"
    "© 2021 The Ferry Post. All rights reserved.\n"
)


def test_every_removed_block_stands_under_its_family_with_offsets_in_code_points():
    found = attributes(analyze(ARTICLE))
    assert {key: [ARTICLE[start:end] for start, end, _ in spans] for key, spans in found.items()} == {
        PREFIX + "legal": ["© 2021 The Ferry Post. All rights reserved."],
        PREFIX + "engage": ["Share this article", "Share this article:"],
    }


@pytest.mark.parametrize("text", ["", "Rain fell all night.\n"])
def test_a_text_of_which_nothing_went_has_no_attributes(text):
    assert attributes(analyze(text)) == {}


def test_no_name_holds_a_dot_and_the_score_is_a_float():
    written = json.dumps(attributes(analyze(ARTICLE)))
    assert "." not in written.replace("1.0]", "")
    assert written.count("1.0]") == 3


@given(documents())
def test_the_spans_are_those_of_the_removals_sorted_by_family(text):
    result = analyze(text)
    found = attributes(result)
    assert {key.removeprefix(PREFIX) for key in found} <= set(FAMILIES)
    assert all(spans == sorted(spans) for spans in found.values())
    assert sorted((key, *span) for key, spans in found.items() for span in spans) == sorted(
        (PREFIX + removal.family, removal.span.start, removal.span.end, 1.0) for removal in result.removed
    )
