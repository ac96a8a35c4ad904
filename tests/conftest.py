"""How the suite runs: Hypothesis without a deadline, and compiled rules kept beside pytest's own cache.

The first example of a process compiles rules. CI repeats the same examples each time, so that a change is judged by
what it changed; runs by hand go on searching.
"""

import os

from hypothesis import settings

from defurnish import rulecache

settings.register_profile("defurnish", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("defurnish")


def pytest_configure(config):
    if hasattr(config, "cache"):  # not under "-p no:cacheprovider"
        os.environ.setdefault(rulecache.VARIABLE, str(config.cache.mkdir("rules")))
