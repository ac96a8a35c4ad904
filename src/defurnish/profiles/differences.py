"""What changed between two profiles of a site, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

from ..model import Entry, Profile


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: an entry that is new or gone, or a value that is another one."""

    kind: Literal["new", "gone", "changed"]
    entry: Entry | None
    """The entry that it is about, as it is now (``gone``: as it was); None where it is about the profile itself."""
    key: str = ""
    before: Any = None
    after: Any = None


def differences(old: Profile, new: Profile) -> Iterator[Change]:
    """Yield what differs, the profile's own values first, then entry by entry in the order of their numbers.

    >>> entry = Entry(4, "share this", "engage", "proposed", "strong", 9, 1.0, "tail", distance=0, spread=0)
    >>> old, new = Profile("post.example", 9, entries=(entry,)), Profile("post.example", 12)
    >>> [(change.kind, change.key) for change in differences(old, new)]
    [('changed', 'pages'), ('gone', '')]
    """
    for key in ("site", "pages", "learned", "at_home"):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield Change("changed", None, key, before, after)
    was = {entry.number: entry for entry in old.entries}
    now = {entry.number: entry for entry in new.entries}
    for number in sorted({*was, *now}):
        if number not in now:
            yield Change("gone", was[number])
        elif number not in was:
            yield Change("new", now[number])
        else:
            yield from _changed(was[number], now[number])


def _changed(was: Entry, now: Entry) -> Iterator[Change]:
    for field in fields(Entry):
        before, after = getattr(was, field.name), getattr(now, field.name)
        if before != after:
            yield Change("changed", now, field.name, before, after)
