"""A profile at work: evidence like a rule's, in its place only, never over protection."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from defurnish import Cleaner, analyze
from defurnish.model import Entry, Profile
from defurnish.profiles.learn import learn

from .sites import article, page

SITE = "ostrel.example"
PROFILE = learn(map(page, range(20)), site=SITE)


def entry(template, **changes):
    plain = Entry(1, template, "site", "accepted", "strong", 0, 0.0, "middle", 0, 0)
    return replace(plain, **changes)


def profile(*entries):
    return Profile(SITE, 20, None, entries)


def test_a_new_page_loses_its_furniture_and_nothing_else():
    place = "weir"
    assert Cleaner(site=PROFILE).clean(page(35)).split("\n\n") == [f"The {place} in case 35", *article(35)]


def test_evidence_names_the_entry():
    result = Cleaner(site=PROFILE).analyze(page(35))
    removal = next(removal for removal in result.removed if removal.text == "Tide tables")
    number = next(one.number for one in PROFILE.entries if one.template == "tide tables")
    assert removal.family == "site"
    assert [one.rule for one in removal.evidence] == [f"site/{SITE}#{number}"]
    assert removal.evidence[0].span.of(page(35)) == "Tide tables"
    assert result.restore() == page(35)
    assert result.metadata.authors == analyze(page(35)).metadata.authors == ("Pau Mestre",)


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_only_accepted_entries_act(status):
    text = "Tide tables\n\nRain fell all night."
    assert Cleaner(site=profile(entry("tide tables"))).clean(text) == "Rain fell all night."
    assert Cleaner(site=profile(entry("tide tables", status=status))).clean(text) is text


def test_an_entry_speaks_where_it_was_learned_to_stand():
    learned = entry("tide tables", place="tail", distance=1, pages=20)
    body = article(1) + article(2) + article(3)
    assert "Tide tables" in Cleaner(site=profile(learned)).clean("\n\n".join(["Tide tables", *body]))
    assert "Tide tables" not in Cleaner(site=profile(learned)).clean("\n\n".join([*body, "Tide tables", "Quay"]))


def test_whole_blocks_only():
    text = "Tide tables were wrong all week.\n\nRain fell all night."
    assert Cleaner(site=profile(entry("tide tables"))).clean(text) is text


@pytest.mark.parametrize("block", ["> Tide tables", "```\nTide tables\n```"])
def test_protection_wins(block):
    text = f"{block}\n\nRain fell all night."
    assert Cleaner(site=profile(entry("tide tables"))).clean(text) == text


def test_families_that_stay_stay():
    text = "Tide tables\n\nRain fell all night."
    assert Cleaner(site=profile(entry("tide tables")), keep={"site"}).clean(text) is text
    engage = profile(entry("tide tables", family="engage"))
    assert Cleaner(site=engage, keep={"engage"}).clean(text) is text


def test_a_long_notice_amid_prose_goes_by_the_profile():
    notice = " ".join(["The harbour board answers for none of it and the printer for less"] * 4)
    text = "\n\n".join([*article(1), notice, *article(2)])
    cleaned = Cleaner(site=profile(entry(notice.lower()))).clean(text)
    assert cleaned == "\n\n".join([*article(1), *article(2)])


def test_cleaning_twice_is_cleaning_once():
    cleaner = Cleaner(site=PROFILE)
    once = cleaner.clean(page(40))
    assert cleaner.clean(once) == once


def test_pickled_it_answers_the_same():
    cleaner = Cleaner(site=PROFILE)
    assert pickle.loads(pickle.dumps(cleaner)).clean(page(41)) == cleaner.clean(page(41))


def test_a_site_must_be_a_profile():
    with pytest.raises(TypeError, match="Profile"):
        Cleaner(site="ostrel.example")


GUEST = "\n\n".join([*article(1), "Related: The storm that took the lower quay", *article(2)])


def test_a_rule_that_never_speaks_on_a_site_only_supports_there():
    assert "Related:" not in Cleaner().clean(GUEST)
    assert "Related:" not in Cleaner(site=replace(PROFILE, at_home=None)).clean(GUEST)
    assert Cleaner(site=replace(PROFILE, at_home=())).clean(GUEST) is GUEST


def test_rules_of_the_caller_s_own_always_speak(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[rule]]\nid = "quay"\nfamily = "promo"\nsummary = "Quay."\nwhy = "Mine."\nstrength = "strong"\n'
        'match = "whole"\nphrases = ["come to the quay"]\nremoves = ["Come to the quay"]\nkeeps = ["Come to it."]\n',
        encoding="utf-8",
    )
    text = "\n\n".join([*article(1), "Come to the quay", *article(2)])
    assert "Come to" not in Cleaner(rules=path, site=replace(PROFILE, at_home=())).clean(text)


def test_a_known_menu_heads_no_list():
    menu = profile(entry("related articles", pages=20, place="head"), entry("tide tables", number=2))
    text = "\n\n".join(["Related articles", "Tide tables", "Storm hits coast", "Mayor resigns", *article(1)])
    assert "Storm hits coast" in Cleaner(site=menu).clean(text)


class Kept:
    """Profiles in a dictionary, found by bare host."""

    def __init__(self, *profiles):
        self.of_page = {one.site: one for one in profiles}.get


def test_a_cleaner_with_many_profiles_takes_the_one_of_the_page():
    text = "Tide tables\n\nRain fell all night."
    cleaner = Cleaner(profiles=Kept(profile(entry("tide tables"))))
    assert cleaner.clean(text, site=SITE) == "Rain fell all night."
    assert cleaner.analyze(text, site=SITE).removed[0].evidence[0].rule == f"site/{SITE}#1"
    assert cleaner.clean(text, site="other.example") is text
    assert cleaner.clean(text) is text


def test_an_unknown_site_falls_back_to_the_cleaner_s_own():
    text = "Tide tables\n\nRain fell all night."
    cleaner = Cleaner(site=profile(entry("tide tables")), profiles=Kept())
    assert cleaner.clean(text, site="other.example") == "Rain fell all night."


def test_a_profile_that_was_read_again_is_heard():
    text = "Tide tables\n\nRain fell all night."
    kept = Kept(profile())
    cleaner = Cleaner(profiles=kept)
    assert cleaner.clean(text, site=SITE) is text
    kept.of_page = {SITE: profile(entry("tide tables"))}.get
    assert cleaner.clean(text, site=SITE) == "Rain fell all night."


def test_a_site_needs_profiles_to_be_looked_up_in():
    with pytest.raises(ValueError, match="Cleaner\\(profiles="):
        Cleaner().clean("Rain fell.", site=SITE)


def test_a_cleaner_says_whose_profile_it_has():
    assert repr(Cleaner(site=PROFILE)) == f"Cleaner(site={SITE})"


def test_a_guest_that_names_a_zone_needs_company_too():
    text = "\n\n".join(["The weir in case 9", "May 3, 2021", *article(1), *article(2)])
    assert "May 3" not in Cleaner().clean(text)
    assert "May 3" in Cleaner(site=replace(PROFILE, at_home=(), entries=())).clean(text)


def test_bare_dates_elsewhere_than_the_site_s_are_the_article_s():
    dated = profile(entry("{date}", pages=20, place="tail"))
    text = "\n\n".join(["The log of the weir", "Monday 2021-05-03", *article(1), *article(2), "Saturday 2021-05-08"])
    assert "Monday" not in Cleaner().clean(text)
    assert Cleaner(site=dated).clean(text) == text.removesuffix("\n\nSaturday 2021-05-08")
