"""The forms of text that extractors hand on, and the blocks they must fall into. What must not be fused comes first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defurnish.edits import apply
from defurnish.render import cuts
from defurnish.segment import _BULLETS, _ITEM, _MARKS, _RULE, _kind_of, segment, stays_linewise

FULL = "The river rose two metres in the night and by morning the lower town"  # 68 characters, wrapped at 72
NEXT = "stood under water up to the window sills, so that fishermen carried"
LAST = "the old people out in boats."
WIDE = (
    "The council met in the school hall on Thursday evening and voted nine to four to rebuild the "
    "landing before winter."
)


def blocks(text):
    """Return (kind, stretch of the text) of each block."""
    found = segment(text)
    return [(kind, text[a:b]) for a, b, kind in zip(found.starts, found.ends, found.kinds, strict=True)]


def stretches(text):
    return [stretch for _, stretch in blocks(text)]


# -- lines that must stay apart -----------------------------------------------------------------------------------

APART = {
    "one line, one paragraph": "The river rose.\nThe town flooded.\n",
    "fragments of a whole-page dump": "Home\nNews\nSport\nMonday\n12\nFerry returns\n3 min\n",
    "verse": "The river took the baker's door,\nthe river took his bread,\nhe rowed it home\nand slept there\n",
    "a list of short lines": "Two cups of rye flour\nOne cup of water\nA spoon of salt\n",
    "a list of names": "Marta Oden\nTobias Hent\nNadia Ferrow\n",
    "two one-line paragraphs of nearly the same width": (
        "Become a member of the Ostrel Review and help us to keep our reporting free\n"
        "The river rose two metres in the night and took the lower landing with it.\n"
    ),
    "a short line under the widest line": (
        "The last ferry left at nine, said the harbour master, and nobody was on board.\nShare this article\n"
    ),
    "sentences that fill their lines": (
        "The river rose two metres in the night, and the lower town was flooded.\n"
        "The council met on Thursday, and nine of the thirteen voted to rebuild.\n"
        "The engineers expect the first crossing in autumn, if the ice is early.\n"
        "The baker gave away what bread he had, and then he shut up his old shop.\n"
        "The ferry itself was found on Friday, eleven miles below the old weir.\n"
    ),
    "a paragraph wider than any wrap and a heading below it": f"{WIDE}\nWhat happens next\n",
    "a setext-like line under running text": "The river rose\nThe town flooded\n---\nThe end\n",
    "a fence that is never closed": "```\nThe river rose.\nThe town flooded.\n",
    "inline code in three backticks": "```ferry --help```\nThe river rose.\n```ferry --version```\nThe town flooded.\n",
    "a bracket that opens no link": "The river [see below\nrose two metres] in the night\n",
    "a link broken by a blank line": "See the [free\n\nguide](https://ferry.example/a) first\n",
}


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_lines_stay_apart(text):
    assert stretches(text) == [line for line in text.split("\n") if line]


def test_a_wide_paragraph_does_not_swallow_the_heading_below_it_in_a_wrapped_text():
    wrapped = f"{FULL}\n{NEXT}\n{NEXT}\n{NEXT}\n{LAST}\n\n"
    filler = wrapped * 12  # so that the wide lines stay below their share
    assert stretches(f"{filler}{WIDE}\nWhat happens next\n")[-2:] == [WIDE, "What happens next"]


def test_inline_code_in_three_backticks_opens_no_fence():
    text = "```ferry --help```\nThe river rose.\n```\nrow()\n```\n"
    assert blocks(text) == [
        ("paragraph", "```ferry --help```"),
        ("paragraph", "The river rose."),
        ("code", "```\nrow()\n```"),
    ]


def test_prose_below_a_closed_fence_is_prose():
    text = "```\nrow()\n```\nThe river rose.\nThe town flooded.\n"
    assert blocks(text) == [
        ("code", "```\nrow()\n```"),
        ("paragraph", "The river rose."),
        ("paragraph", "The town flooded."),
    ]


# -- lines that belong together -----------------------------------------------------------------------------------


def test_a_hard_wrapped_paragraph_is_one_block():
    text = f"{FULL}\n{NEXT}\n{NEXT}\n{NEXT}\n{LAST}\n\nA second one.\n"
    assert stretches(text) == [f"{FULL}\n{NEXT}\n{NEXT}\n{NEXT}\n{LAST}", "A second one."]
    assert segment(text).contents == (f"{FULL} {NEXT} {NEXT} {NEXT} {LAST}", "A second one.")


def test_a_link_broken_inside_a_hard_wrapped_paragraph_does_not_break_the_paragraph():
    broken = "stood under water up to the window sills, and [the first fishermen\ncarried](#) "
    broken += "the people and all the bread of the old baker out to the"
    text = f"{FULL}\n{NEXT}\n{NEXT}\n{NEXT}\n{broken}\n{LAST}\n"
    assert len(stretches(text)) == 1


def test_a_hard_wrapped_paragraph_right_below_a_fence_and_a_setext_heading():
    wrapped = f"{FULL}\n{NEXT}\n{NEXT}\n{NEXT}\n{LAST}"
    assert stretches(f"```\nrow()\n```\n{wrapped}\n") == ["```\nrow()\n```", wrapped]
    assert stretches(f"The flood\n--\n{wrapped}\n") == ["The flood\n--", wrapped]


def test_a_hard_wrapped_list_stays_a_list():
    text = f"{FULL}\n{NEXT}\n{NEXT}\n{NEXT}\n{LAST}\n\n- one boat\n- two boats\n"
    assert blocks(text)[1:] == [("item", "- one boat"), ("item", "- two boats")]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("see the [free\nguide](https://ferry.example/a) first", "see the [free guide](https://ferry.example/a) first"),
        ("![the ferry\nat dusk](ferry.jpg)", "![the ferry at dusk](ferry.jpg)"),
        ("[Ferry\r\nreturns](#)", "[Ferry returns](#)"),
    ],
)
def test_a_link_over_two_lines_is_one_block(text, content):
    assert blocks(text) == [("paragraph", text)]
    assert segment(text).contents == (content,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The flood\n=====\nIt rose.", [("heading", "The flood\n====="), ("paragraph", "It rose.")]),
        ("The flood\n-----\nIt rose.", [("heading", "The flood\n-----"), ("paragraph", "It rose.")]),
        ("It rose.\n\nThe flood\n--\n", [("paragraph", "It rose."), ("heading", "The flood\n--")]),
        ("It rose.\nThe flood\n===\n", [("paragraph", "It rose."), ("heading", "The flood\n===")]),
        ("The flood\r\n=====\r\n", [("heading", "The flood\r\n=====")]),
        ("The flood\n\n=====\n", [("paragraph", "The flood"), ("rule", "=====")]),
        ("- a boat\n---\n", [("item", "- a boat"), ("rule", "---")]),
        ("| a boat\n---\n", [("table", "| a boat"), ("rule", "---")]),
        ("> a boat\n---\n", [("quote", "> a boat"), ("rule", "---")]),
        (f"{WIDE} {WIDE}\n---\n", [("paragraph", f"{WIDE} {WIDE}"), ("rule", "---")]),
    ],
)
def test_an_underline_makes_a_heading_of_a_short_line_right_above(text, expected):
    assert blocks(text) == expected


def test_the_content_of_a_setext_heading_lacks_the_underline():
    assert segment("The flood\n=====\n").contents == ("The flood",)


@pytest.mark.parametrize(
    "text",
    [
        "```\na\n```",
        "```python\na = [1]\n\n\nb\n```",
        "~~~\n```\n~~~",
        "````\n```\na\n```\n````",
        "  ```\n  a\n  ```".strip(),
        "```\r\na\r\n```",
        "```\n[a\nb](c)\n---\n```",
    ],
)
def test_a_closed_fence_is_one_block_of_code(text):
    assert blocks(f"A ferry.\n{text}\nA boat.") == [("paragraph", "A ferry."), ("code", text), ("paragraph", "A boat.")]


# -- kinds of single lines -----------------------------------------------------------------------------------

KINDS = {
    "paragraph": [
        "The river rose.", "Share", "*emphasis* first", "**bold** first", "_under_ first", "[a](b)", "![a](b)", "#tag",
        "#", "####### seven", "1984 was wet", "12", "3.5 metres", "-dash", "–  dash", "…", "“No,” he said.",
        "\\- no item",
        "(c) no item", "e. coli was found", "ISBN 978", "...",
        "--", "<u>Under</u>", "日本語です", "هذا نص", "@ferry", "~", "*", "**",
    ],
    "heading": ["# The flood", "###### Six", "#\tTab"],
    "quote": ["> said", ">said", ">"],
    "table": ["| a | b |", "|---|---|", "|"],
    "rule": ["---", "***", "___", "* * *", "- - -", "=====", "—————", "•••", "···", "------------", "~~~~"],
    "item": ["- a boat", "* a boat", "+ a boat", "• a boat", "● a boat", "▪ a boat", "1. a boat", "12) a boat",
             "a) a boat", "·\u00a0a boat", "-\ta boat"],
}  # fmt: skip
KINDS["paragraph"].remove("...")
KINDS["rule"].append("...")


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in KINDS.items() for line in lines])
def test_the_kind_of_a_line(kind, line):
    assert blocks(f"One boat left.\n\n{line}\n\nOne came.")[1] == (kind, line)


# -- blanks and breaks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\u0085", "\v", "\f", "\n\n", "\r\n\r\n", " \n", "\u00a0\n\u00a0"]
)
def test_every_line_ending_parts_blocks(end):
    assert stretches(f"The river rose.{end}The town flooded.{end}") == ["The river rose.", "The town flooded."]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a\nb", [(0, 1), (2, 3)]),
        ("a\r\nb\r\n", [(0, 1), (3, 4)]),
        ("\n\n a \n", [(3, 4)]),
        ("\u00a0a\u00a0\nb", [(1, 2), (4, 5)]),
        ("\u200b\na\n\ufeff\n", [(2, 3)]),
        ("\u200ba\u200b", [(0, 3)]),
        ("    row()\n", [(4, 9)]),
        ("a\n===\nb", [(0, 5), (6, 7)]),
        ("  a  \n  ===  \nb", [(2, 11), (14, 15)]),
        ("🚢 sails\n🚢", [(0, 7), (8, 9)]),
    ],
)
def test_spans_reach_from_the_first_to_the_last_visible_character(text, spans):
    found = segment(text)
    assert list(zip(found.starts, found.ends, strict=True)) == spans


@pytest.mark.parametrize("text", ["", "\n", " \t\n", "\u00a0", "\u200b\n\ufeff", "\r\n\r\n", "\u2028"])
def test_a_text_of_blanks_has_no_blocks(text):
    assert segment(text).contents == segment(text).starts == segment(text).ends == segment(text).kinds == ()


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\x1b[0m", "￾"])
def test_odd_characters_are_blocks(text):
    assert stretches(text) == [text]


def test_what_is_told_by_its_first_characters_is_what_the_patterns_say():
    for mark in map(chr, range(0x20, 0x3100)):
        if not mark.isspace() and mark not in "#>|":
            assert bool(_RULE.fullmatch(mark * 3)) <= (mark in _MARKS)
            assert bool(_ITEM.match(f"{mark} rain")) == (mark in _BULLETS)
            for content in (
                mark,
                mark * 3,
                f"{mark} rain",
                f"{mark} {mark} {mark}",
                f"{mark}1. rain",
                f"{mark})\u00a0x",
            ):
                found = "rule" if _RULE.fullmatch(content) else "item" if _ITEM.match(content) else "paragraph"
                assert _kind_of(content) == found


LINES = st.sampled_from(
    [
        "", " ", "Rain fell", "  Rain fell", "## Rain", "> Rain", ">> Rain", "- rain", "1. rain", "| rain |", "---",
        "--", "==", "===", "```", "~~~", "``` sh", "    row()", "\trow()", "the [free", "guide](/a) says", "[a](/b)",
        "\u200b", "\ufeffRain", WIDE, WIDE + " More of it", FULL, FULL + ".",
    ]
)  # fmt: skip
BREAKS = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r", "\u2028", "\n \n", "\x85"])


@settings(max_examples=400)
@given(st.lists(st.tuples(LINES, BREAKS), max_size=12), st.data())
def test_a_text_that_stays_linewise_keeps_its_blocks_whatever_goes(parts, data):
    text = "".join(line + ending for line, ending in parts)
    segments = segment(text)
    gone = data.draw(st.sets(st.integers(0, max(0, len(segments.contents) - 1)))) if segments.contents else set()
    if stays_linewise(text, segments, gone):
        after = segment(apply(text, cuts(text, segments, gone)))
        left = [number for number in range(len(segments.contents)) if number not in gone]
        assert after.contents == tuple(segments.contents[number] for number in left)
        assert after.kinds == tuple(segments.kinds[number] for number in left)


def test_ordinary_article_text_stays_linewise():
    text = f"# Rain\n\n{WIDE}\n\nShare this article\n\n- a [roof](/roof)\n\n{WIDE}\n"
    assert stays_linewise(text, segment(text), {2})
    assert not stays_linewise(text + "---\n", segment(text + "---\n"), {2})
