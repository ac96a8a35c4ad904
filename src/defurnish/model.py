"""The values that travel between the stages and out to the caller: frozen, and free of any policy.

Spans are half-open code-point offsets into the string that the caller passed, what dolma and RedPajama call
``[start, end]``. Nothing here imports another module of the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias

Family: TypeAlias = Literal[
    "legal", "promo", "engage", "navigation", "credit", "contact", "interface", "comments", "site"
]
FAMILIES: tuple[Family, ...] = (
    "legal", "promo", "engage", "navigation", "credit", "contact", "interface", "comments", "site",
)  # fmt: skip

Strength: TypeAlias = Literal["strong", "supporting", "protecting"]
Status: TypeAlias = Literal["accepted", "proposed", "rejected"]
"""What a person, or the learner where it is sure, has decided about an entry of a profile. Only ``accepted`` acts."""
Match: TypeAlias = Literal["whole", "start", "end", "anywhere"]
Zone: TypeAlias = Literal["anywhere", "ends", "head", "series", "tail"]
Kind: TypeAlias = Literal["heading", "paragraph", "item", "quote", "code", "table", "rule"]
Region: TypeAlias = Literal["list", "thread", "box", "bio", "offer"]

RuleId = NewType("RuleId", str)
"""Full name of a rule: ``language/family/name``, as in ``en/legal/fair-use-notice``."""

SITE = "site/"
"""How the ids of entries of site profiles begin, as in ``site/example.org#12``."""

Reason: TypeAlias = Literal["alone", "glued", "company", "region", "orphan", "repeat"]
"""Why a block went: by its own strong evidence, as the part of a block that is glued to a sentence of the body, by weak
evidence in company, inside a region that a furniture heading opened, as the leftover of a removal (a rule, an empty
heading), or as a repetition of another removed block."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the part of ``text`` that the span covers.

        >>> Span(0, 4).of("Rain fell.")
        'Rain'
        """
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Edit:
    """One replaced stretch of a text: ``before`` stood at ``span``, ``after`` stands there now."""

    span: Span
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the text, or the lines of one wrapped paragraph, code block or underlined heading."""

    span: Span
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of a rule file, as data; :mod:`defurnish.rulefile` says what each key means."""

    id: RuleId
    family: Family
    strength: Strength
    match: Match
    summary: str
    why: str
    zone: Zone = "anywhere"
    phrases: tuple[str, ...] = ()
    pattern: str | None = None
    max_words: int | None = None
    opens: Region | None = None
    glued: bool = False
    removes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that speaks of a block, with the range of the block's match view that it speaks of.

    A ``glued`` hit speaks of that range alone: furniture that follows a sentence of the body on the same line.
    """

    rule: Rule
    start: int
    end: int
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Segments:
    """The blocks of a text, in parallel tuples: where each stands, what it is, and its content on one line.

    ``starts`` and ``ends`` are code-point offsets; a block reaches from its first to its last visible character
    (line breaks and the blanks around it belong to the gaps).
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    kinds: tuple[Kind, ...]
    contents: tuple[str, ...]
    lines: int
    """How many lines the text has, blank ones among them."""
    linewise: bool
    """Whether every block is one line, and no line is what it is because of the lines around it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A block that goes: for which family and reason, and on whose hits (block number and hit)."""

    family: Family
    reason: Reason
    witnesses: tuple[tuple[int, Hit], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one rule saw: where the words stand that it speaks of, and how much its word counts."""

    rule: RuleId
    family: Family
    strength: Strength
    span: Span


@dataclass(frozen=True, slots=True)
class Removal:
    """A removed stretch of the text, always with the evidence that took it.

    Evidence whose span lies outside ``span`` belongs to the neighbours that gave it away (the heading over a
    list of related articles, the order link under a book offer).
    """

    span: Span
    kind: Kind
    family: Family
    reason: Reason
    evidence: tuple[Evidence, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the title and the removed lines say about the article. Empty fields were not found, never guessed."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    """ISO 8601, to the day."""
    outlet: str | None = None
    topics: tuple[str, ...] = ()
    source: str | None = None
    source_url: str | None = None
    copyright_holder: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What recurs over the pages of a site: a block's template, how often and where it stands, what to do with it."""

    number: int
    """Its name in the profile, never given twice: evidence says ``site/example.org#12``."""
    template: str
    """The block in match view, lower case, with slots for what varies (see :mod:`defurnish.template`)."""
    family: Family
    status: Status
    strength: Literal["strong", "supporting"]
    pages: int
    """Distinct articles of the site that hold it; near-identical reposts count once."""
    share: float
    """``pages`` by the number of distinct articles of the site, 0 to 1."""
    place: Literal["head", "middle", "tail"]
    distance: int
    """Median number of blocks between it and the nearer end of the text (``place`` middle: the beginning)."""
    spread: int
    """Interquartile range of that distance: 0 for what always stands in the same place."""
    rules: tuple[RuleId, ...] = ()
    """Rules that take such a block already."""
    beside: tuple[int, ...] = ()
    """Numbers of the entries that usually stand right before or after it."""
    examples: tuple[str, ...] = ()
    """Up to three blocks as they stood."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What was learned about a site: its recurring blocks, in the order of their numbers."""

    site: str
    """The host, in lower case, without ``www.``"""
    pages: int
    """Distinct articles that were seen."""
    learned: str | None = None
    """When, as the caller gave it (ISO 8601)."""
    entries: tuple[Entry, ...] = ()
    last_number: int = 0
    """The highest number that an entry ever had, if that entry is gone."""
    at_home: tuple[RuleId, ...] | None = None
    """Shipped rules that speak on more than a stray page of the site. The others only support here: what one article
    of many has is seldom the site's. None where too few articles were seen to tell: then all rules speak as ever."""
