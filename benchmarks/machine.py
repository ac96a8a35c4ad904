"""Under what conditions a figure was measured: the first line that a benchmark of speed or memory prints."""

from __future__ import annotations

import datetime
import os
import platform
import sys


def conditions() -> str:
    """Return date, command, processor, cores and load."""
    command = " ".join(["python -m", _module(), *sys.argv[1:]])
    return (
        f"{datetime.date.today()}; {command}\n"
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}"
    )


def _module() -> str:
    spec = sys.modules["__main__"].__spec__
    return sys.argv[0] if spec is None else spec.name


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "unknown")
    except OSError:
        return platform.processor() or "unknown"
