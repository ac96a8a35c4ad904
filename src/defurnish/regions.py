"""Regions: what stands under a furniture heading (a list, a box, an offer, a bio), up to where the article resumes."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Hit
from .shape import ends_sentence, is_headline, words
from .sweep import BIO_BLOCKS, BIO_FROM, BIO_WORDS, TEASER_FROM, Sweep, is_told, speaks_for_a_site
from .threads import end_of_thread

# A marked heading of so few words right above prose ("Comments" in a manual, "All rights reserved" as a book's title)
# is the article's own unless a region under it goes too. clean/listicle-books and clean/software-manual hold some.
AMBIGUOUS_HEADING_WORDS = 3

# A related list in the middle of an article: this many uncued short lines at most are taken for headlines.
LIST_BLOCKS = 24

# A teaser under a related headline is an excerpt or a standfirst, seldom longer.
TEASER_WORDS = 75

# With a teaser each, a list that ends the text has three blocks an entry: by-line or date, headline, teaser.
MOST_TEASED = 3 * LIST_BLOCKS + 1

# One paragraph under more headlines than this is no teaser: the others have none. It goes if it speaks for the site;
# else it may be the author's farewell.
LONE_TEASER_HEADLINES = 3

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


def take_regions(sweep: Sweep) -> None:
    """Take what stands under the furniture headings that have gone."""
    reached = -1
    for position in sorted(sweep.positions(sweep.gone)):  # what a region takes opens none itself
        number = sweep.left[position]
        decision = sweep.gone[number]
        if position <= reached or decision.reason == "region":
            continue
        opener = next(((n, hit) for n, hit in decision.witnesses if n == number and hit.rule.opens), None)
        if opener is None or _is_in_menu(sweep, position):
            continue
        stop = _end_of_region(sweep, position, opener[1])
        for inside in range(position + 1, stop):
            sweep.take(inside, opener)
        reached = max(reached, stop - 1)


def _is_in_menu(sweep: Sweep, position: int) -> bool:
    """Whether the site's profile knows a block and the one right below: then it heads nothing that varies."""
    return all(map(sweep.is_of_site, sweep.left[position : position + 2]))


def _end_of_region(sweep: Sweep, position: int, opener: Hit) -> int:
    match opener.rule.opens:
        case "list":
            return _end_of_list(sweep, position)
        case "thread":
            return end_of_thread(sweep, position)
        case "box":
            return _end_of_box(sweep, position, BOX_BLOCKS, BOX_GAP, BOX_PROSE_WORDS, address=True)
        case "offer":
            return _end_of_box(sweep, position, OFFER_BLOCKS, OFFER_GAP, OFFER_PROSE_WORDS, address=False)
        case _:
            return _end_of_bio(sweep, position)


def _end_of_list(sweep: Sweep, position: int) -> int:
    """Return where a list of related headlines ends.

    Headlines are short lines, links, list items; dates and by-lines between them count as parts. A short line
    right above prose is the heading of the resumed article and ends the list, unless the whole list is the end of
    the text and its prose is teasers.
    """
    known = sweep.known
    teasers = _teasers_end(sweep, position)
    if teasers is not None:
        return teasers
    stop = position + 1
    for at, number in sweep.following(position):
        if at - position > LIST_BLOCKS or known.is_protected(number) or known.kinds[number] == "heading":
            break
        if known.cued(number) or known.link_only(number):
            stop = at + 1
        elif position < sweep.first_body or not _is_listed_headline(sweep, at):
            break
        else:
            stop = at + 1
    return stop


