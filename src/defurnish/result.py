"""What ``analyze`` answers: the clean text, what went and why, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from .edits import Offsets, apply, invert
from .model import Block, Edit, Evidence, Metadata, Removal, RuleId, Span

_WIRE_VERSION = 1
_LISTS = ("authors", "topics")


@dataclass(frozen=True)
class Result:
    """The outcome of one analysis. All spans are code-point offsets into the text that was passed in.

    ``spared`` is true when nearly the whole text would have gone: then nothing went, and ``removed`` is empty.
    """

    text: str
    """The clean text."""
    removed: tuple[Removal, ...]
    """What went, in the order of the text."""
    kept: tuple[Block, ...]
    """The blocks that stayed, in the order of the text."""
    metadata: Metadata
    """What the title and the credit, navigation and legal lines say about the article."""
    edits: tuple[Edit, ...]
    """All that was changed, repair and removal, as one script from the text passed in to ``text``."""
    spared: bool
    version: str
    """The version of the package that gave this answer."""

    @cached_property
    def _to_original(self) -> Offsets:
        return Offsets(invert(self.edits))

    @cached_property
    def _to_clean(self) -> Offsets:
        return Offsets(self.edits)

    def restore(self) -> str:
        """Return the text that was passed in, to the last character."""
        return apply(self.text, invert(self.edits))

    def to_original(self, offset: int) -> int:
        """Return where the character at ``offset`` of the clean text stood in the text passed in.

        Raises IndexError for an offset outside ``0 … len(text)``.
        """
        _check(offset, len(self.text), "clean text")
        return self._to_original.moved(offset)

    def to_clean(self, offset: int) -> int:
        """Return where an offset of the text passed in lies in the clean text; of a removed one, where the cut is.

        Raises IndexError for an offset outside the text passed in.
        """
        length = len(self.text) - sum(len(edit.after) - len(edit.span) for edit in self.edits)
        _check(offset, length, "original text")
        return self._to_clean.moved(offset)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a dictionary of JSON types; :meth:`from_dict` reads it."""
        return {
            "wire_version": _WIRE_VERSION,
            "version": self.version,
            "text": self.text,
            "spared": self.spared,
            "removed": [
                {
                    "span": _pair(removal.span),
                    "kind": removal.kind,
                    "family": removal.family,
                    "reason": removal.reason,
                    "text": removal.text,
                    "evidence": [
                        {
                            "rule": evidence.rule,
                            "family": evidence.family,
                            "strength": evidence.strength,
                            "span": _pair(evidence.span),
                        }
                        for evidence in removal.evidence
                    ],
                }
                for removal in self.removed
            ],
            "kept": [{"span": _pair(block.span), "kind": block.kind} for block in self.kept],
            "metadata": {
                key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self.metadata).items()
            },
            "edits": [{"span": _pair(edit.span), "before": edit.before, "after": edit.after} for edit in self.edits],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Return the result that :meth:`to_dict` wrote. Raises ValueError for another wire version."""
        if data.get("wire_version") != _WIRE_VERSION:
            raise ValueError(
                f"a result of wire version {data.get('wire_version')!r}; this release reads version {_WIRE_VERSION}"
            )
        return cls(
            text=data["text"],
            removed=tuple(
                Removal(
                    span=Span(*removal["span"]),
                    kind=removal["kind"],
                    family=removal["family"],
                    reason=removal["reason"],
                    text=removal["text"],
                    evidence=tuple(
                        Evidence(RuleId(item["rule"]), item["family"], item["strength"], Span(*item["span"]))
                        for item in removal["evidence"]
                    ),
                )
                for removal in data["removed"]
            ),
            kept=tuple(Block(Span(*block["span"]), block["kind"]) for block in data["kept"]),
            metadata=Metadata(**{**data["metadata"], **{key: tuple(data["metadata"][key]) for key in _LISTS}}),
            edits=tuple(Edit(Span(*edit["span"]), edit["before"], edit["after"]) for edit in data["edits"]),
            spared=data["spared"],
            version=data["version"],
        )

    def __repr__(self) -> str:
        went = ", ".join(
            f"{family} {count}" for family, count in sorted(self._families().items(), key=lambda item: -item[1])
        )
        lost = sum(len(removal.text) for removal in self.removed)
        spared = ", spared: nearly all would have gone" if self.spared else ""
        return (
            f"<Result: {len(self.text):,} characters kept, {lost:,} removed in {len(self.removed)} blocks"
            f"{' (' + went + ')' if went else ''}{spared}>"
        )

    def _families(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for removal in self.removed:
            counts[removal.family] = counts.get(removal.family, 0) + 1
        return counts


def _pair(span: Span) -> list[int]:
    return [span.start, span.end]


def _check(offset: int, length: int, what: str) -> None:
    if not 0 <= offset <= length:
        raise IndexError(f"offset {offset} lies outside the {what} of {length} characters")
