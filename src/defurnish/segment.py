"""Cuts a text into blocks. Total: any string gives blocks and gaps that tile it.

The line is the block, and blank lines only part blocks: trafilatura emits no blank lines at all, readability puts
lists on single newlines, so anything cleverer than the line fuses furniture with prose. Four things span several
lines: a fenced code block, a heading with its underline, a link broken over two lines, and a hard-wrapped paragraph
(pandoc, mail), which is recognized by its width (see ``_wrapped_runs``).
"""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from itertools import accumulate
from operator import add

import regex

from .matchview import INVISIBLE, view
from .model import Kind, Segments

# pandoc wraps at 72, mail at 76 to 78, editors at 80 and sometimes 100: no wrapped text is wider than this.
WIDEST_WRAP = 110
# Below this width a run of full lines is verse, a list of names or a menu, not wrapped prose.
NARROWEST_WRAP = 50
# A text may hold a few wider lines (a long URL, a table) and still be hard-wrapped.
WIDE_LINES_ALLOWED = 0.02
# Two lines of one paragraph each may be equally wide by chance; a wrap is believed after so many full lines that break
# off inside a sentence, and only if so many more do than end one (in wrapped prose it is about seven to one).
FULL_LINES = 3
FULL_LINES_INSIDE = 2
# Setext underlines stand under short lines; a `---` under a paragraph is a thematic break.
LONGEST_UNDERLINED = 160
# What was found of lines of so few characters is kept: rules, marks and numbers come again and again.
SHORT = 6

_FENCE = regex.compile(r"(`{3,}|~{3,})")
_RULE = regex.compile(r"(?:[-*_=~]\s?){3,}|[-\u2013\u2014_\u2500\u2022*.\u00b7]{3,}")
_ITEM = regex.compile(r"(?:[-*+\u2022\u25cf\u25e6\u25aa\u00b7\u2023\u25b8]|\d{1,3}[.)]|[a-z]\))\s+")
# What is no letter or digit and begins a rule or an item.
_BULLETS = frozenset("-*+\u2022\u25cf\u25e6\u25aa\u00b7\u2023\u25b8")
_MARKS = _BULLETS | frozenset("_=~.\u2013\u2014\u2500")
# Indentation is code only in a text that is Markdown beyond doubt: plain extractors indent nested lists and forms.
_MARKDOWN = regex.compile(r"(?:^|[\r\v\f\x1c-\x1e\x85\u2028\u2029])(?:#{1,6} |```)", regex.MULTILINE)
_HEADING = regex.compile(r"#{1,6}\s")
_UNDERLINE = regex.compile(r"={2,}|-{2,}")


def segment(text: str) -> Segments:
    r"""Return the blocks of ``text``.

    >>> segment("# Rain\n\nIt fell all night.\n- a roof\n").kinds
    ('heading', 'paragraph', 'item')
    >>> segment("Rain\n====\nIt fell.").contents
    ('Rain', 'It fell.')
    """
    lines = text.splitlines(keepends=True)
    contents = list(map(str.strip, lines))
    if not text.isascii() and any(mark in text for mark in INVISIBLE):
        contents = [content if content.strip(INVISIBLE) else "" for content in contents]
    offsets = list(accumulate(map(len, lines), initial=0))

    runs = _merged_runs(text, lines, contents)
    inside = {number for first, (stop, _) in runs.items() for number in range(first + 1, stop)}
    firsts = [number for number, content in enumerate(contents) if content and number not in inside]
    bodies = [contents[number] for number in firsts]
    starts = [
        offsets[number] if lines[number][0] == body[0] else offsets[number] + lines[number].index(body)
        for number, body in zip(firsts, bodies, strict=True)
    ]
    ends = list(map(add, starts, map(len, bodies)))
    kinds: list[Kind] = [
        "paragraph" if body[0].isalpha() and body[1:2] not in ")." else _kind_of(body) for body in bodies
    ]
    if runs:
        for at, number in enumerate(firsts):
            stop, kind = runs.get(number, (number + 1, None))
            if stop == number + 1 and kind is None:
                continue
            final = max(n for n in range(number, stop) if contents[n])
            ends[at] = offsets[final] + lines[final].index(contents[final]) + len(contents[final])
            if kind != "heading":
                bodies[at] = " ".join(content for content in contents[number:stop] if content)
            kinds[at] = kind or kinds[at]
    arrows = ">" in text and ">>" in text
    if arrows:
        _free_arrows(kinds, bodies)
    return Segments(tuple(starts), tuple(ends), tuple(kinds), tuple(bodies), len(lines), not runs and not arrows)


