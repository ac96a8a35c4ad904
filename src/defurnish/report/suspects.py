"""Which removals a person should look at: prose that went, the more doubtful the fewer and weaker its witnesses.

Furniture is rarely long, rarely written in sentences, and rarely stands between paragraphs of the article. Where all
that holds of a removed block and no strong rule speaks of its own words, it may have been the article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ..model import Block, Removal
from .excerpts import encodable, excerpt
from .leading import Entry, Rank

EXCERPT_CHARACTERS = 700
CONTEXT_CHARACTERS = 160

# Shorter lines are prompts and labels, which need no second look.
PROSE_WORDS = 15
LONG_WORDS = 40
# A kept block of this length is taken for the body of the article.
BODY_CHARACTERS = 100
# One removal of more than this share of a text may have taken the end of the article with it.
LARGE_SHARE = 0.2

Doubt = Literal[
    "amid the body", "a fifth of the text", "no strong rule of its own", "its neighbours' word alone", "a single rule",
    "long",
]  # fmt: skip
"""Why a person should look at a removed piece of prose."""

_SENTENCE_END = re.compile(r"""[.!?…。！？][\])}"'”’»*_]*\s*\Z""")


class Piece(NamedTuple):
    """A removed block with what is counted of it."""

    removal: Removal
    words: int
    rules: list[str]
    key: str


def cases(before: str, pieces: list[Piece], kept: tuple[Block, ...], words: int) -> Iterator[tuple[Entry, Piece]]:
    """Yield one case for each run of removed blocks that holds prose, told by its most doubtful block.

    A run has no kept word inside: a comment thread of forty voices is one case to judge, not forty.
    """
    if not any(map(_is_prose, pieces)):
        return
    body = _body(kept)
    for run in _runs(before, pieces):
        prose = [piece for piece in run if _is_prose(piece)]
        if prose:
            share = sum(piece.words for piece in run) / words
            doubted = [(piece, _doubts(piece, body, share)) for piece in prose]
            piece, doubts = min(doubted, key=lambda case: (not _is_suspicious(case[1]), -len(case[1]), -case[0].words))
            yield _case(before, run, piece, doubts), piece


def by_doubt(entry: Entry) -> Rank:
    """Return the rank of a case: the suspicious first, of these the ones amid the body, then by doubts and words."""
    # All that is shown takes part, for ids may repeat: else the order of the records would choose between two cases.
    return (
        not entry["suspicious"], "amid the body" not in entry["doubts"], -len(entry["doubts"]), -entry["words"],
        entry["source"], entry["id"], entry["start"], entry["end"], entry["key"], entry["text"], entry["family"],
        entry["reason"], entry["rules"], entry["doubts"], entry["run_blocks"], entry["run_words"], entry["before"],
        entry["after"],
    )  # fmt: skip


def _body(kept: tuple[Block, ...]) -> tuple[int, int]:
    """Return where the first long kept paragraph starts and the last one ends; (0, 0) if there is none."""
    first = next(filter(_is_body, kept), None)
    last = next(filter(_is_body, reversed(kept)), None)
    return (first.span.start, last.span.end) if first and last else (0, 0)


def _is_body(block: Block) -> bool:
    return block.span.end - block.span.start >= BODY_CHARACTERS and block.kind == "paragraph"


def _is_prose(piece: Piece) -> bool:
    return piece.words >= PROSE_WORDS and _SENTENCE_END.search(piece.removal.text[-16:]) is not None


def _runs(before: str, pieces: list[Piece]) -> Iterator[list[Piece]]:
    run: list[Piece] = []
    for piece in pieces:
        if run and before[run[-1].removal.span.end : piece.removal.span.start].strip():
            yield run
            run = []
        run.append(piece)
    yield run


def _doubts(piece: Piece, body: tuple[int, int], share: float) -> list[Doubt]:
    removal = piece.removal
    start, end = removal.span.start, removal.span.end
    own = [evidence for evidence in removal.evidence if start <= evidence.span.start < end]
    doubts: list[tuple[Doubt, bool]] = [
        ("amid the body", body[0] < start and end < body[1]),
        ("a fifth of the text", share > LARGE_SHARE),
        ("no strong rule of its own", not any(evidence.strength == "strong" for evidence in own)),
        ("its neighbours' word alone", not own),
        ("a single rule", len(piece.rules) == 1),
        ("long", piece.words >= LONG_WORDS),
    ]
    return [doubt for doubt, holds in doubts if holds]


def _is_suspicious(doubts: list[Doubt]) -> bool:
    weak, amid = "no strong rule of its own" in doubts, "amid the body" in doubts
    return (weak and (amid or "a fifth of the text" in doubts)) or (
        amid and "long" in doubts and "a single rule" in doubts
    )


def _case(before: str, run: list[Piece], piece: Piece, doubts: list[Doubt]) -> Entry:
    removal = piece.removal
    first, last = run[0].removal.span.start, run[-1].removal.span.end
    return {
        "start": removal.span.start,
        "end": removal.span.end,
        "words": piece.words,
        "run_blocks": len(run),
        "run_words": sum(each.words for each in run),
        "family": removal.family,
        "reason": removal.reason,
        "rules": piece.rules,
        "suspicious": _is_suspicious(doubts),
        "doubts": list(doubts),
        "key": piece.key,
        "before": encodable(before[max(0, first - CONTEXT_CHARACTERS) : first]),
        "text": excerpt(removal.text, EXCERPT_CHARACTERS),
        "after": encodable(before[last : last + CONTEXT_CHARACTERS]),
    }
