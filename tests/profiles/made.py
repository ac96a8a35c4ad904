"""Profiles made by Hypothesis: everything that a file can hold."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from defurnish.model import FAMILIES, Entry, Profile

# All but the halves of surrogate pairs, which no file can hold.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ['say "no"', "C:\\new", "'''", '"""', "a\r\nb", "\u2028", "\x00\x7f\x85", "# no comment", "[[entry]]", "é̈", "𝄞"]
)
COUNTS = st.integers(0, 1 << 40)
ENTRIES = st.builds(
    Entry,
    number=st.just(1),
    template=TEXTS.filter(str.strip),
    family=st.sampled_from(FAMILIES),
    status=st.sampled_from(["accepted", "proposed", "rejected"]),
    strength=st.sampled_from(["strong", "supporting"]),
    pages=COUNTS,
    share=st.floats(0, 1),
    place=st.sampled_from(["head", "middle", "tail"]),
    distance=COUNTS,
    spread=COUNTS,
    rules=st.lists(TEXTS, max_size=2).map(tuple),
    beside=st.lists(st.integers(0, 99), max_size=2).map(tuple),
    examples=st.lists(TEXTS, max_size=3).map(tuple),
)


@st.composite
def profiles(draw):
    """Return profiles of one site, with gaps in the numbers and no template twice."""
    entries = draw(st.lists(ENTRIES, max_size=5, unique_by=lambda entry: entry.template))
    numbers = sorted(draw(st.sets(st.integers(1, 12), min_size=len(entries), max_size=len(entries))))
    return Profile(
        site="post.example",
        pages=draw(COUNTS),
        learned=draw(st.none() | TEXTS),
        entries=tuple(replace(entry, number=number) for entry, number in zip(entries, numbers, strict=True)),
        last_number=draw(st.integers(0, 20)),
        at_home=draw(st.none() | st.lists(TEXTS, max_size=2).map(tuple)),
    )


def entry(number=1, template="share this article", **others):
    """Return an entry like those of a real profile."""
    usual = {
        "family": "engage", "status": "proposed", "strength": "strong", "pages": 20, "share": 0.9, "place": "tail",
        "distance": 1, "spread": 0, "examples": (template.capitalize(),),
    }  # fmt: skip
    return Entry(number=number, template=template, **{**usual, **others})
