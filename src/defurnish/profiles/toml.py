'''A profile as a TOML file: read strictly, written so that a person likes to read it and git shows small changes.

Keys of a file:

=========== ============================================================================================================
site        the host, in lower case, without ``www.``
pages       distinct articles that were seen
learned     when, as in ``"2026-11-24"``; may be missing
last_number highest number that an entry ever had; only where that entry is gone
at_home     rules that speak on more than a stray page of the site; where the line is there, all others only support
entry       ``[[entry]]``: what recurs, in the order of the numbers
=========== ============================================================================================================

Keys of an entry (those with a default may be missing, so that a person can add an entry in four lines):

=========== ============================================================================================================
number      its name in the profile, never given twice; default: the next one
status      ``accepted`` (only these act), ``proposed`` or ``rejected``
template    the block in match view, lower case, with slots for what varies
family      what it is, as in ``engage``
strength    ``strong`` removes alone; ``supporting`` only in company; default: ``strong``
place       ``head``, ``middle`` or ``tail`` of the text
pages       distinct articles that hold it; default 0: added by hand, or not seen any more
share       ``pages`` by the articles of the site, 0 to 1; default 0
distance    median number of blocks between it and the nearer end; default 0
spread      interquartile range of that distance; default 0
rules       rules that take such a block already
beside      numbers of the entries that usually stand next to it
examples    up to three blocks as they stood
=========== ============================================================================================================

>>> profile = loads("""
... site = "post.example"
... pages = 12
... [[entry]]
... status = "accepted"
... template = "read our sunday letter"
... family = "engage"
... place = "tail"
... """)
>>> profile.entries[0].number, profile.entries[0].strength
(1, 'strong')
>>> loads(dumps(profile)) == profile
True
'''

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, get_args, get_type_hints

import tomlkit
from tomlkit.items import AoT, Array

from ..model import FAMILIES, Entry, Profile, Status
from .sites import site_of

_HEADING = """\
What recurs on the pages of {site}. Only entries with status = "accepted" take anything away; their status is
"accepted", "proposed" or "rejected". Edit status, template, family and strength as you like, and add entries and
comments: learning the site again leaves all of it as you wrote it."""


class ProfileError(ValueError):
    """A profile that cannot be used; the message names file, entry and key, and says what to write instead."""

    def __init__(self, source: str, entry: int | None, key: str | None, problem: str) -> None:
        where = ": ".join(part for part in (source, entry and f"entry {entry}", key) if part)
        super().__init__(f"{where}: {problem}")
        self.source, self.entry, self.key, self.problem = source, entry, key, problem

    def __reduce__(self) -> tuple[type[ProfileError], tuple[str, int | None, str | None, str]]:
        return ProfileError, (self.source, self.entry, self.key, self.problem)


def loads(content: str, source: str = "profile") -> Profile:
    """Return the profile that the content of a file holds; ``source`` is how messages name it.

    Raises :class:`ProfileError`. Its ``entry`` is the number of the entry, or its place in the file if it has none.
    """
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(source, None, None, f"is not valid TOML: {error}") from error
    return profile_of(document, source)


def profile_of(document: Mapping[str, Any], source: str) -> Profile:
    """Return the profile that parsed TOML or JSON holds. Raises :class:`ProfileError`."""
    reader = _Reader(document, source, None, _KEYS)
    entries = document.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ProfileError(source, None, "entry", "must be written as [[entry]], with two brackets")
    site = reader.text("site")
    if site_of(site) != site:
        better = site_of(site)
        told = f"write {better!r}" if better else "it must be a host, as in 'post.example'"
        raise ProfileError(source, None, "site", f"is {site!r}; {told}")
    return Profile(
        site=site,
        pages=reader.count("pages"),
        learned=reader.text("learned", None),
        last_number=reader.count("last_number", 0),
        at_home=reader.items("at_home", *_RULES) if document.get("at_home") is not None else None,
        entries=_entries(entries, source, reader.count("last_number", 0)),
    )


