"""Counts what recurs on a site: rows of a document, and the rows of a site put together in any order.

A row is one template on one page. Rows are plain values (strings and whole numbers), so that any engine can carry
them: what an engine must do is bring the rows of one site together, and it may spare itself work on the way by three
steps that give the same in any order and on any number of workers:

1. of the rows of one ``(site, document, template)``, only the smallest counts: reposts of an article share its
   fingerprint;
2. of the documents of one site, only the ``SAMPLE`` with the smallest fingerprints count;
3. templates on fewer than ``LEAST_PAGES`` documents of a site can be dropped, the row of the document itself (with
   the empty template) never.

:class:`SiteCounts` takes all three steps itself, so an engine that leaves them out gets the same profile.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import regex

from ..matchview import view
from ..repair import repair
from ..rulebook import rulebook
from ..segment import segment
from ..shape import ends_sentence, is_prose
from ..siterules import removes_alone
from ..template import names_and_date, template, title_of

# A random two thousand articles tell shares to within two points; five are nearly enough to learn from.
SAMPLE = 2000
# What stands on fewer articles is no habit of the site.
LEAST_PAGES = 3

# Near-identical articles share their fingerprint with the probability J**6, J being the share of word triples they
# have in common: five in six of reposts with a sentence in forty changed, one of seven hundred pairs of pages of
# which a third is furniture.
SKETCHES = 6
SHINGLE = 3
# Scripts without blanks: so many letters are a sentence or more.
UNSPACED_PROSE = 40
# By-line and date of a page stand in a line of at most so many words.
CREDIT_WORDS = 12

_WORD = regex.compile(r"\w+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_MASK = (1 << 63) - 1


class Row(NamedTuple):
    """One template on one page; the row with the empty template is the page itself."""

    site: str
    document: int
    """Fingerprint of the article, 63 bits: near-identical articles share it."""
    template: str
    times: int
    """How often it stands on the page."""
    start: int
    """Blocks before the first occurrence."""
    end: int
    """Blocks after the last occurrence."""
    prose_before: int
    """Paragraphs of prose before the first occurrence."""
    prose_after: int
    """Paragraphs of prose after the last occurrence."""
    before: int
    """Key of the template right before the first occurrence, 0 where the text begins (see :func:`key_of`)."""
    after: int
    """Key of the template right after the first occurrence, 0 where the text ends."""
    last_before: int
    """Key of the template right before the last occurrence."""
    last_after: int
    """Key of the template right after the last occurrence."""
    form: int
    """0 for a label, 1 for a short sentence, 2 for prose, plus 4 if it is marked as a heading."""
    author: str
    """Whom the page's by-line names; empty where none was found."""
    date: str
    """The page's date as it stands there; empty where none was found."""
    example: str
    """The block as it stood."""
    rules: str
    """Of the page's own row: the shipped rules that can remove alone and speak on the page, by id, with blanks
    between."""


LABEL, SENTENCE, PROSE, HEADING = 0, 1, 2, 4


def key_of(template: str) -> int:
    """Return a 63-bit key of a template, the same on every machine; 1 for the empty template of a bare mark."""
    if not template:
        return 1
    return int.from_bytes(hashlib.blake2b(template.encode("utf-8", "surrogatepass"), digest_size=8).digest()) & _MASK


