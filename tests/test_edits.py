"""Edit scripts: made, undone, put one after the other, and the way between their offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defurnish.edits import Offsets, apply, compose, invert
from defurnish.model import Edit, Span

TEXT = "abcdefghij"


def edit(start, before, after):
    return Edit(Span(start, start + len(before)), before, after)


SCRIPTS = {
    # name: (edits, outcome, the way back)
    "nothing": ((), TEXT, ()),
    "cut at the start": ((edit(0, "abc", ""),), "defghij", (edit(0, "", "abc"),)),
    "cut in the middle": ((edit(3, "de", ""),), "abcfghij", (edit(3, "", "de"),)),
    "cut at the end": ((edit(8, "ij", ""),), "abcdefgh", (edit(8, "", "ij"),)),
    "cut of all": ((edit(0, TEXT, ""),), "", (edit(0, "", TEXT),)),
    "replaced, shorter": ((edit(2, "cde", "X"),), "abXfghij", (edit(2, "X", "cde"),)),
    "replaced, longer": ((edit(2, "c", "XYZ"),), "abXYZdefghij", (edit(2, "XYZ", "c"),)),
    "put in": ((edit(2, "", "X"),), "abXcdefghij", (edit(2, "X", ""),)),
    "two": (
        (edit(1, "bc", ""), edit(6, "g", "XY")),
        "adefXYhij",
        (edit(1, "", "bc"), edit(4, "XY", "g")),
    ),
    "two that touch": ((edit(1, "b", "X"), edit(2, "c", "Y")), "aXYdefghij", (edit(1, "X", "b"), edit(2, "Y", "c"))),
}


@pytest.mark.parametrize(("edits", "outcome", "back"), SCRIPTS.values(), ids=SCRIPTS)
def test_edits_are_made_and_undone(edits, outcome, back):
    assert apply(TEXT, edits) == outcome
    assert invert(edits) == back
    assert apply(outcome, back) == TEXT
    assert invert(back) == edits


def test_no_edits_give_the_same_object():
    assert apply(TEXT, ()) is TEXT


@pytest.mark.parametrize(
    ("edits", "moved"),
    [
        ((), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ((edit(0, "abc", ""),), [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]),
        ((edit(3, "de", ""),), [0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8]),
        ((edit(8, "ij", ""),), [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8]),
        ((edit(2, "cde", "X"),), [0, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8]),
        ((edit(2, "c", "XYZ"),), [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12]),
        ((edit(2, "", "X"),), [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ((edit(1, "bc", ""), edit(6, "g", "XY")), [0, 1, 1, 1, 2, 3, 4, 6, 7, 8, 9]),
    ],
)
def test_where_each_offset_goes(edits, moved):
    offsets = Offsets(edits)
    assert [offsets.moved(offset) for offset in range(len(TEXT) + 1)] == moved


@pytest.mark.parametrize(
    ("first", "second", "composed"),
    [
        ((), (edit(0, "a", ""),), (edit(0, "a", ""),)),
        ((edit(0, "a", ""),), (), (edit(0, "a", ""),)),
        # apart: each keeps its place in the first text
        ((edit(1, "b", ""),), (edit(6, "hi", ""),), (edit(1, "b", ""), edit(7, "hi", ""))),
        ((edit(7, "hi", ""),), (edit(1, "b", ""),), (edit(1, "b", ""), edit(7, "hi", ""))),
        # a mended stretch inside a cut goes with it, in its first form
        ((edit(3, "d", "XX"),), (edit(2, "cXXe", ""),), (edit(2, "cde", ""),)),
        # a cut inside a mended stretch: the rest of the stretch stays mended
        ((edit(3, "d", "XYZ"),), (edit(4, "Y", ""),), (edit(3, "d", "XZ"),)),
        # two cuts inside one mended stretch
        ((edit(3, "d", "1234567"),), (edit(4, "2", ""), edit(7, "5", "")), (edit(3, "d", "13467"),)),
        # two mended stretches, one cut over both and what is between
        ((edit(1, "b", "XX"), edit(4, "e", "YY")), (edit(2, "XcdY", ""),), (edit(1, "bcde", "XY"),)),
        # a cut that ends where the mended stretch starts
        ((edit(3, "d", "X"),), (edit(1, "bc", ""),), (edit(1, "bcd", "X"),)),
    ],
)
def test_two_scripts_become_one(first, second, composed):
    assert compose(TEXT, first, second) == composed
    assert apply(TEXT, composed) == apply(apply(TEXT, first), second)


def script(text):
    """Return a strategy for edits of ``text``: in order, and not overlapping; touching and empty ones too."""

    def edits(ends):
        ends = sorted(ends)
        pairs = zip(ends[::2], ends[1::2], strict=False)
        return st.tuples(
            *(
                st.text("xyz\n", max_size=3).map(lambda after, a=a, b=b: Edit(Span(a, b), text[a:b], after))
                for a, b in pairs
            )
        )

    return st.lists(st.integers(0, len(text)), max_size=8).flatmap(edits)


@given(st.text("abc \n", max_size=15), st.data())
def test_one_script_does_what_two_did_and_leads_back(text, data):
    first = data.draw(script(text))
    middle = apply(text, first)
    second = data.draw(script(middle))
    outcome = apply(middle, second)
    composed = compose(text, first, second)
    assert apply(text, composed) == outcome
    assert apply(outcome, invert(composed)) == text
    assert all(edit.span.of(text) == edit.before for edit in composed)


@given(st.text("abc \n", max_size=15), st.data())
def test_what_no_edit_touches_moves_there_and_back(text, data):
    edits = data.draw(script(text))
    there, back = Offsets(edits), Offsets(invert(edits))
    outcome = apply(text, edits)
    touched = {offset for edit in edits for offset in range(edit.span.start, edit.span.end)}
    for offset in set(range(len(text))) - touched:
        assert outcome[there.moved(offset)] == text[offset]
        assert back.moved(there.moved(offset)) == offset
