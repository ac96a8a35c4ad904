"""Reads dates as people write them. The calendar is all it asks of the clock."""

from __future__ import annotations

from datetime import date

import regex

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_FIRST = regex.compile(r"(?P<month>\p{L}{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)")
_DAY_FIRST = regex.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?P<month>\p{L}{3,9})\.?,?\s+(?P<year>\d{4})(?!\d)"
)
_ISO = regex.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")


def iso_date(words: str) -> str | None:
    """Return the ISO 8601 form of the first date in ``words``, or nothing where day and month could be confused.

    >>> iso_date("Updated September 05, 2017 at 9 a.m.")
    '2017-09-05'
    >>> iso_date("05/09/2017") is None
    True
    """
    for pattern in (_ISO, _MONTH_FIRST, _DAY_FIRST):
        for found in pattern.finditer(words):
            month = _month(found["month"])
            if month is None:
                continue
            try:
                return date(int(found["year"]), month, int(found["day"])).isoformat()
            except ValueError:
                continue
    return None


def _month(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    low = word.lower()
    for number, name in enumerate(_MONTHS, 1):
        if name == low or (len(low) >= 3 and name.startswith(low)) or (low == "sept" and number == 9):
            return number
    return None
