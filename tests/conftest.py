"""How the suite runs: Hypothesis without a deadline, and compiled rules kept beside pytest's own cache.

The first example of a process compiles rules. CI repeats the same examples each time, so that a change is judged by
what it changed; runs by hand go on searching. ``--no-skips`` fails a run in which a test was skipped: for CI, which
installs every engine.
"""

import os

import pytest
from hypothesis import settings

from defurnish import rulecache

settings.register_profile("defurnish", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("defurnish")


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="fail if a test is skipped")


def pytest_configure(config):
    if hasattr(config, "cache"):  # not under "-p no:cacheprovider"
        os.environ.setdefault(rulecache.VARIABLE, str(config.cache.mkdir("rules")))


def pytest_sessionfinish(session):
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for report in _skipped(config):
        _, _, reason = report.longrepr
        terminalreporter.write_line(f"--no-skips: {report.nodeid} was skipped: {reason}", red=True)


def _skipped(config):
    """Return the reports of skipped tests and modules if there may be none; of a worker of xdist always none."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter is not None and config.getoption("no_skips") else []
