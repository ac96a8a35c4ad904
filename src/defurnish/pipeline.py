"""The stages in their order.

text --repair--> mended --segment--> blocks --annotate--> hits --decide--> what goes --render--> edits
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from .annotate import annotate
from .decide import Verdict, decide
from .edits import apply, compose
from .explain import Places, kept_blocks, removals
from .hits import Annotated
from .metadata import metadata
from .model import FAMILIES, Decision, Edit, Family, Hit, Profile
from .render import cuts, part_cuts
from .repair import repair
from .result import Result
from .rulebook import Rulebook
from .rulebook import rulebook as compiled_rulebook
from .segment import segment, stays_linewise
from .version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from .siterules import Profiles, SiteRules, Sites

Scope = Literal["article", "page"]


class Cleaner:
    """A configured cleaner: made once, never changed, picklable, safe to share between threads.

    Parameters
    ----------
    keep
        Families that stay in the text: any of ``legal``, ``promo``, ``engage``, ``navigation``, ``credit``,
        ``contact``, ``interface``, ``comments``. The metadata is read off them all the same.
    scope
        ``"article"`` is for text that an extractor handed on. ``"page"`` (text of whole pages) is accepted and
        answers as ``"article"`` does for now.
    languages
        Languages whose rules speak, as in ``{"en"}``; language-neutral rules always do. Default: all there are.
    rules
        Rule files of your own (paths), beside the shipped rules and those of installed packages.
    repair
        Whether mojibake, HTML entities and control characters are mended first, line by line (ftfy).
    replacement
        A marker to stand where each run of blocks was removed, as in ``"[…]"``. Default: nothing.
    site
        What was learned about the site that the texts are from (see :func:`defurnish.profiles.learn`): its accepted
        entries speak beside the rules.
    profiles
        Where the profiles of many sites are found, as in ``Lookup("profiles/")`` (:mod:`defurnish.profiles.store`):
        then ``clean`` and ``analyze`` take the address of the page or its host, ``site="example.org"``.

    Raises
    ------
    ValueError
        For an unknown family, scope or language.
    TypeError
        For a ``site`` that is no profile.
    RuleError
        For a rule file that cannot be used.
    """

    __slots__ = ("_keep", "_options", "_repair", "_replacement", "_rulebook", "_site", "_sites")

    def __init__(
        self,
        *,
        keep: Iterable[Family] = (),
        scope: Scope = "article",
        languages: Iterable[str] | None = None,
        rules: str | Path | Iterable[str | Path] = (),
        repair: bool = True,
        replacement: str | None = None,
        site: Profile | None = None,
        profiles: Profiles | None = None,
    ) -> None:
        if isinstance(keep, str):
            raise ValueError(f"keep must be a collection of families, as in keep={{{keep!r}}}")
        for family in (kept := frozenset(keep)):
            if family not in FAMILIES:
                raise ValueError(f"{family!r} is no family; the families are {', '.join(FAMILIES)}")
        if scope not in ("article", "page"):
            raise ValueError(f"scope must be 'article' or 'page', not {scope!r}")
        if isinstance(languages, str):
            raise ValueError(f"languages must be a collection, as in languages={{{languages!r}}}")
        if site is not None and not isinstance(site, Profile):
            raise TypeError(f"site must be a Profile, as learn() or a profile store gives it, not {site!r}")
        paths = _paths(rules)
        spoken = None if languages is None else tuple(sorted(set(languages)))
        self._keep: frozenset[Family] = kept
        self._repair = repair
        self._replacement = replacement
        self._rulebook = compiled_rulebook(spoken, paths)
        self._site: SiteRules | None = None
        self._sites: Sites | None = None
        if site is not None or profiles is not None:
            from .siterules import SiteRules, Sites  # its patterns take 12 ms to compile, and few cleaners need them

            self._site = None if site is None else SiteRules(site)
            self._sites = None if profiles is None else Sites(profiles)
        self._options: dict[str, Any] = {
            "keep": kept, "scope": scope, "languages": spoken, "rules": tuple(map(str, paths)), "repair": repair,
            "replacement": replacement, "site": site, "profiles": profiles,
        }  # fmt: skip

    @classmethod
    def _with_rulebook(cls, options: dict[str, Any], rulebook: Rulebook | None) -> Cleaner:
        if rulebook is None:
            return cls(**options)
        cleaner = cls(**{**options, "rules": ()})
        cleaner._options = options
        cleaner._rulebook = rulebook
        return cleaner

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker may not have the user's rule files: they travel along. The shipped ones it has.
        own = self._rulebook if self._options["rules"] else None
        return Cleaner._with_rulebook, (self._options, own)

    def __repr__(self) -> str:
        default: dict[str, Any] = {
            "keep": frozenset(), "scope": "article", "languages": None, "rules": (), "repair": True,
            "replacement": None, "site": None, "profiles": None,
        }  # fmt: skip
        told = (
            f"{name}={set(value) if isinstance(value, frozenset) else value.site if name == 'site' else repr(value)}"
            for name, value in self._options.items()
            if value != default[name]
        )
        return f"Cleaner({', '.join(told)})"

    @property
    def rulebook(self) -> Rulebook:
        """The compiled rules of this cleaner."""
        return self._rulebook

    @property
    def profiles(self) -> Profiles | None:
        """Where this cleaner finds the profiles of sites, if anywhere."""
        return None if self._sites is None else self._sites.profiles

    def clean(self, text: str, *, site: str | None = None) -> str:
        r"""Return ``text`` without furniture; the same object if there is none and nothing needed mending.

        ``site`` is the page's address or its host, for a cleaner that has ``profiles``; the profile of a site that it
        does not know is the one given as the cleaner's own ``site``, if any. Raises ValueError for a ``site`` where
        there are no ``profiles``, and what the store raises for a profile that cannot be read.

        >>> Cleaner().clean("Rain fell all night.\n\n[Become a Member of the Club](#)\n")
        'Rain fell all night.\n'
        """
        mended, _ = self._mended(text)
        page = annotate(segment(mended), self._rulebook, self._rules_of(site))
        verdict = decide(page, self._keep)
        if not verdict.decisions and not verdict.parts:
            return mended
        return apply(mended, self._cuts(mended, page, verdict, Places(mended, page)))

    def analyze(self, text: str, *, site: str | None = None) -> Result:
        r"""Return the clean text with what went, why, and the way back; ``site`` as in :meth:`clean`.

        >>> Cleaner().analyze("Rain fell all night.\n\n© 2021 The Ferry Post. All rights reserved.\n").removed[0].family
        'legal'
        """
        mended, repairs = self._mended(text)
        page = annotate(segment(mended), self._rulebook, self._rules_of(site))
        verdict = decide(page, self._keep)
        places = Places(mended, page)
        edits = self._cuts(mended, page, verdict, places)
        kept = [number for number in range(len(page.lines)) if number not in verdict.decisions]
        return Result(
            text=apply(mended, edits),
            removed=removals(text, page, places, verdict.decisions, verdict.parts, repairs),
            kept=kept_blocks(page, kept, repairs),
            metadata=metadata(
                page,
                _speaking(page, verdict, self._keep),
                kept,
                self._rulebook.pattern_of,
                _bare_names(page, verdict),
            ),
            edits=compose(text, repairs, edits),
            spared=verdict.spared,
            version=__version__,
        )

    def _cuts(self, text: str, page: Annotated, verdict: Verdict, places: Places) -> tuple[Edit, ...]:
        """Return the edits that carry out the verdict so that the blocks left are the same blocks afterwards.

        Lines that were apart may make one block when what parted them goes (the halves of a link, a heading and
        a rule); then both gaps stay. Without this, cleaning twice could find in the sum what was in neither part.
        """
        segments, gone = page.segments, verdict.decisions
        parts = part_cuts(text, (places.hit(number, hit) for number, hits in verdict.parts.items() for hit in hits))
        if self._replacement is not None or not gone:
            return _in_order(cuts(text, segments, gone, replacement=self._replacement), parts)
        edits = cuts(text, segments, gone)
        if stays_linewise(text, segments, gone):
            return _in_order(edits, parts)
        after = segment(apply(text, edits))
        left = [number for number in range(len(segments.contents)) if number not in gone]
        if after.contents != tuple(segments.contents[n] for n in left) or after.kinds != tuple(
            segments.kinds[n] for n in left
        ):
            edits = cuts(text, segments, gone, apart=True)
        return _in_order(edits, parts)

    def _rules_of(self, site: str | None) -> SiteRules | None:
        if site is None:
            return self._site
        if self._sites is None:
            raise ValueError(f"site={site!r} needs profiles to look it up in: Cleaner(profiles=Lookup('profiles/'))")
        return self._sites.of_page(site) or self._site

    def _mended(self, text: str) -> tuple[str, tuple[Edit, ...]]:
        if not isinstance(text, str):
            raise TypeError(_not_text(text))
        return repair(text) if self._repair else (text, ())


def _paths(rules: str | Path | Iterable[str | Path]) -> tuple[str | Path, ...]:
    if isinstance(rules, str) or hasattr(rules, "__fspath__"):
        return (rules,)  # type: ignore[return-value]  # mypy does not narrow by the attribute
    return tuple(rules)


def _not_text(value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return (
            "clean() and analyze() take a str, not bytes: decode them first, as in text = data.decode('utf-8'), or "
            "data.decode('utf-8', errors='replace') where the encoding is in doubt"
        )
    if value is None:
        return "clean() and analyze() take a str, not None: skip documents without text, or pass ''"
    return f"clean() and analyze() take a str, not {type(value).__name__}"


def _in_order(edits: tuple[Edit, ...], parts: tuple[Edit, ...]) -> tuple[Edit, ...]:
    return tuple(sorted((*edits, *parts), key=lambda edit: edit.span)) if parts else edits


def _speaking(page: Annotated, verdict: Verdict, keep: frozenset[Family]) -> Iterable[tuple[int, Hit]]:
    """Yield the hits whose words count as metadata: of what went, and of what was kept by the caller's wish.

    A reader's name and date in a comment thread say nothing about the article, nor do those of the site's other posts.
    """
    for number in page.hits if keep else sorted(verdict.decisions):
        decision = verdict.decisions.get(number)
        for hit in page.hits.get(number, ()):
            if hit.rule.family in keep if decision is None else not _is_of_others(decision, hit):
                yield number, hit


def _is_of_others(decision: Decision, hit: Hit) -> bool:
    of_posts = decision.family == "navigation" and decision.reason == "region" and hit.rule.family == "credit"
    return of_posts or decision.family == "comments"


def _bare_names(page: Annotated, verdict: Verdict) -> Iterable[int]:
    """Yield the blocks that went as by-lines by their neighbours' word alone, and are no longer than a name."""
    for number, decision in verdict.decisions.items():
        silent = all(where != number for where, _ in decision.witnesses)
        if (
            silent
            and decision.family == "credit"
            and decision.reason == "company"
            and page.lines[number].count(" ") < 4
        ):
            yield number


@lru_cache(maxsize=1)
def _default() -> Cleaner:
    return Cleaner()


def clean(text: str) -> str:
    r"""Return ``text`` without the site's furniture, and with every word of the article.

    ``text`` is an article as an extractor hands it on: plain text or Markdown. If there is nothing to take out and
    nothing to mend, the same object comes back. Raises TypeError for anything but a str.

    >>> clean("Rain fell all night.\n\nShare this article\n\nBy morning the ferry was gone.\n")
    'Rain fell all night.\n\nBy morning the ferry was gone.\n'
    """
    return _default().clean(text)


def analyze(text: str) -> Result:
    r"""Return what :func:`clean` returns, with what went and why, what it said about the article, and the way back.

    >>> result = analyze("Rain fell all night.\n\nShare this article\n")
    >>> result.removed[0].text, result.removed[0].family
    ('Share this article', 'engage')
    >>> result.restore()
    'Rain fell all night.\n\nShare this article\n'
    """
    return _default().analyze(text)
