"""What a process pays before it cleans, and the memory that it takes: bounds, with room for a busy machine."""

from __future__ import annotations

import sys

import pytest

from benchmarks.footprint import PEAK, RULES, TEXTS, measured, start_up

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")

START_UP = 0.25  # CPU seconds, on a machine that does nothing else
SLACK = 3
RULES_MEMORY = 60_000_000  # bytes
TIMES = 12  # the text
CONSTANT = 30_000_000  # bytes: one piece's work, and what the allocator rounds up to


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("rules"))
    measured(RULES, folder)
    return folder


def test_a_process_starts_fast(cache):
    taken = start_up(cache, 5)
    assert sum(taken.values()) <= START_UP * SLACK, taken


def test_compiled_rules_take_little_memory(cache):
    found = measured(RULES, cache)
    assert max(found.values()) <= RULES_MEMORY, found


@pytest.mark.parametrize("method", ["clean", "analyze"])
@pytest.mark.parametrize("name", TEXTS)
def test_memory_grows_with_the_text_alone(name, method, cache):
    found = measured(PEAK % (TEXTS[name], method), cache)
    assert found["size"] > 19_000_000
    assert found["peak"] <= TIMES * found["size"] + CONSTANT, found["peak"] / found["size"]
