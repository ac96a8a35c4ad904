"""What a corpus run counts: totals, what went by family and rule, and short lists of what a person should look at.

A tally is bounded whatever the size of the corpus, cheap beside the cleaning it counts, and mergeable: the tallies of
chunks, merged in the order of the chunks, give the same answer whoever worked on them.

Words are runs of characters between blanks. The words of a text after cleaning are its words before, less those of the
removed blocks; code points and bytes (UTF-8) are counted in the texts themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from ..model import SITE
from ..result import Result
from .excerpts import excerpt, normalized
from .leading import Best, Entry, Frequent
from .suspects import Piece, by_doubt, cases

TALLY_VERSION = 1

EDGES = (0, 1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100)
"""Upper edges, in percent of the words, of the classes of the histogram; the first class is exactly nothing."""

# A table of this many blocks takes some ten megabytes; a web corpus has a few hundred blocks that matter.
BLOCKS_ROOM = 10_000
SITES_ROOM = 10_000
SOURCES_ROOM = 2_000
REASONS_ROOM = 50
DOCUMENTS_LISTED = 100
SUSPECTS_LISTED = 200
# Under this, a share says little: two lines of six are no loss of a third of an article.
DOCUMENT_WORDS = 50

SITE_ENTRIES = f"{SITE}*"
"""The row of ``rules`` for what the entries of all site profiles spoke of: a crawl has no end of their ids."""

EXAMPLE_CHARACTERS = 300
NAME_CHARACTERS = 300


@dataclass(slots=True)
class BlockCount:
    """How often blocks of one normalized text were removed; the example is the shortest of them, then the smallest."""

    weight: int
    words: int
    families: dict[str, int]
    example: str
    id: str
    source: str
    rules: list[str]
    missed: int = 0

    def absorb(self, other: BlockCount) -> None:
        """Add what another count of the same block has seen."""
        self.weight += other.weight
        self.words += other.words
        for family, count in other.families.items():
            self.families[family] = self.families.get(family, 0) + count
        if other._example() < self._example():
            self.example, self.id, self.source, self.rules = other.example, other.id, other.source, other.rules

    def copy(self) -> BlockCount:
        """Return a count that can go its own way."""
        return replace(self, families=dict(self.families))

    def _example(self) -> tuple[int, str, str, str, list[str]]:
        return len(self.example), self.example, self.source, self.id, self.rules


@dataclass(slots=True)
class SiteCount:
    """What went on one site; the weight is the words removed and the documents together, so that it is never zero."""

    documents: int
    words: int
    words_removed: int
    weight: int
    missed: int = 0

    def absorb(self, other: SiteCount) -> None:
        """Add what another count of the same site has seen."""
        self.documents += other.documents
        self.words += other.words
        self.words_removed += other.words_removed
        self.weight += other.weight

    def copy(self) -> SiteCount:
        """Return a count that can go its own way."""
        return replace(self)


@dataclass(slots=True)
class RejectCount:
    """How many records of one source were rejected, by reason."""

    reasons: dict[str, int]
    weight: int
    missed: int = 0

    def absorb(self, other: RejectCount) -> None:
        """Add what another count of the same source has seen."""
        self.weight += other.weight
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count

    def copy(self) -> RejectCount:
        """Return a count that can go its own way."""
        return replace(self, reasons=dict(self.reasons))


@dataclass(slots=True)
class Went:
    """What one family, rule or reason took: documents are those in which it took something."""

    documents: int = 0
    blocks: int = 0
    words: int = 0
    suspicious_cases: int = 0

    def absorb(self, other: Went) -> None:
        """Add what another part of the run has seen."""
        self.documents += other.documents
        self.blocks += other.blocks
        self.words += other.words
        self.suspicious_cases += other.suspicious_cases


@dataclass(slots=True)
class Totals:
    """The plain sums of a run, in documents, words, code points and bytes."""

    documents: int = 0
    documents_changed: int = 0
    documents_with_removals: int = 0
    documents_spared: int = 0
    words_before: int = 0
    words_removed: int = 0
    code_points_before: int = 0
    code_points_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    blocks_removed: int = 0
    prose_cases: int = 0
    suspicious_cases: int = 0
    rejected: int = 0


def _document_key(entry: Entry) -> tuple[Any, ...]:
    return entry["source"], entry["id"], entry["words"], entry["words_removed"]


def _by_share(entry: Entry) -> tuple[Any, ...]:
    return -entry["words_removed"] / entry["words"], *_by_words(entry)


def _by_words(entry: Entry) -> tuple[Any, ...]:
    return (
        -entry["words_removed"], entry["words"], entry["source"], entry["id"], sorted(entry["families"].items()),
    )  # fmt: skip


@dataclass(slots=True)
class Tally:
    r"""The statistics of a run, or of a part of one.

    >>> from defurnish import analyze
    >>> text = "Rain fell all night over the river.\n\nShare this article\n"
    >>> tally = Tally()
    >>> tally.add(id="1", url="https://post.example/rain", source="a.jsonl", before=text, result=analyze(text))
    >>> tally.reject(source="a.jsonl", reason="broken JSON")
    >>> tally.totals.words_before, tally.totals.words_removed, tally.totals.rejected
    (10, 3, 1)
    """

    totals: Totals = field(default_factory=Totals)
    families: dict[str, Went] = field(default_factory=dict)
    rules: dict[str, Went] = field(default_factory=dict)
    reasons: dict[str, Went] = field(default_factory=dict)
    histogram: list[int] = field(default_factory=lambda: [0] * len(EDGES))
    reject_reasons: dict[str, int] = field(default_factory=dict)
    blocks: Frequent[BlockCount] = field(default_factory=lambda: Frequent(BLOCKS_ROOM))
    sites: Frequent[SiteCount] = field(default_factory=lambda: Frequent(SITES_ROOM))
    rejects: Frequent[RejectCount] = field(default_factory=lambda: Frequent(SOURCES_ROOM))
    by_share: Best = field(default_factory=lambda: Best(DOCUMENTS_LISTED, _by_share, _document_key))
    by_words: Best = field(default_factory=lambda: Best(DOCUMENTS_LISTED, _by_words, _document_key))
    suspects: Best = field(default_factory=lambda: Best(SUSPECTS_LISTED, by_doubt, itemgetter("key")))

    def add(self, *, id: str, url: str | None, source: str, before: str, result: Result) -> None:  # noqa: A002
        """Count one cleaned document.

        ``before`` is the text that ``result`` is the analysis of; ``source`` names the file it came from, as messages
        and commands should name it; ``url`` is where the page stood, for the statistics of its site.
        """
        totals, after = self.totals, result.text
        words = len(before.split())
        size = _bytes(before)
        totals.documents += 1
        totals.documents_spared += result.spared
        totals.words_before += words
        totals.code_points_before += len(before)
        totals.bytes_before += size
        totals.code_points_after += len(after)
        if after is before or after == before:
            totals.bytes_after += size
        else:
            totals.documents_changed += 1
            totals.bytes_after += _bytes(after)
        removed = self._count_removals(_name(id), _name(source), before, words, result) if result.removed else 0
        # Two parts cut out of one word count as two, so that more words may go than there were.
        self.histogram[bisect_left(EDGES, min(100.0, 100 * removed / words) if words else 0)] += 1
        if removed:
            self._list_document(_name(id), _name(source), words, removed, result)
        self._count_site(url, words, removed)

    def reject(self, *, source: str, reason: str) -> None:
        """Count one record that could not be cleaned, for a short ``reason`` as in ``"broken JSON"``."""
        self.totals.rejected += 1
        reason = _name(reason)
        if reason not in self.reject_reasons and len(self.reject_reasons) >= REASONS_ROOM:
            reason = "other"
        self.reject_reasons[reason] = self.reject_reasons.get(reason, 0) + 1
        self.rejects.add(_name(source), RejectCount({reason: 1}, 1))

    def merge(self, other: Tally) -> None:
        """Add another tally, which stays as it is. For one answer, merge chunks in the order of the corpus."""
        for name in Totals.__slots__:
            setattr(self.totals, name, getattr(self.totals, name) + getattr(other.totals, name))
        for mine, theirs in (
            (self.families, other.families), (self.rules, other.rules), (self.reasons, other.reasons),
        ):  # fmt: skip
            for name, went in theirs.items():
                mine.setdefault(name, Went()).absorb(went)
        self.histogram = [one + two for one, two in zip(self.histogram, other.histogram, strict=True)]
        for reason, count in sorted(other.reject_reasons.items()):
            known = reason in self.reject_reasons or len(self.reject_reasons) < REASONS_ROOM
            name = reason if known else "other"
            self.reject_reasons[name] = self.reject_reasons.get(name, 0) + count
        self.blocks.merge(other.blocks)
        self.sites.merge(other.sites)
        self.rejects.merge(other.rejects)
        self.by_share.extend(other.by_share.listed())
        self.by_words.extend(other.by_words.listed())
        self.suspects.extend(other.suspects.listed())

    def to_dict(self) -> dict[str, Any]:
        """Return the tally as a dictionary of JSON types, in a stable order; :meth:`from_dict` reads it."""
        return {
            "tally_version": TALLY_VERSION,
            "totals": asdict(self.totals),
            **{
                name: {key: asdict(went) for key, went in sorted(getattr(self, name).items())}
                for name in ("families", "rules", "reasons")
            },
            "histogram": list(self.histogram),
            "reject_reasons": dict(sorted(self.reject_reasons.items())),
            **{name: _table_dict(getattr(self, name)) for name in ("blocks", "sites", "rejects")},
            **{name: getattr(self, name).listed() for name in ("by_share", "by_words", "suspects")},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tally:
        """Return the tally that :meth:`to_dict` wrote. Raises ValueError for another version of the format."""
        if data.get("tally_version") != TALLY_VERSION:
            raise ValueError(
                f"a tally of version {data.get('tally_version')!r}; this release reads version {TALLY_VERSION}: "
                "finish the run with the release that began it, or begin anew"
            )
        tally = cls(
            totals=Totals(**data["totals"]),
            families={name: Went(**went) for name, went in data["families"].items()},
            rules={name: Went(**went) for name, went in data["rules"].items()},
            reasons={name: Went(**went) for name, went in data["reasons"].items()},
            histogram=list(data["histogram"]),
            reject_reasons=dict(data["reject_reasons"]),
        )
        _fill(tally.blocks, BlockCount, data["blocks"])
        _fill(tally.sites, SiteCount, data["sites"])
        _fill(tally.rejects, RejectCount, data["rejects"])
        for name in ("by_share", "by_words", "suspects"):
            getattr(tally, name).extend(data[name])
        return tally

    def _count_removals(self, name: str, source: str, before: str, words: int, result: Result) -> int:
        """Count what went from one document, and return its words."""
        totals = self.totals
        seen: dict[int, Went] = {}
        pieces: list[Piece] = []
        for removal in result.removed:
            piece = Piece(
                removal,
                len(removal.text.split()),
                list(dict.fromkeys(str(evidence.rule) for evidence in removal.evidence)),
                normalized(removal.text),
            )
            pieces.append(piece)
            for went in self._takers(piece):
                went.blocks += 1
                went.words += piece.words
                seen[id(went)] = went
            self._count_block(piece, name, source)
        for went in seen.values():
            went.documents += 1
        for case, piece in cases(before, pieces, result.kept, words):
            self.suspects.offer({"id": name, "source": source, **case})
            totals.prose_cases += 1
            if case["suspicious"]:
                totals.suspicious_cases += 1
                for went in self._takers(piece):
                    went.suspicious_cases += 1
        removed_words = sum(piece.words for piece in pieces)
        totals.documents_with_removals += 1
        totals.blocks_removed += len(pieces)
        totals.words_removed += removed_words
        return removed_words

    def _takers(self, piece: Piece) -> list[Went]:
        """Return the counts of what took a piece: its family, its reason, each rule (site profiles as one)."""
        family, reason = piece.removal.family, piece.removal.reason
        takers = [_went(self.families, family), _went(self.reasons, reason)]
        rules = dict.fromkeys(SITE_ENTRIES if rule.startswith(SITE) else rule for rule in piece.rules)
        takers += [_went(self.rules, rule) for rule in rules]
        return takers

    def _count_block(self, piece: Piece, name: str, source: str) -> None:
        example = excerpt(piece.removal.text, EXAMPLE_CHARACTERS)
        count = BlockCount(1, piece.words, {piece.removal.family: 1}, example, name, source, piece.rules)
        self.blocks.add(piece.key, count)

    def _list_document(self, name: str, source: str, words: int, removed: int, result: Result) -> None:
        families = Counter[str]()
        for removal in result.removed:
            families[removal.family] += 1
        entry: Entry = {
            "id": name,
            "source": source,
            "words": words,
            "words_removed": removed,
            "families": dict(sorted(families.items())),
        }
        self.by_words.offer(entry)
        if words >= DOCUMENT_WORDS:
            self.by_share.offer(entry)

    def _count_site(self, url: str | None, words: int, removed: int) -> None:
        site = _host(url)
        if site is not None:
            self.sites.add(site, SiteCount(1, words, removed, removed + 1))


def _went(taken: dict[str, Went], name: str) -> Went:
    went = taken.get(name)
    if went is None:
        went = taken[name] = Went()
    return went


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _name(name: str) -> str:
    return excerpt(name, NAME_CHARACTERS)


def _host(url: str | None) -> str | None:
    """Return the host of a URL without ``www.``; None where there is none."""
    if not url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:  # brackets that are no IPv6 address
        return None
    return _name(host.removeprefix("www.")) if host else None


def _table_dict(table: Frequent[Any]) -> dict[str, Any]:
    return {"bound": table.bound, "entries": {key: _entry_dict(entry) for key, entry in sorted(table.entries.items())}}


def _entry_dict(entry: Any) -> dict[str, Any]:
    # By hand, for dataclasses.asdict takes ten times as long, and a run writes the tally of each chunk.
    values = {name: getattr(entry, name) for name in entry.__slots__}
    return {name: dict(sorted(value.items())) if isinstance(value, dict) else value for name, value in values.items()}


def _fill(table: Frequent[Any], kind: type, data: Mapping[str, Any]) -> None:
    table.bound = data["bound"]
    table.entries = {key: kind(**entry) for key, entry in data["entries"].items()}
