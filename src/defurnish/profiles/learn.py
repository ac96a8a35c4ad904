"""Decides what of a site's recurring blocks is its furniture.

Recurring alone is not enough: articles quote each other, a series opens with the same paragraph, wire copy repeats, an
author signs every post. Share tells them apart best: on twelve whole blogs 88 of 100 lines of furniture stand on at
least nine pages in ten, and hardly any line of the articles does; place alone does not, for the author's own
recurring lines keep theirs, too. So a block is *accepted* where it stands on nearly all of the site's articles, at
the edge of the text (no prose of the article between) and always in the same place or the same company; below that
only with more to speak for it. All else that recurs is *proposed*, for a person to decide, or left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..matchview import view
from ..model import Entry, Family, Hit, Profile, RuleId
from ..template import is_slots_only
from .counting import HEADING, LABEL, PROSE, Row, SiteCounts, key_of, rows_of

# On nearly all pages: 88 % of the furniture line types of twelve blogs, and hardly any line of their articles.
SURE_SHARE = 0.9
# On most pages: a section of the site may lack it. Accepted only with slots or company that articles do not have.
LIKELY_SHARE = 0.5
# Shown to a person from here on; below it the list would be long and the furniture rare.
PROPOSED_SHARE = 0.25
# Distinct articles from which an entry may be accepted: four fifths of the gain of many pages are reached with five.
ACCEPTED_PAGES = 4
# Prose is a sentence that an author could have written. Furniture on both its sides says that the site did; where one
# side is the article, it takes more articles.
PROSE_PAGES = 8
# Interquartile range of the distance, in blocks, of what stands in the same place: menus differ by an item or two.
STEADY = 2
# What stands next to a block on so many of its pages is its company.
COMPANY_SHARE = 0.8
# A rule is at home on a site where it speaks on a tenth of the articles; fewer articles cannot tell.
HOME_SHARE = 0.1
HOME_PAGES = 20
# Examples that an entry shows.
EXAMPLES = 3
# A slotted line is a label; longer ones are sentences about dates.
SLOTTED_WORDS = 12

EDGE = 0
_DIGITS = re.compile(r"\d+")
# How long the article is says nothing of what it is about.
_LENGTH = re.compile(
    r"\{n\} ?(?:words|mots|palabras|palavras|wörter|parole|woorden|字|слов)|(?:min|minutes?|minute) read|"
    r"de lectura|de lecture|de leitura|lesezeit|预计阅读"
)
Place = Literal["head", "middle", "tail"]
Rules = Callable[[str], Sequence[Hit]]
"""What the rules see in one match-view line."""


def learn(documents: Iterable[str], *, site: str, learned: str | None = None) -> Profile:
    """Return the profile of a site, given the texts of its pages in any order.

    ``site`` is the host; ``learned`` is the date that the profile shall bear. Five pages are nearly enough; at most
    2,000 distinct articles are counted.

    >>> page = "Ostrel Post\\n\\nOn the {0} the {0} came.\\n\\nRead our Sunday letter"
    >>> words = "ferry storm river mayor bridge".split()
    >>> [entry.template for entry in learn(map(page.format, words), site="ostrel.example").entries]
    ['ostrel post', 'read our sunday letter']
    """
    counts = SiteCounts(site)
    for text in documents:
        counts.add(rows_of(text, site))
    return profile_from(counts, learned=learned)


def profile_from(counts: SiteCounts, *, learned: str | None = None, rules: Rules | None = None) -> Profile:
    """Return what the rows of a site add up to. ``rules`` default to the shipped ones."""
    by_template = counts.by_template()
    candidates = _candidates(by_template, counts.pages, rules or _shipped_rules)
    _accept(candidates, by_template[""], counts.pages)
    shown = sorted(
        (one for one in candidates.values() if one.accepted or one.share >= PROPOSED_SHARE),
        key=lambda one: (one.order, one.template),
    )
    numbers = {key_of(one.template): number for number, one in enumerate(shown, 1)}
    return Profile(
        site=counts.site,
        pages=counts.pages,
        learned=learned,
        at_home=_at_home(by_template[""]),
        entries=tuple(_entry(number, one, numbers) for number, one in enumerate(shown, 1)),
    )


@dataclass(slots=True)
class _Candidate:
    """A template with what its rows add up to."""

    template: str
    rows: list[Row]
    share: float
    form: int
    starts: list[int]
    ends: list[int]
    place: Place = "middle"
    distance: int = 0
    spread: int = 0
    before: int | None = None
    """Key of what steadily stands right before it; None if that varies."""
    after: int | None = None
    accepted: bool = False
    supporting: bool = False
    authors: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    hits: Sequence[Hit] = ()
    """What the rules see in it."""

    @property
    def known(self) -> tuple[RuleId, ...]:
        """The strong rules that take such a block already."""
        return tuple(dict.fromkeys(hit.rule.id for hit in self.hits if hit.rule.strength == "strong"))

    @property
    def protected(self) -> bool:
        return any(hit.rule.strength == "protecting" for hit in self.hits)

    @property
    def family(self) -> Family:
        """The family of the rules that see it, of strong ones first."""
        strong_first = sorted(
            self.hits, key=lambda hit: ("strong", "supporting", "protecting").index(hit.rule.strength)
        )
        return strong_first[0].rule.family if strong_first else "site"

    @property
    def is_prose(self) -> bool:
        return self.form & ~HEADING == PROSE

    @property
    def is_label(self) -> bool:
        return self.form & ~HEADING == LABEL

    @property
    def is_sure(self) -> bool:
        """Whether it stands at an edge of nearly every page."""
        return self.share >= SURE_SHARE and self.place != "middle"

    @property
    def is_dated(self) -> bool:
        """Whether a date, a name or the page's title is slotted in: what sites put around articles."""
        return any(slot in self.template for slot in ("{date}", "{name}", "{title}"))

    @property
    def tells_a_number(self) -> bool:
        """Whether it is a label with a number that differs from page to page, and no rule knows it.

        "Serves 4" and "Price: 12" stand on every page of a site and are the article's.
        """
        if not self.is_label or "{n}" not in self.template or self.is_dated or self.known:
            return False
        if _LENGTH.search(self.template):
            return False
        return len({_figures(row.example) for row in self.rows}) > 1

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands in the reading order of a page."""
        return (
            {"head": 0, "middle": 1, "tail": 2}[self.place],
            -self.distance if self.place == "tail" else self.distance,
        )


def _candidates(by_template: Mapping[str, list[Row]], pages: int, rules: Rules) -> dict[int, _Candidate]:
    found: dict[int, _Candidate] = {}
    for template, rows in by_template.items():
        if template and template != "{title}" and len(rows) >= PROPOSED_SHARE * pages:
            found[key_of(template)] = _Candidate(
                template,
                rows,
                share=len(rows) / pages,
                form=_mode([row.form for row in rows])[0],
                starts=sorted(row.start for row in rows),
                ends=sorted(row.end for row in rows),
                authors={row.author for row in rows if row.author},
                dates={row.date for row in rows if row.date},
                hits=rules(view(rows[0].example)),
            )
    prose = [one for one in found.values() if one.is_prose and one.share >= SURE_SHARE]
    for one in found.values():
        _place(one, prose)
    return found


def _place(one: _Candidate, recurring_prose: Sequence[_Candidate]) -> None:
    """Work out the edge of the text that a block belongs to: no prose but such as recurs stands between."""
    start, end = _median(one.starts), _median(one.ends)
    before = _median(sorted(row.prose_before for row in one.rows))
    after = _median(sorted(row.prose_after for row in one.rows))
    before -= sum(_median(other.starts) < start for other in recurring_prose)
    after -= sum(_median(other.ends) < end for other in recurring_prose)
    edges: list[tuple[int, int, Place]] = []
    if before <= 0:
        edges.append((_spread(one.starts), start, "head"))
    if after <= 0:
        edges.append((_spread(one.ends), end, "tail"))
    one.spread, one.distance, one.place = min(edges) if edges else (_spread(one.starts), start, "middle")
    last = one.place == "tail"
    one.before = _company([row.last_before if last else row.before for row in one.rows])
    one.after = _company([row.last_after if last else row.after for row in one.rows])


def _accept(candidates: Mapping[int, _Candidate], pages: Sequence[Row], count: int) -> None:
    """Mark what is accepted: first what speaks for itself, then what stands in the company of such."""
    several_authors = len({row.author for row in pages if row.author}) > 1
    several_dates = len({row.date for row in pages if row.date}) > 1
    open_ones = [
        one
        for one in candidates.values()
        if len(one.rows) >= ACCEPTED_PAGES
        and not one.protected
        and (len(one.authors) > 1 or not several_authors)
        and (len(one.dates) > 1 or not several_dates)
    ]
    changed = True
    while changed:
        changed = False
        for one in open_ones:
            if not one.accepted and _is_furniture(one, candidates):
                one.accepted = changed = True


def _is_furniture(one: _Candidate, candidates: Mapping[int, _Candidate]) -> bool:
    beside = [_beside(key, candidates) for key in (one.before, one.after)]
    sides = [key == EDGE or (other is not None and other.accepted) for key, other in beside]
    # Two that stand on nearly all pages, always one after the other, vouch for each other.
    company = any(side or (other is not None and other.is_sure) for side, (_, other) in zip(sides, beside, strict=True))
    steady = one.spread <= STEADY
    if one.place == "middle":
        one.supporting = True
        return one.share >= SURE_SHARE and not one.is_prose and all(sides)
    if one.tells_a_number or (is_slots_only(one.template) and "{date}" not in one.template):
        return one.share >= LIKELY_SHARE and steady and all(sides)
    if one.share >= SURE_SHARE:
        if one.is_prose:
            return steady and (all(sides) or (any(sides) and len(one.rows) >= PROSE_PAGES))
        return steady or company
    if one.share < LIKELY_SHARE or not one.is_label or not steady:
        return False
    return all(sides) or (one.is_dated and one.template.count(" ") < SLOTTED_WORDS)


def _beside(key: int | None, candidates: Mapping[int, _Candidate]) -> tuple[int | None, _Candidate | None]:
    return key, None if key is None else candidates.get(key)


def _entry(number: int, one: _Candidate, numbers: Mapping[int, int]) -> Entry:
    return Entry(
        number=number,
        template=one.template,
        family=one.family,
        status="accepted" if one.accepted else "proposed",
        strength="supporting" if one.supporting else "strong",
        pages=len(one.rows),
        share=round(one.share, 3),
        place=one.place,
        distance=one.distance,
        spread=one.spread,
        rules=one.known,
        beside=tuple(
            sorted({numbers[key] for key in (one.before, one.after) if key is not None and key in numbers} - {number})
        ),
        examples=_examples(one.rows),
    )


def _at_home(pages: Sequence[Row]) -> tuple[RuleId, ...] | None:
    """Return the rules that speak on more than a stray page; None where the articles are too few to tell."""
    if len(pages) < HOME_PAGES:
        return None
    times = Counter(rule for page in pages for rule in page.rules.split())
    return tuple(RuleId(rule) for rule in sorted(times) if times[rule] >= max(2, HOME_SHARE * len(pages)))


def _examples(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return blocks as they stood, those of the first documents in the order of fingerprints, no two the same."""
    return tuple(dict.fromkeys(row.example for row in rows))[:EXAMPLES]


def _shipped_rules(line: str) -> Sequence[Hit]:
    from ..rulebook import rulebook

    return [hit for hits in rulebook().hits(line).values() for hit in hits]


def _figures(example: str) -> tuple[str, ...]:
    return tuple(_DIGITS.findall(example))


def _company(keys: Sequence[int]) -> int | None:
    key, times = _mode(keys)
    return key if times >= COMPANY_SHARE * len(keys) else None


def _mode(values: Sequence[int]) -> tuple[int, int]:
    """Return the most frequent value, of several the smallest, and how often it occurs."""
    return min(Counter(values).items(), key=lambda item: (-item[1], item[0]))


def _median(values: Sequence[int]) -> int:
    return values[(len(values) - 1) // 2]


def _spread(values: Sequence[int]) -> int:
    """Return the interquartile range of ascending values."""
    last = len(values) - 1
    return values[last - last // 4] - values[last // 4]
