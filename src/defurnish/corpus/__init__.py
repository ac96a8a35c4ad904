"""Runs over whole corpora on one machine. Needs ``pip install "defurnish[corpus]"``."""
