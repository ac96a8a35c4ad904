"""Time grows linearly, whatever the text (property 13), and no text is dear but what ftfy must mend."""

from __future__ import annotations

import pytest

from benchmarks.scaling import HOSTILE, MENDED, PROSE, seconds

# Doubling a text may multiply its time by so much, and a clock by so much more.
GROWTH = 2.3
CLOCK = 0.006  # seconds
# Long enough to be measured; and no text is made larger than this for it.
MEASURABLE = 0.02  # seconds
LARGEST = 2_000_000  # characters
TRIES = 8  # what else the machine does only ever adds: the best of these counts

SIZE = 200_000  # bytes; what holds of a megabyte holds of a fifth of one, since time is linear
MEGABYTE = 0.5  # seconds that a megabyte may take
# Nothing but furniture, in lines of some ten characters: each is found, weighed and written down, a hundred thousand
# of them a megabyte.
DENSE = {
    "many kinds of furniture": 1.0, "related headings": 1.0, "marked headings": 1.0, "rules beside furniture": 1.0,
    "names": 1.0, "rows of digits": 1.0, "commenters": 1.5,
}  # fmt: skip
# Machines differ in what they pay for patterns; the figures themselves are what benchmarks.scaling prints.
ROOM = 1.7
# What PROSE takes a megabyte on the machine on which that was set; a slower or busier one is given more time.
PACE = 0.03


@pytest.fixture(scope="module", autouse=True)
def _warm():
    seconds(PROSE * 10_000)


def sized(name, size):
    """Return a text of the name and about a number of bytes."""
    sample = HOSTILE[name](1000)
    return HOSTILE[name](size * len(sample) // len(sample.encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize("name", HOSTILE)
def test_13_time_grows_linearly(name):
    size = 6_250
    while seconds(HOSTILE[name](size)) < MEASURABLE and 2 * size < LARGEST:
        size *= 2
    # What grows faster does so at every doubling; a busy machine seldom lies twice.
    once, twice = growth(name, size)
    if twice > GROWTH * once + CLOCK:
        once, twice = growth(name, 2 * size)
    assert twice <= GROWTH * once + CLOCK, f"{twice:.3f} s for twice the text of {once:.3f} s"


def growth(name, size):
    """Return the seconds that a text takes, and twice the text: the best of some tries, or the first that will do."""
    text, double = HOSTILE[name](size), HOSTILE[name](2 * size)
    once = twice = float("inf")
    for _ in range(TRIES):
        once, twice = min(once, seconds(text)), min(twice, seconds(double))
        if twice <= GROWTH * once + CLOCK:
            break
    return once, twice


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in MENDED])
def test_a_megabyte_takes_half_a_second_at_the_most(name):
    text, prose = sized(name, SIZE), PROSE * (SIZE // len(PROSE))
    taken = pace = float("inf")
    for _ in range(TRIES):
        taken, pace = min(taken, seconds(text)), min(pace, seconds(prose))
        limit = ROOM * DENSE.get(name, MEGABYTE) * max(1, pace / (PACE * SIZE / 1e6)) * SIZE / 1e6
        if taken <= limit:
            return
    pytest.fail(f"{taken:.3f} s for {SIZE:,} bytes, where {limit:.3f} s are the limit")
