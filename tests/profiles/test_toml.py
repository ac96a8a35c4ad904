"""Profiles as TOML files: there and back, strict reading, and changes that leave the rest of a file alone."""

from __future__ import annotations

import difflib
import pickle
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')

from defurnish.model import Profile
from defurnish.profiles.toml import ProfileError, dumps, loads

from .made import entry, profiles

PROFILE = Profile(
    site="post.example",
    pages=22,
    learned="2026-11-24",
    entries=(
        entry(1, status="accepted", rules=("en/engage/share",), beside=(2,), examples=("Share this", "SHARE\nTHIS")),
        entry(2, "read our sunday letter", family="engage", share=0.5, pages=11, spread=1),
        entry(5, "rain gauge of the week", status="rejected", place="middle"),
    ),
)  # fmt: skip
FILE = """\
# What recurs on the pages of post.example. Only entries with status = "accepted" take anything away; their status is
# "accepted", "proposed" or "rejected". Edit status, template, family and strength as you like, and add entries and
# comments: learning the site again leaves all of it as you wrote it.
site = "post.example"
pages = 22
learned = "2026-11-24"

[[entry]]
number = 1
status = "accepted"
template = "share this article"
family = "engage"
strength = "strong"
place = "tail"
pages = 20
share = 0.9
distance = 1
spread = 0
rules = ["en/engage/share"]
beside = [2]
examples = [
    "Share this",
    "SHARE\\nTHIS",
]

[[entry]]
number = 2
status = "proposed"
template = "read our sunday letter"
family = "engage"
strength = "strong"
place = "tail"
pages = 11
share = 0.5
distance = 1
spread = 1
examples = [
    "Read our sunday letter",
]

[[entry]]
number = 5
status = "rejected"
template = "rain gauge of the week"
family = "engage"
strength = "strong"
place = "middle"
pages = 20
share = 0.9
distance = 1
spread = 0
examples = [
    "Rain gauge of the week",
]
"""


def test_a_file_reads_well():
    assert dumps(PROFILE) == FILE


@settings(max_examples=80)
@given(profiles())
def test_there_and_back(profile):
    assert loads(dumps(profile)) == profile


@settings(max_examples=80)
@given(profiles(), profiles())
def test_there_and_back_over_another(profile, other):
    assert loads(dumps(profile, over=dumps(other))) == profile


@given(profiles())
def test_what_is_the_same_is_not_touched(profile):
    content = "# mine\n" + dumps(profile).replace("\n", "  # mine\n", 4)
    assert dumps(loads(content), over=content) == content


def test_halves_of_surrogate_pairs_become_question_marks():
    profile = replace(PROFILE, entries=(entry(1, "a\ud800b", examples=("\udfff",)),))
    read = loads(dumps(profile)).entries[0]
    assert (read.template, read.examples) == ("a?b", ("?",))


def changed(old, new):
    return [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]


def test_a_change_of_one_value_is_a_change_of_one_line():
    new = replace(PROFILE, entries=(replace(PROFILE.entries[0], status="rejected"), *PROFILE.entries[1:]))
    assert changed(FILE, dumps(new, over=FILE)) == ['- status = "accepted"', '+ status = "rejected"']


