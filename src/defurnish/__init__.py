"""Takes the site furniture out of extracted article text and leaves every word of the article."""

from .model import FAMILIES, Block, Edit, Entry, Evidence, Family, Metadata, Profile, Removal, Span
from .pipeline import Cleaner, analyze, clean
from .result import Result
from .rulefile import RuleError
from .version import __version__

__all__ = [
    "FAMILIES",
    "Block",
    "Cleaner",
    "Edit",
    "Entry",
    "Evidence",
    "Family",
    "Metadata",
    "Profile",
    "Removal",
    "Result",
    "RuleError",
    "Span",
    "__version__",
    "analyze",
    "clean",
]
