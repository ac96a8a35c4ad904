"""Turns a site's profile into rules: what its entries see in the blocks of a page.

An entry speaks like any rule (``site/example.org#12``), of whole blocks, and only where it was learned to stand. A
block is looked up in one dictionary by its template; lines that are longer than any template are not looked at, and
those without a figure, an address, a by-line's word or the page's title are their own template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from .matchview import lead
from .model import SITE, Entry, Hit, Kind, Profile, Rule, RuleId
from .rulefile import PACKAGED
from .template import is_slots_only, template, title_of

# A block may stand so many blocks further from the edge than the farthest quarter of the pages that were learned
# from: a menu gets an item, a headline a second line.
SLACK = 3
# A slot stands for more characters than its name has.
SLOT_ROOM = 80
# A crawl goes back and forth between some hundred sites.
REMEMBERED = 1024


class Profiles(Protocol):
    """Where the profiles of sites are found, as in :class:`defurnish.profiles.store.Lookup`."""

    def of_page(self, url: str, /) -> Profile | None:
        """Return the profile of the site that an address or a bare host names, or None."""


class SiteRules:
    """The accepted entries of a profile, ready to be looked up. Never changed, picklable, safe to share."""

    __slots__ = ("_at_home", "_entries", "_guests", "_longest", "profile")

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._entries: dict[str, list[tuple[Entry, Rule]]] = {}
        for entry in profile.entries:
            if entry.status == "accepted":
                self._entries.setdefault(entry.template, []).append((entry, _rule(profile.site, entry)))
        self._at_home = None if profile.at_home is None else frozenset(profile.at_home)
        self._guests: dict[RuleId, Rule] = {}
        self._longest = max(map(len, self._entries), default=0) + SLOT_ROOM

    def __reduce__(self) -> tuple[type[SiteRules], tuple[Profile]]:
        return SiteRules, (self.profile,)

    def hits(
        self, lines: Sequence[str], kinds: Sequence[Kind], seen: Mapping[int, Iterable[Hit]]
    ) -> dict[int, list[Hit]]:
        """Return what rules and entries see: block number -> hits.

        ``lines`` and ``kinds`` are the match-view lines and kinds of all blocks; ``seen`` is what the rules see. A rule
        that hardly ever speaks on the site removes in company only, and so does any on a bare date or number that
        stands elsewhere than those of the site do: diaries have such headings.
        """
        found: dict[int, list[Hit]] = {}
        displaced: set[int] = set()
        title = title_of(lines, kinds) if self._entries else ""
        for number, line in enumerate(lines):
            if len(line) > self._longest:
                continue
            entries = self._entries.get(template(line, title), ())
            for entry, rule in entries:
                if _is_in_place(entry, number, len(lines)):
                    found[number] = [Hit(rule, lead(line), len(line))]
                elif is_slots_only(entry.template):
                    displaced.add(number)
        for number, hits in seen.items():
            heard = [*self._restrained(hits, everything=number in displaced), *found.get(number, ())]
            if heard:
                found[number] = heard
        return found

    def _restrained(self, hits: Iterable[Hit], *, everything: bool) -> Iterator[Hit]:
        for hit in hits:
            rule = hit.rule
            at_home = self._at_home is None or rule.id in self._at_home
            if (at_home and not everything) or not removes_alone(rule) or not rule.source.startswith(PACKAGED):
                yield hit
            elif not hit.glued:  # what is glued to a sentence has no other company
                if rule.id not in self._guests:
                    self._guests[rule.id] = replace(rule, strength="supporting", zone="anywhere", opens=None)
                yield replace(hit, rule=self._guests[rule.id])


def removes_alone(rule: Rule) -> bool:
    """Whether a rule can remove without company: everywhere, in the zone that it names, or as what opens a region."""
    if rule.strength == "supporting":
        return rule.zone != "anywhere" or rule.opens is not None
    return rule.strength == "strong"


def _is_in_place(entry: Entry, number: int, count: int) -> bool:
    if entry.place == "middle" or not entry.pages:  # an entry without pages was written by a person
        return True
    distance = number if entry.place == "head" else count - 1 - number
    return distance <= entry.distance + entry.spread + SLACK


def _rule(site: str, entry: Entry) -> Rule:
    return Rule(
        id=RuleId(f"{SITE}{site}#{entry.number}"),
        family=entry.family,
        strength=entry.strength,
        match="whole",
        summary=f"Recurs on {entry.pages} pages of {site}: {entry.template}",
        why="What stands in the same place on the pages of a site is the site's.",
        source=f"profile of {site}",
    )


class Sites:
    """The rules of many sites, made of a site's profile when it is first met. Picklable, safe to share."""

    __slots__ = ("_made", "profiles")

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self._made: dict[str, SiteRules] = {}

    def __reduce__(self) -> tuple[type[Sites], tuple[Profiles]]:
        return Sites, (self.profiles,)

    def of_page(self, url: str) -> SiteRules | None:
        """Return the rules of the site that an address or a bare host names; None if it has no profile."""
        profile = self.profiles.of_page(url)
        if profile is None:
            return None
        made = self._made.get(profile.site)
        if made is None or made.profile is not profile:
            if len(self._made) >= REMEMBERED:
                self._made = {}
            made = self._made[profile.site] = SiteRules(profile)
        return made
