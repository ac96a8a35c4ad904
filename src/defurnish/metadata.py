"""Reads off what the removed lines say about the article: author, date, outlet, topics, source, copyright holder.

Rules say what their words mean by the named groups of their patterns; nothing is guessed from anything else. The one
exception is the title, which stays in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import regex

from .dates import iso_date
from .hits import Annotated
from .matchview import lead, offsets, unmarked, view
from .model import Hit, Metadata, Rule
from .shape import ends_sentence, is_headline

# A title stands among the first blocks; further down a short line is a heading of the body.
TITLE_BLOCKS = 6
# A title has more than a label's words ("News", "Home") unless it is marked as a heading.
TITLE_WORDS = 3
# Above it the name of the site or of a section may have been left over ("Culture / Music"); few are this long.
SURE_TITLE_WORDS = 5

# The comma before a degree or a generation parts no names.
_BETWEEN_NAMES = regex.compile(
    r"\s*(?:,(?!\s*(?:ph\.?\s?d|m\.?d|j\.?d|mba|msc|esq|jr|sr|iii?|iv)\b)|;|&|\band\b|\|)\s*", regex.IGNORECASE
)
_BETWEEN_TOPICS = regex.compile(r"\s*[,;|\u2022\u00b7#]\s*")
_URL = regex.compile(r"https?://[^\s()<>\[\]]{4,500}")
_BEHIND_HOLDER = regex.compile(r"\s+[\u2022|\u00b7\u2013]\s+|\s*\|\s*")
_ABBREVIATED = regex.compile(r"\b(?:Bros|Co|Corp|Inc|Jr|Ltd)\.$")
_EDGES = " .,;:|-\"'"


def metadata(
    page: Annotated,
    speaking: Iterable[tuple[int, Hit]],
    kept: Sequence[int],
    pattern_of: Callable[[Rule], regex.Pattern[str]],
    names: Iterable[int] = (),
) -> Metadata:
    """Return what the hits in ``speaking`` (block number, hit) say, and the title among the ``kept`` blocks.

    ``names`` are the blocks that went as a by-line without its "by".
    """
    authors = [unmarked(page.segments.contents[number]) for number in names]
    topics: list[str] = []
    first: dict[str, str] = {}
    for number, hit in speaking:
        for name, value in _groups(page.lines[number], page.segments.contents[number], hit, pattern_of):
            if name == "author":
                authors += _names(value)
            elif name == "topic":
                topics += [topic for topic in _BETWEEN_TOPICS.split(value.strip(_EDGES)) if topic]
            elif name == "date":
                iso = iso_date(value)
                if iso:
                    first.setdefault(name, iso)
            elif name == "holder":
                first.setdefault(name, _holder(value))
            else:
                first.setdefault(name, value.strip(_EDGES))
        if hit.rule.pattern is not None and "source" in pattern_of(hit.rule).groupindex:
            url = _URL.search(page.segments.contents[number])
            if url:
                first.setdefault("url", url[0].rstrip("/.,"))
    return Metadata(
        title=_title(page, kept),
        authors=tuple(dict.fromkeys(authors)),
        date=first.get("date"),
        outlet=first.get("outlet"),
        topics=tuple(dict.fromkeys(topics)),
        source=first.get("source"),
        source_url=first.get("url"),
        copyright_holder=first.get("holder"),
    )


def _groups(
    line: str, content: str, hit: Hit, pattern_of: Callable[[Rule], regex.Pattern[str]]
) -> Iterator[tuple[str, str]]:
    if hit.rule.pattern is None:
        return
    pattern = pattern_of(hit.rule)
    if not pattern.groupindex:
        return
    found = pattern.fullmatch(line, hit.start, hit.end)
    if not found:
        return
    _, origin = offsets(content)
    for name in pattern.groupindex:
        if name.startswith("_"):  # a piece of a pattern
            continue
        for value, (start, end) in zip(found.captures(name), found.spans(name), strict=True):
            if value.strip(_EDGES):
                # The author's own typography, unless markup stands inside the words.
                source = content[origin[start] : origin[end - 1] + 1]
                yield name, value if view(source) != value or "[" in source or "]" in source else unmarked(source)


def _names(value: str) -> list[str]:
    return [name.strip(_EDGES) for name in _BETWEEN_NAMES.split(value) if name.strip(_EDGES)]


def _holder(value: str) -> str:
    """Return the copyright holder without what the footer puts behind it ("Dale LLP | Sitemap")."""
    name = _BEHIND_HOLDER.split(value, maxsplit=1)[0].strip()
    return name.lstrip(_EDGES) if _ABBREVIATED.search(name) else name.strip(_EDGES)


def _title(page: Annotated, kept: Sequence[int]) -> str | None:
    """Return the first marked heading near the top, else the first headline above the prose that is no mere label."""
    candidates: list[str] = []
    for number in kept[:TITLE_BLOCKS]:
        line, kind = page.lines[number], page.segments.kinds[number]
        text = unmarked(page.segments.contents[number]).strip()
        if kind == "heading":
            return text[lead(text) :].strip()
        if not is_headline(line):
            break
        if kind == "paragraph" and not (ends_sentence(line) and line[-1] in ".:"):
            candidates.append(text)
    titles = [text for text in candidates if text.count(" ") + 1 >= TITLE_WORDS]
    long = [text for text in titles if text.count(" ") + 1 >= SURE_TITLE_WORDS]
    return next(iter(long or titles), None)
