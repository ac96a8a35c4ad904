"""What corpora use against furniture today, as functions from text to text.

Only what these rules do to lines is here; that C4 and RefinedWeb also throw whole documents away is no
cleaning. Both are written from the descriptions of the rules, in the form in which current pipelines run
them. NeMo Curator and data-juicer are run themselves, where they are installed.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from benchmarks.data import MissingPackageError
from benchmarks.measures import Clean

DATA_JUICER_MAPPERS = (
    ("clean_links_mapper", "CleanLinksMapper"),
    ("clean_email_mapper", "CleanEmailMapper"),
    ("clean_copyright_mapper", "CleanCopyrightMapper"),
    ("remove_repeat_sentences_mapper", "RemoveRepeatSentencesMapper"),
)
"""Module and class of the mappers that can touch furniture, in the order of the project's own recipes."""

C4_TERMINALS = (".", "?", "!", '"', "'")
C4_ELLIPSIS = "..."
C4_MIN_WORDS = 3
C4_MAX_WORD_LENGTH = 1000
C4_POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
_C4_CITATION = re.compile(r"\[(?:\d*|edit|citation needed)\]")

REFINEDWEB_MAX_UPPERCASE = 0.5
REFINEDWEB_MIN_WORDS = 2
REFINEDWEB_MAX_CUT_WORDS = 10
"""Phrases are cut from lines of at most so many words."""

_URL = re.compile(r"(?:https?://|\bwww\.)[^\s()<>\[\]]+", re.IGNORECASE)
_COUNTER = re.compile(
    r"""\W* \d [\d,.]* [KMB]? \s+
    (?: likes | shares | comments | retweets | reposts | quotes | bookmarks | upvotes | downvotes
      | downloads | views | followers )
    \W*""",
    re.IGNORECASE | re.VERBOSE,
)
_CUT = re.compile(r"^sign-in|items in cart|read more\.\.\.$", re.IGNORECASE)
# A word as Unicode text segmentation sees it: an apostrophe or a point within does not part it.
_SEGMENT = re.compile(r"\w+(?:['’.]\w+)*")


def c4(text: str) -> str:
    """Apply the line rules of C4 as datatrove's ``C4QualityFilter`` does, without its rules for documents.

    A line stays when it ends like a sentence and has three words; footnote marks go from the lines that stay.

    >>> c4("A headline\\nIt rained on Monday.[1]\\nRead our privacy policy here.")
    'It rained on Monday.'
    """
    kept = []
    for line in text.splitlines():
        line_words = line.split()
        line = _C4_CITATION.sub("", line.strip())
        if (
            line.endswith(C4_TERMINALS)
            and not line.endswith(C4_ELLIPSIS)
            and len(line_words) >= C4_MIN_WORDS
            and all(len(word) <= C4_MAX_WORD_LENGTH for word in line_words)
            and "javascript" not in line.lower()
            and not any(phrase in line.lower() for phrase in C4_POLICY_PHRASES)
        ):
            kept.append(line)
    return "\n".join(kept).strip()


def refinedweb(text: str) -> str:
    """Apply the line rules of RefinedWeb as DCLM's baseline does, without its rules for documents.

    Web addresses go; shouting, bare numbers, social counters and single words go as lines; a few interface
    phrases are cut from short lines. Empty lines stay.

    >>> refinedweb("It rained.\\n12 shares\\nEUROPE WEATHER\\nSee https://a.example/x for more")
    'It rained.\\nSee  for more'
    """
    kept = []
    for line in text.split("\n"):
        line = _URL.sub("", line)
        if not line.strip():
            kept.append("")
        elif _refinedweb_keeps(line):
            short = len(_SEGMENT.findall(line)) <= REFINEDWEB_MAX_CUT_WORDS
            kept.append(_CUT.sub("", line) if short else line)
    return "\n".join(kept)


def _refinedweb_keeps(line: str) -> bool:
    """Tell whether a line that is not empty passes the rules for whole lines."""
    return not (
        sum(map(str.isupper, line)) > REFINEDWEB_MAX_UPPERCASE * len(line)
        or line.isdigit()
        or _COUNTER.fullmatch(line)
        or len(_SEGMENT.findall(line)) < REFINEDWEB_MIN_WORDS
    )


def nemo() -> Clean:
    """Return NeMo Curator's boilerplate modifier, as it comes. Raises MissingPackageError."""
    modifiers = _imported("nemo_curator.stages.text.modifiers", "nemo-curator")
    modify: Clean = modifiers.BoilerPlateStringModifier().modify_document
    return modify


def data_juicer() -> Clean:
    """Return data-juicer's mappers for links, addresses, copyright and repeats. Raises MissingPackageError."""
    mappers = [
        getattr(_imported(f"data_juicer.ops.mapper.{module}", "py-data-juicer"), name)()
        for module, name in DATA_JUICER_MAPPERS
    ]

    def clean(text: str) -> str:
        samples = {"text": [text]}
        for mapper in mappers:
            samples = mapper.process_batched(samples)
        return samples["text"][0]

    return clean


def _imported(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingPackageError(f"needs the package {package} ({error}): pip install {package}") from error