def test_comments_order_and_blanks_of_a_person_stay():
    mine = """\
# Ours since 2019.
pages = 22
site = 'post.example'


[[entry]]  # the worst of them
template = "rain gauge of the week"
family   = "promo"
place    = "middle"
status   = "accepted" # Marta said so

[[entry]]
number = 3
template = "share this article"
family = "engage"
place = "tail"
status = "proposed"
examples = ["Share this article"]
# the end
"""
    read = loads(mine)
    assert [(held.number, held.template) for held in read.entries] == [
        (3, "share this article"),
        (4, "rain gauge of the week"),
    ]
    new = replace(
        read,
        pages=30,
        learned="2026-11-24",
        entries=(
            replace(read.entries[0], status="rejected"),
            replace(read.entries[1], pages=7, share=0.25),
            entry(6, "all rights reserved", family="legal"),
        ),
    )
    content = dumps(new, over=mine)
    assert loads(content) == new
    assert changed(mine, content) == [
        "- pages = 22",
        "+ pages = 30",
        '+ learned = "2026-11-24"',
        "+ number = 4",
        "+ pages = 7",
        "+ share = 0.25",
        '- status = "proposed"',
        '+ status = "rejected"',
        "+ ",
        "+ [[entry]]",
        "+ number = 6",
        '+ status = "proposed"',
        '+ template = "all rights reserved"',
        '+ family = "legal"',
        '+ strength = "strong"',
        '+ place = "tail"',
        "+ pages = 20",
        "+ share = 0.9",
        "+ distance = 1",
        "+ spread = 0",
        "+ examples = [",
        '+     "All rights reserved",',
        "+ ]",
    ]


def test_an_entry_that_is_gone_leaves_the_others_as_they_were():
    content = dumps(replace(PROFILE, entries=(PROFILE.entries[0], PROFILE.entries[2])), over=FILE)
    assert all(line.startswith("- ") for line in changed(FILE, content))
    assert "sunday letter" not in content


def test_entries_as_one_array_are_read_and_written_anew():
    mine = """\
site = "post.example"
pages = 1
entry = [{template = "share this article", family = "engage", place = "tail", status = "accepted"}]
"""
    read = loads(mine)
    assert loads(dumps(replace(read, pages=2), over=mine)) == replace(read, pages=2)


def test_windows_line_ends_stay():
    content = FILE.replace("\n", "\r\n")
    new = dumps(replace(loads(content), pages=23), over=content)
    assert new == content.replace("pages = 22", "pages = 23")


ENTRY = """
[[entry]]
number = 7
template = "share this article"
family = "engage"
place = "tail"
status = "accepted"
"""
HEAD = 'site = "post.example"\npages = 1\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("site = ", r"p\.toml: is not valid TOML: Invalid value"),
        ("pages = 1\n", r"p\.toml: site: is missing; must be a string, in quotation marks"),
        ('site = "post.example"\n', r"p\.toml: pages: is missing; must be a whole number"),
        ('site = "www.Post.example"\npages = 1\n', r"site: is 'www.Post.example'; write 'post.example'"),
        ('site = "../../etc"\npages = 1\n', r"site: is '../../etc'; it must be a host, as in 'post.example'"),
        (HEAD + "learned = 2026-11-24\n", r"learned: is .*; must be a string, in quotation marks"),
        (HEAD.replace("1", "true"), r"pages: is True; must be a whole number"),
        (HEAD.replace("1", "-1"), r"pages: is -1; must be a whole number, not below 0"),
        (HEAD + "entries = 1\n", r"entries: is no key of a profile; the keys are site, pages, learned"),
        (HEAD + "[entry]\nnumber = 1\n", r"entry: must be written as \[\[entry\]\], with two brackets"),
        (HEAD + ENTRY + "colour = 1\n", r"p\.toml: entry 7: colour: is no key of an entry; the keys are number"),
        (HEAD + ENTRY.replace('"accepted"', '"acepted"'),
         r"entry 7: status: is 'acepted'; write one of accepted, proposed, rejected"),
        (HEAD + ENTRY.replace('status = "accepted"', ""), r"entry 7: status: is missing; write one of accepted"),
        (HEAD + ENTRY.replace('"engage"', '"shop"'), r"entry 7: family: is 'shop'; write one of legal, promo"),
        (HEAD + ENTRY.replace('"tail"', "3"), r"entry 7: place: is 3; write one of head, middle, tail"),
        (HEAD + ENTRY.replace('"tail"', "[]"), r"entry 7: place: is \[\]; write one of head, middle, tail"),
        (HEAD + ENTRY.replace('"share this article"', '" "'), r"entry 7: template: is empty; write the block"),
        (HEAD + ENTRY + "share = 1.5\n", r"entry 7: share: is 1.5; must be a number from 0 to 1"),
        (HEAD + ENTRY + "share = nan\n", r"entry 7: share: is nan; must be a number from 0 to 1"),
        (HEAD + ENTRY + 'strength = "protecting"\n', r"entry 7: strength: is 'protecting'; write one of strong"),
        (HEAD + ENTRY + "examples = [1]\n", r"entry 7: examples: is \[1\]; must be a list of strings"),
        (HEAD + ENTRY + 'rules = "en/engage/share"\n', r"entry 7: rules: is 'en/engage/share'; must be a list"),
        (HEAD + ENTRY + "beside = [1.5]\n", r"entry 7: beside: is \[1.5\]; must be a list of numbers of entries"),
        (HEAD + ENTRY + ENTRY, r"entry 7: number: is there twice; leave the line out to get the next one"),
        (HEAD + ENTRY + ENTRY.replace("7", "9"), r"entry 9: template: is that of entry 7, too; keep one of them"),
        (HEAD + ENTRY.replace("7", '"7"'), r"entry 1: number: is '7'; must be a whole number from 1"),
        (HEAD + ENTRY.replace("7", "0"), r"entry 1: number: is 0; must be a whole number from 1"),
    ],
)  # fmt: skip
def test_errors_name_file_entry_and_key_and_say_what_to_do(content, says):
    with pytest.raises(ProfileError, match=says) as raised:
        loads(content, "p.toml")
    assert str(raised.value).startswith("p.toml: ")
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.entry, again.key) == (str(raised.value), raised.value.entry, raised.value.key)


