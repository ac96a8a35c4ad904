"""Rules compiled for matching: from the match view of a text to what the rules see in its lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex

from . import rulecache
from .linehits import hit_of_pattern, hit_of_phrase, is_short_enough
from .matcher import PhraseMatcher
from .matchview import ORNAMENTS, TRAIL, lead
from .model import Hit, Match, Rule, RuleId
from .patterntree import Node
from .prefilter import Prefilter, asked, heads, last_head, prefilter, without_longer
from .rulefile import (
    PACKAGED,
    Lexicons,
    RuleError,
    installed_rules,
    packaged_languages,
    packaged_rules,
    read_rules,
    rules_folder,
    spelled_out,
)

if TYPE_CHECKING:
    from pathlib import Path

# A rule without phrases, and a whole phrase, are tried on lines up to this length only. The longest whole-line
# furniture in the census of 793 pages (by-lines with date and reading time) stays under it.
SHORT_LINE = 120
# After so many characters of text all patterns are compiled, and kept for later processes.
SETTLED_AFTER = 1_000_000
# Whole phrases are looked up in lines that begin as one of them does, by so many characters of their heads.
WHOLE_HEAD = 6
# The modules whose values are kept.
COMPILERS = ("model.py", "patterntree.py", "prefilter.py", "rulebook.py", "rulefile.py")

_NUMBER = regex.compile(r"\d+(?:[.,]\d+)*+(?:[km](?!\p{L}))?+")
_NAMED_LIST = regex.compile(r"\\L<(\w+)>")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is worked out of rules, and may be kept: filters and compiled patterns by rule."""

    prefilters: Mapping[RuleId, Prefilter | None]
    patterns: Mapping[RuleId, regex.Pattern[str]]


class _Trial:
    """A rule that may speak of a line, with what to ask of the line first if the rule is nothing but its pattern.

    ``phrases`` are those of which one is still to be looked for: where the line was found by its head alone.
    """

    __slots__ = ("filter", "is_start", "phrases", "rule")

    def __init__(self, rule: Rule, filtered: Prefilter | None) -> None:
        self.rule, self.filter, self.is_start = rule, filtered, rule.match == "start"
        by_head = rule.match == "whole" and filtered is not None and filtered.first is not None
        self.phrases = tuple(sorted(without_longer(frozenset(rule.phrases)), key=len)) if by_head else ()


