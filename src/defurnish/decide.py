"""Decides which blocks go. The only place with policy; every number is a named constant with its reason.

Evidence is settled first where it stands alone, then by its neighbours, because furniture comes in runs: an ISBN line
is an article's fact unless the offer above it has just been removed. ``decide`` repeats its sweep over the blocks that
are left until a sweep removes nothing more, so that cleaning a cleaned text changes nothing.

A sweep, in order:

1. *protect*: quotations, code, tables, and blocks with protecting evidence take no part as candidates.
2. *alone*: strong evidence, and supporting evidence in the zone its rule names (buttons, for one, that stand in a
   series under the entries of a list).
3. *regions*: what stands under a furniture heading, up to where the article resumes.
4. *company*: supporting evidence beside a removed block, or of two rules at once.
5. *tail*: short lines between removed blocks after the last paragraph of the article, and *closing*: all that is left
   between removed blocks at the end of the text, up to a paragraph.
6. *repeats* and *orphans*: a block that stood before word for word under furniture, rules and headings of nothing.

If all or nearly all of a text would go, all of it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import regex

from .matchview import LEAD, TRAIL
from .model import SITE, Annotated, Decision, Family, Hit, Kind, Reason
from .shape import ends_sentence, is_headline, is_link_only, is_prose, words

PROTECTED_KINDS = frozenset({"quote", "code", "table"})

# The head zone ends at the first paragraph of prose, but never reaches further than this: a page whose "head" is
# longer is a list, and its dates and names are content.
HEAD_BLOCKS = 40

# Weak evidence passes company on to the next block only so often: a table of specifications is a chain of lines that
# each look like a credit. In the tail, behind the last paragraph, chains are what furniture looks like.
COMPANY_REACH = 3

# In the middle of an article a sentence longer than this needs two rules against it, and never goes by weak evidence
# beside furniture: a sentence with one cue there is the article's more often than not (census of 793 pages).
MIDDLE_PROSE_WORDS = 25

# A marked heading of so few words right above prose ("Comments" in a manual, "All rights reserved" as a book's title)
# is the article's own unless a region under it goes too. clean/listicle-books and clean/software-manual hold some.
AMBIGUOUS_HEADING_WORDS = 3

# A standfirst is one paragraph near the top; a by-line or date right behind it still stands in the head.
STANDFIRST_WITHIN = 5
BEHIND_STANDFIRST = 3

# A related list in the middle of an article: this many uncued short lines at most are taken for headlines.
LIST_BLOCKS = 24
# A teaser under a related headline is an excerpt or a standfirst, seldom longer.
TEASER_WORDS = 75
# Teaser prose goes only where the list is the end of the text: past this share of the text's words.
TEASER_FROM = 0.5

# Newsletter, donation and app boxes: heading, pitch, form labels, legal line.
BOX_BLOCKS = 8
# What can stand in a box; a by-line or a related headline below one belongs to the article or to another region.
BOX_FAMILIES = frozenset({"promo", "engage", "interface", "legal", "contact"})
BOX_GAP = 2
BOX_PROSE_WORDS = 45  # of a silent block that is no paragraph: a long label, a list of topics

# A book offer: announcement, two blurb paragraphs, a dozen fields, the order link.
OFFER_BLOCKS = 24
OFFER_GAP = 3
OFFER_PROSE_WORDS = 120

# An author box at the end: name, role, two or three paragraphs.
BIO_BLOCKS = 4
BIO_WORDS = 160
# ... and prose that begins with the by-line's name is one where no more than so many paragraphs follow it.
BIO_FROM_END = 2
# A title has more words than the label of a section.
TITLE_WORDS = 3
# Initials and "de" say nothing of a person.
SHORT_PART = 2
# So many bare names at most are authors; more are a list of people.
NAMES_OF_AUTHORS = 3
# An author box without any cue in it is taken at the end only: behind this share of the text's words.
BIO_FROM = 0.6

# A comment thread is known by its voices (names with dates, "says", "Reply"): the first right under the heading, then
# at least one in so many blocks, for long comments have several paragraphs.
THREAD_FIRST_VOICE = 4
THREAD_VOICE_EVERY = 12
# Without a heading it takes at least so many voices, none further from the next, to the end of the text.
THREAD_VOICES = 4
THREAD_GAP = 6
# So many voices are a thread beyond doubt: then one long comment of as many paragraphs may lie between two of them.
THREAD_SURE_VOICES = 8
THREAD_SURE_GAP = 14
# A name with a date; a longer line with a credit in it is a caption or a bio.
VOICE_WORDS = 10
# Bare dates above or below a name are voices, too, where so many others speak among them: without one, dates and short
# lines are a calendar, a timeline, a list of versions.
DATED_WITNESSES = 2
# "12 Comments" under a headline is a counter; a thread stands behind a fair part of the text.
THREAD_FROM = 0.2
# ... and one of many voices behind a short article.
THREAD_SURE_FROM = 0.1

# "Online", "Video", "Save" mean something else in the middle of a text than at its ends.
ZONE_WORDS = 2

# Uncued short lines between removed blocks in the tail: menus, addresses, names of forms.
TAIL_GAP = 6
TAIL_WORDS = 14

# What follows the article is the site's where at least this share of its blocks goes by its own evidence. Measured on
# the development pages: one point more of the furniture lines of the half that nobody looked at, no more of its body.
# With single paragraphs it would be three points; but a paragraph between two share bars may be the article's.
CLOSING_SHARE = 0.33
# Paragraphs of a pitch that may lie in it: "we" and "you" in one, and no longer than this.
CLOSING_PITCHES = 2
CLOSING_PITCH_WORDS = 60
# It begins with what sites put behind their articles. Offers and links to other pages stand amid product reviews too.
CLOSING_FAMILIES = frozenset({"engage", "comments", "contact", "legal"})

# A button stands under each entry of a list: the same words so often, or lines that begin with the same two words, and
# never two in a row, which would be a list of its own, verse or code.
SERIES_SAME = 3
SERIES_ALIKE = 4
SERIES_BEGIN_WORDS = 2

# "All or nearly all would go": fewer than so many words would be left of a text that had prose or some length.
NEARLY_ALL = 0.04
# A sweep takes at least one block; real pages settle in 3 sweeps, and hostile ones must stay linear.
MOST_SWEEPS = 12


_NAME = r"\p{Lu}[\p{L}'-]+(?: \p{Lu}\.)?(?: (?:de|da|van|von|del|la|le|al))?(?: \p{Lu}[\p{L}'-]+){1,2}"
_BIO_OPENS = re.compile(r"(?:he|she|they|his|her|their)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:you|your|yours|us|our|we|we're|we'll|we've)\b", re.IGNORECASE)
_WE = re.compile(r"\b(?:our|us|we|we're|we'll|we've|we'd)\b", re.IGNORECASE)
# In italics or behind a dash a name says whose words stand above it: a poem's, a saying's.
_SIGNED = re.compile(r" {0,3}(?:[-\u2013\u2014~]|\*(?!\*)|_(?!_))")
_YOU = re.compile(r"\byou(?:r|rs|'re|'ll|'ve|'d)?\b", re.IGNORECASE)


@cache
def _name() -> regex.Pattern[str]:
    return regex.compile(_NAME)  # not before it is needed


@cache
def _names_an_author(pattern: str | None) -> bool:
    return pattern is not None and "(?P<author>" in pattern


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
    if not page.hits:
        return Verdict({}, {}, False)
    decisions: dict[int, Decision] = {}
    left = list(range(len(page.lines)))
    known = _Known(page, keep)
    for _ in range(MOST_SWEEPS):
        gone = _Sweep(known, left).run()
        if not gone:
            break
        decisions |= gone
        left = [number for number in left if number not in gone]
    if decisions and _nearly_all(known, decisions, left):
        return Verdict({}, {}, True)
    if "code" in page.segments.kinds:
        _spare_mark(page, decisions)
    parts = {number: tuple(hits) for number, hits in known.glued.items() if number not in decisions}
    return Verdict(decisions, parts, False)


def _nearly_all(known: _Known, gone: Iterable[int], left: Iterable[int]) -> bool:
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


def _are_two_witnesses(hits: Sequence[Hit]) -> bool:
    """Whether two rules of different families speak of different words of a block."""
    return any(
        one.rule.family != other.rule.family and (one.end <= other.start or other.end <= one.start)
        for at, one in enumerate(hits)
        for other in hits[at + 1 :]
    )


def _runs(positions: Sequence[int], gap: int) -> list[list[int]]:
    """Return ascending positions in runs of which no two neighbours lie further apart than ``gap``."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position - runs[-1][-1] <= gap:
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs


