"""Names what a cleaner answers, for engines that keep answers and look them up again."""

from __future__ import annotations

import hashlib

from .. import Cleaner, __version__


def fingerprint(cleaner: Cleaner) -> str:
    """Return a hash of version, options and rules: the same for the same answers, in every process and run.

    >>> fingerprint(Cleaner(keep={"legal", "credit"})) == fingerprint(Cleaner(keep=["credit", "legal"]))
    True
    """
    _, (options, _) = cleaner.__reduce__()
    parts = (
        __version__,
        # A set's order differs from process to process.
        sorted((name, sorted(value) if name == "keep" else value) for name, value in options.items()),
        cleaner.rulebook.rules,
        sorted(cleaner.rulebook.lexicons.items()),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