class Rulebook:
    """Rules compiled for matching: one automaton for all phrases, one table for whole short lines.

    Made once, never changed, safe to share between threads. Pickles as its rules and is compiled again.
    """

    __slots__ = (
        "_anywhere", "_anywhere_rules", "_head_sizes", "_heads", "_numbered", "_patterns", "_prefilters", "_seen",
        "_settled", "_short", "_short_rules", "_whole", "_whole_heads", "lexicons", "rules",
    )  # fmt: skip

    def __init__(
        self,
        rules: Iterable[Rule],
        lexicons: Mapping[str, str | tuple[str, ...]],
        compiled: Compiled | None = None,
        settled: Callable[[Rulebook], None] | None = None,
    ) -> None:
        """Compile rules; ``compiled`` is what is known of some of them, ``settled`` is told once patterns are, too."""
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self.lexicons = dict(lexicons)
        seen: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.id in seen:
                raise RuleError(rule.source, rule.id, "id", f"is taken already by {seen[rule.id].source}")
            seen[rule.id] = rule
        self._prefilters: dict[RuleId, Prefilter | None] = dict(compiled.prefilters) if compiled else {}
        self._patterns: dict[RuleId, regex.Pattern[str]] = dict(compiled.patterns) if compiled else {}
        self._settled, self._seen = settled, 0
        trees: dict[str, Node] = {}
        self._whole: dict[str, list[Rule]] = {}
        self._numbered: dict[str, list[Rule]] = {}
        self._heads: dict[str, list[_Trial]] = {}
        anywhere: dict[str, list[_Trial]] = {}
        short: dict[str, list[_Trial]] = {}
        for rule in self.rules:
            found = self._prefilter_of(rule, trees)
            trial = _Trial(rule, found)
            if found is not None and found.first is not None:
                for head in found.first:
                    self._heads.setdefault(head, []).append(trial)
            if rule.match != "whole":
                for phrase in rule.phrases:
                    anywhere.setdefault(phrase, []).append(trial)
            elif found is None:
                for phrase in rule.phrases:
                    whole = self._numbered if "{n}" in phrase else self._whole
                    whole.setdefault(phrase.replace("{n}", "0"), []).append(rule)
            elif found.first is None:
                for phrase in rule.phrases or ("\n",):  # without a factor: every short line, by its end
                    short.setdefault(phrase, []).append(trial)
        self._head_sizes = sorted({len(head) for head in self._heads})
        # The heads of whole phrases, so that most lines need not be looked up.
        self._whole_heads = frozenset(map(_whole_head, heads("\n".join([*self._whole, *self._numbered]))))
        for rule in self.rules:
            if rule.pattern is not None and not rule.source.startswith(PACKAGED):
                self.pattern_of(rule)  # a user's pattern must fail here, and not when a text first meets it
        # Factors of whole-line patterns are looked for in short lines only, so common words may serve them.
        self._anywhere, self._anywhere_rules = PhraseMatcher(tuple(anywhere)), tuple(anywhere.items())
        self._short, self._short_rules = PhraseMatcher(tuple(short)), tuple(short.values())

    @property
    def compiled(self) -> Compiled:
        """What was worked out of the rules so far."""
        return Compiled(dict(self._prefilters), dict(self._patterns))

    def __reduce__(self) -> tuple[Any, ...]:
        return Rulebook, (self.rules, self.lexicons, self.compiled)

    def _prefilter_of(self, rule: Rule, trees: dict[str, Node]) -> Prefilter | None:
        """Return the filter of a rule that is nothing but its pattern."""
        if rule.id not in self._prefilters:
            found = None
            if rule.pattern is not None and not rule.glued:
                begins, ends = rule.match in ("whole", "start"), rule.match in ("whole", "end")
                found = prefilter(rule.pattern, self.lexicons, begins=begins, ends=ends, trees=trees)
            self._prefilters[rule.id] = found
        return self._prefilters[rule.id]

    def _compile(self, pattern: str, match: Match) -> regex.Pattern[str]:
        pattern = spelled_out(pattern, self.lexicons)
        lists: dict[str, Any] = {name: self.lexicons[name] for name in _NAMED_LIST.findall(pattern)}
        # What must stand at the end of a line is sought from there: forwards it would be tried from every character.
        flags = regex.IGNORECASE | regex.REVERSE if match == "end" else regex.IGNORECASE
        return regex.compile(pattern, flags, **lists)

    def pattern_of(self, rule: Rule) -> regex.Pattern[str]:
        """Return the compiled pattern of a rule that has one. Raises :class:`RuleError` if it does not compile."""
        found = self._patterns.get(rule.id)
        if found is None:
            assert rule.pattern is not None
            try:
                found = self._compile(rule.pattern, rule.match)
            except KeyError as error:
                raise RuleError(rule.source, rule.id, "pattern", f"names the unknown lexicon {error}") from error
            except regex.error as error:
                raise RuleError(rule.source, rule.id, "pattern", f"is no valid pattern: {error}") from error
            self._patterns[rule.id] = found
        return found

    def hits(self, view: str) -> dict[int, list[Hit]]:
        """Return what the rules see: line number of the match view -> hits, in the order of rule ids.

        ``view`` is the match view of a text, one block a line.
        """
        # What the compiled patterns take for an s or an i in spite of its lower case.
        if self._settled is not None:
            self._count(len(view))
        low = view.replace("ſ", "s").replace("İ", "i").lower()
        lines, low_lines = view.split("\n"), low.split("\n")
        begin = heads(low)
        short = [number for number, line in enumerate(low_lines) if len(line) <= SHORT_LINE]
        found: dict[int, dict[RuleId, Hit]] = {}
        both = [""] * len(lines)
        ends: dict[int, str] = {}

        def try_pattern(number: int, trial: _Trial) -> None:
            rule, filtered, line = trial.rule, trial.filter, lines[number]
            assert filtered is not None
            if filtered.needed:
                if not both[number]:
                    both[number] = asked(low_lines[number], line)
                if filtered.needs_more(both[number]):
                    return
            if not is_short_enough(rule, line):
                return
            if filtered.last is not None:
                if number not in ends:
                    ends[number] = last_head(low_lines[number])
                if not filtered.ends(ends[number]):
                    return
            if trial.phrases and not _holds_one(low_lines[number], trial.phrases):
                return
            hit = hit_of_pattern(rule, line, self.pattern_of(rule))
            if hit is not None:
                found.setdefault(number, {})[rule.id] = hit

        # Lines that begin as a pattern can: short ones are tried, others need a phrase besides.
        begun: set[tuple[int, _Trial]] = set()
        for number, head in enumerate(begin):
            is_short = len(low_lines[number]) <= SHORT_LINE
            for size in self._head_sizes:
                for trial in self._heads.get(head[:size], ()):
                    if trial.is_start:
                        begun.add((number, trial))
                    elif is_short:
                        try_pattern(number, trial)
                if size >= len(head):
                    break
        tried: set[tuple[int, _Trial]] = set()
        for number, at in self._anywhere.phrases_by_line(low):
            phrase, trials = self._anywhere_rules[at]
            for trial in trials:
                key = number, trial
                if key in tried:
                    continue
                if trial.filter is not None:
                    tried.add(key)  # the pattern's answer is the same for all of its factors
                    if trial.filter.first is None or key in begun:
                        try_pattern(number, trial)
                elif hit := hit_of_phrase(trial.rule, phrase, lines[number], low_lines[number], self.pattern_of):
                    tried.add(key)
                    found.setdefault(number, {})[trial.rule.id] = hit
        for row, at in self._short.phrases_by_line("".join([low_lines[number] + "\n" for number in short])):
            for trial in self._short_rules[at]:
                key = short[row], trial
                if key not in tried:
                    tried.add(key)
                    try_pattern(short[row], trial)
        for number in short:
            if _whole_head(begin[number]) in self._whole_heads:
                for rule, start, end in self._whole_lines(low_lines[number]):
                    found.setdefault(number, {})[rule.id] = Hit(rule, start, end)
        return {number: [hits[rule] for rule in sorted(hits)] for number, hits in sorted(found.items())}

    def _count(self, characters: int) -> None:
        """Compile all patterns once there was much text: whoever cleans so much meets most of them anyway."""
        self._seen += characters
        if self._seen > SETTLED_AFTER and (settled := self._settled) is not None:
            self._settled = None
            for rule in self.rules:
                if rule.pattern is not None:
                    self.pattern_of(rule)
            settled(self)

    def _whole_lines(self, low_line: str) -> Iterator[tuple[Rule, int, int]]:
        """Yield the rules whose whole phrase a short line is, with where its words start and end."""
        start = lead(low_line)
        bare = low_line[start:].rstrip(TRAIL)
        if bare not in self._whole and bare and not (bare[0].isalnum() and bare[-1].isalnum()):
            trimmed = bare.lstrip(ORNAMENTS)
            label = trimmed.rstrip(ORNAMENTS)
            # One word in brackets may be a stage direction.
            if label in self._whole and (" " in label or bare[0] not in "(["):
                start += len(bare) - len(trimmed)
                bare = label
        for rule in self._whole.get(bare, ()):
            yield rule, start, start + len(bare)
        if _NUMBER.search(bare):
            for rule in self._numbered.get(_NUMBER.sub("0", bare), ()):
                yield rule, start, start + len(bare)


