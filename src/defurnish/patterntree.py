"""Reads a pattern (``regex`` syntax, as far as rules use it) into a tree, its case aside.

What the reader does not know makes it give up; what it knows in part is *anything*. So whatever follows from a tree
holds for the pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import regex


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a few (lower case; ``0`` for any digit, ``SEPARATOR``), or any at all if it is None."""

    few: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Text:
    """Characters behind one another, in lower case and as a line must hold them.

    ``cased`` has capitals where case counts, and ``SEPARATOR`` between parts that are to be found one by one.
    """

    characters: str
    cased: str


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


def tree_of(pattern: str, lexicons: Mapping[str, str | tuple[str, ...]], known: dict[str, Node]) -> Node:
    r"""Return a pattern as a tree; ``known`` keeps the trees of lexicons, from pattern to pattern.

    Raises :class:`UnreadableError`.

    >>> tree_of(r"by \d+", {}, {})
    Sequence(parts=(Text(characters='by ', cased='by '), Repeat(part=Chars(few=frozenset({'0'})), least=1, most=None)))
    """

    def named(name: str) -> Node:
        if name not in known:
            value = lexicons[name]
            words = (value,) if isinstance(value, str) else map(regex.escape, value)
            known[name] = Choice(tuple(_Reader(word, named).tree() for word in words))
        return known[name]

    try:
        return _Reader(pattern, named).tree()
    except (IndexError, ValueError, KeyError) as error:
        raise UnreadableError(pattern) from error


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str, named: Callable[[str], Node]) -> None:
        self._text, self._at, self._named = pattern, 0, named
        self._case_counts = False

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
                part: Node = Text(plain[0].lower(), plain[0] if self._case_counts else plain[0].lower())
            else:
                part = self._repeated(self._atom())
            if isinstance(part, Chars) and part.few is not None and len(part.few) == 1:
                part = Text(*part.few, *part.few)
            if isinstance(part, Text) and parts and isinstance(before := parts[-1], Text):
                part = _joined(before, part)
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
        case_counts = self._case_counts
        if self._took("?P<"):
            self._until(">")
        elif self._took("?>"):
            pass
        elif self._took("?"):
            flags = self._until(":") if ":" in self._text[self._at : self._at + 4] else None
            if flags is None or flags.strip("i-"):
                raise UnreadableError(self._text[self._at :][:10])
            self._case_counts = "-" in flags or (case_counts and not flags)
        node = self._choice()
        self._end()
        self._case_counts = case_counts
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


def _joined(before: Text, after: Text) -> Text:
    """Return two texts as one. Where one has capitals, the other may be of a part where case doesn't count."""
    cased = SEPARATOR.join if (before.cased + after.cased) != (before.cased + after.cased).lower() else "".join
    return Text(before.characters + after.characters, cased((before.cased, after.cased)))


# Characters that stand for themselves, none of them repeated.
_PLAIN = regex.compile(r"(?:[A-Za-z ,'](?![?*+{]))++")
_BOUNDS = regex.compile(r"\{(\d*)(,(\d*))?\}")


def _chars_of(character: str) -> Chars:
    if character in "0123456789":
        return DIGIT
    # Other letters have more forms than two (the Greek sigma, the Kelvin sign): they are left to the pattern.
    return ANY if character.isalnum() and not character.isascii() else Chars(frozenset(character.lower()))
