"""A table of heads lets those rules speak that ask for the head of a line, and no others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from defurnish.headtable import HeadTable
from defurnish.ruleset import places_of, rule_set

HEADS = st.frozensets(st.text("ab0 ", min_size=1, max_size=8), max_size=6)


@given(st.lists(st.none() | HEADS, max_size=8), st.text("ab0 ", max_size=10), st.sets(st.integers(0, 7)))
def test_each_rule_is_asked_by_its_heads(heads, line, among):
    among = {place for place in among if place < len(heads)}
    head = line + " "
    found = HeadTable(heads).rules_of(head, rule_set(among))
    wanted = [
        place
        for place, asked in enumerate(heads)
        if place in among and (asked is None or any(head.startswith(one) for one in asked))
    ]
    assert list(places_of(found)) == wanted
