"""The options that say how to clean, for every command that cleans."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from .model import FAMILIES
from .pipeline import Cleaner

if TYPE_CHECKING:
    from .profiles.store import Lookup

Keep = Annotated[
    list[str] | None, typer.Option("--keep", metavar="FAMILY", help=f"Family that stays: {', '.join(FAMILIES)}.")
]
Rules = Annotated[list[str] | None, typer.Option("--rules", metavar="FILE", help="Rule file of your own.")]
Language = Annotated[list[str] | None, typer.Option("--language", help="Language whose rules speak.")]
NoRepair = Annotated[bool, typer.Option("--no-repair", help="Leave mojibake and entities as they are.")]
Profiles = Annotated[
    str | None, typer.Option("--profiles", metavar="PROFILES", help="Site profiles: a folder, a .toml, a .sqlite.")
]
Site = Annotated[
    str | None, typer.Option("--site", metavar="HOST", help="Site of the text, or its address, to find its profile.")
]
Replacement = Annotated[str | None, typer.Option("--replacement", metavar="TEXT", help="Marker for each removed run.")]


def complain(message: object) -> None:
    """Say what is wrong on standard error."""
    print(f"defurnish: {message}", file=sys.stderr)


def fail(message: object) -> NoReturn:
    """Say what is wrong, and end with exit code 2."""
    complain(message)
    raise typer.Exit(2)


def cleaner_of(
    keep: list[str] | None,
    rules: list[str] | None,
    language: list[str] | None,
    no_repair: bool,
    replacement: str | None = None,
    profiles: str | None = None,
) -> Cleaner:
    """Return the cleaner that the options describe, or fail."""
    families = [family.strip() for item in keep or () for family in item.split(",") if family.strip()]
    try:
        return Cleaner(
            keep=families,  # type: ignore[arg-type]  # checked by Cleaner, whose message names the families
            rules=rules or (),
            languages=language or None,
            repair=not no_repair,
            replacement=replacement,
            profiles=None if profiles is None else _lookup(profiles),
        )
    except ValueError as error:
        fail(error)


def site_of_text(profiles: str | None, site: str | None) -> str | None:
    """Return the site to look up, or fail if one of the two options lacks the other."""
    if (profiles is None) != (site is None):
        fail("--profiles and --site go together: where the profiles are, and which site the text is from")
    return site


def _lookup(profiles: str) -> Lookup:
    """Return what finds the profiles of a store, or fail."""
    from .profiles.extra import extra

    with extra():
        from .profiles.store import Lookup, open_store

        return Lookup(open_store(profiles))