def rows_of(text: str, site: str, *, author: str = "", date: str = "") -> list[Row]:
    """Return the rows of one page: the page's own, then one for each template on it.

    ``site`` is the host. ``author`` and ``date`` are what the caller knows of the page; otherwise they are read off
    its by-line and its first date. A page without text has no rows.

    >>> [(row.template, row.start, row.end) for row in rows_of("Rain fell.\\n\\nShare this", "ostrel.example")]
    [('', 0, 0), ('rain fell', 0, 1), ('share this', 1, 0)]
    """
    segments = segment(repair(text)[0])
    if not segments.contents:
        return []
    lines = view("\n".join(segments.contents)).split("\n")
    title = title_of(lines, segments.kinds)
    templates = [template(line, title) for line in lines]
    forms = [_form(line) for line in lines]
    document = _fingerprint([line for line, form in zip(lines, forms, strict=True) if form == PROSE] or lines)
    for line in lines:
        if author and date:
            break
        if line.count(" ") < CREDIT_WORDS:
            name, when = names_and_date(line)
            author, date = author or name, date or when
    keys = [0, *map(key_of, templates), 0]
    prose = [0]
    for form in forms:
        prose.append(prose[-1] + (form == PROSE))
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, found in enumerate(templates):
        if found and segments.kinds[number] not in ("code", "table", "quote"):
            first.setdefault(found, number)
            last[found] = number
    times = Counter(templates)
    rows = [Row(site, document, "", 1, 0, 0, 0, 0, 0, 0, 0, 0, LABEL, author, date, "", _speaking("\n".join(lines)))]
    for found, at in first.items():
        to = last[found]
        rows.append(
            Row(
                site, document, found, times[found], at, len(lines) - 1 - to, prose[at], prose[-1] - prose[to + 1],
                keys[at], keys[at + 2], keys[to], keys[to + 2],
                forms[at] + HEADING * (segments.kinds[at] == "heading"), author, date, segments.contents[at], "",
            )
        )  # fmt: skip
    return rows


def _speaking(view: str) -> str:
    found = (hit.rule for hits in rulebook().hits(view).values() for hit in hits)
    return " ".join(sorted({rule.id for rule in found if removes_alone(rule)}))


def _form(line: str) -> int:
    if is_prose(line) or len(_UNSPACED.findall(line)) >= UNSPACED_PROSE:
        return PROSE
    return SENTENCE if ends_sentence(line) and " " in line else LABEL


def _fingerprint(lines: Sequence[str]) -> int:
    """Return what near-identical articles share: the smallest hash of word triples in each of a few classes."""
    least = [_MASK] * SKETCHES
    for line in lines:
        words = _WORD.findall(line.lower())
        for at in range(max(1, len(words) - SHINGLE + 1)):
            shingle = " ".join(words[at : at + SHINGLE]).encode("utf-8", "surrogatepass")
            value = int.from_bytes(hashlib.blake2b(shingle, digest_size=8).digest())
            kind = value % SKETCHES
            if value < least[kind]:
                least[kind] = value
    return int.from_bytes(hashlib.blake2b(repr(least).encode(), digest_size=8).digest()) & _MASK


class SiteCounts:
    """The rows of one site, put together in any order and in any parts; at most ``SAMPLE`` articles are held.

    >>> counts = SiteCounts("ostrel.example")
    >>> counts.add(rows_of("Rain fell.\\n\\nShare this", "ostrel.example"))
    >>> counts.pages
    1
    """

    def __init__(self, site: str) -> None:
        self.site = site
        self._documents: dict[int, dict[str, Row]] = {}
        self._largest: list[int] = []  # a heap of the fingerprints, negated

    @property
    def pages(self) -> int:
        """Distinct articles held."""
        return len(self._documents)

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows of the site. Raises ValueError for a row of another site."""
        for row in rows:
            if row.site != self.site:
                raise ValueError(f"a row of {row.site!r} among those of {self.site!r}")
            page = self._documents.get(row.document)
            if page is None:
                if len(self._documents) >= SAMPLE:
                    if row.document > -self._largest[0]:
                        continue
                    del self._documents[-heapq.heappop(self._largest)]
                page = self._documents[row.document] = {}
                heapq.heappush(self._largest, -row.document)
            known = page.get(row.template)
            if known is None or row < known:
                page[row.template] = row

    def merge(self, other: SiteCounts) -> None:
        """Add what other counts of the site hold. Raises ValueError for counts of another site."""
        for page in other._documents.values():
            self.add(page.values())

    def by_template(self) -> dict[str, list[Row]]:
        """Return the rows by template, templates in order, rows in order of their documents; rare ones left out.

        The rows of the articles themselves stand under the empty template.
        """
        found: dict[str, list[Row]] = {"": []}
        for document in sorted(self._documents):
            for row in self._documents[document].values():
                found.setdefault(row.template, []).append(row)
        return {key: found[key] for key in sorted(found) if not key or len(found[key]) >= LEAST_PAGES}
