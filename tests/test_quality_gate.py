"""The floors under the quality on the annotated articles: marking a line as known to be wrong is no way around them."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from defurnish import analyze
from defurnish.model import FAMILIES
from fixtures.reader import FOLDER, annotated

FLOORS = tomllib.loads((FOLDER / "floors.toml").read_text(encoding="utf-8"))
STEP = 0.01  # a floor is written to the hundredth, rounded down


@pytest.fixture(scope="module")
def counts():
    """Lines by label, and those of which anything went."""
    lines: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for fixture in annotated():
        spans = [removal.span for removal in analyze(fixture.text).removed]
        for line, start, end in fixture.spans():
            if line.text.strip():
                lines[line.label] += 1
                gone[line.label] += any(span.start < end and start < span.end for span in spans)
    return lines, gone


def test_no_line_of_the_body_goes(counts):
    lines, gone = counts
    assert lines["body"] > 0
    assert gone["body"] == 0


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "site"])  # what rules cannot know
def test_the_share_of_furniture_that_goes_stands_on_its_floor(family, counts):
    lines, gone = counts
    share, floor = gone[family] / lines[family], FLOORS["share_gone"][family]
    assert share >= floor, f"{family}: {share:.3f} of the lines go; the floor is {floor}"
    assert share < floor + STEP, f"{family}: {share:.3f} of the lines go: raise its floor in fixtures/floors.toml"
