"""Finds phrases without compiled code, where ``ahocorasick_rs`` has no wheel: the same matches, some ten times slower.

The automaton of Aho and Corasick ("Efficient string matching", 1975) as a trie of dictionaries. Its failure links are
followed once for each byte that is met in a state, and the way is kept in the state: after some documents nearly
every byte of a text is one look-up, as in a table of all transitions, of which only a few per cent are ever needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

# Transitions kept by a state beside its own: real text meets a dozen, and hostile text must not fill the memory.
KEPT = 64


class _State(dict[int, "_State"]):
    """A state of the automaton: byte -> next state. What is not there is found by the failure link."""

    __slots__ = ("fail", "found", "own")

    def __init__(self) -> None:
        self.fail: _State | None = None
        self.found: tuple[tuple[int, int], ...] = ()
        """(index, length) of the phrases that end here, the longest first."""
        self.own = 0

    def __missing__(self, byte: int) -> _State:
        after: _State = self if self.fail is None else self.fail[byte]
        if len(self) < self.own + KEPT:
            self[byte] = after  # two threads may both do so, and write the same
        return after


class FallbackMatcher:
    """An automaton over phrases, of which none may be empty. Never changes its answers; threads may share it.

    >>> FallbackMatcher([b"read more", b"more"]).matches(b"read more")
    [(0, 0, 9), (1, 5, 9)]
    """

    __slots__ = ("_root",)

    def __init__(self, phrases: Iterable[bytes]) -> None:
        self._root = root = _State()
        for index, phrase in enumerate(phrases):
            if not phrase:
                raise ValueError("a phrase must not be empty")
            state = root
            for byte in phrase:
                following = state.get(byte)
                if following is None:
                    following = state[byte] = _State()
                state = following
            state.found += ((index, len(phrase)),)
        # By breadth, so that the link of a state is known before those of the states behind it.
        waiting: deque[tuple[_State, _State | None]] = deque([(root, None)])
        while waiting:
            state, state.fail = waiting.popleft()
            if state.fail is not None:
                state.found += state.fail.found
            state.own = len(state)
            waiting.extend((after, root if state is root else _next(state.fail, byte)) for byte, after in state.items())

    def matches(self, data: bytes) -> list[tuple[int, int, int]]:
        """Return (index of the phrase, start, end) of all places of all phrases in ``data``, by their ends."""
        matches: list[tuple[int, int, int]] = []
        state = self._root
        for end, byte in enumerate(data, 1):
            state = state[byte]
            if state.found:
                matches += [(index, end - length, end) for index, length in state.found]
        return matches


def _next(state: _State | None, byte: int) -> _State:
    """Return the state behind the nearest of a state and its failure links that knows the byte, else the root."""
    assert state is not None
    while byte not in state and state.fail is not None:
        state = state.fail
    return state.get(byte, state)