def _numbers_of(kind: Kind, kinds: Sequence[Kind]) -> list[int]:
    return [number for number, one in enumerate(kinds) if one == kind] if kind in kinds else []


def _words_of(line: str) -> tuple[str, ...]:
    """Return the words of a line in lower case, without marks."""
    return tuple(re.findall(r"[^\W_]+(?:['-][^\W_]+)*", line.lower()))


def _is_told(line: str) -> bool:
    """Whether a silent line is a sentence that does not speak to the reader: the article's, as far as one can see."""
    if not ends_sentence(line) or line[-1] in ":?!":
        return False
    return not _ADDRESS.search(line) and line.count(" ") > 0


class _Known:
    """What is known of each block before any decision: its kind, its hits by strength, its shape (asked lazily)."""

    def __init__(self, page: Annotated, keep: Set[Family]) -> None:
        self.page = page
        self.lines = page.lines
        self._prose: dict[int, bool] = {}
        self._counts: dict[int, int] = {}
        self.kinds = page.segments.kinds
        self.protected: set[int] = set()
        if not PROTECTED_KINDS.isdisjoint(self.kinds):
            self.protected.update(n for n, kind in enumerate(self.kinds) if kind in PROTECTED_KINDS)
        self.strong: dict[int, list[Hit]] = {}
        self.supporting: dict[int, list[Hit]] = {}
        self.glued: dict[int, list[Hit]] = {}
        self.names: dict[int, Hit] = {}
        """Bare names on lines of their own: no evidence alone, for an article may be about its people."""
        serial: list[tuple[int, Hit]] = []
        for number, hits in page.hits.items():
            for hit in hits:
                if hit.rule.strength == "protecting" or (hit.rule.family in keep and hit.rule.strength == "strong"):
                    self.protected.add(number)
                elif hit.rule.family in keep:
                    continue
                elif hit.glued:
                    self.glued.setdefault(number, []).append(hit)
                elif hit.rule.strength == "strong":
                    self.strong.setdefault(number, []).append(hit)
                elif hit.rule.opens == "bio":
                    self.names[number] = hit
                elif hit.rule.zone == "series":
                    serial.append((number, hit))
                else:
                    self.supporting.setdefault(number, []).append(hit)
        for number in self.protected & self.glued.keys():
            del self.glued[number]
        for number, hit in self._of_series(serial):
            self.strong.setdefault(number, []).append(hit)
        self._hits = {
            number: self.strong.get(number, []) + self.supporting.get(number, [])
            for number in sorted({*self.strong, *self.supporting})
        }
        self.commenters = [
            number
            for number, hits in self._hits.items()
            if number not in self.protected and any(h.rule.family == "comments" and not h.rule.opens for h in hits)
        ]
        self.dates = [
            number
            for number, hits in self._hits.items()
            if number not in self.protected
            and any(h.rule.family == "credit" for h in hits)
            and self.count(number) <= VOICE_WORDS
            and any(map(str.isdigit, self.lines[number]))
        ]
        self.marks = sorted(_numbers_of("rule", self.kinds) + _numbers_of("heading", self.kinds))

    def _of_series(self, serial: Sequence[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
        """Return those of the hits whose blocks stand in a series: alike, several times, never two in a row."""
        alike: dict[tuple[str, ...], set[int]] = {}
        for number, _ in serial:
            if number not in self.protected and self.kinds[number] != "heading":
                line = _words_of(self.lines[number])
                alike.setdefault(line, set()).add(number)
                if len(line) > SERIES_BEGIN_WORDS:
                    alike.setdefault((*line[:SERIES_BEGIN_WORDS], ""), set()).add(number)
        apart = {
            line: {n for n in numbers if n - 1 not in numbers and n + 1 not in numbers}
            for line, numbers in alike.items()
            if len(numbers) >= SERIES_SAME
        }
        found = {
            number
            for line, numbers in apart.items()
            if len(numbers) >= (SERIES_SAME if line[-1] else SERIES_ALIKE)
            for number in numbers
        }
        return [(number, hit) for number, hit in serial if number in found]

    def count(self, number: int) -> int:
        """The words of a block."""
        found = self._counts.get(number)
        if found is None:
            found = self._counts[number] = words(self.lines[number])
        return found

    def cued(self, number: int) -> bool:
        return number in self._hits

    def hits(self, number: int) -> Sequence[Hit]:
        return self._hits.get(number, ())

    @property
    def cued_numbers(self) -> Iterable[int]:
        """The blocks with evidence, in order."""
        return self._hits

    def prose(self, number: int) -> bool:
        found = self._prose.get(number)
        if found is None:
            found = self.kinds[number] in ("paragraph", "item", "quote") and is_prose(self.lines[number])
            self._prose[number] = found
        return found

    def body(self, number: int) -> bool:
        """Prose that nothing speaks against: what the article is known by."""
        return self.prose(number) and (number in self.protected or not self.cued(number))

    def link_only(self, number: int) -> bool:
        return is_link_only(self.page.segments.contents[number])


class _Sweep:
    """One pass over the blocks that are left. Positions index ``left``; numbers are block numbers."""

    def __init__(self, known: _Known, left: list[int]) -> None:
        self.known = known
        self.left = left
        self.gone: dict[int, Decision] = {}
        self.position = dict(zip(left, range(len(left)), strict=True))
        self._before: list[int] | None = None
        bodies = (position for position, number in enumerate(left) if known.body(number))
        self.first_body = next(bodies, len(left))
        self.last_body = next((p for p in range(len(left) - 1, -1, -1) if known.body(left[p])), -1)
        self.head_end = self._end_of_head()
        if self.first_body == len(left):  # no prose at all: the head is nothing, the tail is nothing
            self.first_body, self.last_body, self.head_end = 0, len(left), 0

    def run(self) -> dict[int, Decision]:
        self._alone()
        if not self.gone and not self.known.supporting and not self.known.names:
            return self.gone
        self._company()
        self._regions()
        self._threads_without_heading()
        self._company()
        self._names_in_head()
        self._lone_names()
        self._author_box()
        self._tail()
        self._closing()
        self._repeats()
        self._orphans()
        return self.gone

    def _positions(self, numbers: Iterable[int]) -> list[int]:
        """Return the positions of those blocks that are left, in the order given."""
        at = self.position
        return [at[number] for number in numbers if number in at]

    def _end_of_head(self) -> int:
        """Return where the head ends: at the first paragraph, or behind the by-line that follows a standfirst."""
        first = min(self.first_body, HEAD_BLOCKS)
        if first > STANDFIRST_WITHIN:
            return first
        for position in range(first + 1, min(first + 1 + BEHIND_STANDFIRST, len(self.left))):
            number = self.left[position]
            if self.known.body(number) or self.known.kinds[number] == "heading":
                break
            if any(hit.rule.zone == "head" for hit in self.known.hits(number)):
                return position + 1
        return first

    # -- alone ---------------------------------------------------------------------------------------------------------

    def _in_zone(self, hit: Hit, position: int) -> bool:
        match hit.rule.zone:
            case "head":
                return position < self.head_end
            case "tail":
                return position > self.last_body
            case "ends":
                return position < self.head_end or position > self.last_body
            case _:
                return True

    def _alone(self) -> None:
        known = self.known
        for position in self._positions(known.cued_numbers):
            number = self.left[position]
            if number in known.protected:
                continue
            witnesses = [hit for hit in known.strong.get(number, ()) if self._in_zone(hit, position)]
            if not witnesses:
                witnesses = [
                    hit
                    for hit in known.supporting.get(number, ())
                    if hit.rule.zone != "anywhere" and self._in_zone(hit, position)
                ]
            if witnesses and not self._heads_prose(position, witnesses) and not self._is_doubtful(position):
                others = [hit for hit in known.hits(number) if hit not in witnesses]
                everything = [(number, hit) for hit in (*witnesses, *others)]
                self._remove(number, witnesses[0].rule.family, "alone", everything)

    def _is_doubtful(self, position: int) -> bool:
        """Whether a block is a long sentence amid the article's prose with one rule alone against it.

        A site's profile is no guess by a cue: it knows the whole block, and where it stands.
        """
        hits = self.known.hits(self.left[position])
        return len(hits) < 2 and self._is_long_amid_prose(position) and not hits[0].rule.id.startswith(SITE)

    def _is_long_amid_prose(self, position: int) -> bool:
        """Whether a block is a long sentence with paragraphs of the article above and below it."""
        return (
            self.first_body < position < self.last_body and self.known.count(self.left[position]) > MIDDLE_PROSE_WORDS
        )

    def _heads_prose(self, position: int, witnesses: Sequence[Hit]) -> bool:
        """Whether a block is a short marked heading over prose of the body, with no region of its own."""
        known, number = self.known, self.left[position]
        if known.kinds[number] != "heading" or any(hit.rule.family == "credit" for hit in witnesses):
            return False  # "###### By Ana Roth"
        if words(known.lines[number].lstrip("# 0123456789.")) > AMBIGUOUS_HEADING_WORDS:
            return False
        if position + 1 >= len(self.left) or not known.body(self.left[position + 1]):
            return False
        return not any(hit.rule.opens and self._end_of_region(position, hit) > position + 1 for hit in witnesses)

    def _remove(self, number: int, family: Family, reason: Reason, witnesses: Sequence[tuple[int, Hit]]) -> None:
        if number not in self.gone and number not in self.known.protected:
            self.gone[number] = Decision(family, reason, tuple(witnesses))

    # -- regions -------------------------------------------------------------------------------------------------------

    def _regions(self) -> None:
        reached = -1
        for position in sorted(self._positions(self.gone)):  # what a region takes opens none itself
            number = self.left[position]
            decision = self.gone[number]
            if position <= reached or decision.reason == "region":
                continue
            opener = next(((n, hit) for n, hit in decision.witnesses if n == number and hit.rule.opens), None)
            if opener is None or self._is_in_menu(position):
                continue
            stop = self._end_of_region(position, opener[1])
            for inside in range(position + 1, stop):
                self._take(inside, opener)
            reached = max(reached, stop - 1)

    def _is_in_menu(self, position: int) -> bool:
        """Whether the site's profile knows a block and the one right below: then it heads nothing that varies."""
        return all(map(self._is_of_site, self.left[position : position + 2]))

    def _is_of_site(self, number: int) -> bool:
        """Whether the site's profile knows a block."""
        return any(hit.rule.id.startswith(SITE) for hit in self.known.hits(number))

    def _end_of_region(self, position: int, opener: Hit) -> int:
        match opener.rule.opens:
            case "list":
                return self._end_of_list(position)
            case "thread":
                return self._end_of_thread(position)
            case "box":
                return self._end_of_box(position, BOX_BLOCKS, BOX_GAP, BOX_PROSE_WORDS, address=True)
            case "offer":
                return self._end_of_box(position, OFFER_BLOCKS, OFFER_GAP, OFFER_PROSE_WORDS, address=False)
            case _:
                return self._end_of_bio(position)

    def _take(self, position: int, opener: tuple[int, Hit]) -> None:
        """Remove a block of a region: in the name of its own evidence if it has any, else of the opener."""
        number = self.left[position]
        own = [(number, hit) for hit in self.known.hits(number)]
        in_thread = opener[1].rule.family == "comments"  # a commenter's name and date are no credit of the article
        family = own[0][1].rule.family if own and not in_thread else opener[1].rule.family
        self._remove(number, family, "region", [*own, opener])

    def _following(self, position: int) -> Iterator[tuple[int, int]]:
        for at in range(position + 1, len(self.left)):
            yield at, self.left[at]

    def _end_of_list(self, position: int) -> int:
        """Return where a list of related headlines ends.

        Headlines are short lines, links, list items; dates and by-lines between them count as parts. A short line
        right above prose is the heading of the resumed article and ends the list, unless the whole list is the end of
        the text and its prose is teasers.
        """
        known = self.known
        teasers = self._teasers_end(position)
        if teasers is not None:
            return teasers
        stop = position + 1
        for at, number in self._following(position):
            if at - position > LIST_BLOCKS or number in known.protected or known.kinds[number] == "heading":
                break
            if known.cued(number) or known.link_only(number):
                stop = at + 1
            elif position < self.first_body or not self._is_listed_headline(at):
                break
            else:
                stop = at + 1
        return stop

    def _is_listed_headline(self, at: int, *, over_prose: bool = False) -> bool:
        """Whether a silent block in a related list is a headline: no sentence, no piece of one, and above none.

        With ``over_prose`` it may stand above a sentence, as a headline above its teaser does.
        """
        known, number = self.known, self.left[at]
        line = known.lines[number]
        if known.prose(number) or not is_headline(line) or line.endswith((".", ",", ":", ";")):
            return False
        if not line or line[0].islower() or line[0] in ",;)(":
            return False
        if over_prose or known.kinds[number] == "item" or at + 1 >= len(self.left):
            return True
        following = self.left[at + 1]
        return known.cued(following) or not (known.body(following) or ends_sentence(known.lines[following]))

    def _teasers_end(self, position: int) -> int | None:
        """Return the end of the text if all that follows is headlines with one teaser each, else nothing."""
        known = self.known
        prose_run = headlines = teasers = 0
        told = False
        for at, number in self._following(position):
            line = known.lines[number]
            if number in known.protected and known.kinds[number] != "rule":
                return None
            if known.cued(number) or known.link_only(number) or self._is_listed_headline(at, over_prose=True):
                prose_run = 0
                headlines += 1
            else:  # a teaser: one paragraph or one short sentence under its headline
                prose_run += 1
                teasers += 1
                told = told or not known.body(number)
                if prose_run > 1 or words(line) > TEASER_WORDS or not headlines:
                    return None
            if at - position > 3 * LIST_BLOCKS:
                return None
        if told and teasers == 1:
            return None  # a single short sentence says nothing of the shape of the list
        return len(self.left) if self._share_before(position) >= TEASER_FROM else None

    def _end_of_box(self, position: int, most: int, gap: int, prose_words: int, *, address: bool) -> int:
        """Return where a box ends: behind its last block with evidence, with at most ``gap`` silent blocks between.

        With ``address`` a silent paragraph goes only if it says "we" and "you", and a silent short sentence must speak
        to the reader ("you", "our"): a pitch does, a story does not.
        """
        known = self.known
        stop, silent = position + 1, 0
        for at, number in self._following(position):
            if at - position > most or number in known.protected:
                break
            if any(hit.rule.family in BOX_FAMILIES for hit in known.hits(number)):
                stop, silent = at + 1, 0
                continue
            silent += 1
            line = known.lines[number]
            if (
                silent > gap
                or (known.count(number) > prose_words and not (address and self._is_pitch(number)))
                or (address and not self._is_pitch(number) and (known.body(number) or _is_told(line)))
            ):
                break
        return stop

    def _end_of_bio(self, position: int) -> int:
        """Return where an author box ends: a name and a few short paragraphs that end the text or meet furniture."""
        known = self.known
        if self._share_before(position) < BIO_FROM:
            return position + 1
        stop = position + 1
        for at, number in self._following(position):
            if number in self.gone or known.cued(number):
                return stop
            if at - position > BIO_BLOCKS or known.count(number) > BIO_WORDS:
                return position + 1
            if number in known.protected or known.kinds[number] == "heading":
                return position + 1
            stop = at + 1
        return stop

    def _end_of_thread(self, position: int) -> int:
        """Return where a comment thread ends: the end of the text while voices are heard, else the end of its form.

        A voice is a block that names a commenter, a date or a reply button. Without voices near the heading it may
        be the counter under a title, or a section of the article.
        """
        if position < self.first_body or self._share_before(position) < THREAD_FROM:
            return position + 1
        heard, stop = position, position + 1
        for at, number in self._following(position):
            reach = THREAD_FIRST_VOICE if heard == position else THREAD_VOICE_EVERY
            if at - heard > reach:
                break
            if self._is_voice(number):
                heard, stop = at, at + 1
        if heard > position and len(self.left) - stop <= THREAD_VOICE_EVERY:
            return len(self.left)
        return stop

    def _threads_without_heading(self) -> None:
        """Take the comment threads whose heading the extractor dropped: voices, one after the other.

        A thread of few voices must be the end of the text; one of many may stand anywhere behind the article's start.
        """
        known = self.known
        for voices in self._runs_of_voices():
            first, stop = voices[0], voices[-1] + 1
            sure = len(voices) >= THREAD_SURE_VOICES
            rest = range(stop, len(self.left))
            headed = any(known.kinds[self.left[position]] == "heading" for position in rest)
            if (len(rest) <= THREAD_GAP and not headed) or self._is_gone_from(stop):
                stop = len(self.left)
            if stop < len(self.left) and not sure:
                continue
            if first <= self.first_body or self._share_before(first) < (THREAD_SURE_FROM if sure else THREAD_FROM):
                continue
            number = self.left[first]
            witness = (number, known.hits(number)[0])
            if self._is_name(self.left[first - 1]):
                first -= 1
            for position in range(first, stop):
                self._take(position, witness)

    def _runs_of_voices(self) -> list[list[int]]:
        """Return the positions of commenters, in runs that are long enough to be threads."""
        known = set(self._positions(self.known.commenters))
        if len(known) < DATED_WITNESSES:
            return []
        dated = [position for position in self._positions(self.known.dates) if self._is_beside_name(position)]
        long_runs: list[list[int]] = []
        for run in _runs(sorted(known.union(dated)), THREAD_SURE_GAP):
            if sum(position in known for position in run) < DATED_WITNESSES:
                continue
            if len(run) >= THREAD_SURE_VOICES:
                long_runs.append(run)
            else:
                long_runs += _runs([position for position in run if position in known], THREAD_GAP)
        return [run for run in long_runs if len(run) >= THREAD_VOICES]

    def _is_beside_name(self, position: int) -> bool:
        """Whether the block right above or below may be the name of a commenter."""
        beside = [at for at in (position - 1, position + 1) if 0 <= at < len(self.left)]
        return any(self._is_name(self.left[at]) and self.known.lines[self.left[at]][:1].isalpha() for at in beside)

    def _is_gone_from(self, position: int) -> bool:
        return all(number in self.gone for number in self.left[position:])

    def _is_name(self, number: int) -> bool:
        known = self.known
        return known.count(number) <= 3 and not ends_sentence(known.lines[number]) and known.kinds[number] != "heading"

    def _is_voice(self, number: int) -> bool:
        known = self.known
        return any(
            hit.rule.family == "comments" or (hit.rule.family == "credit" and known.count(number) <= VOICE_WORDS)
            for hit in known.hits(number)
        )

    def _share_before(self, position: int) -> float:
        """Return the share of the words that stands before a position."""
        if self._before is None:
            self._before = list(accumulate((self.known.count(number) for number in self.left), initial=0))
        return self._before[position] / max(1, self._before[-1])

    # -- company -------------------------------------------------------------------------------------------------------

    def _company(self) -> None:
        known = self.known
        spoken = sorted(self._positions({*self.gone, *known.supporting}))
        for positions in (spoken, spoken[::-1]):
            beside: int | None = None
            chain = 0
            reached: int | None = None
            for position in positions:
                if reached is not None and abs(position - reached) > 1 and not self._are_rules(reached, position):
                    beside = None
                reached = position
                number = self.left[position]
                if number in self.gone:
                    decision = self.gone[number]
                    chain = chain + 1 if decision.reason == "company" else 0
                    near = chain < COMPANY_REACH or position > self.last_body
                    # A button under an entry of a list says nothing of its neighbours: they are the entry's own lines.
                    beside = number if near and decision.witnesses[0][1].rule.zone != "series" else None
                    continue
                own = [(number, hit) for hit in known.supporting[number]]
                if number not in known.protected and not self._heads_prose(position, ()):
                    if beside is not None and not self._is_long_amid_prose(position):
                        neighbour = self.gone[beside].witnesses[:1]
                        self._remove(number, own[0][1].rule.family, "company", [*own, *neighbour])
                    elif not known.prose(number) and _are_two_witnesses([hit for _, hit in own]):
                        self._remove(number, own[0][1].rule.family, "company", own)
                if number in self.gone:
                    chain += 1
                    beside = number if chain < COMPANY_REACH or position > self.last_body else None
                elif known.kinds[number] != "rule":
                    beside = None

    def _are_rules(self, one: int, other: int) -> bool:
        """Whether nothing but thematic breaks stands between two positions."""
        low, high = (one, other) if one < other else (other, one)
        return all(self.known.kinds[self.left[position]] == "rule" for position in range(low + 1, high))

    # -- the author ----------------------------------------------------------------------------------------------------

    def _names_in_head(self) -> None:
        """A bare name between the title and a removed date or role: the by-line without its "by"."""
        titled = False
        for position in range(self.head_end - 1):
            number, following = self.left[position], self.left[position + 1]
            if number in self.gone:
                continue
            credit = following in self.gone and self.gone[following].family == "credit"
            if titled and credit and self._may_be_name(number):
                self._remove(number, "credit", "company", self.gone[following].witnesses[:1])
            titled = titled or self.known.count(number) >= TITLE_WORDS

    def _may_be_name(self, number: int) -> bool:
        known = self.known
        return known.kinds[number] == "paragraph" and _name().fullmatch(known.lines[number]) is not None

    def _lone_names(self) -> None:
        """Names on lines of their own before the article or behind it, of whom it says nothing: they wrote it.

        Many names are a list of people, and a name under a quotation is its source. Behind the article the lines on the
        author below the name go too.
        """
        known = self.known
        positions = [p for p in self._positions(known.names) if self.left[p] not in self.gone]
        bare = {known.lines[self.left[p]] for p in positions if not known.prose(self.left[p])}
        bios = sum(known.prose(self.left[p]) for p in positions)
        if not positions or max(len(bare), bios) > NAMES_OF_AUTHORS:
            return
        bodies = [p for p in range(len(self.left)) if self.left[p] not in self.gone and known.body(self.left[p])]
        last = bodies[-BIO_FROM_END - 1] if len(bodies) > BIO_FROM_END else self.first_body
        for position in positions:
            number = self.left[position]
            bio = known.prose(number)
            in_head = position < self.head_end and known.kinds[number] != "heading" and not bio
            in_tail = (bio or position > last) and self._share_before(position) >= BIO_FROM
            name = self._name_in(number)
            box = self._bio_below(position, name) if in_tail else []
            if in_tail and bio:
                in_tail = all(body in box for body in bodies if body > position)
            elif in_tail:
                alone = known.lines[number].strip(LEAD + TRAIL) == name
                in_tail = alone or position > self.last_body or bool(box)
            if not (in_head or in_tail) or (position and known.kinds[self.left[position - 1]] == "quote"):
                continue
            if not in_head and (known.kinds[number] == "item" or _SIGNED.match(known.page.segments.contents[number])):
                continue
            if position and known.lines[self.left[position - 1]].endswith('"'):
                continue
            article = [body for body in bodies if body != position and body not in box]
            if not any(self._speaks_of(name, body, of_its_own=in_tail) for body in article):
                witness = (number, known.names[number])
                for part in (position, *box):
                    self._remove(self.left[part], "credit", "alone" if part == position else "region", [witness])

    def _name_in(self, number: int) -> str:
        line = self.known.lines[number].strip(LEAD + TRAIL)
        if self.known.prose(number):
            found = _name().match(line)
            return found.group() if found else line.partition(" ")[0]
        found = _name().search(line)
        return found.group() if found else line

    def _bio_below(self, position: int, name: str) -> list[int]:
        """Return the positions of the lines below a name that go on about its bearer."""
        known = self.known
        given = name.partition(" ")[0]
        box: list[int] = []
        for at, number in self._following(position):
            line = known.lines[number]
            if at - position > BIO_BLOCKS or known.kinds[number] == "heading" or known.count(number) > BIO_WORDS:
                break
            if number not in self.gone:
                if not (line.startswith(given) or _BIO_OPENS.match(line)):
                    break
                box.append(at)
        return box

    def _speaks_of(self, name: str, position: int, *, of_its_own: bool) -> bool:
        """Whether a paragraph names a person, by a part of the name.

        Behind the article one that opens with the name is a bio, unless the name stands there, ``of_its_own``.
        """
        line = self.known.lines[self.left[position]]
        if not of_its_own and line.startswith(name) and self._share_before(position) >= BIO_FROM:
            return False
        return any(part in line for part in name.split() if len(part) > SHORT_PART and part[0].isupper())

    def _author_box(self) -> None:
        """Prose at the end that begins with the name of the by-line: what the site says of its author."""
        names = {}
        for number, decision in self.gone.items():
            witness = decision.witnesses[0]
            if decision.family == "credit" and (
                witness[0] in self.known.names or _names_an_author(witness[1].rule.pattern)
            ):
                for name in _name().findall(self.known.lines[number]):
                    names[name] = witness
        if not names:
            return
        bodies = 0
        for position in range(len(self.left) - 1, self.head_end, -1):
            number = self.left[position]
            if number in self.gone or not self.known.body(number):
                continue
            bodies += 1
            if bodies > BIO_FROM_END or self._share_before(position) < BIO_FROM:
                return
            for name, witness in names.items():
                if self.known.lines[number].startswith(name) and self.known.count(number) <= BIO_WORDS:
                    self._remove(number, "credit", "company", [witness])
                    bodies -= 1
                    break

    # -- tail ----------------------------------------------------------------------------------------------------------

    def _tail(self) -> None:
        """Short silent lines in the tail that stand between removed blocks, or last after one."""
        known = self.known
        run: list[int] = []
        before: int | None = None
        for position in range(self.last_body + 1, len(self.left)):
            number = self.left[position]
            if number in self.gone:
                if before is not None:
                    self._take_run(run, before)
                run, before = [], number
            elif number in known.protected:
                run, before = [], None
            elif before is not None:
                run.append(number)
                if len(run) > TAIL_GAP or known.count(number) > TAIL_WORDS or _is_told(known.lines[number]):
                    run, before = [], None

    def _take_run(self, run: Sequence[int], before: int) -> None:
        decision = self.gone[before]
        for number in run:
            self._remove(number, decision.family, "region", decision.witnesses[:1])

    def _closing(self) -> None:
        """What the site hangs under its articles: from a removed block to the end of the text.

        Much of it has been removed already, or it begins with a comment form, and what is left is headlines, labels,
        single short sentences, and a pitch or two. Any other silent paragraph is the article's, and ends it; so do two
        sentences in a row, or one at the very end that does not speak to the reader.
        """
        known = self.known
        start: int | None = None
        gone = silent = pitches = 0
        sentence_below = False
        for position in range(len(self.left) - 1, self.first_body, -1):
            number = self.left[position]
            if known.kinds[number] == "rule":
                continue
            if number in self.gone:
                if sentence_below and any(hit.rule.opens == "list" for hit in known.hits(number)):
                    break  # a list's heading right above a sentence: the list was lost, and the article goes on
                gone += 1
                sentence_below = False
                if self._opens_thread(number) or (
                    gone >= CLOSING_SHARE * (gone + silent) and self._ends_article(number)
                ):
                    start = position
                continue
            sentence = ends_sentence(known.lines[number])
            if known.body(number) and pitches < CLOSING_PITCHES and self._is_pitch(number):
                pitches += 1
            elif known.body(number) or (sentence and sentence_below):
                break
            if number in known.protected or (not gone and _is_told(known.lines[number])):
                break
            silent += 1
            sentence_below = sentence
        if start is None or self._share_before(start) < TEASER_FROM:
            return
        witness = self.gone[self.left[start]].witnesses[0]
        for position in range(start, len(self.left)):
            self._take(position, witness)

    def _is_pitch(self, number: int) -> bool:
        """Whether a paragraph speaks of the site to the reader: "we" and "you" in a few words."""
        line = self.known.lines[number]
        return (
            self.known.count(number) <= CLOSING_PITCH_WORDS
            and _YOU.search(line) is not None
            and _WE.search(line) is not None
        )

    def _opens_thread(self, number: int) -> bool:
        """Whether a removed block asks for comments: no article goes on in mere labels behind that."""
        return any(hit.rule.opens == "thread" for hit in self.known.strong.get(number, ()))

    def _ends_article(self, number: int) -> bool:
        """Whether a removed block is one that sites put behind their articles, and hardly ever amid them."""
        return any(hit.rule.opens or hit.rule.family in CLOSING_FAMILIES for hit in self.known.strong.get(number, ()))

    # -- repeats and orphans -------------------------------------------------------------------------------------------

    def _is_zone_word(self, number: int) -> bool:
        """Whether a button's word or two went for where they stand: elsewhere they are a list's or a table's."""
        known = self.known
        hits = known.supporting.get(number, ())
        return (
            known.count(number) <= ZONE_WORDS
            and number not in known.strong
            and any(hit.rule.zone != "anywhere" and hit.rule.family == "interface" for hit in hits)
        )

    def _repeats(self) -> None:
        """A line that was removed once under furniture goes wherever else it stands word for word."""
        if not self.gone:
            return
        lines = self.known.lines
        removed = {
            lines[number]: number
            for number, decision in self.gone.items()
            if decision.reason != "orphan" and not self._is_zone_word(number)
        }
        lengths = set(map(len, removed))  # a line need not be hashed to tell that it is none of them
        for position, number in enumerate(self.left):
            if len(lines[number]) not in lengths:
                continue
            twin = removed.get(lines[number])
            if twin is None or number in self.gone or ends_sentence(lines[number]):
                continue
            following = self.left[position + 1] if position + 1 < len(self.left) else None
            if self.known.kinds[number] in ("heading", "rule") or (
                following is not None and self.known.body(following)
            ):
                continue  # a section of the article may bear the name of a tag in the list at its end
            self._remove(number, self.gone[twin].family, "repeat", self.gone[twin].witnesses)

    def _orphans(self) -> None:
        """Thematic breaks and lone marks that a removal left with nothing to part, and headings over nothing."""
        known = self.known
        if not self.gone or not known.marks:
            return
        marks = self._positions(known.marks)
        edges = self._edges_of_rules(marks)
        for position in marks:
            number = self.left[position]
            if number in self.gone:
                continue
            if known.kinds[number] == "rule":
                beside = next((n for n in map(self._number_at, edges[position]) if n in self.gone), None)
            elif position > self.first_body:
                below = self._number_at(edges.get(position + 1, (position, position + 1))[1])
                label = below in self.gone and is_headline(known.lines[number])
                # The heading of what a profile knows would stand on every page, too, and be known.
                label = label and not (below is not None and self._is_of_site(below))
                beside = below if label and self._section_is_gone(position) else None
            else:
                continue
            if beside is not None:
                self._remove(number, self.gone[beside].family, "orphan", self.gone[beside].witnesses[:1])

    def _number_at(self, position: int) -> int | None:
        return self.left[position] if 0 <= position < len(self.left) else None

    def _edges_of_rules(self, marks: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return, for the position of each thematic break, those above and below the run that it stands in."""
        rules = [position for position in marks if self.known.kinds[self.left[position]] == "rule"]
        return {position: (run[0] - 1, run[-1] + 1) for run in _runs(rules, 1) for position in run}

    def _section_is_gone(self, position: int) -> bool:
        """Whether all that stands under a heading goes, and it is more than one cross-link, or the end of the text."""
        for at, number in self._following(position):
            if self.known.kinds[number] == "heading":
                return at - position > 2
            if number not in self.gone:
                return False
        return True
