"""How Hypothesis runs here: without a deadline, since the first example of a process compiles rules."""

from hypothesis import settings

settings.register_profile("defurnish", deadline=None)
settings.load_profile("defurnish")