def stays_linewise(text: str, segments: Segments, gone: Container[int]) -> bool:
    """Return whether the blocks of ``text`` are surely the same blocks, and no others, without those ``gone``.

    That is so if each is one line and what is left holds nothing that makes blocks of several lines, however its
    lines come to stand together. A cheap question with a cautious answer: false means only that one must look.
    """
    contents = segments.contents
    if not segments.linewise or "\t" in text or ("#" in text and "    " in text):
        return False
    if ("`" in text and "```" in text) or ("~" in text and "~~~" in text):
        return False
    if "rule" in segments.kinds or "--" in contents or "==" in contents:
        return False
    if "[" in text and any(content.rfind("[") > content.rfind("]") for content in contents):
        return False
    wide = [number for number, content in enumerate(contents) if len(content) > WIDEST_WRAP]
    return sum(number not in gone for number in wide) > WIDE_LINES_ALLOWED * segments.lines


def _free_arrows(kinds: list[Kind], bodies: list[str]) -> None:
    """A lone line that begins with ``>>`` points at something (">> Read more: …"); nested quotations come in runs."""
    for number, kind in enumerate(kinds):
        if kind == "quote" and bodies[number].startswith(">>"):
            beside = (*kinds[max(0, number - 1) : number], *kinds[number + 1 : number + 2])
            if "quote" not in beside:
                kinds[number] = "paragraph"


def _kind_of(content: str) -> Kind:
    return _kind_by_form(content) if len(content) > SHORT else _kind_of_short(content)


def _kind_by_form(content: str) -> Kind:
    first = content[0]
    if first.isalpha() and content[1:2] != ")":
        return "paragraph"
    if first == "#" and _HEADING.match(content):
        return "heading"
    if first == ">":
        return "quote"
    if first == "|":
        return "table"
    if not first.isalnum():
        if first not in _MARKS:
            return "paragraph"
        if content[1:2] == " " and content[2].isalnum() and first in _BULLETS:
            return "item"
    if _RULE.fullmatch(content):
        return "rule"
    if _ITEM.match(content):
        return "item"
    return "paragraph"


_kind_of_short = lru_cache(maxsize=1000)(_kind_by_form)


def _merged_runs(text: str, lines: list[str], contents: list[str]) -> dict[int, tuple[int, Kind | None]]:
    """Return the blocks of several lines: first line number -> (line number after the last, kind if known)."""
    runs: dict[int, tuple[int, Kind | None]] = {}
    # Single characters are looked for first: to find no pair of them takes twenty times as long.
    if "`" in text or "~" in text:
        runs.update(_fenced_runs(contents))
    if ("#" in text or "`" in text) and ("    " in text or "\t" in text) and _MARKDOWN.search(text):
        runs.update(_indented_runs(lines, contents, runs))
    if "=" in text or "-" in text:
        runs.update(_underlined_runs(contents, runs))
    taken = {n for first, (stop, _) in runs.items() for n in range(first, stop)}
    wrapped = _wrapped_runs(contents, taken)
    if "[" in text and "](" in text:
        taken |= {n for first, (stop, _) in wrapped.items() for n in range(first, stop)}
        runs.update(_broken_links(contents, taken))
    runs.update(wrapped)
    return _without_overlaps(runs)


def _without_overlaps(runs: dict[int, tuple[int, Kind | None]]) -> dict[int, tuple[int, Kind | None]]:
    kept: dict[int, tuple[int, Kind | None]] = {}
    reached = 0
    for first in sorted(runs):
        if first >= reached:
            kept[first] = runs[first]
            reached = runs[first][0]
    return kept


def _fenced_runs(contents: list[str]) -> dict[int, tuple[int, Kind | None]]:
    """Code fences with their code. A fence that is never closed fences nothing, since it would hide all the rest."""
    runs: dict[int, tuple[int, Kind | None]] = {}
    opened: tuple[int, str] | None = None
    for number, content in enumerate(contents):
        if not content.startswith(("```", "~~~")):
            continue
        mark = _FENCE.match(content)
        assert mark is not None
        if opened is None:
            if "`" not in content[mark.end() :]:  # else it is code within a line
                opened = (number, mark[1])
        elif content == mark[1] and content.startswith(opened[1]):
            runs[opened[0]] = (number + 1, "code")
            opened = None
    return runs


