"""Rule files become one validated, compiled Rulebook.

A rule file is TOML: ``[[rule]]`` entries, and ``[lexicons]``: lists of words that patterns name as ``\\L<months>``, and
pieces of patterns that others name as ``{{person}}``. The path of a packaged file gives language and family
(``rules/en/legal.toml``); a user's file gives them as the top-level keys ``language`` (default ``und``) and ``family``,
which an entry may override.

Keys of a rule:

========== =============================================================================================================
id         lower-case words with hyphens; the full id is ``language/family/id``
summary    one sentence: what is removed (or protected)
why        what the words do for the site, or why they are the article's
strength   ``strong`` removes alone; ``supporting`` only in company; ``protecting`` vetoes every removal of its block
match      where the phrase or pattern stands in the match view: ``whole``, ``start``, ``end`` or ``anywhere``
zone       ``head`` (before the first paragraph of prose), ``tail`` (after the last), ``ends`` (either), ``series`` (one
           of several alike, never two in a row: the same line three times, or four that begin with the same two words)
           or ``anywhere``; a supporting rule removes alone in the zone that it names
phrases    lower-case literals of the match view; ``{n}`` stands for a number in a ``whole`` phrase
pattern    a confirm pattern (``regex`` syntax, case-insensitive, on the cased match view), tried only where one of
           ``phrases`` stands (of a ``whole`` rule: stands in a short line, so common words may serve); without
           phrases the rule must be ``whole`` and is tried on every short line, which is dear
max_words  longest block (words) that the rule speaks of
opens      the region that such a block opens: ``list``, ``thread``, ``box``, ``bio`` or ``offer``
glued      ``true``: also speaks where the words follow a sentence of the body on the same line; a ``start`` rule then
           takes the rest of the line (one short sentence at most), an ``anywhere`` rule its own words alone, or the
           whole line
removes    examples, run as tests in every Markdown dress
keeps      near misses that must stay, run as tests in every Markdown dress
========== =============================================================================================================

Named groups of a pattern are read off as metadata: ``author``, ``date``, ``outlet``, ``topic``, ``source``, ``url``,
``holder``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import regex

from . import rulecache
from .matcher import PhraseMatcher
from .matchview import LEAD, ORNAMENTS, TRAIL, lead
from .model import FAMILIES, Family, Hit, Match, Region, Rule, RuleId, Strength, Zone
from .patterntree import Node
from .prefilter import Prefilter, asked, heads, last_head, prefilter

if TYPE_CHECKING:
    from pathlib import Path

# A rule without phrases, and a whole phrase, are tried on lines up to this length only. The longest whole-line
# furniture in the census of 793 pages (by-lines with date and reading time) stays under it.
SHORT_LINE = 120
# After so many characters of text all patterns are compiled, and kept for later processes.
SETTLED_AFTER = 1_000_000
# Whole phrases are looked up in lines that begin as one of them does, by so many characters of their heads.
WHOLE_HEAD = 6
# A pattern looks at this many characters of a line: no rule needs more, and hostile lines cannot make it slow.
PATTERN_REACH = 2000

# What is glued to a sentence of the body is a label with a headline or one short sentence; more is prose.
GLUED_WORDS = 25
_SENTENCE_BORDER = regex.compile(r"[.!?][\"')\]]{0,2} {0,2}$")
_INNER_BORDER = regex.compile(r"(?:\p{Ll}{3}|[\"')])[.!?][\"')]{0,2} +\p{Lu}")
_SENTENCE_OPENS = regex.compile(r" {0,2}[\"'(]?\p{Lu}")

# The modules whose values are kept.
COMPILERS = ("model.py", "patterntree.py", "prefilter.py", "rulebook.py")
ENTRY_POINTS = "defurnish.rules"
PACKAGED = "defurnish:rules/"  # how the sources of shipped rules begin; tests hold that their patterns compile

_ID = regex.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NUMBER = regex.compile(r"\d+(?:[.,]\d+)*+(?:[km](?!\p{L}))?+")
_PIECE = regex.compile(r"\{\{(\w+)\}\}")
_NAMED_LIST = regex.compile(r"\\L<(\w+)>")
Lexicons: TypeAlias = dict[str, str | tuple[str, ...]]
RulesAndLexicons: TypeAlias = tuple[tuple[Rule, ...], Lexicons]
_KEYS = {
    "id", "family", "language", "summary", "why", "strength", "match", "zone", "phrases", "pattern",
    "max_words", "opens", "glued", "removes", "keeps",
}  # fmt: skip


class RuleError(ValueError):
    """A rule file that cannot be used; the message names file, rule and key, and says what to write instead."""

    def __init__(self, source: str, rule: str | None, key: str | None, problem: str) -> None:
        where = ": ".join(part for part in (source, rule and f"rule {rule!r}", key) if part)
        super().__init__(f"{where}: {problem}")
        self.source, self.rule, self.key, self.problem = source, rule, key, problem

    def __reduce__(self) -> tuple[type[RuleError], tuple[str, str | None, str | None, str]]:
        return RuleError, (self.source, self.rule, self.key, self.problem)


def parse_rules(
    content: str,
    source: str,
    *,
    language: str | None = None,
    family: str | None = None,
) -> RulesAndLexicons:
    """Return the rules and lexicons of one rule file's content. Raises :class:`RuleError`."""
    import tomllib  # parsing is for the first text, not for the import

    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(source, None, None, f"is not valid TOML: {error}") from error
    entries = document.pop("rule", [])
    lexicons = document.pop("lexicons", {})
    language = language or document.pop("language", "und")
    family = family or document.pop("family", None)
    for key in document:
        raise RuleError(source, None, key, "is no key of a rule file; it holds [[rule]] entries and [lexicons]")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(source, None, "rule", "must be written as [[rule]] entries, with two brackets")
    if not isinstance(lexicons, dict):
        raise RuleError(source, None, "lexicons", "must be a table of word lists: [lexicons], then name = [...]")
    for name, words in lexicons.items():
        if not words or not (isinstance(words, str) or _is_strings(words)):
            raise RuleError(source, None, f"lexicons.{name}", "must be a list of words, or a piece of a pattern")
    rules = tuple(_rule(entry, source, str(language), family) for entry in entries)
    return rules, {name: words if isinstance(words, str) else tuple(words) for name, words in lexicons.items()}


