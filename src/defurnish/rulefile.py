"""Rule files become validated rules.

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
match      where the phrase or pattern stands in the match view: ``whole``, ``start``, ``end`` (a pattern is then read
           backwards, from the end) or ``anywhere``
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

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import regex

from .model import FAMILIES, Family, Match, Region, Rule, RuleId, Strength, Zone

if TYPE_CHECKING:
    from pathlib import Path

ENTRY_POINTS = "defurnish.rules"
PACKAGED = "defurnish:rules/"  # how the sources of shipped rules begin; tests hold that their patterns compile

_ID = regex.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PIECE = regex.compile(r"\{\{(\w+)\}\}")
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


def packaged_languages() -> tuple[str, ...]:
    """Return the languages that rules are shipped for, ``und`` (any language) among them."""
    return tuple(sorted(folder.name for folder in rules_folder().iterdir() if folder.is_dir()))


def rules_folder() -> Any:
    """Return the folder of the shipped rules: a folder of rule files for each language."""
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
        for path in sorted((rules_folder() / language).iterdir(), key=lambda path: str(path.name)):
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
