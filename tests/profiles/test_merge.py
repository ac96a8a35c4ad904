"""Learning a site again leaves what a person decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')

from defurnish.model import Profile
from defurnish.profiles.merge import merged
from defurnish.profiles.toml import dumps, loads

from .made import entry, profiles


def profile(*entries, pages=20, **others):
    return Profile("post.example", pages, entries=entries, **others)


def test_counts_are_new_and_decisions_old():
    old = profile(
        entry(3, family="interface", status="rejected", strength="supporting", examples=("Share this  article",)),
        learned="2025-01-01",
    )
    new = profile(
        entry(1, family="engage", status="accepted", pages=90, share=0.75, place="head", distance=4, spread=2,
              rules=("en/engage/share",), examples=("SHARE THIS ARTICLE",)),
        pages=120, learned="2026-11-24",
    )  # fmt: skip
    assert merged(old, new) == profile(
        entry(3, family="interface", status="rejected", strength="supporting", examples=("Share this  article",),
              pages=90, share=0.75, place="head", distance=4, spread=2, rules=("en/engage/share",)),
        pages=120, learned="2026-11-24",
    )  # fmt: skip


@pytest.mark.parametrize("status", ["accepted", "proposed", "rejected"])
@pytest.mark.parametrize("learned", ["accepted", "proposed"])
def test_a_status_is_never_changed(status, learned):
    assert merged(profile(entry(status=status)), profile(entry(status=learned))).entries[0].status == status


def test_an_entry_is_known_again_after_its_template_was_edited():
    old = profile(entry(1, "share {n} articles", status="accepted", examples=("Nothing", "**Share this article**")))
    new = profile(entry(1, "read our letter"), entry(2, "share this article", pages=44))
    assert merged(old, new).entries == (
        replace(old.entries[0], pages=44),
        replace(new.entries[0], number=2),
    )


def test_what_is_not_seen_any_more():
    accepted, rejected, proposed, by_hand = (
        entry(1, "all rights reserved", status="accepted"),
        entry(2, "rain gauge of the week", status="rejected"),
        entry(3, "top story", status="proposed"),
        entry(4, "from our desk", status="proposed", pages=0, share=0.0),
    )
    found = merged(profile(accepted, rejected, proposed, by_hand), profile(entry(1)))
    assert found.entries == (
        accepted,
        rejected,
        by_hand,
        entry(5),
    )


def test_no_number_is_given_twice():
    first = merged(profile(entry(1), entry(7, "top story")), profile(entry(1)))
    assert [held.number for held in first.entries] == [1]
    second = merged(loads(dumps(first)), profile(entry(1), entry(2, "all rights reserved")))
    assert [(held.number, held.template) for held in second.entries] == [
        (1, "share this article"),
        (8, "all rights reserved"),
    ]


def test_neighbours_are_named_by_their_new_numbers():
    old = profile(entry(9), entry(4, "all rights reserved"))
    new = profile(
        entry(1, beside=(2, 3)), entry(2, "all rights reserved", beside=(1, 3)), entry(3, "top story", beside=(1, 2))
    )
    assert {held.number: held.beside for held in merged(old, new).entries} == {4: (9, 10), 9: (4, 10), 10: (4, 9)}


def test_two_sites_are_not_put_together():
    with pytest.raises(ValueError, match=r"the profiles of post\.example and mill\.example are of two sites"):
        merged(profile(), replace(profile(), site="mill.example"))


def test_a_person_s_file_after_learning_again():
    mine = """\
# Ours.
site = "post.example"
pages = 9

[[entry]]
number = 1
template = "share this article"
family = "interface"  # it is a button
place = "tail"
status = "accepted"
pages = 9
share = 1.0
distance = 1
spread = 0

[[entry]]  # added by hand
template = "from our desk"
family = "promo"
place = "head"
status = "accepted"
"""
    new = merged(loads(mine), profile(entry(1, family="engage", status="proposed", pages=9, share=1.0), pages=10))
    assert dumps(new, over=mine) == mine.replace("pages = 9\n", "pages = 10\n", 1).replace(
        "spread = 0\n", 'spread = 0\nexamples = [\n    "Share this article",\n]\n'
    ).replace('status = "accepted"\n', 'status = "accepted"\nnumber = 2\n').replace(
        'status = "accepted"\nnumber = 2\n', 'status = "accepted"\n', 1
    )


@given(profiles(), profiles())
def test_of_any_two_profiles(old, new):
    both = merged(old, new)
    numbers = [held.number for held in both.entries]
    assert numbers == sorted(set(numbers))
    assert (both.pages, both.learned) == (new.pages, new.learned)
    decided = {held.number: (held.status, held.template, held.family, held.strength) for held in old.entries}
    for held in both.entries:
        if held.number in decided:
            assert (held.status, held.template, held.family, held.strength) == decided[held.number]
    assert {held.number for held in old.entries if held.status != "proposed"} <= set(numbers)
    assert merged(both, new).entries == both.entries
    assert loads(dumps(both, over=dumps(old))) == both
