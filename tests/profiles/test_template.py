"""What varies in a recurring line goes into slots, and nothing else does."""

from __future__ import annotations

import pytest

from defurnish.template import LONGEST, is_slots_only, names_and_date, template, title_of


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Posted on Fri 30 November 2018 in misc \u2022 1 min read", "posted on {date} in misc \u2022 {n} min read"),
        ("Jan 26, 2013", "{date}"),
        ("2 d\u00e9c. 2023", "{date}"),
        ("28 September, 2022", "{date}"),
        ("23.10.2007 in theater/schauspiel", "{date} in theater/schauspiel"),
        ("\u4e0a\u6b21\u66f4\u65b0 2014-10-12", "\u4e0a\u6b21\u66f4\u65b0 {date}"),
        ("2019\u5e745\u670815\u65e5", "{date}"),
        ("2019\ub144 5\uc6d4 15\uc77c", "{date}"),
        ("Actualizado el 3 de marzo de 2021", "actualizado el {date}"),
        ("Content Updated: 2021-Oct-5 17:00 CDT", "content updated: {date}"),
        ("2 new chapters", "{n} new chapters"),
        ("1 2 3 4 5 6", "{n}"),
        ("By Ana Roth and Tom de Vries", "by {name}"),
        ("By Ana Roth | Ostrel", "by {name} | ostrel"),
        ("Von Jonas Weigl, 3. Mai 2020", "von {name}, {date}"),
        ("\u6587\u7ae0\u4f5c\u8005 linhai", "\u6587\u7ae0\u4f5c\u8005 {name}"),
        ("Write to news@ostrel.example", "write to {link}"),
        ("Words and pictures by Ana Roth", "words and pictures by {name}"),
        ("Ana Roth \u00b7 3 May 2021 \u00b7 4 min read", "{name} \u00b7 {date} \u00b7 {n} min read"),
        ("## Share this \u00bb", "share this \u00bb"),
        ("- Home", "home"),
        ("***", "***"),
        ("|", ""),
    ],
)
def test_slots(line, wanted):
    assert template(line) == wanted


@pytest.mark.parametrize(
    "line",
    [
        "By morning the ferry was gone",
        "The mayor may go in may",
        "Von hier an ging es bergab",
        "By Monday night it rained",
    ],
)
def test_words_that_merely_look_like_it_are_left(line):
    assert template(line) == line.lower()


def test_the_title_is_a_slot_beside_other_words_only():
    assert template("Ferry gone | Ostrel Post", "ferry gone") == "{title} | ostrel post"
    assert template("Ferry gone", "ferry gone") == "ferry gone"
    assert template("News by Ana Roth? | Ostrel Post", "news by ana roth") == "{title} | ostrel post"
    assert template("Ferry goners | Ostrel Post", "ferry gone") == "ferry goners | ostrel post"


def test_the_title_of_a_page():
    kinds = ("paragraph", "heading", "heading")
    assert title_of(["Menu", "# Ferry gone", "## The night"], kinds) == "ferry gone"
    assert title_of(["Ferry gone \u2013 Ostrel Post", "Menu", "Ferry gone"], ("paragraph",) * 3) == "ferry gone"
    assert title_of(["Ferry gone", "Menu", "It rained"], ("paragraph",) * 3) == ""
    assert title_of([], ()) == ""


def test_who_and_when():
    assert names_and_date("By Ana Roth on 3 May 2020") == ("Ana Roth", "3 may 2020")
    assert names_and_date("It rained") == ("", "")


def test_a_template_of_slots_says_nothing():
    assert is_slots_only("{n} / {date}")
    assert not is_slots_only("{n} words")


def test_very_long_lines_have_no_template():
    assert template("a" * (LONGEST + 1)) == ""
