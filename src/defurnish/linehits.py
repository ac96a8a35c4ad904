"""What one rule sees on one line of the match view: where its words stand, if they stand where it wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import TypeAlias

import regex

from .matchview import LEAD, TRAIL, lead
from .model import Hit, Rule

# A pattern looks at this many characters of a line: no rule needs more, and hostile lines cannot make it slow.
PATTERN_REACH = 2000

# What is glued to a sentence of the body is a label with a headline or one short sentence; more is prose.
GLUED_WORDS = 25
_SENTENCE_BORDER = regex.compile(r"[.!?][\"')\]]{0,2} {0,2}$")
_INNER_BORDER = regex.compile(r"(?:\p{Ll}{3}|[\"')])[.!?][\"')]{0,2} +\p{Lu}")
_SENTENCE_OPENS = regex.compile(r" {0,2}[\"'(]?\p{Lu}")


PatternOf: TypeAlias = Callable[[Rule], regex.Pattern[str]]


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits in the order of rule ids; those of one rule keep theirs."""
    return sorted(hits, key=_RULE_ID)


_RULE_ID = attrgetter("rule.id")


def _is_short_enough(rule: Rule, line: str) -> bool:
    """Return whether a line has no more words than the rule speaks of."""
    return rule.max_words is None or line.count(" ") < rule.max_words


def hits_of_phrase(rule: Rule, phrase: str, line: str, low_line: str, pattern_of: PatternOf) -> list[Hit]:
    """Return the hits of ``rule`` on a line that holds ``phrase``: one, but for what is glued to sentences."""
    if rule.glued:
        glued = list(_glued(rule, phrase, line, low_line, pattern_of))
        if glued:
            return glued
        if rule.match == "anywhere" and line.strip(LEAD + TRAIL).lower() != phrase:
            return []  # amid a sentence its words are the sentence's
    hit = hit_of_phrase(rule, phrase, line, low_line, pattern_of)
    return [hit] if hit is not None else []


def hit_of_phrase(rule: Rule, phrase: str, line: str, low_line: str, pattern_of: PatternOf) -> Hit | None:
    """Return the hit of ``rule`` on a line that holds ``phrase``, if it stands where the rule wants it."""
    if not _is_short_enough(rule, line):
        return None
    if rule.pattern is not None:
        return hit_of_pattern(rule, line, pattern_of(rule))
    if len(low_line) != len(line):  # a letter that grows when lowered: work on the lowered line throughout
        line = low_line
    start = lead(line)
    if rule.match == "start":
        if low_line.startswith(phrase, start) and _ends_word(line, start + len(phrase)):
            return Hit(rule, start, start + len(phrase))
        return None
    if rule.match == "end":
        stop = len(low_line.rstrip(TRAIL))
        begin = stop - len(phrase)
        if begin >= 0 and low_line.startswith(phrase, begin) and _begins_word(line, begin):
            return Hit(rule, begin, stop)
        return None
    begin = low_line.find(phrase)
    while begin >= 0:
        if _begins_word(line, begin) and _ends_word(line, begin + len(phrase)):
            return Hit(rule, begin, begin + len(phrase))
        begin = low_line.find(phrase, begin + 1)
    return None


def _glued(rule: Rule, phrase: str, line: str, low_line: str, pattern_of: PatternOf) -> Iterator[Hit]:
    """Yield the hits of a glued rule behind sentences of the body, at their borders, or behind each other."""
    if len(low_line) != len(line):
        return
    begin = low_line.find(phrase, lead(line) + 1)
    behind = -1
    while begin >= 0:
        end = _end_of_glued(rule, phrase, line, begin, behind, pattern_of)
        if end is not None:
            yield Hit(rule, begin, end, glued=True)
            behind = end
        begin = low_line.find(phrase, begin + 1 if end is None else max(end, begin + 1))


def _end_of_glued(rule: Rule, phrase: str, line: str, begin: int, behind: int, pattern_of: PatternOf) -> int | None:
    """Return where the words end that are glued to a sentence or to a hit that ends at ``behind``, if they are."""
    at_border = _SENTENCE_BORDER.search(line, max(0, begin - 6), begin) is not None
    if not line[begin].isupper() or not (at_border or (behind >= 0 and not line[behind:begin].strip())):
        return None
    end = begin + len(phrase)
    if rule.pattern is not None:
        found = pattern_of(rule).match(line, begin, begin + PATTERN_REACH)
        if found is None:
            return None
        end = found.end()
    if rule.match == "start":
        is_label = line.count(" ", begin) < GLUED_WORDS and _INNER_BORDER.search(line, end) is None
        return len(line) if is_label else None
    return end if end == len(line) or _SENTENCE_OPENS.match(line, end) else None


def hit_of_pattern(rule: Rule, line: str, pattern: regex.Pattern[str]) -> Hit | None:
    """Return the hit of a rule's pattern on a line, if it stands where the rule wants it."""
    start = lead(line)
    match rule.match:
        case "whole":
            bare = line.rstrip(TRAIL)
            found = pattern.fullmatch(bare, start) if len(bare) <= PATTERN_REACH else None
        case "start":
            found = pattern.match(line, start, start + PATTERN_REACH)
        case "end":
            bare = line.rstrip(TRAIL)
            found = pattern.match(bare, max(start, len(bare) - PATTERN_REACH))  # compiled to be read backwards
        case "anywhere":
            found = pattern.search(line, start, start + PATTERN_REACH)
    return Hit(rule, *found.span()) if found else None


def _ends_word(line: str, at: int) -> bool:
    """Whether a word may end before ``at``: a case change counts, for labels come glued ("Read time7 min")."""
    if at >= len(line) or not line[at - 1].isalpha() or not line[at].isalpha():
        return True
    return line[at].isupper() and line[at - 1].islower()


def _begins_word(line: str, at: int) -> bool:
    if at == 0 or not line[at].isalpha() or not line[at - 1].isalpha():
        return True
    return line[at].isupper() and line[at - 1].islower()
