"""What the removed lines say about the article: names, dates, topics, and the title that stays. Silence comes first."""

from __future__ import annotations

import pytest

from defurnish import Metadata
from defurnish.annotate import annotate
from defurnish.dates import iso_date
from defurnish.metadata import metadata
from defurnish.rulebook import Rulebook
from defurnish.rulefile import parse_rules
from defurnish.segment import segment

PATTERNS = {
    "by": r"by (?P<author>.{2,80})",
    "date": r"updated (?P<date>.{3,40})",
    "topics": r"topics: (?P<topic>.{2,80})",
    "outlet": r"from the desk of (?P<outlet>.{2,40})",
    "source": r"source: (?P<source>.{2,80})",
    "holder": r"© \d{4} (?P<holder>.{2,40})",
    "both": r"filed by (?P<author>.{2,30}) for (?P<outlet>.{2,30})",
    "mute": r"share .{2,40}",
}
BOOK = Rulebook(
    *parse_rules(
        "".join(
            f"[[rule]]\nid = '{name}'\nfamily = 'credit'\nsummary = 'x'\nwhy = 'x'\nstrength = 'strong'\n"
            f"match = 'whole'\npattern = '''{pattern}'''\nremoves = ['x']\nkeeps = ['y']\n"
            for name, pattern in PATTERNS.items()
        ),
        "test.toml",
    )
)


def said(text, kept=()):
    """Return what all hits of a text say; ``kept`` are the blocks among which the title is looked for."""
    page = annotate(segment(text), BOOK)
    speaking = [(number, hit) for number, hits in page.hits.items() for hit in hits]
    return metadata(page, speaking, kept, BOOK.pattern_of)


@pytest.mark.parametrize(
    "text", ["", "The river rose.", "Share Ana Roth", "By", "Updated soon", "By the way, 3 May 2020 was wet" * 9]
)
def test_nothing_is_guessed(text):
    assert said(text) == Metadata()


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Ana Roth", ("Ana Roth",)),
        ("**By [Ana Roth](https://ferry.example/ana)**", ("Ana Roth",)),
        ("By Ana Roth and Tobias Hent", ("Ana Roth", "Tobias Hent")),
        ("By Ana Roth, Tobias Hent & Nadia Ferrow", ("Ana Roth", "Tobias Hent", "Nadia Ferrow")),
        ("By Ana Roth, and Tobias Hent", ("Ana Roth", "Tobias Hent")),
        ("By Ana Roth | Tobias Hent", ("Ana Roth", "Tobias Hent")),
        ("By Alexandra Anderson-Sand", ("Alexandra Anderson-Sand",)),
        ("By Ana Roth, PhD", ("Ana Roth, PhD",)),
        ("By Tobias Hent, Jr, and Ana Roth, MD", ("Tobias Hent, Jr", "Ana Roth, MD")),
        ("By Ana O’Roth", ("Ana O’Roth",)),
        ("By Ana Roth\nBy Ana Roth\nBy Tobias Hent", ("Ana Roth", "Tobias Hent")),
    ],
)
def test_names(line, authors):
    assert said(line) == Metadata(authors=authors)


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("", None),
        ("05/09/2017", None),
        ("May 2017", None),
        ("5 May", None),
        ("2017-13-05", None),
        ("June 31, 2020", None),
        ("Ma 3, 2020", None),
        ("Decembers 3, 2020", None),
        ("12345-01-01", None),
        ("2020-01-011", None),
        ("1 April 20201", None),
        ("April 1, 20201", None),
        ("Room 3 2020", None),
        ("2017-09-05", "2017-09-05"),
        ("2017-09-05T10:30:00Z", "2017-09-05"),
        ("September 5, 2017", "2017-09-05"),
        ("Sept. 5, 2017", "2017-09-05"),
        ("sep 05 2017", "2017-09-05"),
        ("Tuesday, September 5th, 2017 at 9 a.m.", "2017-09-05"),
        ("5 September 2017", "2017-09-05"),
        ("5th September, 2017", "2017-09-05"),
        ("05 SEP 2017", "2017-09-05"),
        ("29 February 2020", "2020-02-29"),
        ("29 February 2019, then 1 March 2019", "2019-03-01"),
    ],
)
def test_dates(words, iso):
    assert iso_date(words) == iso


def test_the_first_date_counts():
    assert said("Updated 3 May 2020\nUpdated 4 May 2020") == Metadata(date="2020-05-03")
    assert said("Updated yesterday\nUpdated 4 May 2020") == Metadata(date="2020-05-04")


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ("Topics: Ferries", ("Ferries",)),
        ("Topics: Ferries, Rivers; Ostrel | Floods", ("Ferries", "Rivers", "Ostrel", "Floods")),
        ("Topics: #ferries #rivers", ("ferries", "rivers")),
        ("Topics: [Ferries](/a) • [Rivers](/b)", ("Ferries", "Rivers")),
        ("Topics: Rivers, Ferries, Rivers", ("Rivers", "Ferries")),
    ],
)
def test_topics(line, topics):
    assert said(line) == Metadata(topics=topics)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("From the desk of The Ferry Post", Metadata(outlet="The Ferry Post")),
        ("© 2021 Ostrel Media.", Metadata(copyright_holder="Ostrel Media")),
        ("Filed by Ana Roth for The Ferry Post", Metadata(authors=("Ana Roth",), outlet="The Ferry Post")),
        ("Source: The Ferry Post", Metadata(source="The Ferry Post")),
        (
            "Source: [The Ferry Post](https://ferry.example/a)",
            Metadata(source="The Ferry Post", source_url="https://ferry.example/a"),
        ),
    ],
)
def test_outlet_source_and_holder(line, found):
    assert said(line) == found


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The river rose two metres in the night, and by morning the lower town stood under water.\n# Flood", None),
        ("News\nHome\nThe river rose two metres in the night, and the lower town stood under water by noon.", None),
        ("It rose all night.\n", None),
        ("- Ferry returns to Ostrel", None),
        ("News\nFerry returns to Ostrel\nThe river rose.", "Ferry returns to Ostrel"),
        ("# Flood\n\nThe river rose.", "Flood"),
        ("# **Ferry** returns to [Ostrel](#)\n", "Ferry returns to Ostrel"),
        ("Flood\n=====\n", "Flood"),
        ("Will the Ferry return?\n", "Will the Ferry return?"),
        ("The Ferry’s “Last” Run\n", "The Ferry’s “Last” Run"),
        ("a\nb\nc\nd\ne\nf\n# Flood", None),
    ],
)
def test_the_title(text, title):
    assert said(text, kept=range(len(segment(text).starts))).title == title
