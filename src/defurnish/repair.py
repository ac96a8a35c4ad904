"""Mends a text line by line: mojibake, HTML entities, control characters. Typography is left as the author set it.

The mending is ftfy's; this is the only module that imports it. It costs 45 ms to import and 3 ms a document, nearly
all of it for finding nothing, so a gate comes first: a line goes to ftfy only if it holds an HTML entity or if
``repair_tables.GATE``, an equivalent form of ftfy's own expression for mojibake, matches in it. With another ftfy than
the one from which the tables were derived, every line that is not plain ASCII goes there.

Every line is mended by itself, so that cleaning a cleaned text changes nothing: what a line becomes must not depend
on lines that may be removed. A line is what ``str.splitlines`` and the segmenter call one. The code of a fence is the
one exception, and fenced code is never removed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import Any, Final, NamedTuple

from .model import Edit, Span
from .repair_tables import ENTITY, FTFY_VERSION, GATE, LEADS

FIXES: Final[dict[str, Any]] = {
    # Decided here, line by line and by what the line is (see _with_entities): ftfy's "auto" looks no further than "<".
    "unescape_html": False,
    # Colours of a terminal are no text.
    "remove_terminal_escapes": True,
    # What ftfy is for, with all four of its finer fixes, which it needs to get real pages right.
    "fix_encoding": True,
    "restore_byte_a0": True,
    "replace_lossy_sequences": True,
    "decode_inconsistent_utf8": True,
    "fix_c1_controls": True,
    # Ligatures, full width and curly quotes are the author's typography, not damage.
    "fix_latin_ligatures": False,
    "fix_character_width": False,
    "uncurl_quotes": False,
    # The breaks of the text stay what they are: offsets and CRLF files depend on them.
    "fix_line_breaks": False,
    # Halves of a pair that was split by UTF-16; a lone one cannot be written to any file.
    "fix_surrogates": True,
    # NUL and the like, byte order marks; joiners and direction marks are not among them.
    "remove_control_chars": True,
    # Composed or decomposed letters are two ways of writing the same; neither is damage.
    "normalization": None,
    "explain": False,
}

# What str.splitlines breaks at. Vertical tab and U+001C to U+001E are control characters to ftfy and U+0085 is half an
# ellipsis, but a removed break glues two words together.
LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
# ASCII on which no fix acts, "&" apart.
PLAIN: Final = bytes(code for code in range(0x20, 0x7F)) + b"\t\n\r\v\f\x1c\x1d\x1e"
# Escaped five times is the most that feeds of feeds show; each round costs a pass over the line, and entities can be
# nested (``&amp;amp;amp;…``, ``&#5&#53;;``) as deep as a line is long.
ENTITY_ROUNDS = 8
# ftfy decodes a chain such as "ÂÂÂÂ°" one link per pass, so its time is quadratic: 4 s for 3200 links. Sound text has
# no such run at all and damaged text has a dozen. A longer one cannot be mended to anything anyway.
LONGEST_CHAIN = 64
LONGEST_CYCLE = 32
LONGEST_LINK = 32  # "Â" decoded wrongly five times over

_NOT_PLAIN = f"[^\\t\\x20-\\x7e{LINE_BREAKS}]"
_FENCE = re.compile(r"`{3,}|~{3,}")


def repair(text: str) -> tuple[str, tuple[Edit, ...]]:
    r"""Return the mended text and the edits that made it, in order; the same object and ``()`` if all is well.

    >>> repair("The cafÃ© opens.\nâ€œAt noon,â€\x9d she said.")[0]
    'The café opens.\n“At noon,” she said.'
    >>> repair("Salt &amp; rain\n<b>Salt &amp; rain</b>")
    ('Salt & rain\n<b>Salt &amp; rain</b>', (Edit(span=Span(start=6, end=10), before='amp;', after=''),))
    >>> repair("“It’s a ﬁne day”")
    ('“It’s a ﬁne day”', ())
    """
    return (text, ()) if is_sound(text) else _mended(text, _gate())


def is_sound(text: str) -> bool:
    """Return whether no line needs to go to ftfy: the gate before it, which nearly all texts pass.

    >>> is_sound("“It’s a fine café”"), is_sound("The cafÃ© opens.")
    (True, False)
    """
    if text.isascii() and "&" not in text and not text.encode().translate(None, PLAIN):
        return True
    gate = _gate()
    return not (gate.rare.search(text) or ("&" in text and gate.entity.search(text)))


class Gate(NamedTuple):
    """What a line must hold to go to ftfy."""

    rare: re.Pattern[str]
    entity: re.Pattern[str]


@cache
def _gate() -> Gate:
    """Return a gate that is exact for the ftfy it was derived from, and holds back next to nothing from any other."""
    from importlib.metadata import PackageNotFoundError, version  # 15 ms that plain text need not pay

    try:
        known = version("ftfy") == FTFY_VERSION
    except PackageNotFoundError:  # vendored or frozen without its metadata
        known = False
    return Gate(re.compile(GATE), re.compile(ENTITY)) if known else Gate(re.compile(_NOT_PLAIN), re.compile("&"))


def _mended(text: str, gate: Gate) -> tuple[str, tuple[Edit, ...]]:
    """Mend the lines in which the gate finds something."""
    lines = text.splitlines(keepends=True)
    starts = list(accumulate(map(len, lines), initial=0))
    bodies: dict[int, str] = {}

    def body(number: int) -> str:
        return bodies[number] if number in bodies else lines[number].rstrip(LINE_BREAKS)

    def take(number: int, mended: str) -> None:
        if not mended and lines[number].endswith("\n") and number > 0 and lines[number - 1].endswith("\r"):
            mended = " "  # emptied, it would let the "\r" before it and its own "\n" become one break
        if mended != body(number) and mended.splitlines() in ([mended], []):
            bodies[number] = mended

    for number in _lines_with(gate.rare, text, starts):
        take(number, _decoded(body(number), gate))
    # Mending may bring an entity to light, and a fence: so both are looked for in what the lines have become.
    escaped = {number for number, mended in bodies.items() if "&" in mended}
    if "&" in text:
        escaped.update(_lines_with(gate.entity, text, starts))
    if escaped:
        fenced = _fenced(map(body, range(len(lines)))) if _has_fences(text, bodies) else frozenset()
        for number in sorted(escaped - fenced):
            mended = _with_entities(body(number), gate)
            if _fence_of(mended) == _fence_of(body(number)):
                take(number, mended)
    edits = tuple(_trimmed(starts[n], lines[n].rstrip(LINE_BREAKS), bodies[n]) for n in sorted(bodies))
    return (_applied(text, edits), edits) if edits else (text, ())


def _lines_with(pattern: re.Pattern[str], text: str, starts: list[int]) -> Iterator[int]:
    """Yield the numbers of the lines in which ``pattern`` is found; ``starts`` ends with the length of the text."""
    at = 0
    while at < len(text) and (match := pattern.search(text, at)):
        number = bisect_right(starts, match.start()) - 1
        if number == len(starts) - 1:
            return
        yield number
        at = starts[number + 1]


@cache
def _ftfy() -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Import ftfy; return its mending of one line, entities apart, and its unescaping of entities."""
    import ftfy
    from ftfy.fixes import unescape_html

    config = ftfy.TextFixerConfig(**FIXES)
    return (lambda line: ftfy.fix_text_segment(line, config)), unescape_html