def _entries(entries: list[dict[str, Any]], source: str, last: int) -> tuple[Entry, ...]:
    numbers = _numbers(entries, last)
    read, templates = list[Entry](), dict[str, int]()
    for place, (given, number) in enumerate(zip(entries, numbers, strict=True), 1):
        entry = _entry({**given, "number": number}, number if _is_count(number) and number else place, source)
        if numbers.index(entry.number) != place - 1:
            raise ProfileError(source, entry.number, "number", "is there twice; leave the line out to get the next one")
        if twin := templates.get(entry.template):
            raise ProfileError(source, entry.number, "template", f"is that of entry {twin}, too; keep one of them")
        templates[entry.template] = entry.number
        read.append(entry)
    return tuple(sorted(read, key=lambda entry: entry.number))


def _numbers(entries: Sequence[Mapping[str, Any]], last: int) -> list[Any]:
    """Return the number of each entry as it is given; an entry that has none gets the next one."""
    given: list[Any] = [entry.get("number") for entry in entries]
    free = count(max([last, *filter(_is_count, given)]) + 1)
    return [next(free) if number is None else number for number in given]


def _entry(given: dict[str, Any], name: int, source: str) -> Entry:
    reader = _Reader(given, source, name, _ENTRY_KEYS)
    number = reader.get(
        "number", _REQUIRED, lambda value: _is_count(value) and value > 0, "must be a whole number from 1"
    )
    share = reader.get("share", 0.0, _is_share, "must be a number from 0 to 1")
    template = reader.text("template")
    if not template.strip():
        reader.refuse("template", "is empty; write the block as it recurs")
    return Entry(
        number=number,
        template=template,
        family=reader.word("family", FAMILIES),
        status=reader.word("status", get_args(Status)),
        strength=reader.word("strength", get_args(_HINTS["strength"]), "strong"),
        pages=reader.count("pages", 0),
        share=float(share),
        place=reader.word("place", get_args(_HINTS["place"])),
        distance=reader.count("distance", 0),
        spread=reader.count("spread", 0),
        rules=reader.items("rules", *_RULES),
        beside=reader.items("beside", _is_count, "a list of numbers of entries, as in [2, 3]"),
        examples=reader.items("examples", lambda item: isinstance(item, str), "a list of strings"),
    )


_HINTS = get_type_hints(Entry)
_KEYS = ("site", "pages", "learned", "last_number", "at_home", "entry")
_ENTRY_KEYS = (
    "number", "status", "template", "family", "strength", "place", "pages", "share", "distance", "spread", "rules",
    "beside", "examples",
)  # fmt: skip
_RULES: tuple[Callable[[Any], bool], str] = (
    lambda item: isinstance(item, str),
    "a list of rules, as in ['en/engage/…']",
)
_REQUIRED: Any = object()
# What is not written when it holds nothing. That no rule is at home is not the same as that it is not known.
_OMITTED: dict[str, Any] = {
    "learned": None, "last_number": 0, "at_home": None, "rules": [], "beside": [], "examples": [],
}  # fmt: skip


