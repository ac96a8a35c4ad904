"""What is left when blocks go: the kept slices, and which of the gaps between them."""

from __future__ import annotations

import pytest

from defurnish.edits import apply, invert
from defurnish.model import Edit, Span
from defurnish.render import cuts
from defurnish.segment import segment


def without(text, *gone, **options):
    return apply(text, cuts(text, segment(text), gone, **options))


def test_nothing_removed_gives_the_same_object():
    text = "Rain\n\nWind\n"
    assert cuts(text, segment(text), ()) == ()
    assert without(text) is text


# Blocks are single letters; X and Y go.
GAPS = [
    # in the middle: the wider gap stays, and one of two equal ones
    ("a\n\nX\n\nb\n", "a\n\nb\n"),
    ("a\nX\nb\n", "a\nb\n"),
    ("a\nX\n\nb\n", "a\n\nb\n"),
    ("a\n\nX\nb\n", "a\n\nb\n"),
    ("a\n\n\n\nX\n\nb\n", "a\n\n\n\nb\n"),
    ("a\n\nX\n\n\n\nb\n", "a\n\n\n\nb\n"),
    ("a\nX \u00a0\n\nb\n", "a\n\nb\n"),
    ("a\n\nX\nY\n\nb\n", "a\n\nb\n"),
    ("a\n\nX\n\n\n\n\nY\n\nb\n", "a\n\nb\n"),
    ("a\nX\nb\nY\nc\n", "a\nb\nc\n"),
    # at the start: nothing above the first kept block but what stood there before
    ("X\n\na\n", "a\n"),
    ("X\nY\na\n", "a\n"),
    ("\n\nX\n\na\n", "\n\na\n"),
    ("\ufeffX\n\na\n", "a\n"),
    # at the end: the line ending of the text, if it had one
    ("a\n\nX\n", "a\n"),
    ("a\n\nX", "a"),
    ("a\nX\n\n\n", "a\n"),
    ("a\n\nX\n\nY\n", "a\n"),
    ("a\n\nX \n", "a\n"),
    # all
    ("X", ""),
    ("X\n", ""),
    ("\nX\n\nY\n", ""),
    # blanks at the start of kept lines stay, those of removed lines go
    ("  X\n  a\n  b\n", "  a\n  b\n"),
    ("a\n  X\n  b\n", "a\n  b\n"),
    ("a\n\nX\n\n\tb\n", "a\n\n\tb\n"),
    ("\u00a0X\n\u00a0a\n", "\u00a0a\n"),
    ("a\n\u200b\nX\n\u200b\nb\n", "a\n\u200b\nb\n"),
    # every line ending
    ("a\r\n\r\nX\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"),
    ("a\r\nX\r\nb\r\n", "a\r\nb\r\n"),
    ("a\r\n\r\nX\r\n", "a\r\n"),
    ("a\r\n\r\nX", "a"),
    ("a\rX\rb\r", "a\rb\r"),
    ("a\u2028X\u2028b", "a\u2028b"),
    ("a\u0085X\u0085b\u0085", "a\u0085b\u0085"),
    ("a\u2029X\u2029", "a\u2029"),
]


def numbers(text):
    return [number for number, content in enumerate(segment(text).contents) if content.strip("\ufeff") in ("X", "Y")]


@pytest.mark.parametrize(("text", "left"), GAPS)
def test_which_gap_stays(text, left):
    assert without(text, *numbers(text)) == left


@pytest.mark.parametrize("text", [text for text, _ in GAPS])
def test_cuts_lead_back(text):
    edits = cuts(text, segment(text), numbers(text))
    assert apply(apply(text, edits), invert(edits)) == text


@pytest.mark.parametrize("text", [text for text, _ in GAPS])
def test_the_kept_blocks_stay_apart(text):
    left = [content for content in segment(text).contents if content.strip("\ufeff") not in ("X", "Y")]
    assert list(segment(without(text, *numbers(text))).contents) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n\nX\n\nb\n", "a\n\n\n\nb\n"),
        ("a\nX\nb\n", "a\n\nb\n"),
        ("a\r\nX\r\nb\r\n", "a\r\n\r\nb\r\n"),
        ("a\nX\nY\nb\n", "a\n\nb\n"),
        ("X\na\n", "\na\n"),
        ("a\nX\n", "a\n"),
    ],
)
def test_both_gaps_stay_where_neighbours_would_fuse(text, left):
    assert without(text, *numbers(text), apart=True) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n\nX\n\nb\n", "a\n\n[…]\n\nb\n"),
        ("a\nX\nY\nb\n", "a\n[…]\nb\n"),
        ("a\nX\nb\nY\nc\n", "a\n[…]\nb\n[…]\nc\n"),
        ("X\n\na\n", "[…]\n\na\n"),
        ("a\n\nX\n", "a\n\n[…]\n"),
        ("a\r\n\r\n  X\r\n", "a\r\n\r\n  […]\r\n"),
        ("X", "[…]"),
    ],
)
def test_a_marker_stands_for_a_run(text, left):
    assert without(text, *numbers(text), replacement="[…]") == left


def test_a_run_is_one_edit():
    text = "a\nX\nY\nb\nX\n"
    assert cuts(text, segment(text), {1, 2, 4}) == (Edit(Span(2, 6), "X\nY\n", ""), Edit(Span(7, 10), "\nX\n", "\n"))
