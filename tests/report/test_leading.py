"""Bounded lists: what they promise about what they dropped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defurnish.report.leading import Best, Frequent

ROOM = 8


@dataclass
class Count:
    weight: int
    missed: int = 0

    def absorb(self, other):
        self.weight += other.weight

    def copy(self):
        return replace(self)


def table_of(keys):
    table = Frequent(ROOM)
    for key in keys:
        table.add(key, Count(1))
    return table


def state(table):
    return table.bound, {key: (count.weight, count.missed) for key, count in table.entries.items()}


streams = st.lists(st.integers(0, 40).map(lambda n: f"{n * n // 25}"), max_size=300)


@given(st.lists(streams, min_size=1, max_size=6))
def test_a_count_and_what_it_may_have_missed_enclose_the_truth(parts):
    table = Frequent(ROOM)
    for part in parts:
        table.merge(table_of(part))
    truth = Counter(key for part in parts for key in part)
    assert len(table.entries) <= ROOM
    for key, count in table.entries.items():
        assert count.weight <= truth[key] <= count.weight + count.missed
        assert count.missed <= table.bound
    assert all(truth[key] <= table.bound for key in truth if key not in table.entries)


@given(st.lists(streams, min_size=1, max_size=6))
def test_the_bound_is_what_the_scheme_promises(parts):
    table = Frequent(ROOM)
    for part in parts:
        table.merge(table_of(part))
    assert table.bound <= sum(map(len, parts)) / (ROOM // 2 + 1)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.data())
def test_as_long_as_all_keys_have_room_counts_are_exact_however_the_stream_is_cut(keys, data):
    cut = data.draw(st.integers(0, len(keys)))
    table = table_of(keys[:cut])
    table.merge(table_of(keys[cut:]))
    assert state(table) == (0, {key: (count, 0) for key, count in Counter(keys).items()})


def test_a_merged_table_stays_as_it_is():
    one, two = table_of("aab"), table_of("bc")
    before = state(two)
    one.merge(two)
    one.entries["c"].weight += 7
    assert state(two) == before


def test_a_key_that_comes_back_says_how_much_of_it_was_missed():
    table = table_of("aaaabbbbccccdddd" + "efghi")
    assert state(table) == (1, dict.fromkeys("abcd", (4, 0)))
    table.add("e", Count(1))
    assert state(table)[1]["e"] == (1, 1)


def best_of(entries):
    best = Best(3, rank=lambda entry: (-entry["score"], entry["id"]), key=lambda entry: entry["id"])
    best.extend(entries)
    return best


entries = st.lists(
    st.builds(lambda score, name: {"score": score, "id": name}, st.integers(0, 9), st.sampled_from("abcdefgh"))
)


@given(entries, st.data())
def test_the_best_are_the_same_in_any_order_and_however_they_are_cut(found, data):
    highest = {}
    for entry in found:
        highest[entry["id"]] = max(highest.get(entry["id"], 0), entry["score"])
    expected = [
        {"score": score, "id": name}
        for name, score in sorted(highest.items(), key=lambda item: (-item[1], item[0]))[:3]
    ]
    cut = data.draw(st.integers(0, len(found)))
    merged = best_of(found[:cut])
    merged.extend(best_of(found[cut:]).listed())
    assert best_of(found).listed() == best_of(found[::-1]).listed() == merged.listed() == expected


@pytest.mark.parametrize("number", [3, 5, 6, 100])
def test_no_more_is_listed_than_asked_for(number):
    assert [entry["score"] for entry in best_of({"score": n, "id": str(n)} for n in range(number)).listed()] == [
        number - 1, number - 2, number - 3,
    ]  # fmt: skip
