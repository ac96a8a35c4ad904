"""A tally counts what went, keeps what a person should see, and does not mind how the corpus was cut."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defurnish import Edit, Removal, Span, analyze
from defurnish.report import tally as tallies
from defurnish.report.excerpts import normalized
from defurnish.report.tally import EDGES, Tally

from .made import BODY, made, tally_of

SHARE = ("Share this article", "engage", "alone", ["en/engage/share"])
RIGHTS = ("© 2024 The Ostrel Post. All rights reserved.", "legal", "alone", ["und/legal/copyright", "en/legal/rights"])
FORTY = " ".join(["Marta", "says"] * 20) + "."
FIFTEEN = " ".join(["Marta", "says", "so"] * 5) + "."


def as_json(tally):
    return json.dumps(tally.to_dict())


def nonzero(counts):
    return {EDGES[number]: count for number, count in enumerate(counts) if count}


def test_totals_of_a_small_run():
    tally = tally_of(
        ("1", None, "a", [BODY, SHARE, RIGHTS]),
        ("2", None, "a", [BODY]),
    )
    spared, result = made("Share this article", spared=True)
    tally.add(id="3", url=None, source="b", before=spared, result=result)
    tally.reject(source="b", reason="broken JSON")
    totals = tally.totals
    assert (totals.documents, totals.documents_changed, totals.documents_with_removals) == (3, 1, 1)
    assert (totals.documents_spared, totals.rejected) == (1, 1)
    assert len(BODY.split()) == 23
    assert (totals.words_before, totals.words_removed, totals.blocks_removed) == (23 + 3 + 8 + 23 + 3, 3 + 8, 2)
    assert totals.code_points_before - totals.code_points_after == 18 + 1 + 44 + 1
    assert totals.bytes_before - totals.bytes_after == 18 + 1 + 45 + 1  # © has two bytes


def test_a_text_that_was_only_mended_is_changed_but_lost_nothing():
    tally = Tally()
    before = "It was Marta&#8217;s ferry.\n"
    tally.add(id="1", url=None, source="a", before=before, result=analyze(before))
    assert (tally.totals.documents_changed, tally.totals.documents_with_removals, tally.totals.words_removed) == (
        1,
        0,
        0,
    )


def test_families_reasons_and_rules_are_counted_by_documents_blocks_and_words():
    tally = tally_of(
        ("1", None, "a", [BODY, SHARE, SHARE, RIGHTS]),
        ("2", None, "a", [BODY, ("Related", "navigation", "company", ["en/engage/share"])]),
    )
    counts = {name: (went.documents, went.blocks, went.words) for name, went in tally.families.items()}
    assert counts == {"engage": (1, 2, 6), "legal": (1, 1, 8), "navigation": (1, 1, 1)}
    counts = {name: (went.documents, went.blocks, went.words) for name, went in tally.reasons.items()}
    assert counts == {"alone": (1, 3, 14), "company": (1, 1, 1)}
    counts = {name: (went.documents, went.blocks, went.words) for name, went in tally.rules.items()}
    assert counts == {
        "en/engage/share": (2, 3, 7),
        "und/legal/copyright": (1, 1, 8),
        "en/legal/rights": (1, 1, 8),
    }


def test_a_rule_that_speaks_twice_of_a_block_counts_once():
    tally = tally_of(("1", None, "a", [BODY, (SHARE[0], "engage", "alone", ["en/engage/share", "en/engage/share"])]))
    assert tally.rules["en/engage/share"].blocks == 1


def of_sites(first, last):
    """Return the tally of pages, each of another site, whose profile took two lines, one by two entries."""
    tally = Tally()
    for number in range(first, last):
        own = [f"site/s{number}.example#{entry}" for entry in (1, 2)]
        lines = (BODY, ("Read on", "promo", "alone", own), ("Shoes", "promo", "alone", [own[1], "en/promo/shop"]))
        before, result = made(*lines)
        tally.add(id=str(number), url=f"https://s{number}.example/", source="a", before=before, result=result)
    return tally


def test_the_entries_of_site_profiles_are_counted_as_one_rule_however_many_sites_there_are():
    tally = of_sites(0, 700)
    counts = {name: (went.documents, went.blocks, went.words) for name, went in tally.rules.items()}
    assert counts == {"site/*": (700, 1400, 2100), "en/promo/shop": (700, 700, 700)}
    merged = Tally()
    for chunk in (of_sites(0, 300), of_sites(300, 301), of_sites(301, 700)):
        merged.merge(Tally.from_dict(json.loads(as_json(chunk))))
    assert as_json(merged) == as_json(tally)
    assert tally.blocks.entries["shoes"].rules == ["site/s0.example#2", "en/promo/shop"]  # examples name the entry


def test_a_doubtful_removal_by_entries_of_a_profile_is_one_case_of_their_row():
    went = (FORTY, "promo", "company", ["~site/post.example#1", "~site/post.example#2"])
    tally = tally_of(("1", None, "a", [*WIDE, went, BODY]))
    assert tally.rules["site/*"].suspicious_cases == tally.totals.suspicious_cases == 1
    (case,) = tally.suspects.listed()
    assert case["rules"] == ["site/post.example#1", "site/post.example#2"]


@pytest.mark.parametrize(
    ("kept", "gone", "edge"),
    [(100, 0, 0), (99, 1, 1), (199, 1, 1), (98, 2, 2), (97, 3, 5), (80, 20, 20), (79, 21, 30), (1, 99, 100)],
)
def test_a_document_is_in_the_class_whose_upper_edge_its_share_does_not_pass(kept, gone, edge):
    lines = ["word " * kept, *([("word " * gone, "legal", "alone", ["r"])] if gone else [])]
    assert nonzero(tally_of(("1", None, "a", lines)).histogram) == {edge: 1}


def test_parts_of_one_word_may_count_more_words_than_there_were():
    parts = [
        Removal(Span(at, at + 5), "paragraph", "engage", "glued", (), text) for at, text in [(0, "Share"), (5, "Tweet")]
    ]
    result = replace(made("Share")[1], text="", removed=tuple(parts), edits=(Edit(Span(0, 10), "ShareTweet", ""),))
    tally = Tally()
    tally.add(id="1", url=None, source="a", before="ShareTweet", result=result)
    assert nonzero(tally.histogram) == {100: 1}


def test_an_empty_text_lost_nothing():
    assert nonzero(tally_of(("1", None, "a", [""])).histogram) == {0: 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SHARE THIS", "Share  this\n"),
        ("Published 12 May 2024", "published 3 may 1999"),
        ("[Share](https://post.example/?u=7&t=a)", "[Share](#)"),
        ("x" * 300 + " one", "x" * 300 + " two"),
    ],
)
def test_blocks_that_differ_in_what_is_folded_are_one(one, other):
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Share this", "Share that"), ("[Share](#)", "[Print](#)"), ("May 1", "May")]
)
def test_other_blocks_are_two(one, other):
    assert normalized(one) != normalized(other)


def test_frequent_blocks_have_counts_and_the_shortest_example():
    tally = tally_of(
        ("1", None, "a", [BODY, ("SHARE  this 10", "engage", "alone", ["r1"])]),
        ("2", None, "b", [BODY, ("Share this 9", "promo", "region", ["r2"]), SHARE]),
        ("3", None, "b", [BODY, ("Share this 8", "promo", "region", ["r3"])]),
    )
    (key, count), (_, second) = tally.blocks.heaviest()
    assert (key, count.weight, count.missed, count.words) == ("share this 0", 3, 0, 9)
    assert count.families == {"engage": 1, "promo": 2}
    assert (count.example, count.id, count.source, count.rules) == ("Share this 8", "3", "b", ["r3"])
    assert (second.weight, second.example) == (1, "Share this article")


def test_a_long_block_is_shown_by_its_beginning_and_end():
    tally = tally_of(("1", None, "a", [BODY, ("A" * 500 + "Z" * 500, "legal", "alone", ["r"])]))
    ((_, count),) = tally.blocks.heaviest()
    assert len(count.example) == tallies.EXAMPLE_CHARACTERS
    assert count.example.startswith("AAA")
    assert count.example.endswith("ZZZ")
    assert " … " in count.example


def test_documents_that_lost_most_by_share_and_by_words():
    words = "word " * 100
    tally = tally_of(
        ("half", None, "a", [words, ("gone " * 100, "legal", "alone", ["r"])]),
        ("most", None, "a", [words * 10, ("gone " * 200, "promo", "alone", ["r"]), SHARE]),
        ("short", None, "a", ["word", ("gone " * 40, "promo", "alone", ["r"])]),
        ("none", None, "a", [words]),
    )
    assert [entry["id"] for entry in tally.by_share.listed()] == ["half", "most"]
    assert tally.by_words.listed() == [
        {"id": "most", "source": "a", "words": 1203, "words_removed": 203, "families": {"engage": 1, "promo": 1}},
        {"id": "half", "source": "a", "words": 200, "words_removed": 100, "families": {"legal": 1}},
        {"id": "short", "source": "a", "words": 41, "words_removed": 40, "families": {"promo": 1}},
    ]


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.Post.example/a?b=c", "post.example"),
        ("http://user:pass@post.example:8080/", "post.example"),
        ("https://live.post.example", "live.post.example"),
        ("https://münze.example/", "münze.example"),
        ("post.example/a", None),
        ("https://[broken/", None),
        ("", None),
        (None, None),
    ],
)
def test_a_site_is_the_host_of_the_url(url, site):
    tally = tally_of(("1", url, "a", [BODY, SHARE]))
    assert {
        name: (count.documents, count.words, count.words_removed) for name, count in tally.sites.entries.items()
    } == ({site: (1, 26, 3)} if site else {})


def test_rejects_are_counted_by_source_and_reason():
    tally = Tally()
    for source, reason in [("a", "broken JSON"), ("a", "broken JSON"), ("a", "text missing"), ("b", "text missing")]:
        tally.reject(source=source, reason=reason)
    assert tally.reject_reasons == {"broken JSON": 2, "text missing": 2}
    assert {source: count.reasons for source, count in tally.rejects.entries.items()} == {
        "a": {"broken JSON": 2, "text missing": 1},
        "b": {"text missing": 1},
    }


def test_reasons_that_never_end_are_told_as_other():
    tally = Tally()
    for number in range(1000):
        tally.reject(source="a", reason=f"reason {number}")
    assert len(tally.reject_reasons) == tallies.REASONS_ROOM + 1
    assert tally.reject_reasons["other"] == 1000 - tallies.REASONS_ROOM


def doubts(*lines):
    """Return the suspicious mark and the doubts of the only case in a text."""
    (case,) = tally_of(("1", None, "a", lines)).suspects.listed()
    return case["suspicious"], set(case["doubts"])


WIDE = [BODY] * 12


@pytest.mark.parametrize(
    ("lines", "suspicious", "expected"),
    [
        pytest.param([*WIDE, (FIFTEEN, "legal", "alone", ["a", "b"])], False, set(), id="strong, at the end"),
        pytest.param([*WIDE, (FIFTEEN, "legal", "alone", ["a"])], False, {"a single rule"}, id="one strong rule"),
        pytest.param(
            [*WIDE, (FIFTEEN, "legal", "company", ["~a", "~b"])], False, {"no strong rule of its own"},
            id="weak, at the end",
        ),
        pytest.param(
            [*WIDE, (FIFTEEN, "legal", "company", ["~a", "~b"]), BODY], True,
            {"no strong rule of its own", "amid the body"}, id="weak, amid the body",
        ),
        pytest.param(
            [BODY, (FORTY, "comments", "region", ["^a", "^b"])], True,
            {"no strong rule of its own", "its neighbours' word alone", "a fifth of the text", "long"},
            id="a large tail",
        ),
        pytest.param(
            [*WIDE, (FORTY, "promo", "alone", ["a"]), BODY], True, {"amid the body", "a single rule", "long"},
            id="long, amid the body, on one strong word",
        ),
        pytest.param(
            [*WIDE, (FORTY, "promo", "alone", ["a", "b"]), BODY], False, {"amid the body", "long"},
            id="long, amid the body, on two strong words",
        ),
    ],
)  # fmt: skip
def test_what_is_suspicious(lines, suspicious, expected):
    assert doubts(*lines) == (suspicious, expected)


@pytest.mark.parametrize(
    "line",
    [
        "Share this article.",
        FIFTEEN.rstrip("."),
        " ".join(FIFTEEN.split()[1:]),
    ],
)
def test_what_is_no_prose_is_no_case(line):
    assert tally_of(("1", None, "a", [BODY, (line, "promo", "company", ["~a"]), BODY])).suspects.listed() == []


@pytest.mark.parametrize("end", ['."', ".”", ".**", "!)", "…", "?", "。", ". "])
def test_a_sentence_may_end_in_other_ways(end):
    line = FIFTEEN.rstrip(".") + end
    assert doubts(BODY, (line, "promo", "company", ["~a", "~b"]), BODY)[0]


def test_a_run_of_removed_blocks_is_one_case_told_by_its_most_doubtful_block():
    thread = [
        ("12 Comments", "comments", "alone", ["en/comments/heading"]),
        (FIFTEEN, "comments", "region", ["^en/comments/heading"]),
        (FORTY, "comments", "region", ["^en/comments/heading"]),
        (FIFTEEN + " " + FIFTEEN, "comments", "region", ["^en/comments/heading"]),
    ]
    tally = tally_of(("1", None, "a.jsonl", [BODY, *thread, BODY, SHARE]))
    (case,) = tally.suspects.listed()
    assert case == {
        "id": "1",
        "source": "a.jsonl",
        "start": len(BODY) + 1 + len("12 Comments") + 1 + len(FIFTEEN) + 1,
        "end": len(BODY) + 1 + len("12 Comments") + 1 + len(FIFTEEN) + 1 + len(FORTY),
        "words": 40,
        "run_blocks": 4,
        "run_words": 2 + 15 + 40 + 30,
        "family": "comments",
        "reason": "region",
        "rules": ["en/comments/heading"],
        "suspicious": True,
        "doubts": [
            "amid the body", "a fifth of the text", "no strong rule of its own", "its neighbours' word alone",
            "a single rule", "long",
        ],
        "key": normalized(FORTY),
        "before": BODY + "\n",
        "text": FORTY,
        "after": "\n" + BODY + "\nShare this article\n",
    }  # fmt: skip
    assert (tally.totals.prose_cases, tally.totals.suspicious_cases) == (1, 1)
    assert tally.families["comments"].suspicious_cases == tally.rules["en/comments/heading"].suspicious_cases == 1
    assert tally.families["engage"].suspicious_cases == 0


def test_the_most_doubtful_case_comes_first_and_the_same_words_once():
    weak, weaker = ["~a", "~b"], ["~a"]
    tally = tally_of(
        ("tail", None, "a", [*WIDE, (FORTY.replace("Marta", "Ines"), "legal", "alone", ["a"])]),
        ("amid", None, "a", [*WIDE, (FIFTEEN, "promo", "company", weak), BODY]),
        ("more", None, "a", [*WIDE, (FIFTEEN.replace("Marta", "Oden"), "promo", "company", weaker), BODY]),
        ("same", None, "a", [*WIDE, (FIFTEEN.upper(), "promo", "company", weak), BODY]),
    )
    assert [case["id"] for case in tally.suspects.listed()] == ["more", "amid", "tail"]
    assert tally.totals.suspicious_cases == 3


LINES = st.one_of(
    st.sampled_from([BODY, "Rain.", SHARE, RIGHTS]),
    st.tuples(
        st.sampled_from([FIFTEEN, FORTY, FORTY.upper(), "Read on", "Read 7 on", "read 12 on"]),
        st.sampled_from(["legal", "promo", "comments"]),
        st.sampled_from(["alone", "company", "region"]),
        st.lists(st.sampled_from(["a", "~b", "^c"]), min_size=1, max_size=3),
    ),
)
DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "\ud800", ""]),
        st.sampled_from([None, "https://a.example/1", "https://www.a.example/2", "https://b.example/"]),
        st.sampled_from(["x.jsonl", "y.parquet"]),
        st.lists(LINES, min_size=1, max_size=6),
    ),
    max_size=12,
)


def test_of_two_documents_with_one_id_the_same_case_is_listed_in_any_order():
    went = (FORTY, "legal", "alone", ["a"])
    one = ("1", None, "a", [BODY, went])
    two = ("1", None, "a", [BODY, went, (FIFTEEN, "legal", "alone", ["a"])])
    assert as_json(tally_of(one, two)) == as_json(tally_of(two, one))


@given(DOCUMENTS, st.data())
@settings(max_examples=60)
def test_chunks_merged_are_the_run_in_one_and_order_does_not_matter(documents, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=3)))
    merged = Tally()
    for start, end in zip([0, *cuts], [*cuts, len(documents)], strict=True):
        chunk = tally_of(*documents[start:end])
        merged.merge(Tally.from_dict(json.loads(as_json(chunk))))
    shuffled = tally_of(*data.draw(st.permutations(documents)))
    assert as_json(merged) == as_json(tally_of(*documents)) == as_json(shuffled)


@given(DOCUMENTS)
@settings(max_examples=40)
def test_a_tally_comes_back_from_json(documents):
    tally = tally_of(*documents)
    tally.reject(source="\udfff", reason="invalid UTF-8")
    text = as_json(tally)
    text.encode("utf-8")
    assert as_json(Tally.from_dict(json.loads(text))) == text


def test_merging_leaves_the_other_tally_as_it_was():
    one, two = tally_of(("1", "https://a.example", "a", [BODY, SHARE])), tally_of(("2", None, "b", [BODY, RIGHTS]))
    two.reject(source="b", reason="broken JSON")
    before = as_json(two)
    one.merge(two)
    one.merge(two)
    one.reject(source="b", reason="broken JSON")
    assert as_json(two) == before


def test_a_tally_of_another_version_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="a tally of version 99; this release reads version 1: finish the run"):
        Tally.from_dict({**Tally().to_dict(), "tally_version": 99})


def many(chunk, distinct):
    """Return the tally of a chunk in which every block, site, source and document is another one, save one block."""
    tally = Tally()
    for number in range(chunk * distinct, (chunk + 1) * distinct):
        letters = "".join(chr(97 + int(digit)) for digit in str(number))
        before, result = made("Rain.", (f"Read {letters}", "promo", "alone", ["r"]), SHARE)
        tally.add(id=letters, url=f"https://{letters}.example", source="s", before=before, result=result)
        tally.reject(source=letters, reason="broken JSON")
    return tally


def test_a_tally_stays_small_and_says_what_it_may_have_missed(monkeypatch):
    monkeypatch.setattr(tallies, "BLOCKS_ROOM", 100)
    monkeypatch.setattr(tallies, "SITES_ROOM", 100)
    monkeypatch.setattr(tallies, "SOURCES_ROOM", 100)
    chunks = [many(number, 700) for number in range(4)]
    merged, reread = Tally(), Tally()
    for chunk in chunks:
        merged.merge(chunk)
        reread.merge(Tally.from_dict(json.loads(as_json(chunk))))
    assert as_json(merged) == as_json(reread)
    data = merged.to_dict()
    assert max(len(data[name]["entries"]) for name in ("blocks", "sites", "rejects")) <= 100
    assert max(len(data[name]) for name in ("by_share", "by_words", "suspects")) <= tallies.SUSPECTS_LISTED
    key, count = merged.blocks.heaviest()[0]
    assert (key, count.weight, count.missed) == ("share this article", 2800, 0)
    assert 0 < merged.blocks.bound <= 2 * 2800 / 50
    assert (merged.totals.documents, merged.totals.rejected) == (2800, 2800)


def test_names_and_texts_without_end_are_cut():
    tally = tally_of(
        (
            "i" * 9999,
            "https://" + "h" * 9999 + ".example",
            "s" * 9999,
            [BODY, ("word " * 9999 + ".", "legal", "region", ["^a"]), BODY],
        )
    )
    tally.reject(source="s" * 9999, reason="r" * 9999)
    assert len(as_json(tally)) < 12_000
