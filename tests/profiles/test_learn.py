"""Learning: what is furniture of a site, what is not, and that order and splitting change nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defurnish.profiles import counting
from defurnish.profiles.counting import SiteCounts, rows_of
from defurnish.profiles.learn import learn, profile_from

from .sites import FURNITURE, article, page

SITE = "ostrel.example"


def accepted(profile):
    return {entry.template for entry in profile.entries if entry.status == "accepted"}


@pytest.mark.parametrize("pages", [5, 12, 30])
def test_furniture_is_learned_and_nothing_else(pages):
    profile = learn(map(page, range(pages)), site=SITE, learned="2026-11-01")
    assert accepted(profile) == FURNITURE
    assert (profile.site, profile.pages, profile.learned) == (SITE, pages, "2026-11-01")


def test_three_pages_are_too_few_to_accept_anything():
    assert accepted(learn(map(page, range(3)), site=SITE)) == set()


def test_an_entry_says_where_it_stands():
    entry = next(e for e in learn(map(page, range(12)), site=SITE).entries if e.template == "tide tables")
    assert (entry.place, entry.distance, entry.spread, entry.pages, entry.share) == ("head", 2, 0, 12, 1)
    assert entry.examples == ("Tide tables",)
    assert entry.family == "site"


def test_entries_are_numbered_in_reading_order_and_know_their_neighbours():
    entries = learn(map(page, range(12)), site=SITE).entries
    assert [entry.number for entry in entries] == list(range(1, 8))
    assert [entry.template for entry in entries][:3] == ["{title} | the ostrel post", "front page", "tide tables"]
    assert entries[1].beside == (1, 3)


def test_the_family_comes_from_the_rules():
    entries = learn((f"{page(n)}\n\nShare this article" for n in range(8)), site=SITE).entries
    assert entries[-1].template == "share this article"
    assert entries[-1].family == "engage"
    assert entries[-1].rules


NOTICE = "The views in these columns are those of the people who write them and never those of the harbour board."


def noticed(number, at):
    lines = page(number).split("\n\n")
    lines.insert(at, NOTICE)
    return "\n\n".join(lines)


def test_prose_beside_the_article_needs_more_articles():
    key = NOTICE.lower().rstrip(".")
    text = [noticed(n, 9) for n in range(12)]
    assert key not in accepted(learn(text[:6], site=SITE))
    assert key in accepted(learn(text, site=SITE))


def test_prose_amid_furniture_does_not():
    assert NOTICE.lower().rstrip(".") in accepted(learn((noticed(n, 10) for n in range(6)), site=SITE))


@pytest.mark.parametrize("share", [3, 10, 20, 26])
def test_prose_amid_articles_is_never_furniture(share):
    intro = "This is one more part of our series on the ports of the north coast, which we began in the spring of 2019."
    for where in (0, 1, 3):

        def body(number, where=where):
            paragraphs = article(number)
            return [*paragraphs[:where], *([intro] if number < share else []), *paragraphs[where:]]

        assert accepted(learn((page(n, body(n)) for n in range(30)), site=SITE)) == FURNITURE


def test_headings_of_every_article_are_not_furniture():
    """Every recipe has them; they stand amid the article, with its prose before and behind."""

    def body(number):
        first, second, third = article(number)
        return [first, "## What you need", second, "## What you do", third]

    assert accepted(learn((page(n, body(n)) for n in range(30)), site=SITE)) == FURNITURE


def test_reposts_of_one_article_count_once():
    reposts = [page(3).replace("Front page", "Front page") + f"\n\nSeen {n} times" for n in range(20)]
    profile = learn([*reposts, page(4), page(5)], site=SITE)
    assert profile.pages == 3
    assert not accepted(profile)


def test_what_one_author_adds_is_not_the_site_s():
    """Two thirds of the pages, always in the same place, but all by one of two authors."""

    def text(number):
        name = "Ana Roth" if number % 3 else "Tom Vries"
        lines = page(number).replace("By ", "").split("\n\n")
        lines[4] = f"By {name}"
        if name == "Ana Roth":
            lines.insert(9, "Ana Roth, 2021")
        return "\n\n".join(lines)

    assert "ana roth, {n}" not in accepted(learn(map(text, range(30)), site=SITE))


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 5))
def test_order_and_splitting_change_nothing(chance: random.Random, parts: int):
    texts = [page(n) for n in range(16)] * 2
    whole = learn(texts, site=SITE)
    chance.shuffle(texts)
    counts = [SiteCounts(SITE) for _ in range(parts)]
    for text in texts:
        rows = rows_of(text, SITE)
        chance.shuffle(rows)
        chance.choice(counts).add(rows)
    chance.shuffle(counts)
    for other in counts[1:]:
        counts[0].merge(other)
    assert repr(profile_from(counts[0])) == repr(whole)


def test_a_sample_does_not_depend_on_order(monkeypatch):
    monkeypatch.setattr(counting, "SAMPLE", 10)
    texts = [page(n) for n in range(30)]
    whole = learn(texts, site=SITE)
    assert whole.pages == 10
    assert learn(reversed(texts), site=SITE) == whole


def test_rows_of_another_site_are_refused():
    with pytest.raises(ValueError, match=r"other\.example"):
        SiteCounts(SITE).add(rows_of("Rain fell.", "other.example"))


def test_a_page_without_text_has_no_rows():
    assert rows_of("\n \n", SITE) == []
    assert learn(["", "\n"], site=SITE).entries == ()


def test_given_author_and_date_win():
    row = rows_of(page(1), SITE, author="Board", date="2021-05-02")[0]
    assert (row.author, row.date) == ("Board", "2021-05-02")
    row = rows_of(page(1), SITE)[0]
    assert (row.author, row.date) == ("Tom Vries", "2 may 2021")


def test_rules_at_home_are_those_of_more_than_a_stray_page():
    def text(number):
        return page(number) + ("\n\nShare this article" if number % 3 else "\n\nRelated posts" if number == 3 else "")

    assert learn(map(text, range(12)), site=SITE).at_home is None
    at_home = learn(map(text, range(30)), site=SITE).at_home
    assert any("share" in rule for rule in at_home)
    assert not any("related" in rule for rule in at_home)


def test_a_number_that_tells_of_the_article_is_no_furniture():
    def text(number, label):
        lines = page(number).split("\n\n")
        lines.insert(6, label.format(number % 9 + 1))
        return "\n\n".join(lines)

    for label in ("Feeds {} people", "Our verdict: {} of 10"):
        assert accepted(learn((text(n, label) for n in range(30)), site=SITE)) == FURNITURE
