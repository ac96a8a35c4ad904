"""What a line must hold before a pattern can match it: cheap to ask, never wrong, so that few patterns are run.

The idea is that of RE2's ``FilteredRE2`` and of Google Code Search (Cox, "Regular Expression Matching with a Trigram
Index", 2012): from the syntax tree of a pattern follow words that every match begins and ends with, and whether it
holds a digit. A pattern is only run on lines that have them. What the reader of patterns does not know is *anything*:
then the filter lets through more lines, and the answer stays the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import regex

# Lines are told apart by so many characters of their heads, which hold some two words.
HEAD = 12
# A pattern that may begin with more heads than this is told by shorter ones, down to the least length.
MOST_HEADS = 500
LEAST_HEAD = 3
# With more than this many, which take long to find, a pattern is read again for heads of about one word.
TOO_MANY = 2000
SHORT_HEAD = 6


# --- syntax tree ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a few (lower case; ``0`` for any digit, ``SEPARATOR``), or any at all if it is None."""

    few: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Text:
    """Characters behind one another."""

    characters: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts behind one another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part that stands ``least`` times, up to ``most`` (None: any number)."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a match is followed by on its line, or must be besides (``(?=…)``); it takes no room."""

    part: Node


@dataclass(frozen=True, slots=True)
class Border:
    """A word begins or ends here."""


Node: TypeAlias = Chars | Text | Sequence | Choice | Repeat | Ahead | Border

ANY = Chars(None)
EMPTY = Sequence(())
# Stands for whatever is neither letter nor number: any of it parts words, and none of it is needed.
SEPARATOR = "\0"
BLANK = Chars(frozenset(SEPARATOR))
DIGIT = Chars(frozenset("0"))


class UnreadableError(ValueError):
    """A pattern with something that this reader does not know."""


class _Reader:
    """Reads a pattern (``regex`` syntax, as far as rules use it), its case aside."""

    def __init__(self, pattern: str, named: Callable[[str], Node]) -> None:
        self._text, self._at, self._named = pattern, 0, named

    def tree(self) -> Node:
        node = self._choice()
        if self._at < len(self._text):
            raise UnreadableError(self._text[self._at :][:20])
        return node

    def _peek(self, *starts: str) -> bool:
        return self._text.startswith(starts, self._at)

    def _took(self, *starts: str) -> str | None:
        for start in starts:
            if self._text.startswith(start, self._at):
                self._at += len(start)
                return start
        return None

    def _until(self, end: str) -> str:
        stop = self._text.index(end, self._at)
        found = self._text[self._at : stop]
        self._at = stop + len(end)
        return found

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self._took("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._at < len(self._text) and not self._peek("|", ")"):
            if plain := _PLAIN.match(self._text, self._at):
                self._at = plain.end()
                part: Node = Text(plain[0].lower())
            else:
                part = self._repeated(self._atom())
            if isinstance(part, Chars) and part.few is not None and len(part.few) == 1:
                part = Text(*part.few)
            if isinstance(part, Text) and parts and isinstance(before := parts[-1], Text):
                part = Text(before.characters + part.characters)
                parts.pop()
            parts.append(part)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, part: Node) -> Node:
        while True:
            if self._took("?"):
                bounds: tuple[int, int | None] = (0, 1)
            elif self._took("*"):
                bounds = (0, None)
            elif self._took("+"):
                bounds = (1, None)
            elif found := _BOUNDS.match(self._text, self._at):
                self._at = found.end()
                least = int(found[1] or 0)
                bounds = (least, least if found[2] is None else int(found[3]) if found[3] else None)
            else:
                return part
            self._took("?", "+")  # lazy or possessive: the same words
            part = Repeat(part, *bounds)

    def _atom(self) -> Node:
        if self._took("{{"):
            return self._named(self._until("}}"))
        if self._took("\\L<"):
            return self._named(self._until(">"))
        if self._took("("):
            return self._group()
        if self._took("["):
            return self._class()
        if self._took("\\"):
            return self._escape()
        character = self._text[self._at]
        self._at += 1
        if character == ".":
            return ANY
        if character in "^$":
            return EMPTY
        if character in "*+?{":
            raise UnreadableError(character)
        return _chars_of(character)

    def _group(self) -> Node:
        if self._took("?="):
            node: Node = Ahead(self._choice())
            self._end()
            return node
        if self._took("?!", "?<=", "?<!"):
            self._choice()
            self._end()
            return EMPTY  # what is looked back at, or must not be, is not held against a line: more lines pass
        if self._took("?P<"):
            self._until(">")
        elif self._took("?>"):
            pass
        elif self._took("?"):
            flags = self._until(":") if ":" in self._text[self._at : self._at + 4] else None
            if flags is None or flags.strip("i-"):
                raise UnreadableError(self._text[self._at :][:10])
        node = self._choice()
        self._end()
        return node

    def _end(self) -> None:
        if not self._took(")"):
            raise UnreadableError("a group without end")

    def _escape(self) -> Node:
        character = self._text[self._at]
        self._at += 1
        if character in "bB":
            return Border() if character == "b" else EMPTY
        if character == "d":
            return DIGIT
        if character in "sntr":
            return BLANK
        if character in "123456789":
            return Repeat(ANY, 0, None)  # what a group matched before
        if character in "pP":
            self._until("}")
            return ANY
        if character in "wWSD":
            return ANY
        if character in "uUx":
            length = {"x": 2, "u": 4, "U": 8}[character]
            code = self._text[self._at : self._at + length]
            self._at += length
            return _chars_of(chr(int(code, 16)))
        if character.isalnum():
            raise UnreadableError("\\" + character)
        return _chars_of(character)

    def _class(self) -> Node:
        negated = self._took("^") is not None
        few: set[str] = set()
        known = first = True
        kinds: set[str] = set()
        while first or not self._took("]"):
            first = False
            if self._peek("["):
                raise UnreadableError("a class in a class")
            if self._took("\\"):
                if (kind := self._took(r"p{L}", r"p{N}")) is not None:
                    kinds.add(kind)
                    known = False
                    continue
                part = self._escape()
                if not isinstance(part, Chars) or part.few is None:
                    known = False
                    continue
                few |= part.few
                continue
            character = self._text[self._at]
            self._at += 1
            if self._peek("-") and not self._text.startswith("]", self._at + 1):
                self._at += 1
                last = self._text[self._at]
                self._at += 1
                if last == "\\":
                    raise UnreadableError("a range to an escape")
                if ord(last) - ord(character) > 100:
                    known = False
                    continue
                for code in range(ord(character), ord(last) + 1):
                    few |= _chars_of(chr(code)).few or set()
            else:
                few |= _chars_of(character).few or set()
        if negated:
            return BLANK if len(kinds) == 2 else ANY  # neither letter nor number
        return Chars(frozenset(few)) if known else ANY


