"""Puts what was learned anew together with a profile that a person has read and edited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..matchview import view
from ..model import Entry, Profile
from ..template import template


def merged(kept: Profile, learned: Profile) -> Profile:
    """Return ``kept`` with the counts of ``learned``, and with what is new there.

    Of an entry that both have, number, status, template, family, strength and examples stay as they are in ``kept``,
    for a person may have decided them; counts, place, rules and neighbours are those of ``learned``. Entries are the
    same if their templates are, or if a block that ``kept`` shows as an example has the template in ``learned``: so
    they find each other after a person has edited the template.

    What ``learned`` does not have stays as it was if it is accepted or rejected or was added by hand; a proposal that
    nobody decided on goes. New entries get new numbers, in the order of ``learned``; no number is given twice.

    Raises ValueError for profiles of two sites.

    >>> old = Entry(4, "share this", "engage", "rejected", "strong", 9, 1.0, "tail", distance=0, spread=0)
    >>> new = replace(old, number=1, status="accepted", pages=18, share=0.9)
    >>> old, new = (Profile("post.example", 20, entries=(entry,)) for entry in (old, new))
    >>> entry = merged(old, new).entries[0]
    >>> entry.number, entry.status, entry.pages
    (4, 'rejected', 18)
    """
    if kept.site != learned.site:
        raise ValueError(f"the profiles of {kept.site} and {learned.site} are of two sites")
    partners = _partners(kept.entries, learned.entries)
    last = max([kept.last_number, learned.last_number, *(entry.number for entry in kept.entries)])
    numbers = {new.number: old.number for old, new in partners}
    for new in learned.entries:
        if new.number not in numbers:
            numbers[new.number] = last = last + 1
    old_of = {new.number: old for old, new in partners}
    found = [_edited(new, old_of.get(new.number), numbers) for new in learned.entries]
    seen = {old.number for old, _ in partners}
    gone = [old for old in kept.entries if old.number not in seen and _stays(old)]
    entries = tuple(sorted([*found, *gone], key=lambda entry: entry.number))
    return replace(learned, entries=entries, last_number=last if not entries or last > entries[-1].number else 0)


def _partners(kept: Iterable[Entry], learned: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Return the pairs of one entry, first those of one template, then those that an example betrays."""
    free = {entry.template: entry for entry in learned}
    pairs: list[tuple[Entry, Entry]] = []
    alone = list(kept)
    ways: tuple[Callable[[Entry], Iterator[str]], ...] = (lambda entry: iter((entry.template,)), _templates)
    for templates in ways:
        for entry in tuple(alone):
            for found in templates(entry):
                if found in free:
                    pairs.append((entry, free.pop(found)))
                    alone.remove(entry)
                    break
    return pairs


def _templates(entry: Entry) -> Iterator[str]:
    return (template(view(example)) for example in entry.examples)


def _edited(new: Entry, old: Entry | None, numbers: dict[int, int]) -> Entry:
    renumbered = replace(
        new,
        number=numbers[new.number],
        beside=tuple(sorted(numbers[number] for number in new.beside if number in numbers)),
    )
    if old is None:
        return renumbered
    return replace(
        renumbered,
        status=old.status,
        template=old.template,
        family=old.family,
        strength=old.strength,
        examples=old.examples or new.examples,
    )


def _stays(old: Entry) -> bool:
    return old.status != "proposed" or old.pages == 0
