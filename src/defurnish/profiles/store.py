"""Where profiles are kept: a folder of TOML files that git and people like, or one SQLite file for many sites.

Both hold profiles by site and are told apart by their name: what ends with ``.sqlite`` or ``.db`` is SQLite; a file
that ends with ``.toml`` is a store of one site; anything else is a folder. A store keeps nothing in memory and may be
shared by threads and processes; :class:`Lookup` is what finds the profile of a page fast.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Protocol

from ..io.text import FileError, write_whole
from ..model import Profile
from .sites import site_of
from .toml import ProfileError, dumps, from_json, loads, to_json

SQLITE = (".sqlite", ".sqlite3", ".db")
TOML = ".toml"
# Profiles hold some dozens of entries, tens of kilobytes each; a crawl goes back and forth between some hundred sites.
REMEMBERED = 1024
# How long a writer waits for another one, in seconds.
_PATIENCE = 60.0
# Profiles written in one transaction: each transaction waits for the disk.
_TRANSACTION = 500
_TABLE = "CREATE TABLE IF NOT EXISTS profiles (site TEXT PRIMARY KEY, profile TEXT NOT NULL) WITHOUT ROWID"


class StoreError(Exception):
    """A store that cannot be read or written; the message names it and says what to do."""


class Store(Protocol):
    """Profiles by site. All of it raises :class:`StoreError`, reading also :class:`ProfileError`.

    A site is named as :func:`defurnish.profiles.sites.site_of` does; by any other name nothing is found.
    """

    path: Path

    def get(self, site: str) -> Profile | None:
        """Return the profile of a site, or None."""

    def put(self, profiles: Iterable[Profile]) -> None:
        """Keep profiles in the places of those of their sites. Each is there whole or, if that fails, not at all."""

    def sites(self) -> Iterator[str]:
        """Yield the sites, in the order of their names."""

    def stamp(self) -> str:
        """Return what changes whenever a profile does."""


def open_store(path: str | Path, *, must_exist: bool = True) -> Store:
    """Return the store at ``path``. Raises StoreError if there is none, unless one may be begun there."""
    place = Path(path)
    if must_exist and not place.exists():
        raise StoreError(f"{place}: no such folder or file of profiles; defurnish learn makes one")
    if place.name.lower().endswith(SQLITE):
        return SQLiteStore(place)
    if place.is_dir():
        return FolderStore(place)
    if place.name.endswith(TOML):
        return OneFile(place)
    if place.exists():
        known = ", ".join((TOML, *SQLITE))
        raise StoreError(f"{place}: is no folder of profiles, and no file of profiles by its name ({known})")
    return FolderStore(place)


class OneFile:
    """The profile of one site in a TOML file of any name."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def get(self, site: str) -> Profile | None:
        """Return the profile, if it is that of the site."""
        profile = _read(self.path)
        return profile if profile is not None and profile.site == site else None

    def put(self, profiles: Iterable[Profile]) -> None:
        """Write the profile, but never in the place of another site's."""
        for profile in profiles:
            held = _read(self.path)
            if held is not None and held.site != profile.site:
                raise StoreError(
                    f"{self.path}: is the profile of {held.site}, not of {profile.site}; name a folder for many sites"
                )
            _write(self.path, profile)

    def sites(self) -> Iterator[str]:
        """Yield the site."""
        profile = _read(self.path)
        return iter(() if profile is None else (profile.site,))

    def stamp(self) -> str:
        """Return what changes whenever the profile does."""
        return _stamp([self.path])


