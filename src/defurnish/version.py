"""The one place where the version stands; results carry it so that a corpus can say what cleaned it."""

__version__ = "0.1.0"
