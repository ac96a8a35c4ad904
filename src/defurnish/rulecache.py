"""Keeps what was compiled of rules beside the user's other caches, for the processes to come.

To read the rules, to work out their filters and to compile their patterns takes some two seconds; to read what came of
it, 50 ms. The file's name holds a hash of all that went into it, so a stale one is never read, and its first bytes a
hash of the rest, so a damaged one isn't either. It is written aside and renamed: writers cannot hurt each other.

The environment variable ``DEFURNISH_CACHE`` names another folder, or says ``off``.
"""

from __future__ import annotations

import os
import pickle
from hashlib import blake2b
from pathlib import Path
from typing import Any

VARIABLE = "DEFURNISH_CACHE"
# Some for the versions and sets of languages that are in use side by side; each takes 2 MB.
KEPT = 6
_DIGEST = 32


def loaded(key: str) -> Any:
    """Return what was stored under a key; None if there is nothing, or nothing that can be trusted."""
    folder = _folder()
    if folder is None:
        return None
    try:
        with _file(folder, key).open("rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            data = file.read()
    except OSError:
        return None
    payload = data[_DIGEST:]
    if _digest(payload) != data[:_DIGEST]:
        return None
    return pickle.loads(payload)


def store(key: str, value: Any) -> None:
    """Keep a value for later processes; where that is not possible, do nothing."""
    folder = _folder()
    if folder is None:
        return
    import tempfile  # takes 5 ms, and is seldom needed

    payload = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(dir=folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(payload) + payload)
            os.replace(aside, _file(folder, key))
        except BaseException:
            os.unlink(aside)
            raise
        files = sorted(folder.glob("*.rules"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in files[KEPT:]:
            old.unlink()
    except OSError:
        return


def key_of(*parts: bytes) -> str:
    """Return a key for all that a value was made from."""
    found = blake2b(digest_size=_DIGEST // 2)
    for part in parts:
        found.update(b"%d:" % len(part) + part)
    return found.hexdigest()


def _folder() -> Path | None:
    given = os.environ.get(VARIABLE)
    if given == "off":
        return None
    if given:
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("defurnish", appauthor=False)


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.rules"


def _digest(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_DIGEST).digest()


def _is_ours(status: os.stat_result) -> bool:
    """Return whether nobody else can have written the file: to unpickle is to trust."""
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)