class FolderStore:
    """A folder that holds ``<site>.toml`` for each site; other files in it are left alone.

    Written anew, a file keeps the comments and the order that a person gave it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def file_of(self, site: str) -> Path | None:
        """Return the file of a site; None for what is no site, so that no name leads out of the folder."""
        return self.path / f"{site}{TOML}" if site_of(site) == site else None

    def get(self, site: str) -> Profile | None:
        """Return the profile of a site, or None."""
        file = self.file_of(site)
        profile = None if file is None else _read(file)
        if profile is not None and profile.site != site:
            raise ProfileError(
                str(file), None, "site", f"is {profile.site!r}; name the file {profile.site}{TOML}, or write {site!r}"
            )
        return profile

    def put(self, profiles: Iterable[Profile]) -> None:
        """Keep profiles in the places of those of their sites."""
        for profile in profiles:
            file = self.file_of(profile.site)
            if file is None:
                raise StoreError(_no_site(profile.site))
            _write(file, profile)

    def sites(self) -> Iterator[str]:
        """Yield the sites, in the order of their names."""
        try:
            with os.scandir(self.path) as found:
                names = sorted(entry.name.removesuffix(TOML) for entry in found if entry.name.endswith(TOML))
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be read: {error.strerror}") from error
        return (name for name in names if site_of(name) == name)

    def stamp(self) -> str:
        """Return what changes whenever a profile does."""
        return _stamp(self.path / f"{site}{TOML}" for site in self.sites())


def _stamp(files: Iterable[Path]) -> str:
    """Return a hash of the names, sizes and times of files."""
    stamp = hashlib.sha256()
    for file in files:
        try:
            status = file.stat()
        except OSError as error:
            raise StoreError(f"{file}: cannot be read: {error.strerror}") from error
        stamp.update(f"{file.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return stamp.hexdigest()


def _read(file: Path) -> Profile | None:
    content = _content(file)
    return None if content is None else loads(content, str(file))


def _write(file: Path, profile: Profile) -> None:
    old = _content(file)
    try:
        new = dumps(profile, over=old)
    except ProfileError as error:
        raise ProfileError(str(file), error.entry, error.key, error.problem) from error
    if new != old:
        try:
            write_whole(file, new)
        except FileError as error:
            raise StoreError(str(error)) from error


def _content(file: Path) -> str | None:
    """Return the content of a file, line ends as they are; None if there is none."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(str(file), None, None, f"byte {error.start} is no UTF-8; save the file as UTF-8") from error


class SQLiteStore:
    """One SQLite file with a row for each site: ``site``, and ``profile``, the same keys as in TOML, as JSON."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def get(self, site: str) -> Profile | None:
        """Return the profile of a site, or None."""
        if site_of(site) != site or not self.path.exists():
            return None
        with self._open("ro") as connection:
            row = connection.execute("SELECT profile FROM profiles WHERE site = ?", (site,)).fetchone()
        if row is None:
            return None
        source = f"{self.path}: {site}"
        profile = from_json(row[0], source)
        if profile.site != site:
            raise ProfileError(source, None, "site", f"is {profile.site!r}; learn the site again")
        return profile

    def put(self, profiles: Iterable[Profile]) -> None:
        """Keep profiles in the places of those of their sites, some hundred in one transaction."""
        rest = iter(profiles)
        while rows := [(profile.site, _json(profile)) for profile in islice(rest, _TRANSACTION)]:
            with self._open("rwc") as connection, connection:
                connection.execute(_TABLE)
                connection.executemany("INSERT OR REPLACE INTO profiles VALUES (?, ?)", rows)

    def sites(self) -> Iterator[str]:
        """Yield the sites, in the order of their names."""
        with self._open("ro") as connection:
            yield from (site for (site,) in connection.execute("SELECT site FROM profiles ORDER BY site"))

    def stamp(self) -> str:
        """Return what changes whenever a profile does."""
        return _stamp([self.path])

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        try:
            if mode == "rwc":
                self.path.absolute().parent.mkdir(parents=True, exist_ok=True)
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as connection:
                yield connection
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self.path}: cannot be read or written as profiles: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: is no SQLite file of profiles: {error}; choose another name") from error
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from error


def _no_site(name: str) -> str:
    return f"{name!r} is no site; it must be a host, as in 'post.example'"


def _json(profile: Profile) -> str:
    if site_of(profile.site) != profile.site:
        raise StoreError(_no_site(profile.site))
    return to_json(profile)


class Lookup:
    """Finds the profile of a page, and remembers the last ``remembered`` sites, also those that have none.

    What was found once is not read again: who edits profiles makes a new one. Threads may share it, and it pickles: the
    other process opens the same store. All of it raises StoreError and ProfileError.

    >>> Lookup("no-such-folder").of_page("https://post.example/rain") is None
    True
    """

    def __init__(self, store: Store | str | Path, *, remembered: int = REMEMBERED) -> None:
        self._store = open_store(store, must_exist=False) if isinstance(store, str | Path) else store
        self._most = remembered
        self._known: OrderedDict[str, Profile | None] = OrderedDict()
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[Lookup], tuple[Store], dict[str, int]]:
        return Lookup, (self._store,), {"_most": self._most}

    def stamp(self) -> str:
        """Return what changes whenever a profile of the store does, remembered or not."""
        return self._store.stamp()

    def of_page(self, url: str) -> Profile | None:
        """Return the profile of the site that an address or a bare host names, or None."""
        site = site_of(url)
        return None if site is None else self.of_site(site)

    def of_site(self, site: str) -> Profile | None:
        """Return the profile of a site, or None."""
        with self._lock:
            if site in self._known:
                self._known.move_to_end(site)
                return self._known[site]
        profile = self._store.get(site)
        with self._lock:
            self._known[site] = profile
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return profile
