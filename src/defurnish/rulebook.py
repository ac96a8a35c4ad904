"""Rules compiled for matching: from the match view of a text to what the rules see in its lines."""

from __future__ import annotations

import atexit
import pickle
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex

from . import rulecache
from .headtable import HeadTable
from .linehits import hit_of_pattern, hits_of_phrase, in_order
from .matcher import PhraseMatcher
from .model import Family, Hit, Match, Rule, RuleId
from .patterntree import Node
from .prefilter import Prefilter, asked, heads, prefilter, without_longer
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
from .ruleset import Groups, RuleSet, groups_of, places_of, rule_set
from .wholelines import WholeLines
from .wordtrie import pattern_of_words

if TYPE_CHECKING:
    from pathlib import Path

# A rule without phrases, and a whole phrase, are tried on lines up to this length only. The longest whole-line
# furniture in the census of 793 pages (by-lines with date and reading time) stays under it.
SHORT_LINE = 120
# After so many characters of text all patterns are compiled, and kept for later processes.
SETTLED_AFTER = 1_000_000
# The modules whose values are kept.
COMPILERS = ("model.py", "patterntree.py", "prefilter.py", "rulebook.py", "rulefile.py", "wordtrie.py")

_NAMED_LIST = regex.compile(r"\\L<(\w+)>")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is worked out of rules, and may be kept: filters and compiled patterns by rule."""

    prefilters: Mapping[RuleId, Prefilter | None]
    patterns: Mapping[RuleId, bytes | regex.Pattern[str]]
    """Some of them pickled: to read all takes 40 ms, and a short text meets a dozen."""

    def packed(self) -> Compiled:
        """Return the same with all patterns pickled."""
        patterns = {
            rule: found if isinstance(found, bytes) else pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
            for rule, found in self.patterns.items()
        }
        return Compiled(self.prefilters, patterns)


class _Trial:
    """A pattern that may be tried on a line, with what to ask of the line first.

    ``phrases`` are those of which one is still to be looked for: where the line was found by its head alone.
    """

    __slots__ = ("filter", "phrases", "rule")

    def __init__(self, rule: Rule, filtered: Prefilter) -> None:
        self.rule, self.filter = rule, filtered
        by_head = rule.match == "whole" and filtered.first is not None
        self.phrases = tuple(sorted(without_longer(frozenset(rule.phrases)), key=len)) if by_head else ()


class _Said:
    """What a phrase lets speak: patterns that are all of their rule, and rules of which it says where they stand."""

    __slots__ = ("patterns", "rules")

    def __init__(self) -> None:
        self.patterns: RuleSet = 0
        self.rules: list[Rule] = []

    def add(self, rule: Rule, place: int, *, is_pattern: bool) -> None:
        """Let a rule speak."""
        if is_pattern:
            self.patterns |= 1 << place
        else:
            self.rules.append(rule)


# The filter of a rule that has no pattern to be tried.
_NEVER = Prefilter(first=frozenset(), last=frozenset())


class Rulebook:
    """Rules compiled for matching: automata for phrases, tables for the heads of lines and for whole lines.

    Made once, never changed, safe to share between threads. Pickles as its rules and is compiled again.
    """

    __slots__ = (
        "_anywhere", "_anywhere_rules", "_by_words", "_first", "_groups", "_last", "_patterns", "_prefilters", "_seen",
        "_settled", "_short", "_short_rules", "_trials", "_unsaid", "_whole", "_with_last", "_word_limits",
        "_word_patterns", "lexicons", "rules",
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
        self._patterns: dict[RuleId, bytes | regex.Pattern[str]] = dict(compiled.patterns) if compiled else {}
        self._settled, self._seen = settled, 0
        self._word_patterns: dict[str, str] = {}
        self._groups: dict[frozenset[Family], Groups] = {}
        trees: dict[str, Node] = {}
        self._trials: dict[int, _Trial] = {}
        whole: list[Rule] = []
        # What may speak of a short line in which no phrase was found: its phrases, if any, are looked for later.
        self._unsaid: RuleSet = 0
        anywhere: dict[str, _Said] = {}
        short: dict[str, RuleSet] = {}
        for place, rule in enumerate(self.rules):
            filtered = self._prefilter_of(rule, trees)
            if filtered is not None:
                self._trials[place] = _Trial(rule, filtered)
            if rule.match != "whole":
                for phrase in rule.phrases:
                    anywhere.setdefault(phrase, _Said()).add(rule, place, is_pattern=filtered is not None)
            elif filtered is None:
                whole.append(rule)
            elif filtered.first is None and rule.phrases:
                for phrase in rule.phrases:
                    short[phrase] = short.get(phrase, 0) | 1 << place
            else:
                self._unsaid |= 1 << place
        filters = [self._prefilters[rule.id] or _NEVER for rule in self.rules]
        self._first = HeadTable(filtered.first for filtered in filters)
        self._last = HeadTable(filtered.last for filtered in filters)
        self._with_last = rule_set(place for place, filtered in enumerate(filters) if filtered.last is not None)
        self._word_limits, self._by_words = _rules_by_words([rule.max_words for rule in self.rules])
        self._whole = WholeLines(whole)
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
        pattern = _NAMED_LIST.sub(lambda named: self._words_of(named[1]), spelled_out(pattern, self.lexicons))
        # What must stand at the end of a line is sought from there: forwards it would be tried from every character.
        return regex.compile(pattern, regex.IGNORECASE | regex.REVERSE if match == "end" else regex.IGNORECASE)

    def _words_of(self, name: str) -> str:
        """Return a lexicon as a pattern. Raises KeyError."""
        if name not in self._word_patterns:
            self._word_patterns[name] = pattern_of_words(self.lexicons[name])
        return self._word_patterns[name]

    def pattern_of(self, rule: Rule) -> regex.Pattern[str]:
        """Return the compiled pattern of a rule that has one. Raises :class:`RuleError` if it does not compile."""
        found = self._patterns.get(rule.id)
        if isinstance(found, bytes):
            found = self._patterns[rule.id] = pickle.loads(found)
        elif found is None:
            assert rule.pattern is not None
            try:
                found = self._patterns[rule.id] = self._compile(rule.pattern, rule.match)
            except KeyError as error:
                raise RuleError(rule.source, rule.id, "pattern", f"names the unknown lexicon {error}") from error
            except regex.error as error:
                raise RuleError(rule.source, rule.id, "pattern", f"is no valid pattern: {error}") from error
        assert not isinstance(found, bytes)
        return found

    def groups(self, keep: frozenset[Family]) -> Groups:
        """Return the rules by what they can do where the families in ``keep`` stay."""
        found = self._groups.get(keep)
        if found is None:
            found = self._groups[keep] = groups_of(self.rules, keep)
        return found

    def hits(self, view: str) -> dict[int, list[Hit]]:
        """Return what the rules see: line number of the match view -> hits, in the order of rule ids.

        ``view`` is the match view of a text, one block a line.
        """
        lines = view.split("\n")
        found, untried = self.first_look(view)
        for number, rules in untried.items():
            if hits := self.hits_of_patterns(rules, lines[number]):
                found.setdefault(number, []).extend(hits)
        return {number: in_order(found[number]) for number in sorted(found)}

    def first_look(self, view: str) -> tuple[dict[int, list[Hit]], dict[int, RuleSet]]:
        """Return the hits of phrases, and the patterns that may match besides, both by line of the match view.

        Of a line the hits stand in the order of rule ids; the lines stand in none.
        """
        if self._settled is not None:
            self._count(len(view))
        low = lowered(view)
        lines, low_lines = view.split("\n"), low.split("\n")
        short = [number for number, line in enumerate(low_lines) if len(line) <= SHORT_LINE]
        found: dict[int, dict[tuple[RuleId, int], Hit]] = defaultdict(dict)
        said = dict.fromkeys(short, self._unsaid)
        for number, at in self._anywhere.phrases_by_line(low):
            phrase, speakers = self._anywhere_rules[at]
            said[number] = said.get(number, 0) | speakers.patterns
            for rule in speakers.rules:
                for hit in hits_of_phrase(rule, phrase, lines[number], low_lines[number], self.pattern_of):
                    found[number].setdefault((rule.id, hit.start if hit.glued else -1), hit)
        for row, at in self._short.phrases_by_line("\n".join([low_lines[number] for number in short])):
            said[short[row]] |= self._short_rules[at]
        untried: dict[int, RuleSet] = {}
        for number, head in zip(said, heads([low_lines[number] for number in said]), strict=True):
            if rules := self._first.rules_of(head, said[number]):
                untried[number] = rules & self._by_words[bisect_right(self._word_limits, lines[number].count(" "))]
            if self._whole.may_hold(head) and len(low_lines[number]) <= SHORT_LINE:
                for hit in self._whole.hits(low_lines[number]):
                    found[number][hit.rule.id, -1] = hit
        ending = [number for number, rules in untried.items() if rules & self._with_last]
        for number, head in zip(ending, heads([low_lines[number][::-1] for number in ending]), strict=True):
            untried[number] = self._last.rules_of(head, untried[number])
        untried = {number: rules for number, rules in untried.items() if rules}
        return {number: [hits[key] for key in sorted(hits)] for number, hits in found.items()}, untried

    def hits_of_patterns(self, rules: RuleSet, line: str) -> list[Hit]:
        """Return the hits on one line of those patterns that :meth:`first_look` left untried, in the order of ids."""
        low_line = lowered(line)
        found: list[Hit] = []
        asked_of = ""
        for place in places_of(rules):
            trial = self._trials[place]
            if trial.filter.needed:
                asked_of = asked_of or asked(low_line, line)
                if trial.filter.needs_more(asked_of):
                    continue
            if trial.phrases and not _holds_one(low_line, trial.phrases):
                continue
            if hit := hit_of_pattern(trial.rule, line, self.pattern_of(trial.rule)):
                found.append(hit)
        return found

    def _count(self, characters: int) -> None:
        """Compile all patterns once there was much text: whoever cleans so much meets most of them anyway."""
        self._seen += characters
        if self._seen > SETTLED_AFTER and (settled := self._settled) is not None:
            self._settled = None
            for rule in self.rules:
                if rule.pattern is not None:
                    self.pattern_of(rule)
            settled(self)


def lowered(view: str) -> str:
    """Return a match view in lower case, with what compiled patterns take for an s or an i in spite of that."""
    return view.replace("ſ", "s").replace("İ", "i").lower()


def _rules_by_words(most_words: Sequence[int | None]) -> tuple[tuple[int, ...], tuple[RuleSet, ...]]:
    """Return the limits that rules set to the words of a line, and the rules left where so many limits are reached."""
    limits = tuple(sorted({most for most in most_words if most is not None}))
    lasting = [
        rule_set(place for place, most in enumerate(most_words) if most is None or most >= limit) for limit in limits
    ]
    return limits, (*lasting, rule_set(place for place, most in enumerate(most_words) if most is None))


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

    stored: tuple[tuple[Rule, ...], Lexicons, Compiled] | None = rulecache.loaded(key)
    if stored is not None:
        rules, lexicons, compiled = stored
    else:
        rules, lexicons = packaged_rules(languages)
        rules, lexicons, compiled = rules + more_rules, lexicons | more_lexicons, Compiled({}, {})
    kept = len(compiled.patterns) if stored is not None else -1

    def keep(book: Rulebook) -> None:
        nonlocal kept
        if len(book.compiled.patterns) > kept:
            kept = len(book.compiled.patterns)
            rulecache.store(key, (book.rules, book.lexicons, book.compiled.packed()))

    whole = len(compiled.patterns) == sum(rule.pattern is not None for rule in rules)
    found = Rulebook(rules, lexicons, compiled, settled=None if whole else keep)
    keep(found)
    if not whole:
        atexit.register(keep, found)  # what the texts of this process needed, the next process need not compile
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
