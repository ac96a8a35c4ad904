"""Derives the tables of the repair gate from the installed ftfy and writes ``src/defurnish/repair_tables.py``.

    python scripts/build_repair_tables.py           # write the module
    python scripts/build_repair_tables.py --check   # exit 1 if the shipped module differs from what would be written

ftfy looks for mojibake with one regular expression of some forty alternatives. It has no first-character set, so the
engine tries all of them at every letter, 200 ns a character. The gate finds the same matches from the other side:
every alternative demands at least one character from a set of rare ones (its *anchor*, read off the parse tree), so
it is enough to look for anchors, and to test around an anchor whether its alternative matches.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import ftfy
from ftfy import badness, chardata, fixes

TARGET = Path(__file__).resolve().parents[1] / "src" / "defurnish" / "repair_tables.py"

BASIC_PLANE = 0x10000
ASCII = 0x80
LITERAL_WIDTH = 96
# Longer alternatives would be a sign that ftfy's expression has changed beyond what this script understands.
MOST_EXPANSIONS = 4

LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

# How often a set of characters meets the eye in sound text, roughly, per thousand characters: the rarest mandatory
# set of an alternative becomes its anchor. Only the order matters, and only for speed.
COMMON_PUNCTUATION = 10.0  # quotes, dashes, bullets, NBSP: in all languages, in nearly all articles
COMMON_LETTERS = 100.0  # Greek and Cyrillic: every other character of a text in these scripts
COMMON_CAPITALS = 2.0
ACCENTED_LETTERS = 5.0  # é, ü, ö: many in some languages, none in English
CAPITAL_ACCENTED = 0.5
RARE = 0.1


class Item(NamedTuple):
    """One character of an alternative: the source that matches it, and its characters if they are few and non-ASCII."""

    source: str
    rare: frozenset[int]
    start_only: bool = False


def escaped(code: int) -> str:
    """Return a code point as it may stand in a character class of a pattern that is written in ASCII."""
    char = chr(code)
    if char.isascii() and char.isalnum():
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def class_source(codes: Iterable[int]) -> str:
    """Return a character class that matches exactly ``codes``.

    >>> class_source(map(ord, "abce"))
    '[a-ce]'
    """
    runs: list[list[int]] = []
    for code in sorted(set(codes)):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    parts = []
    for first, last in runs:
        if last - first < 2:
            parts += [escaped(code) for code in range(first, last + 1)]
        else:
            parts.append(f"{escaped(first)}-{escaped(last)}")
    return f"[{''.join(parts)}]"


CATEGORIES = {op.CATEGORY_SPACE: "\\s", op.CATEGORY_WORD: "\\w", op.CATEGORY_DIGIT: "\\d"}


def item(node: tuple[Any, Any]) -> Item:
    """Translate a node of the parse tree that matches one character."""
    kind, value = node
    if kind is op.LITERAL:
        return item((op.IN, [(op.LITERAL, value)]))
    if kind is op.ANY:
        return Item(".", frozenset())
    if kind is not op.IN:
        raise ValueError(f"ftfy's expression has a {kind} that this script does not know")
    codes: set[int] = set()
    categories = ""
    negated = False
    for sort, what in value:
        if sort is op.LITERAL:
            codes.add(what)
        elif sort is op.RANGE:
            codes.update(range(what[0], what[1] + 1))
        elif sort is op.CATEGORY:
            categories += CATEGORIES[what]
        elif sort is op.NEGATE:
            negated = True
        else:
            raise ValueError(f"ftfy's expression has a {sort} in a class")
    if negated:
        return Item("[^" + class_source(codes)[1:-1] + categories + "]", frozenset())
    if categories:
        return Item("[" + (class_source(codes)[1:-1] if codes else "") + categories + "]", frozenset())
    rare = frozenset(codes) if min(codes) >= ASCII and max(codes) < BASIC_PLANE else frozenset()
    return Item(class_source(codes), rare)


# A quarter of the alternatives' text, but in these scripts nearly all of the anchors.
GREEK_AND_CYRILLIC = frozenset(range(0x370, 0x530))

# ``^`` as ftfy sees it is the start of a line; the gate looks at a whole text.
LINE_START = Item(f"(?<![^{class_source(map(ord, LINE_BREAKS))[1:-1]}])", frozenset(), start_only=True)


def expanded(node: tuple[Any, Any]) -> Iterator[tuple[Item, ...]]:
    """Yield the fixed-width forms of a node: a repetition gives one for each count."""
    kind, value = node
    if kind is op.MAX_REPEAT:
        low, high, body = value
        if high - low >= MOST_EXPANSIONS:
            raise ValueError("ftfy's expression has an unbounded repetition")
        for count in range(low, high + 1):
            yield from (tuple(sum(parts, ())) for parts in product(*(list(fixed(body)) for _ in range(count))))
    elif kind is op.AT:
        if value is not op.AT_BEGINNING:
            raise ValueError(f"ftfy's expression has an {value}")
        yield (LINE_START,)
    else:
        yield (item(node),)


def fixed(nodes: Sequence[tuple[Any, Any]]) -> Iterator[tuple[Item, ...]]:
    """Yield the fixed-width forms of a sequence of nodes."""
    for parts in product(*(list(expanded(node)) for node in nodes)):
        yield tuple(one for part in parts for one in part)


def alternatives(pattern: re.Pattern[str]) -> list[tuple[Item, ...]]:
    """Return the alternatives of ftfy's expression, each as a sequence of single characters."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))
    if len(tree) != 1 or tree[0][0] is not op.BRANCH:
        raise ValueError("ftfy's expression is no longer one list of alternatives")
    return [form for branch in tree[0][1][1] for form in fixed(list(branch))]


