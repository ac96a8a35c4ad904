"""Walks a person through the proposals of profiles; every answer is kept at once, so that one can stop anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.text import Text

from ..matchview import view
from ..model import FAMILIES, Entry, Profile, Status
from ..template import template
from .store import Store, StoreError

_ANSWERS = {"a": "accept", "r": "reject", "e": "edit", "s": "skip", "q": "quit"}
_STRENGTHS = ("strong", "supporting")
_PROMPT = "[a]ccept  [r]eject  [e]dit  [s]kip  [q]uit > "


@dataclass(slots=True)
class Reviewed:
    """What was decided."""

    accepted: int = 0
    rejected: int = 0
    left: int = 0
    """Proposals that nobody has decided on."""


def review(store: Store, sites: Iterable[str], console: Console, ask: Callable[[str], str]) -> Reviewed:
    """Show the proposals of the sites one by one, ask what to do with each, and keep each answer in the store at once.

    ``ask`` prints a prompt and returns the line that was typed; EOFError from it ends the review, as the answer ``q``
    does. Whatever else changed in the store meanwhile stays: only the entry that is decided on is written.
    """
    reviewed = Reviewed()
    gone = False
    for site in sites:
        profile = _profile(store, site)
        proposals = [entry for entry in profile.entries if entry.status == "proposed"]
        for place, entry in enumerate(proposals, 1):
            status: Status = "proposed"
            if not gone:
                _show(profile, entry, place, len(proposals), console)
                answer = _decide(store, site, entry, console, ask)
                gone, status = answer is None, answer or status
            reviewed.accepted += status == "accepted"
            reviewed.rejected += status == "rejected"
            reviewed.left += status == "proposed"
    return reviewed


def decided(store: Store, site: str, number: int, **changes: Any) -> Entry:
    """Change an entry of a profile in a store, and return it as it is then. Raises StoreError if it is gone."""
    profile = _profile(store, site)
    entry = next((entry for entry in profile.entries if entry.number == number), None)
    if entry is None:
        raise StoreError(f"{store.path}: {site}: entry {number} is gone; review it again")
    new = replace(entry, **changes)
    entries = tuple(new if held is entry else held for held in profile.entries)
    store.put([replace(profile, entries=entries)])
    return new


def _profile(store: Store, site: str) -> Profile:
    profile = store.get(site)
    if profile is None:
        raise StoreError(f"{store.path}: holds no profile of {site}")
    return profile


def _decide(store: Store, site: str, entry: Entry, console: Console, ask: Callable[[str], str]) -> Status | None:
    """Return the status that an entry has after the person's answer, or None if the person is gone."""
    try:
        return _answered(store, site, entry, console, ask)
    except EOFError:
        return None


def _answered(store: Store, site: str, entry: Entry, console: Console, ask: Callable[[str], str]) -> Status | None:
    while True:
        answer = ask(_PROMPT).strip().lower()
        match _ANSWERS.get(answer, answer):
            case "accept":
                return decided(store, site, entry.number, status="accepted").status
            case "reject":
                return decided(store, site, entry.number, status="rejected").status
            case "edit":
                entry = decided(store, site, entry.number, **_edits(_profile(store, site), entry, console, ask))
                console.print(_summary(entry))
            case "skip":
                return "proposed"
            case "quit":
                return None
            case _:
                console.print("Type a, r, e, s or q.")


def _edits(profile: Profile, entry: Entry, console: Console, ask: Callable[[str], str]) -> dict[str, Any]:
    """Ask for the values that a person may change; an empty answer keeps a value."""
    console.print("An empty line keeps what is there.")
    return {
        "template": _template(profile, entry, console, ask),
        "family": _choice("family", entry.family, FAMILIES, console, ask),
        "strength": _choice("strength", entry.strength, _STRENGTHS, console, ask),
    }


def _template(profile: Profile, entry: Entry, console: Console, ask: Callable[[str], str]) -> str:
    typed = ask(f"template ({entry.template}) > ")
    if not typed.strip():
        return entry.template
    form = template(view(typed))
    if not form:
        console.print("No line can have this template; kept as it was.")
        return entry.template
    twin = next((held for held in profile.entries if held.template == form and held.number != entry.number), None)
    if twin is not None:
        console.print(f"That is the template of #{twin.number}; kept as it was.")
        return entry.template
    if form != typed:
        console.print(Text(f"Written as it is compared: {form}"))
    return form


def _choice(name: str, held: str, known: tuple[str, ...], console: Console, ask: Callable[[str], str]) -> str:
    while True:
        typed = ask(f"{name} ({held}) > ").strip().lower()
        if not typed:
            return held
        if typed in known:
            return typed
        console.print(f"Type one of {', '.join(known)}.")


def _show(profile: Profile, entry: Entry, place: int, count: int, console: Console) -> None:
    console.print()
    console.rule(Text(f"{profile.site}  {place} of {count}", style="bold"), align="left")
    console.print(_summary(entry))
    console.print(f"on {entry.pages:,} of {profile.pages:,} pages; {_where(entry)}")
    if entry.rules:
        console.print(Text(f"known to {', '.join(entry.rules)}"))
    named = {held.number: held.template for held in profile.entries}
    for number in entry.beside:
        if number in named:
            console.print(Text(f"beside #{number} {_short(named[number])}", style="dim"))
    for example in entry.examples:
        console.print(Text("  │ ", style="dim") + Text(example.replace("\n", "\n  │ ")))


def _where(entry: Entry) -> str:
    """Return in words where an entry stands.

    >>> _where(Entry(4, "share", "engage", "proposed", "strong", 9, 1.0, "tail", distance=2, spread=1))
    'block 3 from the end, give or take 1'
    """
    edge = "from the end" if entry.place == "tail" else "from the beginning"
    return f"block {entry.distance + 1} {edge}" + (f", give or take {entry.spread}" if entry.spread else "")


def _summary(entry: Entry) -> Text:
    return Text(f"#{entry.number}  {entry.family}, {entry.strength}  ", style="bold") + Text(entry.template)


def _short(line: str, most: int = 80) -> str:
    return line if len(line) <= most else f"{line[: most - 1]}…"
