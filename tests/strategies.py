"""Hypothesis strategies built from the rules' own examples and the fixtures."""

from __future__ import annotations

from hypothesis import strategies as st

from defurnish.rulefile import packaged_rules
from fixtures.reader import annotated

from .hosting import AFTER, BEFORE, DRESSES

RULES, LEXICONS = packaged_rules()
REMOVES = sorted({text for rule in RULES for text in rule.removes})
KEEPS = sorted({text for rule in RULES for text in rule.keeps})
FIXTURE_LINES = sorted({line.text for fixture in annotated() for line in fixture.lines if line.text.strip()})
BODY = (*BEFORE, *AFTER)

MARKS = ["# ", "- ", "> ", "• ", "1. ", "* ", "| ", "    ", "\t", "**", "---", "===", "```", "[", "](", ")", "\\"]
BREAKS = ["\n", "\n\n", "\r\n", "\n\n\n", "\u2028", "\u0085", "\r", " \n", "\u00a0\n", "\u200b\n"]

any_text = st.text(max_size=200) | st.text(st.characters(codec=None), max_size=80)


@st.composite
def halves(draw):
    """One example cut in two by another: what removal may glue together."""
    outer, inner = draw(st.sampled_from(REMOVES)), draw(st.sampled_from(REMOVES))
    at = draw(st.integers(0, len(outer)))
    return f"{outer[:at]}\n{inner}\n{outer[at:]}"


@st.composite
def dressed(draw):
    """An example or near miss in a Markdown dress."""
    text = draw(st.sampled_from(REMOVES + KEEPS))
    dress = DRESSES[draw(st.sampled_from(sorted(DRESSES)))]
    return "\n".join(dress(line) for line in text.split("\n"))


blocks = st.one_of(
    st.sampled_from(REMOVES),
    st.sampled_from(KEEPS),
    st.sampled_from(FIXTURE_LINES),
    st.sampled_from(BODY),
    dressed(),
    halves(),
    st.sampled_from(MARKS),
    st.builds("".join, st.lists(st.sampled_from(MARKS) | st.text(max_size=8), max_size=4)),
    any_text,
)


@st.composite
def documents(draw):
    """Texts of furniture, near misses, body and rubbish, parted by every kind of line break."""
    parts = draw(st.lists(blocks, max_size=14))
    out = []
    for part in parts:
        out.append(part)
        out.append(draw(st.sampled_from(BREAKS)))
    return "".join(out)