def spelled_out(pattern: str, lexicons: Mapping[str, str | tuple[str, ...]]) -> str:
    """Return a pattern with the pieces that it names (``{{person}}``) in their places. Raises KeyError."""
    while piece := _PIECE.search(pattern):
        pattern = pattern.replace(piece[0], str(lexicons[piece[1]]))
    return pattern


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _rule(entry: Mapping[str, Any], source: str, language: str, family: str | None) -> Rule:
    name = entry.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise RuleError(source, None, "id", f"{name!r} must be lower-case words joined by hyphens")

    def fail(key: str, problem: str) -> RuleError:
        return RuleError(source, name, key, problem)

    for key in entry:
        if key not in _KEYS:
            raise fail(key, f"is no key of a rule; the keys are {', '.join(sorted(_KEYS))}")

    def choice(key: str, options: Sequence[str], default: str | None = None) -> Any:
        value = entry.get(key, default)
        if value not in options:
            raise fail(key, f"{value!r} must be one of {', '.join(options)}")
        return value

    def strings(key: str) -> tuple[str, ...]:
        value = entry.get(key, [])
        if not _is_strings(value):
            raise fail(key, "must be a list of strings")
        return tuple(value)

    if not isinstance(entry.get("language", ""), str):
        raise fail("language", 'must be a language code, as in "en"')
    for key in ("summary", "why"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise fail(key, "is missing: write one sentence")
    family_name: Family = choice("family", FAMILIES, family)
    strength = choice("strength", get_args(Strength))
    match = choice("match", get_args(Match))
    phrases = strings("phrases")
    pattern = entry.get("pattern")
    if not phrases and pattern is None:
        raise fail("phrases", "is missing: name the literals to look for, or a pattern for whole short lines")
    if pattern is not None and not isinstance(pattern, str):
        raise fail("pattern", "must be a string; '''…''' saves the escapes")
    if pattern is not None and not phrases and match != "whole":
        raise fail("phrases", 'is missing: a pattern without literal factors must have match = "whole"')
    for phrase in phrases:
        if phrase != phrase.lower() or phrase != phrase.strip() or "  " in phrase:
            raise fail("phrases", f"{phrase!r} must be lower case, without blanks at its ends or doubled inside")
        if "{n}" in phrase and (match != "whole" or pattern is not None):
            raise fail("phrases", f'{phrase!r}: {{n}} works in match = "whole" phrases without a pattern only')
    max_words = entry.get("max_words")
    if max_words is not None and (type(max_words) is not int or max_words < 1):
        raise fail("max_words", "must be a whole number of at least 1")
    opens = entry.get("opens")
    if opens is not None:
        choice("opens", get_args(Region))
    zone = choice("zone", get_args(Zone), "anywhere")
    if zone == "series" and strength != "supporting":
        raise fail("zone", "'series' goes with supporting rules: their words mean little on a line that stands alone")
    glued = entry.get("glued", False)
    if glued is not False and (glued is not True or strength != "strong" or match not in ("start", "anywhere")):
        raise fail("glued", "must be true or left out, and goes with strong rules that match at start or anywhere")
    keeps, removes = strings("keeps"), strings("removes")
    if not keeps:
        raise fail("keeps", "is missing: write at least one near miss, a line with these words that must stay")
    if not removes and strength != "protecting":
        raise fail("removes", "is missing: write at least one line that must go")
    return Rule(
        id=RuleId(f"{entry.get('language', language)}/{family_name}/{name}"), family=family_name, strength=strength,
        match=match, summary=entry["summary"], why=entry["why"], zone=zone,
        phrases=phrases, pattern=pattern, max_words=max_words, opens=opens, glued=glued,
        removes=removes, keeps=keeps, source=source,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is worked out of rules, and may be kept: filters and compiled patterns by rule."""

    prefilters: Mapping[RuleId, Prefilter | None]
    patterns: Mapping[RuleId, regex.Pattern[str]]


class _Trial:
    """A rule that may speak of a line, with what to ask of the line first if the rule is nothing but its pattern."""

    __slots__ = ("filter", "is_start", "rule")

    def __init__(self, rule: Rule, filtered: Prefilter | None) -> None:
        self.rule, self.filter, self.is_start = rule, filtered, rule.match == "start"


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

    def _compile(self, pattern: str) -> regex.Pattern[str]:
        pattern = spelled_out(pattern, self.lexicons)
        lists: dict[str, Any] = {name: self.lexicons[name] for name in _NAMED_LIST.findall(pattern)}
        return regex.compile(pattern, regex.IGNORECASE, **lists)

    def pattern_of(self, rule: Rule) -> regex.Pattern[str]:
        """Return the compiled pattern of a rule that has one. Raises :class:`RuleError` if it does not compile."""
        found = self._patterns.get(rule.id)
        if found is None:
            assert rule.pattern is not None
            try:
                found = self._compile(rule.pattern)
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
            if rule.max_words is not None and line.count(" ") >= rule.max_words:
                return
            if filtered.last is not None:
                if number not in ends:
                    ends[number] = last_head(low_lines[number])
                if not filtered.ends(ends[number]):
                    return
            hit = self._pattern_hit(rule, line)
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
                    elif is_short and _holds_phrase(low_lines[number], trial.rule.phrases):
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
                elif hit := self._confirmed(trial.rule, phrase, lines[number], low_lines[number]):
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

    @staticmethod
    def _short_enough(rule: Rule, line: str) -> bool:
        return rule.max_words is None or line.count(" ") < rule.max_words

    def _confirmed(self, rule: Rule, phrase: str, line: str, low_line: str) -> Hit | None:
        """Return the hit of ``rule`` on a line that holds ``phrase``, if it stands where the rule wants it."""
        if rule.glued:
            glued = self._glued(rule, phrase, line, low_line)
            if glued is not None:
                return glued
            if rule.match == "anywhere" and line.strip(LEAD + TRAIL).lower() != phrase:
                return None  # amid a sentence its words are the sentence's
        if not self._short_enough(rule, line):
            return None
        if rule.pattern is not None:
            return self._pattern_hit(rule, line)
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

    def _glued(self, rule: Rule, phrase: str, line: str, low_line: str) -> Hit | None:
        """Return the hit of a glued rule behind a sentence of the body, at a sentence border."""
        if len(low_line) != len(line):
            return None
        begin = low_line.find(phrase, lead(line) + 1)
        while begin >= 0:
            if line[begin].isupper() and _SENTENCE_BORDER.search(line, max(0, begin - 6), begin) is not None:
                end = begin + len(phrase)
                if rule.pattern is not None:
                    found = self.pattern_of(rule).match(line, begin, begin + PATTERN_REACH)
                    end = found.end() if found else -1
                if rule.match == "start" and end >= 0:
                    rest = line[begin:]
                    if rest.count(" ") < GLUED_WORDS and _INNER_BORDER.search(line, end) is None:
                        return Hit(rule, begin, len(line), glued=True)
                elif end >= 0 and (end == len(line) or _SENTENCE_OPENS.match(line, end)):
                    return Hit(rule, begin, end, glued=True)
            begin = low_line.find(phrase, begin + 1)
        return None

    def _pattern_hit(self, rule: Rule, line: str) -> Hit | None:
        pattern = self.pattern_of(rule)
        start = lead(line)
        match rule.match:
            case "whole":
                bare = line.rstrip(TRAIL)
                found = pattern.fullmatch(bare, start) if len(bare) <= PATTERN_REACH else None
            case "start":
                found = pattern.match(line, start, start + PATTERN_REACH)
            case "end":
                bare = line.rstrip(TRAIL)
                found = None
                for candidate in pattern.finditer(bare, max(start, len(bare) - PATTERN_REACH)):
                    if candidate.end() == len(bare):
                        found = candidate
            case "anywhere":
                found = pattern.search(line, start, start + PATTERN_REACH)
        return Hit(rule, *found.span()) if found else None


def _whole_head(head: str) -> str:
    """Return the beginning of a head, to its first number: ``{n}`` stands for numbers that fold to several words."""
    digit = head.find("0", 0, WHOLE_HEAD)
    return head[: WHOLE_HEAD if digit < 0 else digit + 1]


def _holds_phrase(low_line: str, phrases: tuple[str, ...]) -> bool:
    for phrase in phrases:  # a loop: three times as fast as any() here
        if phrase in low_line:
            return True
    return not phrases


def _ends_word(line: str, at: int) -> bool:
    """Whether a word may end before ``at``: a case change counts, for labels come glued ("Read time7 min")."""
    if at >= len(line) or not line[at - 1].isalpha() or not line[at].isalpha():
        return True
    return line[at].isupper() and line[at - 1].islower()


def _begins_word(line: str, at: int) -> bool:
    if at == 0 or not line[at].isalpha() or not line[at - 1].isalpha():
        return True
    return line[at].isupper() and line[at - 1].islower()


def packaged_languages() -> tuple[str, ...]:
    """Return the languages that rules are shipped for, ``und`` (any language) among them."""
    return tuple(sorted(folder.name for folder in _rules_folder().iterdir() if folder.is_dir()))


def _rules_folder() -> Any:
    from importlib.resources import files

    return files("defurnish") / "rules"


@lru_cache(maxsize=8)
def packaged_rules(
    languages: tuple[str, ...] | None = None,
) -> RulesAndLexicons:
    """Return the shipped rules and lexicons, of all languages or of those named and ``und``. Raises ValueError."""
    known = packaged_languages()
    for language in languages or ():
        if language not in known:
            raise ValueError(f"no rules for language {language!r}; there are rules for {', '.join(known)}")
    rules: list[Rule] = []
    lexicons: Lexicons = {}
    for language in known:
        if languages is not None and language not in (*languages, "und"):
            continue
        for path in sorted((_rules_folder() / language).iterdir(), key=lambda path: str(path.name)):
            if not path.name.endswith(".toml"):
                continue
            stem = path.name.removesuffix(".toml")
            source = f"{PACKAGED}{language}/{path.name}"
            family = stem if stem in FAMILIES else None
            new_rules, new_lexicons = parse_rules(
                path.read_text(encoding="utf-8"), source, language=language, family=family
            )
            rules += new_rules
            for name in new_lexicons:
                if name in lexicons:
                    raise RuleError(source, None, f"lexicons.{name}", "is defined in another file already")
            lexicons |= new_lexicons
    return tuple(rules), lexicons


def read_rules(path: str | Path) -> RulesAndLexicons:
    """Return the rules and lexicons of a user's rule file. Raises :class:`RuleError`, also for an unreadable file."""
    from pathlib import Path

    try:
        content = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(str(path), None, None, f"cannot be read: {error}") from error
    return parse_rules(content, str(path))


@lru_cache(maxsize=1)
def installed_rules() -> RulesAndLexicons:
    """Return the rules of installed packages with an entry point in the group ``defurnish.rules``.

    The entry point names the path of a rule file, or a function without arguments that returns one or several.
    """
    from importlib.metadata import entry_points  # 15 ms that `import defurnish` need not pay

    rules: list[Rule] = []
    lexicons: Lexicons = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        value = point.load()
        value = value() if callable(value) else value
        for path in (value,) if isinstance(value, str) or hasattr(value, "__fspath__") else value:
            new_rules, new_lexicons = read_rules(path)
            rules += new_rules
            lexicons |= new_lexicons
    return tuple(rules), lexicons


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
        for path in sorted((_rules_folder() / language).iterdir(), key=lambda path: str(path.name)):
            parts += [f"{language}/{path.name}".encode(), path.read_bytes()]
    return rulecache.key_of(*parts)