def _members(*categories: str) -> frozenset[str]:
    source = "".join(badness.MOJIBAKE_CATEGORIES[name] for name in categories)
    matcher = re.compile(f"[{source}]")
    return frozenset(char for char in map(chr, range(ASCII, BASIC_PLANE)) if matcher.match(char))


FREQUENCY = [
    (_members("common", "start_punctuation", "end_punctuation"), COMMON_PUNCTUATION),
    (_members("lower_common"), COMMON_LETTERS),
    (_members("upper_common"), COMMON_CAPITALS),
    (_members("lower_accented", "kaomoji"), ACCENTED_LETTERS),
    (_members("upper_accented"), CAPITAL_ACCENTED),
]


def frequency(codes: frozenset[int]) -> float:
    """Return a rough frequency of a set of characters in sound text."""
    return sum(weight if any(ord(c) in codes for c in members) else 0.0 for members, weight in FREQUENCY) + RARE


class Anchored(NamedTuple):
    """An alternative seen from its anchor: what must stand up to and including it, and what after it."""

    anchor: frozenset[int]
    source: str
    paired: bool


def anchored(form: tuple[Item, ...]) -> Anchored:
    """Return an alternative seen from its rarest mandatory character."""
    spots = [at for at, one in enumerate(form) if one.rare]
    if not spots:
        raise ValueError(f"no mandatory rare character in {''.join(one.source for one in form)}")
    at = min(spots, key=lambda spot: (frequency(form[spot].rare), len(form[spot].rare)))
    before, after = form[:at], form[at + 1 :]
    start = before[0].source if before and before[0].start_only else ""
    width = [one for one in before if not one.start_only]
    # The position after the anchor is where the test is made: the start of a line is looked up that far back.
    behind = f"(?<={start}{''.join(one.source for one in width)}{form[at].source})"
    neighbours = [form[spot] for spot in (at - 1, at + 1) if 0 <= spot < len(form)]
    return Anchored(
        form[at].rare,
        behind + "".join(one.source for one in after),
        paired=any(one.rare for one in neighbours),
    )