def test_a_hand_written_entry_needs_four_lines():
    read = loads(HEAD + ENTRY.replace("number = 7\n", ""))
    assert read.entries == (
        replace(entry(1), status="accepted", pages=0, share=0.0, distance=0, spread=0, examples=()),
    )


NOISE = st.sampled_from(
    ["", "", "", "\n", "# é\n", "  # [[entry]]\n", "\r\n", "\r", "\x00", "\ufeff", "[[entry]]\n", "[entry]\n",
     "entry = []\n", "x.y = 1\n", "'", '"""\n', "number = 0x10\n", "number = 1_0\n", "share = inf\n",
     "share = 1\n", "share = 1e-1\n", "learned = 07:32:00\n", "beside = [\n  1, # one\n  2,\n]\n",
     'examples = ["""\na""", \'b\']\n', "at_home = []\n",
     "spread = 3 # sure", "distance=+4\n", "a = {b = 1}\n", "last_number = 9\n", "]", "=", "pages = 7 # of 9\n"]
)  # fmt: skip
BLOCKS = st.lists(st.tuples(NOISE, st.booleans(), NOISE), max_size=4)


@settings(max_examples=300)
@given(NOISE, NOISE, BLOCKS)
@example("", "\r\n", [("\n", True, "spread = 3 # sure"), ("", False, "beside = [\n  1, # one\n  2,\n]\n")])
@example("", "entry = []\n", [])
def test_whatever_a_file_holds_it_is_read_and_changed_or_refused(before, behind, blocks):
    content = before + HEAD + behind
    for at, (above, numbered, below) in enumerate(blocks):
        block = ENTRY.replace("share this", f"share {at}").replace(
            "number = 7\n", f"number = {at * 3 + 1}\n" * numbered
        )
        content += above + block + below
    try:
        read = loads(content, "p.toml")
    except ProfileError:
        return
    entries = tuple(replace(held, status="rejected") for held in read.entries[1:])
    new = replace(read, pages=read.pages + 1, learned="2026-11-24", entries=(*entries, entry(1 << 20, "new one")))
    assert loads(dumps(new, over=content)) == new
    assert loads(dumps(read, over=content)) == read
    if all(numbered for _, numbered, _ in blocks) and "entry = []" not in content:
        assert dumps(read, over=content) == content
