"""The commands ``defurnish profile show``, ``diff`` and ``review``; other commands stay light without the extra."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..options import complain, fail
from .extra import extra

if TYPE_CHECKING:
    from ..model import Entry, Profile
    from .differences import Change
    from .store import Store

Place = Annotated[
    str, typer.Argument(metavar="PROFILES", help="Folder of profiles, one .toml of them, or a .sqlite file.")
]
Site = Annotated[str | None, typer.Argument(metavar="[SITE]", help="Host, or an address on it. Default: all.")]

profile_app = typer.Typer(no_args_is_help=True, help="Show, compare and review site profiles.")


@profile_app.command("show")
def show(place: Place, site: Site = None) -> None:
    """Show the profile of a site, or what profiles there are.

    **Examples**

    - `defurnish profile show profiles/`
    - `defurnish profile show profiles/ post.example`
    """
    with extra():
        from .store import OneFile, open_store

        store = open_store(place)
        if site is None and not isinstance(store, OneFile):
            _show_sites(store)
        else:
            for name in _sites(store, site):
                profile = store.get(name)
                assert profile is not None
                _show_profile(profile)
                _tell_of_mute(profile)


def _sites(store: Store, site: str | None) -> list[str]:
    """Return the sites of a store, or the one that is asked for; fail if it is not there."""
    from .sites import site_of

    if site is None:
        return list(store.sites())
    name = site_of(site)
    if name is None:
        fail(f"{site}: is no site; it must be a host, as in post.example")
    if store.get(name) is None:
        fail(f"{store.path}: holds no profile of {name}; defurnish profile show {store.path} lists what it holds")
    return [name]


def _show_sites(store: Store) -> None:
    from .toml import ProfileError

    console = Console()
    table = Table("site", "pages", "accepted", "proposed", "rejected", "learned", box=None)
    refused = False
    for site in store.sites():
        try:
            profile = store.get(site)
        except ProfileError as error:
            complain(error)
            refused = True
            continue
        if profile is None:  # it went meanwhile
            continue
        status = Counter(entry.status for entry in profile.entries)
        counts = [str(number) for number in (profile.pages, status["accepted"], status["proposed"], status["rejected"])]
        row = [profile.site, *counts, profile.learned or ""]
        if console.is_terminal:
            table.add_row(*map(Text, row))
        else:
            print(*row, sep="\t")
    if console.is_terminal:
        console.print(table)
    if refused:
        raise typer.Exit(2)


def _show_profile(profile: Profile) -> None:
    console = Console()
    rows = [(f"#{entry.number}", *_columns(entry)) for entry in profile.entries]
    if not console.is_terminal:
        for row in rows:
            print(*row, sep="\t")
        return
    when = f", learned {profile.learned}" if profile.learned else ""
    console.print(Text(f"{profile.site}: {profile.pages:,} pages{when}", style="bold"))
    table = Table("", "status", "family", "strength", "pages", "share", "place", "template", box=None)
    styles = {"accepted": "green", "proposed": "yellow", "rejected": "dim"}
    for row in rows:
        table.add_row(row[0], Text(row[1], style=styles[row[1]]), *map(Text, row[2:]))
    console.print(table)


def _tell_of_mute(profile: Profile) -> None:
    """Complain of templates that a person wrote as no block is compared: they would never speak."""
    from ..matchview import view
    from ..template import template

    for entry in profile.entries:
        form = template(view(entry.template))
        if form != entry.template:
            complain(
                f"{profile.site}#{entry.number}: no block is compared as {entry.template!r}"
                + (f"; write {form!r}" if form else "; write the block in lower case, with slots")
            )


def _columns(entry: Entry) -> tuple[str, ...]:
    place = f"{entry.place} {entry.distance}" + (f"±{entry.spread}" if entry.spread else "")
    template = entry.template.replace("\n", " ").replace("\t", " ")
    return entry.status, entry.family, entry.strength, str(entry.pages), f"{entry.share:.0%}", place, template


@profile_app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Profiles as they were: folder, .toml or .sqlite.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Profiles as they are now.")],
    site: Site = None,
    counts: Annotated[bool, typer.Option("--counts", help="Also what differs in counts and places only.")] = False,
) -> None:
    """Show what changed between two profiles, entry by entry. Exit code 1 if anything did.

    **Examples**

    - `defurnish profile diff profiles-may/ profiles-june/`
    - `defurnish profile diff old.toml new.toml --counts`
    """
    with extra():
        from .sites import site_of
        from .store import open_store

        before, after = open_store(old), open_store(new)
        one = None if site is None else site_of(site) or fail(f"{site}: is no site; it must be a host")
        names = sorted({*before.sites(), *after.sites()}) if one is None else [one]
        changed = [_print_differences(name, before.get(name), after.get(name), counts) for name in names]
        if one is not None and before.get(one) is None and after.get(one) is None:
            fail(f"neither {old} nor {new} holds a profile of {one}")
    if any(changed):
        raise typer.Exit(1)


# What says nothing of what the profile does.
_COUNTS = ("pages", "learned", "at_home", "share", "distance", "spread", "rules", "beside", "examples")
_SIGNS = {"new": ("+", "green"), "gone": ("-", "red"), "changed": ("~", "yellow")}


def _print_differences(site: str, old: Profile | None, new: Profile | None, counts: bool) -> bool:
    from .differences import differences

    console = Console(highlight=False, soft_wrap=True)
    if old is None or new is None:
        held = new or old
        if held is None:
            return False
        sign, style = _SIGNS["new" if old is None else "gone"]
        console.print(Text(f"{sign} {site}: {held.pages:,} pages, {len(held.entries)} entries", style=style))
        return True
    changes = [change for change in differences(old, new) if counts or change.key not in _COUNTS]
    if changes:
        console.print(Text(site, style="bold"))
    for change in changes:
        console.print(Text("  ") + _line(change))
    return bool(changes)


def _line(change: Change) -> Text:
    sign, style = _SIGNS[change.kind]
    entry = change.entry
    if entry is None:
        return Text(f"{sign} {change.key}: {_told(change.before)} → {_told(change.after)}", style=style)
    named = f"{sign} #{entry.number} {entry.template}"
    if change.kind == "changed":
        return Text(f"{named}: {change.key}: {_told(change.before)} → {_told(change.after)}", style=style)
    return Text(f"{named}: {entry.status}, {entry.family}, {entry.share:.0%} of the pages", style=style)


def _told(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:.1%}" if isinstance(value, float) else str(value)


@profile_app.command("review")
def review(place: Place, site: Site = None) -> None:
    """Walk through what is proposed, and accept, reject or edit it.

    Every answer is kept at once: leave at any time, and go on later with the same command.

    **Examples**

    - `defurnish profile review profiles/`
    - `defurnish profile review profiles/ post.example`
    """
    with extra():
        from .review import review as walk
        from .store import open_store

        store = open_store(place)
        console = Console(highlight=False)
        try:
            done = walk(store, _reviewed(store, site), console, _ask)
        except KeyboardInterrupt:
            complain("interrupted; every answer was kept")
            raise typer.Exit(130) from None
    print(f"{done.accepted:,} accepted, {done.rejected:,} rejected, {done.left:,} left to review")


def _reviewed(store: Store, site: str | None) -> Iterator[str]:
    from .toml import ProfileError

    for name in _sites(store, site):
        try:
            store.get(name)
        except ProfileError as error:
            complain(error)
            continue
        yield name


def _ask(prompt: str) -> str:
    sys.stdout.flush()
    return input(prompt)
