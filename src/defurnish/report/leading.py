"""Two ways to keep a list of a whole corpus small: the best entries of a ranking, and the most frequent keys.

Both merge, and neither depends on the order in which records came as long as nothing had to be dropped. What was
dropped depends on how the corpus was cut into chunks and on the order of merging, never on who did the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, Protocol, Self, TypeVar

Entry = dict[str, Any]
Rank = tuple[Any, ...]


class Best:
    """The ``limit`` entries that come first in a ranking, one a key; exact under any order and any splits.

    An entry is a dictionary of JSON types. ``rank`` must tell any two different entries apart, or which of them is
    listed would be left to chance; of entries with the same ``key`` the one that ranks first is listed.
    """

    __slots__ = ("_entries", "_key", "_limit", "_rank")

    def __init__(self, limit: int, rank: Callable[[Entry], Rank], key: Callable[[Entry], Any]) -> None:
        self._limit = limit
        self._rank = rank
        self._key = key
        self._entries: dict[Any, Entry] = {}

    def offer(self, entry: Entry) -> None:
        """List the entry if it ranks high enough."""
        key = self._key(entry)
        known = self._entries.get(key)
        if known is None or self._rank(entry) < self._rank(known):
            self._entries[key] = entry
            if len(self._entries) >= 2 * self._limit:  # sorting at each offer would cost more than the room
                self._entries = {self._key(best): best for best in self.listed()}

    def extend(self, entries: Iterable[Entry]) -> None:
        """Offer several entries."""
        for entry in entries:
            self.offer(entry)

    def listed(self) -> list[Entry]:
        """Return the entries, first in rank first."""
        return sorted(self._entries.values(), key=self._rank)[: self._limit]


class Counted(Protocol):
    """What :class:`Frequent` counts: a weight, and how much of it may have been missed before it was listed."""

    weight: int
    missed: int

    def absorb(self, other: Self) -> None:
        """Add what another count of the same key has seen."""

    def copy(self) -> Self:
        """Return a count that can go its own way."""


C = TypeVar("C", bound=Counted)


class Frequent(Generic[C]):
    """The heaviest keys of a stream in bounded memory, with the most that may have been missed of each.

    Up to ``room`` keys are counted exactly. When they are more, the lighter half is dropped, and ``bound`` is the most
    that any key outside the table can have weighed; a key that is listed afterwards starts with ``missed = bound``.
    So always ``weight <= true weight <= weight + missed``. The bound is at most the total weight divided by half of
    ``room``, merged or not: what a key can have weighed above the bound is its counter in the scheme of Misra and
    Gries (1982), which is mergeable (Agarwal et al., 2012).
    """

    __slots__ = ("_room", "bound", "entries")

    def __init__(self, room: int) -> None:
        self._room = room
        self.bound = 0
        self.entries: dict[str, C] = {}

    def add(self, key: str, count: C) -> None:
        """Add to the count of a key."""
        known = self.entries.get(key)
        if known is not None:
            known.absorb(count)
            return
        count.missed = self.bound
        self.entries[key] = count
        if len(self.entries) > self._room:
            self._prune()

    def merge(self, other: Frequent[C]) -> None:
        """Add the counts of another table, which stays as it is."""
        if other.bound:
            for key, mine in self.entries.items():
                if key not in other.entries:
                    mine.missed += other.bound
        for key, theirs in other.entries.items():
            known = self.entries.get(key)
            if known is None:
                added = theirs.copy()
                added.missed += self.bound
                self.entries[key] = added
            else:
                known.absorb(theirs)
                known.missed += theirs.missed
        self.bound += other.bound
        if len(self.entries) > self._room:
            self._prune()

    def heaviest(self) -> list[tuple[str, C]]:
        """Return keys with their counts, heaviest first, ties by key."""
        return sorted(self.entries.items(), key=lambda item: (-item[1].weight, item[0]))

    def _prune(self) -> None:
        by_most_possible = sorted(self.entries.items(), key=lambda item: (-(item[1].weight + item[1].missed), item[0]))
        dropped = by_most_possible[self._room // 2][1]
        self.bound = dropped.weight + dropped.missed
        self.entries = dict(by_most_possible[: self._room // 2])
