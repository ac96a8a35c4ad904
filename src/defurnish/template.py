"""Folds what varies in a recurring line into slots, so that one template stands for the line on every page.

============ =======================================================================================================
``{link}``   an address written out: ``https://ostrel.example/a``, ``news@ostrel.example``
``{date}``   a date in figures or with the name of a month, in a dozen languages, with weekday and time if they follow
``{n}``      a number, or a row of numbers
``{name}``   who is named behind a by-line's "by", "von", "par", "por", "作者" …
``{title}``  the title of the page, where a block holds it beside other words (``Title | Site``)
============ =======================================================================================================

A template is made of a block's match view, in lower case, without the marks before its first word and after its last
one. Link targets are gone from the match view already. Slots stand for what a site fills in; words that merely differ
from page to page have none, or else every sentence would be a template.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from .matchview import LEAD, TRAIL
from .model import Kind
from .shape import is_headline

# A longer block is no template: the longest notices in the census of 793 pages stay under it.
LONGEST = 2000
# The title of a page stands among its first blocks, even below the menu of a whole page.
TITLE_WITHIN = 60
# A shorter title ("Now", "Mai") would be found in other words.
TITLE_LENGTH = 4
# Around a title stand the name of the site, a section, "Previous" and "Next": few words.
AROUND_TITLE_WORDS = 12

_MONTH = (
    r"(?:jan|feb|fev|fév|mar|mär|mae|apr|abr|avr|may|mai|maj|mei|mag|mäe|jun|jui|giu|jul|lug|aug|ago|aoû|aou|sep|set|"
    r"oct|okt|out|ott|nov|dec|dez|déc|dic|des|ene|gen|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|"
    r"sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru)\p{L}{0,8}+\.?"
)
_WEEKDAY = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mié|mie|jue|vie|sáb|sab|dom|seg|ter|qua|qui|sex|gio|"
    r"die|mit|don|fre|mo|di|mi|do|fr|sa|so|пон|вто|сре|чет|пят|суб|вос)\p{L}{0,9}+(?:-feira)?\.?,? "
)
_OF = r"(?:(?:de|del|di|of) )?"
_YEAR = r"(?:,? (?:de |del )?(?:19|20)\d\d)"
_CLOCK = (
    r"(?:,?(?: at| à| um| a las| às|T)? ?\d{1,2}[:h]\d{2}(?::\d{2})?+"
    r"(?: ?[ap]\.?m\b\.?)?+(?: ?(?:[a-z]{1,4}t|utc|uhr|z)\b)?+)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?"

_LINK = regex.compile(r"(?:https?://|www\.)[^\s<>\"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = regex.compile(
    rf"(?<![\p{{L}}\d])(?:{_WEEKDAY})?+(?:{_DAY} {_OF}{_MONTH}{_YEAR}?|{_MONTH} {_DAY}(?![\d:]){_YEAR}?"
    rf"|{_MONTH} {_OF}(?:19|20)\d\d"
    rf"|\d{{4}}[-/.](?:\d{{1,2}}|{_MONTH})[-/.]\d{{1,2}}|\d{{1,2}}[-/.](?:\d{{1,2}}|{_MONTH})[-/.]\d{{2,4}}"
    r"|\d{4} ?[年년] ?\d{1,2} ?[月월](?: ?\d{1,2} ?[日일])?)"
    rf"(?:{_CLOCK})?(?![\p{{Latin}}\d])"
)
_NUMBER = regex.compile(r"(?<![{\w])\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|[km])?(?!\w)|\d+")
_NUMBERS = regex.compile(r"\{n\}(?:[ ,]{1,2}\{n\})+")
# "Words and pictures by …": what the named one did takes up to four words.
_BY_WORDS = (
    r"(?i:(?:^|(?<=[|\u2022\u00b7,:-] ))(?:[\p{L}&]+ ){0,4}?"
    r"(?:by|von|par|por|di|door|av|af|autora?|auteur|author|автор|文章作者|作者):? )"
)
_NAME = r"\p{Lu}[\p{L}\p{M}.'-]*+"
_NAMES = rf"{_NAME}(?: (?:and |& |und |et |y |e |de |van |von |del |la |le |da |dos )?{_NAME}){{0,5}}+|@?\w++"
_BEHIND_NAMES = r"(?=$|,? [|\u2022\u00b7\d({-]| (?:on|in|at|for|am|le|el|em|il|op)\b|[,(])"
_BY = regex.compile(f"{_BY_WORDS}({_NAMES}){_BEHIND_NAMES}")
# A name that begins a strip with a date or a number in it: "Ana Roth | 3 May 2021".
_FIRST_NAME = regex.compile(
    rf"({_NAME}(?: (?:de |van |von |del |la |le |da )?{_NAME}){{1,3}}+)(?= [|\u2022\u00b7-] .{{0,60}}?\d)"
)
_SLOT = regex.compile(r"\{(?:link|date|n|name|title)\}")
_EDGES = LEAD + TRAIL


def template(line: str, title: str = "") -> str:
    """Return the template of a match-view line; empty for a line of nothing but marks, and for one that is too long.

    ``title`` is the page's title as :func:`title_of` gives it.

    >>> template("Posted by Ana Roth on Wed 16 April 2019 | 4 min read")
    'posted by {name} on {date} | {n} min read'
    >>> template("## Share this")
    'share this'
    >>> template("Last ferry leaves | The Ostrel Post", "last ferry leaves")
    '{title} | the ostrel post'
    """
    if len(line) > LONGEST:
        return ""
    line = line.strip(_EDGES)
    if not line:
        return ""
    if title:
        line = _without_title(line, title)
    if found := _named(line):
        line = f"{line[: found.start(1)]}{{name}}{line[found.end(1) :]}"
    low = line.lower()
    if "@" in low or "://" in low or "www." in low:
        low = _LINK.sub("{link}", low)
    if any(character.isdigit() for character in low):
        low = _NUMBERS.sub("{n}", _NUMBER.sub("{n}", _DATE.sub("{date}", low)))
    return low


def _named(line: str) -> regex.Match[str] | None:
    return _BY.search(line) or _FIRST_NAME.match(line)


def _without_title(line: str, title: str) -> str:
    low = line.lower()
    at = low.find(title)
    if at < 0 or low == title or len(low) != len(line) or low.count(" ") - title.count(" ") > AROUND_TITLE_WORDS:
        return line
    end = at + len(title)
    if (at and low[at - 1].isalnum() and title[0].isalnum()) or (
        end < len(low) and low[end].isalnum() and title[-1].isalnum()
    ):
        return line
    return f"{line[:at]}{{title}}{line[end:].lstrip('?!.')}"


def title_of(lines: Sequence[str], kinds: Sequence[Kind]) -> str:
    """Return the title of a page in lower case, or nothing where none is sure.

    That is what stands both at the beginning or end of the first block (``Title | Site``) and as a block of its own;
    of two such, the one that comes later, for the name of the site stands over the article. Else it is the first
    heading of the first level.

    >>> title_of(["Last ferry leaves | The Ostrel Post", "The Ostrel Post", "Last ferry leaves"], ["paragraph"] * 3)
    'last ferry leaves'
    """
    if not lines:
        return ""
    first = lines[0].strip(_EDGES).lower()
    found: dict[str, None] = {}
    heading = ""
    for line, kind in zip(lines[:TITLE_WITHIN], kinds, strict=False):
        low = line.strip(_EDGES).lower()
        if len(low) < TITLE_LENGTH:
            continue
        if len(low) < len(first) and (first.startswith(low) or first.endswith(low)):
            found.setdefault(low)
        if kind == "heading" and not heading and line.startswith("# ") and is_headline(line):
            heading = low
    return list(found)[-1] if found else heading


def names_and_date(line: str) -> tuple[str, str]:
    """Return whom a by-line names and the date in a match-view line, as they stand there; empty where there is none.

    >>> names_and_date("Posted by Ana Roth on Wed 16 April 2019")
    ('Ana Roth', 'wed 16 april 2019')
    """
    by = _named(line.strip(_EDGES))
    low = line.lower()
    date = _DATE.search(low) if any(character.isdigit() for character in low) else None
    return by[1] if by else "", date[0] if date else ""


def is_slots_only(template: str) -> bool:
    """Whether nothing but slots and marks is left: such a template says nothing of its own.

    >>> is_slots_only("{n} - {date}"), is_slots_only("{n} min read")
    (True, False)
    """
    return not any(character.isalpha() for character in _SLOT.sub("", template))
