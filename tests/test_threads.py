"""One cleaner, many threads: under load each gets the answer that it would get alone."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from defurnish import Cleaner
from defurnish.rulebook import Rulebook, rulebook
from fixtures.reader import annotated, clean_articles

THREADS = 16
TEXTS = [fixture.text for fixture in annotated()] + [path.read_bytes().decode() for path in clean_articles()]


@pytest.fixture
def busy():
    """Let threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def in_threads(work, inputs):
    """Return what work makes of each input, all threads starting at once."""
    barrier = threading.Barrier(THREADS)

    def started(share):
        barrier.wait()
        return [(at, work(inputs[at])) for at in share]

    with ThreadPoolExecutor(THREADS) as pool:
        shares = pool.map(started, (range(first, len(inputs), THREADS) for first in range(THREADS)))
    found = dict(pair for share in shares for pair in share)
    return [found[at] for at in range(len(inputs))]


@pytest.mark.usefixtures("busy")
def test_threads_share_a_cleaner():
    alone = Cleaner()
    expected = [alone.analyze(text) for text in TEXTS]
    shared = Cleaner()
    assert in_threads(shared.analyze, TEXTS) == expected


@pytest.mark.usefixtures("busy")
def test_threads_share_rules_of_which_no_pattern_is_compiled_yet():
    book = rulebook()
    alone, fresh = Rulebook(book.rules, book.lexicons), Rulebook(book.rules, book.lexicons)
    texts = [text.replace("\n\n", "\n") for text in TEXTS[:32]]
    expected = [alone.hits(text) for text in texts]
    # All threads meet the same patterns at the same time.
    answers = in_threads(fresh.hits, [texts[at // THREADS] for at in range(THREADS * len(texts))])
    assert answers == [expected[at // THREADS] for at in range(THREADS * len(texts))]