@cache
def _chain() -> re.Pattern[str]:
    """Return the pattern of a chain of mojibake on which ftfy would not come to an end."""
    link = f"{LEADS}[^\\x00-\\x7f]{{0,{LONGEST_LINK - 1}}}?"
    return re.compile(f"{LEADS}{{{LONGEST_CHAIN}}}|({link})\\1{{{LONGEST_CYCLE - 1}}}")


def _decoded(line: str, gate: Gate) -> str:
    """Return a line without mojibake and control characters; its entities stay."""
    if not gate.rare.search(line) or _chain().search(line):
        return line
    fix, _ = _ftfy()
    return fix(line)


def _with_entities(line: str, gate: Gate) -> str:
    """Return a decoded line with its entities resolved, or as it is if that is not wanted or does not settle.

    A line with a tag holds HTML, in which entities are right. One with a backtick or four blanks before it is code,
    or speaks of code.
    """
    if "<" in line or "`" in line or line.startswith(("    ", "\t")):
        return line
    _, unescape = _ftfy()
    mended = line
    for _ in range(ENTITY_ROUNDS):
        before, mended = mended, _decoded(unescape(mended), gate)
        if mended == before:
            return mended
    return line


def _has_fences(text: str, bodies: dict[int, str]) -> bool:
    return any(mark in held for held in (text, *bodies.values()) for mark in ("```", "~~~"))


def _fence_of(line: str) -> tuple[str, bool] | None:
    """Return the marks of a code fence and whether it may close a block, for it holds nothing else."""
    content = line.strip()
    mark = _FENCE.match(content)
    return (mark[0], mark[0] == content) if mark else None


def _fenced(lines: Iterable[str]) -> frozenset[int]:
    """Return the numbers of the lines of fenced code; a fence never closed is an ornament and fences nothing.

    >>> sorted(_fenced(["~~~", "Rain", "```html", "&lt;p&gt;", "```"]))
    [2, 3, 4]
    """
    fences: list[tuple[int, str, bool]] = []
    for number, line in enumerate(lines):
        if ("```" in line or "~~~" in line) and (fence := _fence_of(line)):
            fences.append((number, *fence))
    # The longest fence of either kind from here on that may close a block: so no opening one is looked up in vain.
    longest = [{"`": 0, "~": 0}]
    for _, marks, may_close in reversed(fences):
        reach = longest[-1]
        longest.append({**reach, marks[0]: max(reach[marks[0]], len(marks))} if may_close else reach)
    longest.reverse()

    fenced: set[int] = set()
    opened: tuple[int, str] | None = None
    for at, (number, marks, may_close) in enumerate(fences):
        if opened is None:
            if longest[at + 1][marks[0]] >= len(marks):
                opened = number, marks
        elif may_close and marks.startswith(opened[1]):
            fenced.update(range(opened[0], number + 1))
            opened = None
    return frozenset(fenced)


def _trimmed(start: int, before: str, after: str) -> Edit:
    """Return the edit of a line that begins at ``start``, cut down to the stretch that differs.

    >>> _trimmed(10, "a cafÃ© here", "a café here")
    Edit(span=Span(start=15, end=17), before='Ã©', after='é')
    """
    head = _common(before, after)
    before, after = before[head:], after[head:]
    tail = _common(before[::-1], after[::-1])
    before, after = before[: len(before) - tail], after[: len(after) - tail]
    return Edit(Span(start + head, start + head + len(before)), before, after)


def _common(one: str, other: str) -> int:
    """Return the length of the common prefix, by halving: a line may hold millions of characters."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _applied(text: str, edits: Iterable[Edit]) -> str:
    pieces: list[str] = []
    done = 0
    for edit in edits:
        pieces += (text[done : edit.span.start], edit.after)
        done = edit.span.end
    return "".join((*pieces, text[done:]))