def _is_listed_headline(sweep: Sweep, at: int, *, over_prose: bool = False) -> bool:
    """Whether a silent block in a related list is a headline: no sentence, no piece of one, and above none.

    With ``over_prose`` it may stand above a sentence, as a headline above its teaser does.
    """
    known, number = sweep.known, sweep.left[at]
    line = known.lines[number]
    if known.prose(number) or not is_headline(line) or line.endswith((".", ",", ":", ";")):
        return False
    if not line or line[0].islower() or line[0] in ",;)(":
        return False
    if over_prose or known.kinds[number] == "item" or at + 1 >= len(sweep.left):
        return True
    following = sweep.left[at + 1]
    return known.cued(following) or not (known.body(following) or ends_sentence(known.lines[following]))


def _teasers_end(sweep: Sweep, position: int) -> int | None:
    """Return the end of the text if all that follows is headlines with one teaser each, else nothing."""
    known = sweep.known
    if len(sweep.left) - position > MOST_TEASED or sweep.share_before(position) < TEASER_FROM:
        return None
    prose_run = headlines = teasers = 0
    told = farewell = False
    for at, number in sweep.following(position):
        line = known.lines[number]
        if known.is_protected(number) and known.kinds[number] != "rule":
            return None
        if known.cued(number) or known.link_only(number) or _is_listed_headline(sweep, at, over_prose=True):
            prose_run = 0
            headlines += 1
        else:  # a teaser: one paragraph or one short sentence under its headline
            prose_run += 1
            teasers += 1
            told = told or not known.body(number)
            farewell = not speaks_for_a_site(line)
            if prose_run > 1 or words(line) > TEASER_WORDS or not headlines:
                return None
    if teasers == 1 and (told or (farewell and headlines > LONE_TEASER_HEADLINES)):
        return None  # a single short sentence, or one paragraph under many headlines, says nothing of the list's shape
    return len(sweep.left)


def _end_of_box(sweep: Sweep, position: int, most: int, gap: int, prose_words: int, *, address: bool) -> int:
    """Return where a box ends: behind its last block with evidence, with at most ``gap`` silent blocks between.

    With ``address`` a silent paragraph goes only if it says "we" and "you", and a silent short sentence must speak
    to the reader ("you", "our"): a pitch does, a story does not.
    """
    known = sweep.known
    stop, silent = position + 1, 0
    for at, number in sweep.following(position):
        if at - position > most or known.is_protected(number) or (address and sweep.asks_above_prose(at)):
            break
        if any(hit.rule.family in BOX_FAMILIES for hit in known.hits(number)):
            stop, silent = at + 1, 0
            continue
        silent += 1
        line = known.lines[number]
        if (
            silent > gap
            or (known.count(number) > prose_words and not (address and sweep.is_pitch(number)))
            or (address and not sweep.is_pitch(number) and (known.body(number) or is_told(line)))
        ):
            break
    return stop


def _end_of_bio(sweep: Sweep, position: int) -> int:
    """Return where an author box ends: a name and a few short paragraphs that end the text or meet furniture."""
    known = sweep.known
    if sweep.share_before(position) < BIO_FROM:
        return position + 1
    stop = position + 1
    for at, number in sweep.following(position):
        if number in sweep.gone or known.cued(number):
            return stop
        if at - position > BIO_BLOCKS or known.count(number) > BIO_WORDS:
            return position + 1
        if known.is_protected(number) or known.kinds[number] == "heading":
            return position + 1
        stop = at + 1
    return stop


def heads_prose(sweep: Sweep, position: int, witnesses: Sequence[Hit]) -> bool:
    """Whether a block is a short marked heading over prose of the body, with no region of its own."""
    known, number = sweep.known, sweep.left[position]
    if known.kinds[number] != "heading" or any(hit.rule.family == "credit" for hit in witnesses):
        return False  # "###### By Ana Roth"
    if words(known.lines[number].lstrip("# 0123456789.")) > AMBIGUOUS_HEADING_WORDS:
        return False
    if position + 1 >= len(sweep.left) or not known.body(sweep.left[position + 1]):
        return False
    return not any(hit.rule.opens and _end_of_region(sweep, position, hit) > position + 1 for hit in witnesses)
