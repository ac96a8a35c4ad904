"""What a line must hold before a pattern can match it: cheap to ask, never wrong, so that few patterns are run.

The idea is that of RE2's ``FilteredRE2`` and of Google Code Search (Cox, "Regular Expression Matching with a Trigram
Index", 2012): from the syntax tree of a pattern follow words that every match begins and ends with, and whether it
holds a digit. A pattern is only run on lines that have them. What the reader of patterns does not know is *anything*:
then the filter lets through more lines, and the answer stays the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from .patterntree import SEPARATOR, Ahead, Border, Chars, Choice, Node, Repeat, Sequence, Text, UnreadableError, tree_of

# Lines are told apart by so many characters of their heads, which hold some two words.
HEAD = 8
# A pattern that may begin with more heads than this is told by shorter ones, down to the least length.
MOST_HEADS = 2000
LEAST_HEAD = 3
# With more heads than this of one letter alone, most lines begin as the pattern can: its phrases tell more.
MOST_LETTERS = 5
# With more than this many, which take long to find, a pattern is read again for heads of about one word.
TOO_MANY = 6000
SHORT_HEAD = 6


# --- what follows from it ---------------------------------------------------------------------------------------------


class _AnythingError(Exception):
    """A pattern may begin with anything."""


class _TooManyError(Exception):
    """A pattern may begin with too many heads of this size."""


class _Heads:
    """What matches begin with, or end with if the tree is walked backwards; folded, see :func:`heads`."""

    def __init__(self, size: int, *, backwards: bool) -> None:
        self._size, self._backwards = size, backwards
        self.done: set[str] = set()

    def after(self, node: Node, live: frozenset[str]) -> frozenset[str]:
        """Return what may have been read after ``node`` if it was one of ``live`` before."""
        if len(live) + len(self.done) > TOO_MANY:
            raise _TooManyError
        if not live:
            return live
        match node:
            case Chars(few=None):
                if "" in live:
                    raise _AnythingError
                self.done |= live
                return frozenset()
            case Chars(few=few):
                return self._kept({_joined(head, text) for text in set(map(_folded, few or ())) for head in live})
            case Text(characters=text):
                text = _folded(text[::-1] if self._backwards else text)
                return self._kept({_joined(head, text) for head in live})
            case Border():
                return frozenset(map(_parted, live))
            case Ahead():
                return live
            case Choice(options=options):
                return frozenset().union(*(self.after(option, live) for option in options))
            case Sequence(parts=parts):
                return reduce(lambda now, part: self.after(part, now), parts[::-1] if self._backwards else parts, live)
            case Repeat(part=part, least=least, most=most):
                for _ in range(least):
                    live = self.after(part, live)
                reached, new, count = live, live, least
                while new and (most is None or count < most):
                    new = self.after(part, new) - reached
                    reached |= new
                    count += 1
                return reached

    def _kept(self, longer: set[str]) -> frozenset[str]:
        """Return the heads that are not long enough yet."""
        live = frozenset(head for head in longer if len(head) < self._size)
        self.done.update(head[: self._size] for head in longer - live)
        return live


def _joined(head: str, text: str) -> str:
    if not head:
        return text.lstrip(" ")
    return head + text[1:] if head[-1] == text[:1] and text[0] in " 0" else head + text


def _parted(head: str) -> str:
    return head + " " if head and not head.endswith(" ") else head


# --- what stands in every match ---------------------------------------------------------------------------------------

# The share of lines that hold a literal, by its length in letters: measured on extracted pages to the order of
# magnitude only, for it decides which of several true conditions is asked, and no answer.
_SHARES = (1.0, 1.0, 0.9, 0.3, 0.1, 0.05, 0.03, 0.02)
_LEAST_SHARE = 0.01
_SHARES_OF_MARKS = {"0": 0.4, ".": 0.9, ",": 0.8, "'": 0.5, "-": 0.4, ":": 0.2, '"': 0.3, "(": 0.2, ")": 0.2}
_SHARE_OF_A_MARK = 0.05
_SHARE_OF_CAPITALS = 0.03
_SHARE_OF_A_CAPITAL = 0.3
_SHARE_OF_BLANKS = 9.0  # never worth asking for
# fmt: off
_EVERYDAY = frozenset({
    "about", "after", "also", "been", "before", "from", "have", "here", "into", "just", "like", "made", "make",
    "more", "most", "other", "over", "people", "said", "some", "such", "than", "that", "their", "them", "then",
    "there", "these", "they", "this", "time", "very", "were", "what", "when", "which", "will", "with", "work",
    "would", "year", "your", "first", "and", "are", "but", "can", "for", "had", "has", "her", "him", "his", "how",
    "its", "may", "new", "not", "now", "one", "our", "out", "she", "the", "was", "who", "you", "all", "any", "ing",
    "ers", "ent", "ter", "tion", "able", "ment", "ever", "need", "read",
})
# fmt: on
# A condition that so many lines fulfil is not worth asking, nor is one with so many literals (to look for a hundred in
# a line takes 10 µs, most patterns as much, and the dear ones fifty times as much).
_MOST_SHARE = 0.7
# Short lines hold a literal less often than lines of prose, by this factor.
_OF_SHORT_LINES = 0.35
_MOST_LITERALS = 120
# The rarest conditions of a pattern are asked; the third one hardly ever says no where two said yes.
_CLAUSES = 3
# So many are carried along: what is rarest in each of several options need not be rarest in all of them.
_KEPT_CLAUSES = 4

Clause: TypeAlias = frozenset[str]
"""Literals, one of which stands in every match (lower case, or capitals where case counts; ``0`` is any digit)."""


def _share(literal: str) -> float:
    """Return about which share of lines holds a literal."""
    words = literal.split()
    letters = sum(map(len, words))
    if not words:
        return _SHARE_OF_BLANKS
    if literal != literal.lower():
        return _SHARE_OF_CAPITALS if letters > 1 else _SHARE_OF_A_CAPITAL
    if not any(map(str.isalpha, literal)):
        return min(_SHARES_OF_MARKS.get(mark, _SHARE_OF_A_MARK) for mark in literal if mark != " ")
    if len(words) == 1:
        return 0.8 if words[0] in _EVERYDAY else _SHARES[letters] if letters < len(_SHARES) else _LEAST_SHARE
    return max(_LEAST_SHARE / 4, min(map(_share, words)) * 0.5 ** (len(words) - 1))


def _shared(clause: Clause) -> float:
    return math.fsum(map(_share, clause))  # the same in whatever order: filters are kept for other processes


def _clauses(node: Node) -> list[Clause]:
    """Return conditions that every match fulfils, the rarest first."""
    match node:
        case Chars(few=few):
            found = [few] if few and SEPARATOR not in few and not any(map(str.isspace, few)) else []
        case Text(cased=text):
            found = [frozenset([literal]) for literal in _LITERAL.findall(text)]
        case Choice(options=options):
            sides = [_clauses(option) for option in options]
            ranks = range(max(map(len, sides))) if all(sides) else ()
            found = [frozenset().union(*(side[min(rank, len(side) - 1)] for side in sides)) for rank in ranks]
        case Sequence(parts=parts):
            found = [clause for part in parts for clause in _clauses(part)]
        case Repeat(part=part, least=least):
            found = _clauses(part) if least else []
        case Ahead(part=part):
            found = _clauses(part)
        case Border():
            found = []
    shares = {without_longer(clause): 0.0 for clause in found if clause}
    for clause in shares:
        shares[clause] = _shared(clause)
    worth = (clause for clause in shares if len(clause) <= 3 * _MOST_LITERALS)
    return sorted(worth, key=lambda clause: (shares[clause], len(clause), sorted(clause)))[:_KEPT_CLAUSES]


_LITERAL = re.compile(rf"0|[^0{SEPARATOR}]+")


def without_longer(clause: Clause) -> Clause:
    """Return the literals that do not hold another one."""
    if len(clause) > _MOST_LITERALS * 2:
        return clause
    return frozenset(one for one in clause if not any(other in one for other in clause if other != one))


def _worth_asking(clauses: list[Clause], *, short: bool) -> tuple[tuple[str, ...], ...]:
    most = _MOST_SHARE / _OF_SHORT_LINES if short else _MOST_SHARE
    worth: list[Clause] = []
    for clause in clauses:
        known = any(other <= clause for other in worth)  # and so says nothing new
        if len(clause) <= _MOST_LITERALS and _shared(clause) <= most and not known:
            worth.append(clause)
    return tuple(
        tuple(literal.replace("0", _HAS_DIGIT) for literal in sorted(clause, key=lambda one: (-_share(one), one)))
        for clause in worth[:_CLAUSES]
    )


# Stands at the end of a line that has a digit, so that this is a literal like all others. A text that holds the
# character itself makes a pattern run in vain.
_HAS_DIGIT = "\1"


def asked(low_line: str, line: str) -> str:
    r"""Return what literals are looked for in: a line in lower case and as it stands, and whether it has a digit.

    >>> asked("by 8", "By 8")
    'by 8\nBy 8\n\x01'
    """
    return f"{low_line}\n{line}\n{_HAS_DIGIT}" if _DIGIT.search(low_line) else f"{low_line}\n{line}"


@dataclass(frozen=True, slots=True)
class Prefilter:
    """What a line must hold for a pattern to match it; None where nothing is known."""

    first: frozenset[str] | None = None
    """Heads, one of which it must begin with."""
    last: frozenset[str] | None = None
    """Heads, one of which it must begin with when read backwards."""
    needed: tuple[tuple[str, ...], ...] = ()
    """Literals of each of which one must stand in it, see :data:`Clause`."""

    def needs_more(self, asked: str) -> bool:
        """Return whether a line (see :func:`asked`) lacks what a match must hold."""
        for literals in self.needed:
            for literal in literals:
                if literal in asked:
                    break
            else:
                return True
        return False


def prefilter(
    pattern: str, lexicons: Mapping[str, str | tuple[str, ...]], *, begins: bool, ends: bool, trees: dict[str, Node]
) -> Prefilter:
    """Return what follows from a pattern that must begin where the line begins, and end where it ends, if so said.

    ``trees`` keeps what was read of lexicons, from pattern to pattern.

    >>> found = prefilter(r"(?:share|print)(?: this (?:page|story))?", {}, begins=True, ends=True, trees={})
    >>> sorted(found.first), sorted(found.last)
    (['print ', 'share '], ['egap sih', 'erahs ', 'tnirp ', 'yrots si'])
    """

    try:
        tree = tree_of(pattern, lexicons, trees)
    except UnreadableError:  # the compiler of patterns says what is wrong with it
        return Prefilter()
    return Prefilter(
        first=_heads(tree, ends=ends, backwards=False) if begins else None,
        last=_heads(tree, ends=begins, backwards=True) if ends else None,
        needed=_worth_asking(_clauses(tree), short=begins and ends),
    )


def _heads(tree: Node, *, ends: bool, backwards: bool) -> frozenset[str] | None:
    """Return what all matches begin with (backwards: end with); ``ends``: the line ends where they do."""
    for size in (HEAD, SHORT_HEAD, LEAST_HEAD):
        found = _Heads(size, backwards=backwards)
        try:
            left = found.after(tree, frozenset({""}))
            break
        except _TooManyError:
            continue
        except _AnythingError:
            return None
    else:
        return None
    if ends:
        left = frozenset(_parted(head) or " " for head in left)
    elif "" in left:
        return None
    found.done |= left
    kept = _fewer(found.done)
    return None if sum(len(head) == 1 for head in kept) > MOST_LETTERS else kept


def _fewer(heads: set[str]) -> frozenset[str]:
    """Return heads that every line begins with which begins with one of ``heads``; where many differ late, shorter."""
    for size in range(HEAD - 1, LEAST_HEAD - 1, -1):
        for most in (16, 4):
            if len(heads) <= MOST_HEADS:
                break
            alike = Counter(head[:size] for head in heads if len(head) > size)
            heads = {head[:size] if alike[head[:size]] > most else head for head in heads}
    return frozenset(head for head in heads if not any(head[:size] in heads for size in range(1, len(head))))


# --- the heads of lines -----------------------------------------------------------------------------------------------

_DIGIT = re.compile(r"\d")
# Twice what is needed, for runs of blanks and digits shrink.
_REACH = 2 * HEAD
_BEFORE_WORDS = re.compile(r"(?:[^\w]|_)*+")


class _Fold(dict[int, str]):
    """Letters stay, digits are 0, line ends stay, and anything else is a blank."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = found = "0" if character.isdecimal() else character if character.isalnum() else " "
        return found


_FOLD = _Fold({ord("\n"): "\n"})


def _folded(text: str) -> str:
    text = text.translate(_FOLD)
    while "  " in text:
        text = text.replace("  ", " ")
    while "00" in text:
        text = text.replace("00", "0")
    return text


def heads(low_lines: Iterable[str]) -> list[str]:
    """Return the head of each lower-case line: its first words, each with one blank behind it.

    Digits are zeros. A line without words has a blank as its head. Heads may be longer than ``HEAD``. What lines end
    with are the heads of lines that are read backwards.

    >>> heads(["• posted by: me", "", "12 may"])
    ['posted by me ', ' ', '0 may ']
    """
    lines = [line if line[:1].isalnum() else _BEFORE_WORDS.sub("", line, count=1) for line in low_lines]
    # A line is followed by one blank, whatever it ends with: two in a row are folded.
    found = _folded(" \n".join([*(line[:_REACH] for line in lines), ""])).split("\n")[:-1]
    for number, head in enumerate(found):
        if len(head) <= HEAD + 1 and len(lines[number]) > _REACH:  # nearly all of its beginning were blanks
            found[number] = _folded(lines[number] + " ")
    return found
