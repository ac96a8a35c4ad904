"""Decides which blocks go. All policy is here and in the modules of its parts; every number is a named constant.

Evidence is settled first where it stands alone, then by its neighbours, because furniture comes in runs: an ISBN line
is an article's fact unless the offer above it has just been removed. ``decide`` repeats its sweep over the blocks that
are left until a sweep removes nothing more, so that cleaning a cleaned text changes nothing.

Quotations, code, tables, and blocks with protecting evidence take no part (:mod:`defurnish.known`). A sweep, in order:

1. *alone*: strong evidence, and supporting evidence in the zone its rule names (buttons, for one, that stand in a
   series under the entries of a list).
2. *company*: supporting evidence beside a removed block, or of two rules at once; asked again after the regions.
3. *regions*: what stands under a furniture heading, up to where the article resumes (:mod:`defurnish.regions`),
   comment threads (:mod:`defurnish.threads`), and the roll of the site's other posts (:mod:`defurnish.rolls`).
4. *authors*: names and bios of whom the article says nothing (:mod:`defurnish.authors`).
5. *endings*: short lines between removed blocks after the last paragraph of the article; all that is left between
   removed blocks at the end of the text, up to a paragraph; a block that stood before word for word under furniture;
   rules and headings of nothing (:mod:`defurnish.endings`).

If all or nearly all of a text would go, all of it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from .authors import take_author_box, take_lone_names, take_names_in_head
from .endings import take_closing, take_orphans, take_repeats, take_tail
from .hits import Annotated
from .known import Known
from .model import SITE, Decision, Family, Hit
from .regions import heads_prose, take_regions
from .rolls import take_roll
from .sweep import Sweep
from .threads import take_threads

# Weak evidence passes company on to the next block only so often: a table of specifications is a chain of lines that
# each look like a credit. In the tail, behind the last paragraph, chains are what furniture looks like.
COMPANY_REACH = 3

# In the middle of an article a sentence longer than this needs two rules against it, and never goes by weak evidence
# beside furniture: a sentence with one cue there is the article's more often than not (census of 793 pages).
MIDDLE_PROSE_WORDS = 25

# ... unless the rule speaks of so much of its characters: then it is no cue in a sentence, but the sentence. A pitch
# stays, for it may be the author's own last word. On the development pages: 22 lines of furniture, none of an article.
MOST_OF_A_SENTENCE = 0.66

# "All or nearly all would go": fewer than so many words would be left of a text that had prose or some length.
NEARLY_ALL = 0.04

# A sweep takes at least one block; real pages settle in 3 sweeps, and hostile ones must stay linear.
MOST_SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """What goes: whole blocks by number, and of kept blocks the glued parts, by number, in order.

    ``spared`` when nearly everything would have gone, and therefore nothing goes.
    """

    decisions: dict[int, Decision]
    parts: dict[int, tuple[Hit, ...]]
    spared: bool


def decide(page: Annotated, keep: Set[Family] = frozenset()) -> Verdict:
    """Return what goes of ``page``. Families in ``keep`` stay wherever they are recognized."""
    if not page.hits.found and not page.hits.untried:
        return Verdict({}, {}, False)
    decisions: dict[int, Decision] = {}
    left = list(range(len(page.lines)))
    known = Known(page, keep)
    for _ in range(MOST_SWEEPS):
        gone = _swept(known, left)
        if not gone:
            break
        decisions |= gone
        left = [number for number in left if number not in gone]
    if decisions and _nearly_all(known, decisions, left):
        return Verdict({}, {}, True)
    if "code" in page.segments.kinds:
        _spare_mark(page, decisions)
    parts = {
        number: tuple(hits)
        for number, hits in known.glued.items()
        if number not in decisions and not _bares_furniture(page, number, hits)
    }
    return Verdict(decisions, parts, False)


def _bares_furniture(page: Annotated, number: int, glued: Sequence[Hit]) -> bool:
    """Whether rules speak of what would be left of a block without its glued parts, and not of the block as it is.

    Then the border is none, and cleaning twice would take what cleaning once has left.
    """
    rest = page.lines[number]
    for hit in sorted(glued, key=lambda one: one.start, reverse=True):
        rest = rest[: hit.start].rstrip() + rest[hit.end :]
    known = {hit.rule.id for hit in page.hits.get(number, ())}
    seen = page.hits.rulebook.hits(rest).get(0, ())
    return any(hit.glued or hit.rule.id not in known for hit in seen if hit.rule.strength != "protecting")


def _swept(known: Known, left: list[int]) -> dict[int, Decision]:
    """Return what one sweep over the blocks that are left removes."""
    sweep = Sweep(known, left)
    _take_alone(sweep)
    if not sweep.gone and not known.speakers and not known.names:
        return sweep.gone
    _take_company(sweep)
    if sweep.gone:  # else there is nothing yet that anything could follow from, as in every last sweep
        take_regions(sweep)
    take_threads(sweep)
    take_roll(sweep)
    if sweep.gone:
        _take_company(sweep)
        take_names_in_head(sweep)
    take_lone_names(sweep)
    if sweep.gone:
        take_author_box(sweep)
        take_tail(sweep)
        take_closing(sweep)
        take_repeats(sweep)
        take_orphans(sweep)
    return sweep.gone


def _nearly_all(known: Known, gone: Iterable[int], left: Iterable[int]) -> bool:
    removed, kept = sum(map(known.count, gone)), 0
    for number in left:
        kept += known.count(number)
        if kept > NEARLY_ALL * (removed + kept):  # what is left further on only adds to it
            return False
    return True


def _spare_mark(page: Annotated, decisions: dict[int, Decision]) -> None:
    """Leave one Markdown heading or fence in the text: without any, its indented code would be code no longer."""
    marks = [number for number, content in enumerate(page.segments.contents) if content.startswith(("#", "```"))]
    if marks and all(number in decisions for number in marks):
        del decisions[marks[0]]


def _take_alone(sweep: Sweep) -> None:
    known = sweep.known
    for position in sweep.positions(known.speakers):
        number = sweep.left[position]
        witnesses = [hit for hit in known.strong.get(number, ()) if sweep.in_zone(hit, position)]
        if not witnesses and known.may_support(number, sweep.rules_of_zone(position)):
            witnesses = [
                hit for hit in known.supporting(number) if hit.rule.zone != "anywhere" and sweep.in_zone(hit, position)
            ]
        if not witnesses or known.is_protected(number):
            continue
        if not heads_prose(sweep, position, witnesses) and not _is_doubtful(sweep, position):
            others = [hit for hit in known.hits(number) if hit not in witnesses]
            everything = [(number, hit) for hit in (*witnesses, *others)]
            sweep.remove(number, witnesses[0].rule.family, "alone", everything)


def _is_doubtful(sweep: Sweep, position: int) -> bool:
    """Whether a block is a long sentence amid the article's prose, and one rule alone speaks of a part of it.

    A site's profile is no guess by a cue: it knows the whole block, and where it stands.
    """
    if not _is_long_amid_prose(sweep, position):
        return False
    number = sweep.left[position]
    hits = sweep.known.hits(number)
    if len(hits) > 1 or hits[0].rule.id.startswith(SITE):
        return False
    part = (hits[0].end - hits[0].start) / len(sweep.known.lines[number])
    return part < MOST_OF_A_SENTENCE or hits[0].rule.family == "promo"


def _take_company(sweep: Sweep) -> None:
    known = sweep.known
    spoken = sorted(sweep.positions({*sweep.gone, *known.speakers}))
    for positions in (spoken, spoken[::-1]):
        beside: int | None = None
        chain = 0
        reached = 0
        for position in positions:
            number = sweep.left[position]
            if number in sweep.gone:
                reached = position
                decision = sweep.gone[number]
                chain = chain + 1 if decision.reason == "company" else 0
                near = chain < COMPANY_REACH or position > sweep.last_body
                # A button under an entry of a list says nothing of its neighbours: they are the entry's own lines.
                beside = number if near and decision.witnesses[0][1].rule.zone != "series" else None
                continue
            if beside is not None and abs(position - reached) > 1 and not _are_rules(sweep, reached, position):
                beside = None
            # What stands beside nothing that has gone need not be asked, unless two rules may speak of it.
            if beside is None and not known.has_two_witnesses(number):
                continue
            own = [(number, hit) for hit in known.supporting(number)]
            if not own:
                continue
            reached = position
            stays = known.is_protected(number) or heads_prose(sweep, position, ()) or sweep.asks_above_prose(position)
            if not stays:
                if beside is not None and not _is_long_amid_prose(sweep, position):
                    neighbour = sweep.gone[beside].witnesses[:1]
                    sweep.remove(number, own[0][1].rule.family, "company", [*own, *neighbour])
                elif known.has_two_witnesses(number):
                    sweep.remove(number, own[0][1].rule.family, "company", own)
            if number in sweep.gone:
                chain += 1
                beside = number if chain < COMPANY_REACH or position > sweep.last_body else None
            elif known.kinds[number] != "rule":
                beside = None


def _are_rules(sweep: Sweep, one: int, other: int) -> bool:
    """Whether nothing but thematic breaks stands between two positions."""
    low, high = (one, other) if one < other else (other, one)
    return all(sweep.known.kinds[sweep.left[position]] == "rule" for position in range(low + 1, high))


def _is_long_amid_prose(sweep: Sweep, position: int) -> bool:
    """Whether a block is a long sentence with paragraphs of the article above and below it."""
    return (
        sweep.first_body < position < sweep.last_body and sweep.known.count(sweep.left[position]) > MIDDLE_PROSE_WORDS
    )
