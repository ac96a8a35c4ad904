"""How Hypothesis runs here: without a deadline, since the first example of a process compiles rules.

CI repeats the same examples each time, so that a change is judged by what it changed; runs by hand go on searching.
"""

import os

from hypothesis import settings

settings.register_profile("defurnish", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("defurnish")
