"""What a rule sees of a line, and where each character of it came from. What must not be touched comes first."""

from __future__ import annotations

import pytest

from defurnish.matchview import in_quotes, lead, offsets, view

SAME = {
    "plain": "The river rose two metres in the night.",
    "underscores inside words": "call read_rules(path) or snake_case_name",
    "a bracket without a target": "[a] said so (twice)",
    "a reference link": "[the guide][1]",
    "a target over two lines": "[the guide](https://ferry.example/a\nb)",
    "a text over two lines": "[the\nguide](https://ferry.example)",
    "brackets inside the text of a link": "[see [1] there](https://ferry.example)",
    "two parentheses deep": "[a](b(c(d)))",
    "a less-than sign": "a < b and b > c",
    "an unknown tag": "<figure>x</figure>",
    "a tag with attributes": "<a href='#'>x</a>",
    "an address without angle brackets": "https://ferry.example/a",
    "a single tilde": "a ~ b, ~3 km",
    "an entity": "R&amp;D",
    "inches and feet": "5' 6\" tall",
    "capital letters": "ALL RIGHTS Reserved",
    "a letter that grows when lowered": "İstanbul",
    "ligatures and full width": "ﬁn ＡＢ",
    "a line number": "1984. A wet year",
    "a block quote mark": "> said she",
    "a list number": "3) a boat",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_the_view_leaves_it_alone(text):
    assert view(text) == text


SEEN = [
    # links
    ("[Share](https://ferry.example/a)", "Share"),
    ("[Share]()", "Share"),
    ("[Share](https://ferry.example/a_(b))", "Share"),
    ('[Share](https://ferry.example "on the net")', "Share"),
    ("[](https://ferry.example)", ""),
    ("![Ferry at dusk](ferry.jpg)", "Ferry at dusk"),
    ("[![Ferry](ferry.jpg)](https://ferry.example)", "Ferry"),
    ("[One](#) | [Two](#)", "One | Two"),
    ("**[Share](#)**", "Share"),
    ("[**Share** this](#)", "Share this"),
    ("[Share](#))", "Share)"),
    ("<https://ferry.example/a>", "https://ferry.example/a"),
    ("<mailto:desk@ferry.example>", "mailto:desk@ferry.example"),
    # emphasis, code, escapes, tags
    ("**Disclaimer:** the views", "Disclaimer: the views"),
    ("***Note***", "Note"),
    ("_Note_ this", "Note this"),
    ("__Note__ this", "Note this"),
    ("*a* and _b_, snake_case", "a and b, snake_case"),
    ("a * b", "a b"),
    ("`pip install`", "pip install"),
    ("~~old~~ new", "old new"),
    (r"1\. Share \- this \_now\_", "1. Share - this now"),
    (r"\*Share\*", "Share"),
    ("<u>Share</u> <b>this</b><br/>", "Share this"),
    ("H<sub>2</sub>O and <EM>more</EM>", "H2O and more"),
    # quotes
    ("‘a’ ´b´ ʼc", "'a' 'b' 'c"),
    ("“a” „b‟ «c»", '"a" "b" "c"'),
    # dashes
    ("a\u2010b\u2011c\u2013d\u2014e\u2212f", "a-b-c-d-e-f"),
    # blanks
    ("a\u00a0b\u202fc\u2009d\u2003e\u2002f\u3000g", "a b c d e f g"),
    ("a\tb", "a b"),
    ("a  \t \u00a0 b", "a b"),
    # invisible
    ("a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg", "abcdefg"),
    ("Read more…", "Read more..."),
    # guillemets that are arrows
    ("Read more »", "Read more "),
    ("[Read more »](#)", "Read more "),
    ("Older posts »»", "Older posts "),
    ("« Previous", " Previous"),
    ("« Tous droits réservés »", '" Tous droits réservés "'),
    ("»Alle Rechte« vorbehalten", '"Alle Rechte" vorbehalten'),
    ("»Alle Rechte vorbehalten«", '"Alle Rechte vorbehalten"'),
    ("« Previous | Next »", '" Previous | Next "'),
    (
        "et il ajouta, sans lever les yeux du journal qu'il lisait : tous droits réservés »",
        "et il ajouta, sans lever les yeux du journal qu'il lisait : tous droits réservés \"",
    ),
]


@pytest.mark.parametrize(("text", "seen"), SEEN)
def test_the_view_of_a_line(text, seen):
    assert view(text) == seen


@pytest.mark.parametrize(("text", "seen"), [*((text, text) for text in SAME.values() if "\n" not in text), *SEEN])
def test_offsets_see_what_the_view_sees(text, seen):
    line, origin = offsets(text)
    assert line == seen
    assert len(origin) == len(seen) + 1
    assert origin == sorted(origin)
    assert origin[-1] == len(text)


def test_the_view_of_many_lines_is_the_view_of_each():
    lines = [text for text in (*SAME.values(), *(text for text, _ in SEEN)) if "\n" not in text]
    assert view("\n".join(lines)).split("\n") == [view(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("ab", [0, 1, 2]),
        ("**ab**", [2, 3, 6]),
        ("[ab](c)d", [1, 2, 7, 8]),
        ("[![ab](c)](d)", [3, 4, 13]),
        ("a\u200bb", [0, 2, 3]),
        ("a  b", [0, 1, 3, 4]),
        ("a\u00a0 b", [0, 1, 3, 4]),
        ("a…b", [0, 1, 1, 1, 2, 3]),
        (r"a\-b", [0, 2, 3, 4]),
        ("“a”", [0, 1, 2, 3]),
        ("<u>a</u>", [3, 8]),
        ("a »", [0, 1, 3]),
    ],
)
def test_where_each_character_came_from(text, origin):
    assert offsets(text)[1] == origin


@pytest.mark.parametrize(
    ("line", "words", "quoted"),
    [
        ('All rights reserved. "Ostrel" is a trademark.', "All rights reserved", False),
        ('"Ostrel" is a trademark. All rights reserved.', "All rights reserved", False),
        ('5" by 7", all rights reserved', "all rights reserved", False),
        ('He said "all rights reserved', "all rights reserved", False),
        ('all rights reserved" he said', "all rights reserved", False),
        ("It's 'all rights reserved' there", "all rights reserved", False),
        ('She read "all rights reserved" aloud.', "all rights reserved", True),
        ('"One" and "two, all rights reserved, three" aloud.', "all rights reserved", True),
        ('"All rights reserved"', "All rights reserved", True),
    ],
)
def test_what_stands_in_quotation_marks(line, words, quoted):
    start = line.index(words)
    assert in_quotes(line, start, start + len(words)) is quoted


@pytest.mark.parametrize(
    ("line", "first_word"),
    [
        ("Share", "Share"), ("- Share", "Share"), ("> > Share", "Share"), ("### Share", "Share"), ("• Share", "Share"),
        ("→ Share", "Share"), ("| Share", "Share"), ("› Share", "Share"), ("(c) Share", "(c) Share"),
        ("1. Share", "1. Share"),
        ("© Share", "© Share"), ('"Share', '"Share'), ("@share", "@share"), ("", ""), ("- ", ""),
    ],
)  # fmt: skip
def test_marks_before_the_first_word(line, first_word):
    assert line[lead(line) :] == first_word
