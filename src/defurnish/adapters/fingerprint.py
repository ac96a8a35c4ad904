"""Names what a cleaner answers, for engines that keep answers and look them up again."""

from __future__ import annotations

import hashlib
from typing import Any

from .. import Cleaner, __version__


def fingerprint(cleaner: Cleaner) -> str:
    """Return a hash of version, options and rules: the same for the same answers, in every process and run.

    >>> fingerprint(Cleaner(keep={"legal", "credit"})) == fingerprint(Cleaner(keep=["credit", "legal"]))
    True
    """
    _, (options, _) = cleaner.__reduce__()
    parts = (
        __version__,
        sorted((name, _lasting(name, value)) for name, value in options.items()),
        cleaner.rulebook.rules,
        sorted(cleaner.rulebook.lexicons.items()),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _lasting(name: str, value: Any) -> Any:
    """Return an option as something whose ``repr`` is the same in every process."""
    if name == "keep":
        return sorted(value)  # a set's order differs from process to process
    return value.stamp() if hasattr(value, "stamp") else value
