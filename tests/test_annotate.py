"""Long texts are looked at in pieces; the answer is that of the whole."""

from __future__ import annotations

import pytest

from defurnish import annotate as module
from defurnish.annotate import annotate
from defurnish.rulebook import rulebook
from defurnish.segment import segment
from fixtures.reader import annotated


@pytest.mark.parametrize("size", [1, 7, 200, 3000])
def test_pieces_are_lines_and_their_hits_the_same(size, monkeypatch):
    text = "\n".join(fixture.text for fixture in annotated()[:12])
    segments = segment(text)
    whole = annotate(segments, rulebook())
    monkeypatch.setattr(module, "PIECE", size)
    assert annotate(segments, rulebook()) == whole
    assert len(whole.hits) > 20


@pytest.mark.parametrize("seen", ["", "rain", "rain\nfell", "\n\n", "a\nb\nc\n", "rain fell all night\n\na\nb"])
def test_pieces_make_up_the_view(seen, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 2)
    pieces = list(module._pieces(seen))
    assert "\n".join(piece for _, piece in pieces) == seen
    lines = seen.split("\n")
    assert all(lines[first : first + piece.count("\n") + 1] == piece.split("\n") for first, piece in pieces)


def test_what_repeats_itself_is_heard_as_it_stands():
    text = "\n".join(fixture.text for fixture in annotated()[:12])
    single = annotate(segment(text), rulebook())
    blocks = len(single.lines)
    many = text + "\n" + (text + "\n") * (2 * module.MANY // blocks + 2)
    page = annotate(segment(many), rulebook())
    assert len(page.lines) > module.MANY
    assert len(page.lines) % blocks == 0
    assert page.hits == {
        start + number: hits for start in range(0, len(page.lines), blocks) for number, hits in single.hits.items()
    }
