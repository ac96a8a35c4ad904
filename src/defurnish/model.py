"""The values that travel between the stages and out to the caller: frozen, and free of any policy.

Spans are half-open code-point offsets into the string that the caller passed, what dolma and RedPajama call
``[start, end]``. Nothing here imports another module of the package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType, TypeAlias

Family: TypeAlias = Literal[
    "legal", "promo", "engage", "navigation", "credit", "contact", "interface", "comments"
]
FAMILIES: tuple[Family, ...] = (
    "legal", "promo", "engage", "navigation", "credit", "contact", "interface", "comments",
)  # fmt: skip

Strength: TypeAlias = Literal["strong", "supporting", "protecting"]
Kind: TypeAlias = Literal["heading", "paragraph", "item", "quote", "code", "table", "rule"]

RuleId = NewType("RuleId", str)
"""Full name of a rule: ``language/family/name``, as in ``en/legal/fair-use-notice``."""

Reason: TypeAlias = Literal["alone", "company", "region", "orphan", "repeat"]
"""Why a block went: by its own strong evidence, by weak evidence in company, inside a region that a furniture
heading opened, as the leftover of a removal (a rule, an empty heading), or as a repetition of another block."""


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
    """One replaced stretch of the caller's text: ``before`` stood at ``span`` and ``after`` stands there now."""

    span: Span
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the text, or the lines of one wrapped paragraph, code block or underlined heading."""

    span: Span
    kind: Kind


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
    date: str | None = None  # ISO 8601
    outlet: str | None = None
    topics: tuple[str, ...] = ()
    source_url: str | None = None
    source: str | None = None
    copyright_holder: str | None = None


EMPTY_METADATA = Metadata()
_ = field