def _whole_head(head: str) -> str:
    """Return the beginning of a head, to its first number: ``{n}`` stands for numbers that fold to several words."""
    digit = head.find("0", 0, WHOLE_HEAD)
    return head[: WHOLE_HEAD if digit < 0 else digit + 1]


def _holds_one(low_line: str, phrases: tuple[str, ...]) -> bool:
    for phrase in phrases:  # noqa: SIM110  three times as fast as any() here
        if phrase in low_line:
            return True
    return False


def rulebook(languages: tuple[str, ...] | None = None, paths: Iterable[str | Path] = ()) -> Rulebook:
    """Return the compiled rulebook of the shipped rules, those of installed packages and those of ``paths``.

    Without ``paths`` it is compiled once per process and shared.
    """
    extra = [read_rules(path) for path in paths]
    shared = _shared_rulebook(languages)
    if not extra:
        return shared
    rules, lexicons = shared.rules, shared.lexicons
    compiled: Compiled | None = shared.compiled
    for more_rules, more_lexicons in extra:
        if not lexicons.keys().isdisjoint(more_lexicons):
            compiled = None  # a shipped rule may now mean something else
        rules, lexicons = rules + more_rules, lexicons | more_lexicons
    return Rulebook(rules, lexicons, compiled)


@lru_cache(maxsize=8)
def _shared_rulebook(languages: tuple[str, ...] | None) -> Rulebook:
    more_rules, more_lexicons = installed_rules()
    key = _key(languages, repr((more_rules, more_lexicons)))

    def keep(book: Rulebook) -> None:
        rulecache.store(key, (book.rules, book.lexicons, book.compiled))

    kept: tuple[tuple[Rule, ...], Lexicons, Compiled] | None = rulecache.loaded(key)
    if kept is not None:
        rules, lexicons, compiled = kept
        whole = len(compiled.patterns) == sum(rule.pattern is not None for rule in rules)
        return Rulebook(rules, lexicons, compiled, settled=None if whole else keep)
    rules, lexicons = packaged_rules(languages)
    found = Rulebook(rules + more_rules, lexicons | more_lexicons, settled=keep)
    keep(found)
    return found


def _key(languages: tuple[str, ...] | None, installed: str) -> str:
    """Return what tells one compiled rulebook from another: the rules, and all that reads them."""
    from importlib.resources import files

    parts = [repr((languages, installed, regex.__version__, sys.version, sys.byteorder)).encode()]
    parts += [(files("defurnish") / name).read_bytes() for name in COMPILERS]
    for language in packaged_languages():
        for path in sorted((rules_folder() / language).iterdir(), key=lambda path: str(path.name)):
            parts += [f"{language}/{path.name}".encode(), path.read_bytes()]
    return rulecache.key_of(*parts)