class _Reader:
    """Takes the values of a table by key and refuses those that are not what they must be."""

    def __init__(self, table: Mapping[str, Any], source: str, entry: int | None, keys: tuple[str, ...]) -> None:
        self._table, self._source, self._entry = table, source, entry
        for key in table:
            if key not in keys:
                what = "a profile" if keys is _KEYS else "an entry"
                self.refuse(key, f"is no key of {what}; the keys are {', '.join(keys)}")

    def refuse(self, key: str, problem: str) -> None:
        raise ProfileError(self._source, self._entry, key, problem)

    def get(self, key: str, default: Any, right: Callable[[Any], bool], problem: str) -> Any:
        value = self._table.get(key)
        if value is None:
            if default is _REQUIRED:
                self.refuse(key, f"is missing; {problem}")
            return default
        if not right(value):
            self.refuse(key, f"is {value!r}; {problem}")
        return value

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        return self.get(key, default, lambda value: isinstance(value, str), "must be a string, in quotation marks")

    def word(self, key: str, known: tuple[str, ...], default: Any = _REQUIRED) -> Any:
        return self.get(key, default, lambda value: value in known, f"write one of {', '.join(known)}")

    def count(self, key: str, default: Any = _REQUIRED) -> int:
        return int(self.get(key, default, _is_count, "must be a whole number, not below 0"))

    def items(self, key: str, right: Callable[[Any], bool], what: str) -> tuple[Any, ...]:
        value = self.get(key, [], lambda held: isinstance(held, list) and all(map(right, held)), f"must be {what}")
        return tuple(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def dumps(profile: Profile, over: str | None = None) -> str:
    """Return a profile as the content of its file.

    ``over`` is what the file holds now: then only what differs is written anew, so that comments, order and blank lines
    stay as a person left them. Halves of surrogate pairs, which no file can hold, become question marks.

    Raises :class:`ProfileError` if ``over`` is no profile.
    """
    new = record_of(profile)
    wanted = {entry["number"]: entry for entry in new.pop("entry")}
    if over is None:
        document, old = tomlkit.document(), dict[str, Any]()
        for line in _HEADING.format(site=profile.site).split("\n"):
            document.add(tomlkit.comment(line))
    else:
        old = record_of(loads(over))
        document = tomlkit.parse(over)
        held = document.get("entry")
        if held is not None and not isinstance(held, AoT):  # an array, to which no tables can be added
            return dumps(profile)
        tables = list(held or ())
        numbers = _numbers(tables, old["last_number"])
        known = {entry["number"]: entry for entry in old.pop("entry")}
        for at in reversed(range(len(tables))):
            if numbers[at] in wanted:
                if "number" not in tables[at]:  # or it would be given another one beside new entries
                    tables[at]["number"] = numbers[at]
                _update(tables[at], known[numbers[at]], wanted.pop(numbers[at]))
            else:
                del document["entry"][at]
        if tables and not document["entry"]:
            del document["entry"]  # an empty one would be written as an array
    _update(document, old, new)
    return "\n[[entry]]\n".join([tomlkit.dumps(document), *map(_written, wanted.values())])


def record_of(profile: Profile) -> dict[str, Any]:
    """Return a profile as what TOML and JSON can hold; :func:`profile_of` reads it."""
    return {
        "site": profile.site,
        "pages": profile.pages,
        "learned": _writable(profile.learned),
        "last_number": profile.last_number,
        "at_home": _writable(profile.at_home),
        "entry": [{key: _writable(getattr(entry, key)) for key in _ENTRY_KEYS} for entry in profile.entries],
    }


def to_json(profile: Profile) -> str:
    """Return a profile as one line of JSON, with the keys of the TOML file: what machines pass on and keep."""
    return json.dumps(record_of(profile), ensure_ascii=False, separators=(",", ":"))


def from_json(content: str, source: str = "profile") -> Profile:
    """Return the profile that :func:`to_json` wrote. Raises :class:`ProfileError`."""
    try:
        document = json.loads(content)
    except json.JSONDecodeError as error:
        raise ProfileError(source, None, None, f"is not valid JSON: {error}; learn the site again") from error
    return profile_of(document, source)


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return [_writable(item) for item in value] if isinstance(value, tuple) else value


def _update(table: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Bring a table of the file from its old values to the new ones."""
    for key, value in new.items():
        if key in old and old[key] == value:
            continue
        if key in _OMITTED and value == _OMITTED[key]:
            table.pop(key, None)
        else:
            table[key] = _lines(value) if key in ("at_home", "examples") else value


def _written(entry: Mapping[str, Any]) -> str:
    table = tomlkit.document()
    _update(table, {}, entry)
    return str(tomlkit.dumps(table))


def _lines(items: list[str]) -> Array:
    array = tomlkit.array()
    array.extend(items)
    return array.multiline(True)
