"""Time grows linearly, whatever the text (property 13)."""

from __future__ import annotations

import time

import pytest

from defurnish import clean

PROSE = "The river rose two metres in the night, and by morning the lower town stood under water to the sills.\n"

HOSTILE = {
    "one long line": PROSE.replace("\n", " ") * 2000,
    "empty lines": "\n" * 200_000,
    "short furniture lines": "Share this article\n" * 6000,
    "related headings": "Related articles\n" * 4000,
    "related lists that resume": ("Related articles\n" + "Storm hits the coast\n" * 5 + PROSE) * 600,
    "rules beside furniture": "Share this article\n" + "---\n" * 20_000 + PROSE,
    "promo and prose in turn": ("Click to order\n" + PROSE) * 1000,
    "threads": ("Ana Roth says:\nReply\n" + PROSE) * 1000,
    "by-lines": "By Ana Roth | January 3, 2020\n" * 2000,
    "rows of digits": "12 34 56\n" * 5000,
    "opened brackets": "[" * 100_000,
    "unfinished links": "[a](" * 50_000,
    "emphasis": "*" * 300_000,
    "combining marks": "a\u0301" * 100_000,
    "lone surrogates": "\ud800" * 50_000,
}
# Doubling a text doubles the time; a machine that does other things meanwhile may make it look like three times.
GROWTH = 3.5
TRIES = 4


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_13_time_grows_linearly(text):
    clean(text[:1000])
    for _ in range(TRIES):
        once, twice = seconds(text), seconds(text + text)
        if twice <= GROWTH * once + 0.02:
            return
    pytest.fail(f"{twice:.2f} s for twice the text of {once:.2f} s")


def seconds(text):
    start = time.process_time()
    clean(text)
    return time.process_time() - start