# Characters that stand for themselves, none of them repeated.
_PLAIN = regex.compile(r"(?:[A-Za-z ,'](?![?*+{]))++")
_BOUNDS = regex.compile(r"\{(\d*)(,(\d*))?\}")


def _chars_of(character: str) -> Chars:
    if character in "0123456789":
        return DIGIT
    # Other letters have more forms than two (the Greek sigma, the Kelvin sign): they are left to the pattern.
    return ANY if character.isalnum() and not character.isascii() else Chars(frozenset(character.lower()))


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
_EVERYDAY = frozenset(
    "about after also been before from have here into just like made make more most other over people said some such "
    "than that their them then there these they this time very were what when which will with work would year your "
    "first and are but can for had has her him his how its may new not now one our out she the was who you all any "
    "ing ers ent ter tion able ment ever need read".split()
)
# A condition that so many lines fulfil is not worth asking, nor is one with so many literals.
_MOST_SHARE = 0.7
_MOST_LITERALS = 40
# The rarest conditions of a pattern are asked; the third one hardly ever says no where two said yes.
_CLAUSES = 2

Clause: TypeAlias = frozenset[str]
"""Literals (lower case; ``0`` is any digit), one of which stands in every match."""


def _share(literal: str) -> float:
    """Return about which share of lines holds a literal."""
    words = literal.split()
    letters = sum(map(len, words))
    if not any(map(str.isalpha, literal)):
        return min((_SHARES_OF_MARKS.get(mark, _SHARE_OF_A_MARK) for mark in literal if mark != " "), default=1.0)
    if len(words) == 1:
        return 0.8 if words[0] in _EVERYDAY else _SHARES[letters] if letters < len(_SHARES) else _LEAST_SHARE
    return max(_LEAST_SHARE / 4, min(map(_share, words)) / 2 ** (len(words) - 1))


def _shared(clause: Clause) -> float:
    return min(1.0, sum(map(_share, clause)))


def _clauses(node: Node) -> list[Clause]:
    """Return conditions that every match fulfils, the rarest first."""
    match node:
        case Chars(few=few):
            found = [few] if few and SEPARATOR not in few and not any(map(str.isspace, few)) else []
        case Text(characters=text):
            found = [frozenset([literal]) for literal in _LITERAL.findall(text)]
        case Choice(options=options):
            sides = [_clauses(option) for option in options]
            found = [frozenset().union(*(side[0] for side in sides))] if all(sides) else []
        case Sequence(parts=parts):
            found = [clause for part in parts for clause in _clauses(part)]
        case Repeat(part=part, least=least):
            found = _clauses(part) if least else []
        case Ahead(part=part):
            found = _clauses(part)
        case Border():
            found = []
    shares = {_without_longer(clause): 0.0 for clause in found if clause}
    for clause in shares:
        shares[clause] = _shared(clause)
    worth = (clause for clause, share in shares.items() if share < 1.0 and len(clause) <= 8 * _MOST_LITERALS)
    return sorted(worth, key=lambda clause: (shares[clause], len(clause), sorted(clause)))[:_CLAUSES]