def acts_alone() -> frozenset[int]:
    """Return the characters that some fix of ours acts on wherever they stand, line breaks apart."""
    codes = set(chardata.CONTROL_CHARS)
    codes.update(code for code in range(BASIC_PLANE) if chardata.C1_CONTROL_RE.match(chr(code)))
    codes.update(code for code in range(BASIC_PLANE) if fixes.SURROGATE_RE.match(chr(code)))
    return frozenset(codes) - frozenset(map(ord, LINE_BREAKS))


def gate() -> str:
    """Return the pattern that finds a line which ftfy would change, given no HTML entity in it."""
    alone = acts_alone()
    forms = [anchored(form) for form in alternatives(badness.BADNESS_RE)]
    forms = [form for form in forms if not form.anchor <= alone | frozenset(map(ord, LINE_BREAKS))]
    anchors = alone.union(*(form.anchor for form in forms)) - frozenset(map(ord, LINE_BREAKS))
    # Most alternatives want two non-ASCII characters side by side, which sound text rarely has: that is asked first.
    # Then only the group of alternatives is tried in which the anchor occurs.
    beside = r"(?:(?=[^\x00-\x7f])|(?<=[^\x00-\x7f][^\x00-\x7f]))"
    paired = [form for form in forms if form.paired]
    single = [form for form in forms if not form.paired]
    groups = f"{beside}(?:{group(paired, of_letters=True)}|{group(paired, of_letters=False)})|{group(single)}"
    return f"{class_source(anchors)}(?:(?<={class_source(alone)})|{groups})"


def group(forms: Sequence[Anchored], of_letters: bool | None = None) -> str:
    """Return the alternatives whose anchors are (or are not) Greek and Cyrillic, behind one look at the anchor."""
    chosen = [form for form in forms if of_letters is None or of_letters == (form.anchor <= GREEK_AND_CYRILLIC)]
    anchors = frozenset[int]().union(*(form.anchor for form in chosen))
    return f"(?<={class_source(anchors)})(?:{'|'.join(form.source for form in chosen)})"


def nesting() -> str:
    """Return the pattern of the lead characters of UTF-8 that was decoded as something else."""
    leads = "".join(chardata.UTF8_CLUES[f"utf8_first_of_{length}"] for length in (2, 3, 4))
    matcher = re.compile(f"[{leads}]")
    return class_source(code for code in range(ASCII, BASIC_PLANE) if matcher.match(chr(code)))


def literal(value: str) -> str:
    """Return a string as a raw literal over several lines."""
    lines = [""]
    for token in re.findall(r"\\x..|\\u....|\\.|.", value):
        if len(lines[-1]) + len(token) > LITERAL_WIDTH:
            lines.append("")
        lines[-1] += token
    return "(\n" + "".join(f'    r"{line}"\n' for line in lines) + ")"


def module() -> str:
    """Return the source of the module."""
    entity = chardata.HTML_ENTITY_RE.pattern
    pattern = badness.BADNESS_RE.pattern
    return f'''"""Tables of the repair gate. Written by scripts/build_repair_tables.py; change that, not this."""

FTFY_VERSION = "{ftfy.__version__}"
"""The ftfy from which the tables were derived."""

BADNESS_SHA256 = "{hashlib.sha256(pattern.encode()).hexdigest()}"
"""Hash of the source of its expression for mojibake."""

ENTITY = r"{entity}"
"""Its expression for an HTML entity."""

LEADS = {literal(nesting())}
"""The characters that may begin a stretch of UTF-8 decoded as something else."""

GATE = {literal(gate())}
"""Matches in a text where, and only where, ftfy would act on the line, HTML entities apart."""
'''


def main(arguments: Sequence[str]) -> int:
    """Write the module, or compare with it."""
    source = module()
    if "--check" in arguments:
        if TARGET.read_text(encoding="utf-8") == source:
            return 0
        print(f"{TARGET} is not what ftfy {ftfy.__version__} gives: run this script without --check")
        return 1
    TARGET.write_text(source, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
