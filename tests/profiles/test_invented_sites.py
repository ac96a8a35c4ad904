"""Ten invented sites: learning takes all furniture and no trap, and cleaning leaves every word of the articles."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from defurnish import Cleaner
from defurnish.matchview import view
from defurnish.profiles.counting import SiteCounts, rows_of
from defurnish.profiles.learn import learn, profile_from
from defurnish.segment import segment
from defurnish.template import template, title_of
from fixtures.sites.reader import PAGES, sites

HOST = "invented.example"
SITES = {site.name: site for site in sites()}
PROFILES = {site.name: learn((page.text for page in site.pages), site=HOST) for site in SITES.values()}


def templates(page, *labels):
    """Return the templates of the lines of a page that bear one of the labels."""
    segments = segment(page.text)
    lines = view("\n".join(segments.contents)).split("\n")
    title = title_of(lines, segments.kinds)
    return {template(view(line.text), title) for line in page.lines if line.label in labels}


def accepted(profile):
    return {entry.template for entry in profile.entries if entry.status == "accepted"}


@pytest.mark.parametrize("name", SITES)
def test_a_site_has_what_it_takes(name):
    pages = SITES[name].pages
    assert len({page.text for page in pages}) == PAGES
    assert PAGES - 2 <= PROFILES[name].pages <= PAGES  # few articles are so alike that they count once
    times = Counter(line.text for page in pages for line in page.lines if line.label == "trap")
    prose = sorted(number for text, number in times.items() if len(text.split()) > 14)
    assert len(prose) == 5
    assert prose[0] >= 3
    assert prose[-1] >= 8


@pytest.mark.parametrize("name", SITES)
def test_learning_takes_all_furniture_and_no_trap(name):
    wanted = set().union(*(templates(page, "furniture") for page in SITES[name].pages))
    assert accepted(PROFILES[name]) == wanted


@pytest.mark.parametrize("name", SITES)
def test_the_articles_come_out_whole(name):
    cleaner = Cleaner(site=PROFILES[name])
    for page in SITES[name].pages:
        assert cleaner.clean(page.text) == page.article


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("first", [0, 10, 20])
def test_from_ten_pages_no_trap_is_taken_either(name, first):
    site = SITES[name]
    profile = learn((page.text for page in site.pages[first : first + 10]), site=HOST)
    assert accepted(profile) <= set().union(*(templates(page, "furniture") for page in site.pages))


@pytest.mark.parametrize("name", SITES)
def test_order_workers_and_reposts_change_nothing(name):
    texts = [page.text for page in SITES[name].pages]
    chance = random.Random(name)
    texts += chance.sample(texts, 6)
    chance.shuffle(texts)
    counts = [SiteCounts(HOST) for _ in range(3)]
    for text in texts:
        chance.choice(counts).add(rows_of(text, HOST))
    counts[2].merge(counts[0])
    counts[2].merge(counts[1])
    assert repr(profile_from(counts[2])) == repr(PROFILES[name])