_LITERAL = re.compile(rf"0|[^0{SEPARATOR}]+")


def _without_longer(clause: Clause) -> Clause:
    """Return the literals that do not hold another one."""
    if len(clause) > _MOST_LITERALS * 4:
        return clause
    return frozenset(one for one in clause if not any(other in one for other in clause if other != one))


def _worth_asking(clauses: list[Clause]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(sorted(clause, key=lambda literal: (-_share(literal), literal)))
        for clause in clauses
        if len(clause) <= _MOST_LITERALS and _shared(clause) <= _MOST_SHARE
    )


@dataclass(frozen=True, slots=True)
class Prefilter:
    """What a line must hold for a pattern to match it; None where nothing is known."""

    first: frozenset[str] | None = None
    """Heads, one of which it must begin with."""
    last: frozenset[str] | None = None
    """Heads, one of which it must begin with when read backwards."""
    needed: tuple[tuple[str, ...], ...] = ()
    """Literals of each of which one must stand in it; ``0`` is any digit."""

    def needs_more(self, low_line: str) -> bool:
        """Return whether a lower-case line lacks what a match must hold."""
        for literals in self.needed:
            for literal in literals:
                if literal in low_line if literal != "0" else _DIGIT.search(low_line):
                    break
            else:
                return True
        return False

    def ends(self, last: str) -> bool:
        """Return whether a match may end as a line does; ``last`` is its head, read backwards."""
        if self.last is None:
            return True
        return any(last[:size] in self.last for size in range(1, HEAD + 1))


def prefilter(
    pattern: str, lexicons: Mapping[str, str | tuple[str, ...]], *, begins: bool, ends: bool, trees: dict[str, Node]
) -> Prefilter:
    r"""Return what follows from a pattern that must begin where the line begins, and end where it ends, if so said.

    ``trees`` keeps what was read of lexicons, from pattern to pattern.

    >>> found = prefilter(r"(?:share|print)(?: this (?:page|story))?", {}, begins=True, ends=True, trees={})
    >>> sorted(found.first), sorted(found.last)
    (['print ', 'share '], ['egap siht er', 'egap siht tn', 'erahs ', 'tnirp ', 'yrots siht e', 'yrots siht t'])
    """

    def named(name: str) -> Node:
        if name not in trees:
            value = lexicons[name]
            words = (value,) if isinstance(value, str) else map(regex.escape, value)
            trees[name] = Choice(tuple(_Reader(word, named).tree() for word in words))
        return trees[name]

    try:
        tree = _Reader(pattern, named).tree()
    except (UnreadableError, IndexError, ValueError, KeyError):  # the compiler of patterns says what is wrong with it
        return Prefilter()
    return Prefilter(
        first=_heads(tree, ends=ends, backwards=False) if begins else None,
        last=_heads(tree, ends=begins, backwards=True) if ends else None,
        needed=_worth_asking(_clauses(tree)),
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
    return _fewer(found.done)


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
_WORDS = re.compile(rf"^(?:[^\w\n]|_)*+([^\n]{{0,{_REACH}}})", re.MULTILINE)


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


def heads(low: str) -> list[str]:
    r"""Return the head of each line of a lower-case text: its first words, each with one blank behind it.

    Digits are zeros. A line without words has a blank as its head. Heads may be longer than ``HEAD``.

    >>> heads("• posted by: me\n\n12 may")
    ['posted by me ', ' ', '0 may ']
    """
    cut = _WORDS.findall(low)
    found = _folded("\n".join(cut)).split("\n")
    for number, (head, words) in enumerate(zip(found, cut, strict=True)):
        if len(words) == _REACH and len(head) <= HEAD:  # nearly all of it were blanks
            head = _folded(low.split("\n")[number].lstrip(" ")).lstrip(" ")
        found[number] = head if head.endswith(" ") else head + " "
    return found


def last_head(low_line: str) -> str:
    """Return the head of a line that is read backwards.

    >>> last_head("share this story.")
    'yrots siht erahs'
    """
    found = _folded(low_line[: -_REACH - 1 : -1]).lstrip(" ")
    if len(found) > HEAD:
        return found
    return heads(low_line[::-1])[0]
