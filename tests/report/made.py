"""Results with removals of our choosing, so that what a tally counts can be spelled out."""

from __future__ import annotations

from defurnish import Block, Edit, Evidence, Metadata, Removal, Result, Span
from defurnish.report.tally import Tally

BODY = (
    "The ferry left the slipway at dawn, and the river rose behind it all day long while nobody could say why the bell"
)
assert len(BODY) > 100


def made(*lines, spared=False):
    """Return a text and its result; a line is a string that stays, or (text, family, reason, rules) that goes.

    A rule is a name, strong and seen in the line itself; ``"~name"`` is supporting, ``"^name"`` is seen elsewhere.
    """
    before, kept, removed, edits, at = "", [], [], [], 0
    for line in lines:
        text = line if isinstance(line, str) else line[0]
        span = Span(at, at + len(text))
        if isinstance(line, str):
            kept.append(Block(span, "paragraph"))
        else:
            _, family, reason, rules = line
            removed.append(
                Removal(span, "paragraph", family, reason, tuple(seen(rule, family, span) for rule in rules), text)
            )
            edits.append(Edit(Span(at, at + len(text) + 1), text + "\n", ""))
        before += text + "\n"
        at += len(text) + 1
    after = "".join(before[block.span.start : block.span.end] + "\n" for block in kept)
    assert removed or after == before
    return before, Result(
        text=after if removed else before,
        removed=tuple(removed),
        kept=tuple(kept),
        metadata=Metadata(),
        edits=tuple(edits),
        spared=spared,
        version="0",
    )


def seen(rule, family, span):
    strength = "supporting" if rule[0] in "~^" else "strong"
    where = Span(span.end + 1, span.end + 2) if rule[0] == "^" else Span(span.start, span.start + 1)
    return Evidence(rule.lstrip("~^"), family, strength, where)


def tally_of(*documents):
    """Return the tally of documents, each (id, url, source, lines)."""
    tally = Tally()
    for name, url, source, lines in documents:
        before, result = made(*lines)
        tally.add(id=name, url=url, source=source, before=before, result=result)
    return tally