def _indented_runs(
    lines: list[str], contents: list[str], taken: dict[int, tuple[int, Kind | None]]
) -> dict[int, tuple[int, Kind | None]]:
    """Indented code: lines of four blanks or a tab after a blank line, but no list items."""
    fenced = {n for first, (stop, _) in taken.items() for n in range(first, stop)}
    runs: dict[int, tuple[int, Kind | None]] = {}
    number = 0
    while number < len(lines):
        first = number
        if (number == 0 or not contents[number - 1]) and number not in fenced:
            while number < len(lines) and contents[number] and lines[number].startswith(("    ", "\t")):
                if _ITEM.match(contents[number]):
                    break
                number += 1
        if number > first:
            runs[first] = (number, "code")
        else:
            number += 1
    return runs


def _underlined_runs(
    contents: list[str], taken: dict[int, tuple[int, Kind | None]]
) -> dict[int, tuple[int, Kind | None]]:
    """Setext headings: a short line with an underline right below it and nothing but a blank line above it."""
    fenced = {n for first, (stop, _) in taken.items() for n in range(first, stop)}
    runs: dict[int, tuple[int, Kind | None]] = {}
    for number, under in enumerate(contents):
        if not under or under[0] not in "=-" or under[-1] != under[0] or number == 0:
            continue
        if number in fenced or not _UNDERLINE.fullmatch(under):
            continue
        above = contents[number - 1]
        if not above or len(above) > LONGEST_UNDERLINED or _kind_of(above) != "paragraph":
            continue
        if under[0] == "-" and number > 1 and contents[number - 2]:
            continue
        runs[number - 1] = (number + 1, "heading")
    return runs


def _broken_links(contents: list[str], taken: set[int]) -> dict[int, tuple[int, Kind | None]]:
    """A Markdown link whose text runs over a line break: ``… the [free`` / ``guide](https://…) says``."""
    runs: dict[int, tuple[int, Kind | None]] = {}
    for number in range(len(contents) - 1):
        line = contents[number]
        opening = line.rfind("[")
        if opening < 0 or line.find("]", opening) >= 0 or number in taken:
            continue
        below = contents[number + 1]
        closing = below.find("](")
        if closing >= 0 and "[" not in below[:closing]:
            runs[number] = (number + 2, None)
    return runs


def _wrapped_runs(contents: list[str], taken: set[int]) -> dict[int, tuple[int, Kind | None]]:
    """Hard-wrapped paragraphs.

    A line was wrapped when the first word of the next line would not have fitted. In verse and in lists of short
    lines it nearly always would have, so a run counts only when every line of it but the last was full. Where each
    line is a paragraph, lines are full by chance, but then they end sentences.
    """
    wide = len([length for length in map(len, contents) if length > WIDEST_WRAP])
    if wide > WIDE_LINES_ALLOWED * len(contents):
        return {}
    groups: list[range] = []
    first = 0
    for number in range(len(contents) + 1):
        open_line = (
            number < len(contents)
            and contents[number]
            and number not in taken
            and _kind_of(contents[number]) == "paragraph"
            and _may_be_wrapped(contents[number])
        )
        if not open_line:
            if number - first >= 2:
                groups.append(range(first, number))
            first = number + 1
    width = max((len(contents[n]) for group in groups for n in group if len(contents[n]) <= WIDEST_WRAP), default=0)
    if width < NARROWEST_WRAP:
        return {}
    full = [
        group
        for group in groups
        if all(len(contents[n]) + 1 + len(contents[n + 1].split(None, 1)[0]) > width for n in group[:-1])
    ]
    joints = sum(len(group) - 1 for group in full)
    inside = sum(not _closes(contents[n]) for group in full for n in group[:-1])
    if inside < FULL_LINES or inside < FULL_LINES_INSIDE * (joints - inside):
        return {}
    return {group.start: (group.stop, "paragraph") for group in full}


def _may_be_wrapped(content: str) -> bool:
    """Whether the line is no wider than a wrapped one, long link targets aside."""
    return len(content) <= WIDEST_WRAP or (("](" in content or "://" in content) and len(view(content)) <= WIDEST_WRAP)


def _closes(content: str) -> bool:
    return content.rstrip("\"')\u201d\u2019*_]")[-1:] in (".", "!", "?", ":")
