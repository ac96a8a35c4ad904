"""What goes with what: zones, regions, company, orphans. Lines marked with ``-`` must go, all others must stay.

Each case is an article in small; the false positives come first: where the article resumes, what only looks alike.
"""

from __future__ import annotations

import pytest

from defurnish import analyze

PROSE = {
    "A": "The river rose two metres in the night, and by morning the lower town stood under water to the sills.",
    "B": "Fishermen carried the old people out in their boats, and the baker gave away what bread he had left.",
    "C": "The council met in the school hall on Thursday and voted nine to four to rebuild the landing at once.",
    "D": "Work on the slipway begins in June, and the engineers expect the first crossing in late autumn or winter.",
    "TERMS": "Data as of post date. Offers and availability may vary by location and are subject to change. Prices "
    "were collected by the ferry desk, and all are in guilders, tolls and landing fees left out.",
    "ASIDE": "What the ferry earns in winter goes into the boats, and what we write of them is our own: this site may "
    "earn a commission if you buy a season ticket, which in a dry year pays for the paint.",
    "FAREWELL": "I hope that these notes on my river will be of use to you, and that you will not try the weir in a "
    "flat boat as I did.",
    "OUTLET": "Our readers have kept the log of the river since 1911, and every flood and every frost of the last "
    "hundred years is in it.",
    "PITCH": "If you're wondering whether a flat boat would suit the river below your own weir, or which of them "
    "carries the most, we're here to help you choose the one that fits you best.",
}

CASES = {
    "a related list ends above the heading of the resumed article": """
        A
        B
        - Related articles
        - Storm hits the northern coast
        - Mayor of Ostrel resigns over dredging
        The second flood
        C
        D
    """,
    "a lone heading over prose is the article's, not a headline of the list above": """
        A
        - Related articles
        The second flood
        C
        D
    """,
    "teasers under related headlines go at the end of the text": """
        A
        B
        C
        D
        - Related articles
        - Storm hits the northern coast
        - Winds of forty knots kept the fishing fleet in harbour for a third day, and the mayor asked for patience.
        - Mayor of Ostrel resigns
        - She had promised the dredging for two years, and the harbour silted up all the same, as everybody saw.
    """,
    "one paragraph under many related headlines is no teaser: it may be the author's farewell": """
        A
        B
        C
        - Related articles
        - Storm hits the northern coast
        - Mayor of Ostrel resigns
        - Winter fares for the ferry
        - Dredging put off again
        The second flood
        D
    """,
    "... nor is one that the author signs off with, though it speaks to the reader": """
        A
        B
        C
        - Related articles
        - Storm hits the northern coast
        - Mayor of Ostrel resigns
        - Winter fares for the ferry
        - Dredging put off again
        The second flood
        FAREWELL
    """,
    "one paragraph under many related headlines that speaks for the site ends the list no sooner": """
        A
        B
        C
        - Related articles
        - Storm hits the northern coast
        - Mayor of Ostrel resigns
        - Winter fares for the ferry
        - Dredging put off again
        - Ferry Post Media
        - OUTLET
        - Harbour webcams
    """,
    "lines between the buttons of a list's entries are the entries": """
        A
        B
        C
        D
        Storm on the northern coast
        Harbour Institute
        - Read more
        Dredging in shallow rivers
        University of Ostrel
        - Read more
        Fares and their fall
        Harbour Institute
        - Read more
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "two paragraphs in a row under a related heading are the article again": """
        A
        B
        - Related articles
        Storm hits the northern coast
        C
        D
    """,
    "a comment counter under the headline opens no thread": """
        # The ferry returns
        - 12 Comments
        A
        B
        C
        D
    """,
    "a thread with voices goes to the end": """
        A
        B
        C
        - 2 Comments
        - Hanna Brekke says:
        - We took that ferry every summer when the children were small, and I am glad that it will be back in June.
        - Reply
        - Olaf Tervik says:
        - The slipway was never wide enough for two lanes, and nobody who sat in that hall will tell you why.
        - Reply
        - Leave a Reply
    """,
    "a paragraph between two share bars may be the article's": """
        A
        B
        C
        - Share this article
        D
        - Share this article
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "a list's heading that lost its list takes no sentence below it": """
        A
        B
        C
        D
        - Related articles
        And that was the end of the flood.
        - Share this article
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "a single short sentence under related headlines says nothing of the list": """
        A
        B
        C
        D
        - Related articles
        Storm hits the northern coast
        Here is the table of all crossings.
    """,
    "short sentences under related headlines are teasers": """
        A
        B
        C
        D
        - Related articles
        - Storm hits the northern coast
        - Forty knots for a third day.
        - Mayor of Ostrel resigns
        - The harbour silted up all the same.
    """,
    "labels and a sentence between removed blocks at the end of the text go with them": """
        A
        B
        C
        D
        - Share this article
        - Ostrel offices
        - Boats for every water.
        - Sign up for our newsletter
        - Harbour road
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "a thread of many voices goes from the middle of the text, long comments and all": """
        A
        B
        - Hanna Brekke says:
        - We took that ferry every summer, number 0.
        - Olaf Tervik says:
        - We took that ferry every summer, number 1.
        - Marit Oden says:
        - We took that ferry every summer, number 2.
        - Deb Farrow says:
        - We took that ferry every summer, number 3.
        - Ana Roth says:
        - We took that ferry every summer, number 4.
        - Jon Vik says:
        - We took that ferry every summer, number 5.
        - Ida Lund says:
        - We took that ferry every summer, number 6.
        - Per Moe says:
        - We took that ferry every summer, number 7.
        - Liv Dahl says:
        - We took that ferry every summer, number 8.
        - Reply
        ## The mooring
        C
        D
    """,
    "a section on comments without voices stays": """
        A
        ## Comments
        B
        C
        D
    """,
    "a short marked heading over prose is the article's own": """
        # What a site puts around its texts
        A
        ## All rights reserved
        B
        ## Newsletter
        C
    """,
    "rules and blank headings that a removal leaves behind go with it": """
        A
        B
        - ---
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "a rule between two sections stays": """
        A
        B
        ---
        C
        D
    """,
    "quotations, code and tables take no part": """
        A
        > Sign up for our newsletter.
        ```
        # Copyright (c) 2021 The Ferry Post. All rights reserved.
        ```
        | Share | Print |
        B
    """,
    "dates over short labels without anybody's voice are a timeline": """
        A
        B
        May 3, 2019
        The flood
        C
        June 8, 2019
        The vote
        D
        July 1, 2019
        The loan
        A
        August 2, 2019
        The piles
        B
        September 9, 2019
        The deck
        C
        October 4, 2019
        The lamp
        D
        March 6, 2020
        The boat
        A
        April 2, 2020
        The crossing
        B
    """,
    "an author who thanks and agrees in the last paragraphs is no thread": """
        A
        B
        C
        Thanks for the advice, I said to the ferryman, and went.
        D
        I agree with the council on one point, and on one alone.
        A
    """,
    "a thread of dates and names is known by what its voices say": """
        A
        B
        C
        D
        - May 3, 2024
        - Jori Velm
        - Thanks for this write-up. It saved me a week of asking along the quay, and I have the tables now.
        - May 3, 2024
        - Delphine
        - We went by boat last summer and were back by noon, with two baskets of mackerel and wet shoes.
        - May 4, 2024
        - Hanne
        - Which pier does it leave from now that the old one is closed to everything but the pilot boat?
        - May 4, 2024
        - Jori Velm
        - The upper one, behind the mill. There is a sign, but the sea has had most of the letters off it.
        - May 6, 2024
        - Bix
        - Totally agree about the tide tables, they should be on the front door of every house here.
        - May 7, 2024
        - Tilda
        - Is there a crossing on Sundays in winter, or does one have to go round by the bridge as before?
        - May 9, 2024
        - Oddvar
        - Not since the flood. My sister waited two hours on the slip before somebody told her of it.
        - May 9, 2024
        - Gus
        - Bring your own rope. The rings on the upper pier are gone, and nobody has put in new ones yet.
    """,
    "an article that goes on in paragraphs behind a comment form is not cut there": """
        A
        B
        - Leave a comment
        C
        What the survey found
        D
    """,
    "a paragraph under a newsletter's heading is the article's unless it speaks of us to you": """
        A
        B
        - Sign up for our newsletter
        C
        - Enter your email address
        D
    """,
    "a pitch between a newsletter's heading and its form goes": """
        A
        B
        - Sign up for our newsletter
        - On Fridays we bring you the tides of the week, our best harbour pictures, and a story you find nowhere else.
        - Enter your email address
        C
        D
    """,
    "nothing but labels behind a comment form is the site's": """
        A
        B
        C
        D
        - Leave a comment
        - Storm hits the northern coast
        - Mayor of Ostrel resigns over dredging
        - Harbour dues to rise in spring
        - Old mill finds a buyer
        - Regatta moved to August
        - Council weighs new parking rules
    """,
    "a paragraph that speaks to nobody stays behind a share bar, whatever follows": """
        A
        B
        C
        - Share this article
        D
        - Leave a comment
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "a pitch of the site between its own lines at the end goes with them": """
        A
        B
        C
        D
        - Share this article
        - We want your stories of the flood: tell us how you came through it, and we will print the best of them.
        - Leave a comment
        - © 2021 The Ferry Post. All rights reserved.
    """,
    "lines that begin alike and follow one another are a list of the article's": """
        A
        Shop Barrow & Pike Field Jacket
        Shop Corran 40 Trail Pack
        Shop Tarn Storm Lantern
        Shop Velden River Boots
        B
    """,
    "a button or two are no series": """
        A
        Shop the Corran 40 Trail Pack
        B
        Shop the Tarn Storm Lantern
        C
        D
    """,
    "marked headings that begin alike are sections": """
        ### Compare used boats online
        A
        ### Compare used boats online
        B
        ### Compare used boats online
        C
    """,
    "the same button under three entries goes": """
        Barrow's long canoe
        A
        - Compare used boats online
        Tarn skiff
        B
        - Compare used boats online
        Velden punt
        C
        - Compare used boats online
        D
    """,
    "a button under an entry is no company for the entry's own cross-link": """
        Long canoe
        A
        For the full story, check out our page on canoes.
        - Compare used boats online
        Tarn skiff
        B
        For the full story, check out our page on skiffs.
        - Compare used boats online
        Velden punt
        C
        For the full story, check out our page on punts.
        - Compare used boats online
        D
    """,
    "buttons that begin with the same two words go where there are four": """
        A
        - Shop the Corran 40 Trail Pack
        B
        - Shop the Tarn Storm Lantern
        C
        - Shop the Velden River Boots
        D
        - Shop the Barrow & Pike Field Jacket
        A
    """,
    "supporting fields stay in a review": """
        A
        B
        ISBN: 978-0-00-000000-2
        C
        D
    """,
    "a name above an article that says nothing of its bearer is the by-line": """
        The ferry returns
        - Joanna Fairweather
        A
        B
        C
    """,
    "a name above an article that speaks of its bearer is the article's": """
        The oldest pilot
        Joanna Fairweather
        A
        Nobody had asked Fairweather, who had steered the ferry for forty years and never lost a passenger or a crate.
        B
    """,
    "a name behind the article goes with the lines on its bearer": """
        A
        B
        C
        D
        - Joanna Fairweather
        - Joanna rows for a living and has kept the log of the river for eleven years, from the first ice to the last.
    """,
    "a name under a poem is its poet": """
        A
        B
        C
        D
        The ferry is gone, and the river is wide,
        and nobody waits on the other side.
        Joanna Fairweather
    """,
    "a name behind a dash signs what stands above": """
        A
        B
        C
        D
        — Joanna Fairweather
    """,
    "a name in a list at the end is an entry": """
        A
        B
        C
        D
        * The Weir House
        * Joanna Fairweather
    """,
    "a name between paragraphs is a heading of the article": """
        A
        B
        Joanna Fairweather
        C
        D
        A
        B
    """,
    "a button's word at the end of the text is a list's word further up": """
        A
        B
        Transcript
        Oars
        Sails
        C
        D
        - Transcript
    """,
    "a bio behind an article that does not speak of its bearer": """
        A
        B
        C
        D
        - Joanna Fairweather covers rivers and harbours for the Ferry Post, and has written two books on the old locks.
    """,
    "a paragraph at the end on a person of the article": """
        A
        B
        C
        Joanna Fairweather steered the ferry for forty years, and never lost a passenger or a crate of pears on the way.
        Joanna Fairweather lives in the house beside the weir, and has written two books on the old locks of the river.
    """,
    "a long line amid the article that is a rule's own from end to end goes": """
        A
        - TERMS
        B
        C
    """,
    "a long sentence amid the article of which a rule speaks in passing stays": """
        A
        ASIDE
        B
        C
    """,
    "a pitch in one long sentence amid the article stays": """
        A
        PITCH
        B
        C
    """,
    "the title of the article stays, though the site's list at the end holds it too": """
        The ferry comes back to Ostrel
        Harbour
        A
        B
        C
        - Related articles
        - The ferry comes back to Ostrel
        - Storm hits the northern coast
    """,
    "a menu's label above the article goes with its twin at the end": """
        - Harbour and river
        The ferry comes back to Ostrel
        Four years after the flood
        A
        B
        C
        - Related articles
        - Harbour and river
        - Storm hits the northern coast
    """,
    "the roll of other posts at the end goes, the newest first": """
        A
        B
        C
        D
        A
        - Nine locks in a single day
        - Mar 3, 2026
        - What is it like to row a flat boat through every lock of the lower river between dawn and dusk?
        - Who still builds flat boats?
        - Feb 26, 2026
        - Three yards are left on the whole river, and we went to see the oldest of them at work in the snow.
        - A winter at the weir house
        - Dec 28, 2025
        - The keeper lets a room above the sluice, and whoever sleeps there hears the river go by all night.
    """,
    "a chronicle at the end rises, and stays": """
        A
        B
        C
        D
        A
        The keeper hears the weir
        Dec 28, 2025
        B
        The flood reaches the mill
        Feb 26, 2026
        C
        The ferry comes back to Ostrel
        Mar 3, 2026
        D
    """,
    "versions fall to the end, and stay": """
        A
        B
        C
        D
        A
        Version 2.4
        Mar 3, 2026
        B
        Version 2.3
        Feb 26, 2026
        C
        Version 2.2
        Dec 28, 2025
        D
    """,
    "entries of a diary that runs backwards stay where the article goes on": """
        A
        B
        C
        D
        A
        The ferry comes back to Ostrel
        Mar 3, 2026
        B
        The flood reaches the mill
        Feb 26, 2026
        C
        The keeper hears the weir
        Dec 28, 2025
        D
        A
        B
        C
    """,
    "a diary that runs backwards from near the start stays": """
        A
        B
        The ferry comes back to Ostrel
        Mar 3, 2026
        B
        The flood reaches the mill
        Feb 26, 2026
        C
        The keeper hears the weir
        Dec 28, 2025
        D
    """,
    "a pitch's question above the article opens it, whatever box stands before": """
        The ferry comes back to Ostrel
        - Follow us on Facebook
        Thinking about hiring a flat boat for the summer?
        A
        B
        C
    """,
    "a pitch's question over a paragraph is a heading of the article, beside a cross-link too": """
        A
        B
        - Read more: Storm hits the northern coast
        Are you looking to hire a flat boat in 2024?
        C
        D
    """,
    "the date of the article is no date of the calendar in it": """
        The boats of the year
        - March 16, 2026
        A
        B
        March 16, 2026
        The long boat of the pilots
        April 2, 2026
        The flat boat of the mill
        C
        D
    """,
    "many names are a list of people": """
        A
        B
        C
        Joanna Fairweather
        Emily Oakum
        Rebecca Tarn
        Philip Strand
    """,
}


def lines_of(case):
    """Return the text of a case and the lines that must go."""
    text, gone = [], []
    for raw in case.strip().splitlines():
        line = raw.strip()
        marked = line.startswith("- ")
        line = line.removeprefix("- ")
        line = PROSE.get(line, line)
        text.append(line)
        if marked:
            gone.append(line)
    return "\n\n".join(text) + "\n", gone


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_goes_with_what(case):
    text, gone = lines_of(case)
    assert [removal.text for removal in analyze(text).removed] == gone


def test_a_text_of_nothing_but_furniture_stays_and_says_so():
    text = "Share this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
    result = analyze(text)
    assert result.spared
    assert result.text is text
    assert result.removed == ()


def test_the_name_of_a_product_stays_over_its_price_and_its_button():
    buttons = "[View at Tarn Outfitters](#)\n\n[View at REI](#)"
    text = f"{PROSE['A']}\n\n### Corran 40 Trail Pack\n\n{buttons}\n\n### Tarn Storm Lantern\n\n{PROSE['B']}\n"
    result = analyze(text)
    assert result.text == f"{PROSE['A']}\n\n### Corran 40 Trail Pack\n\n### Tarn Storm Lantern\n\n{PROSE['B']}\n"


def test_the_dates_of_other_posts_are_not_the_articles():
    text, _ = lines_of(CASES["the roll of other posts at the end goes, the newest first"])
    result = analyze(text)
    assert {removal.family for removal in result.removed} == {"navigation"}
    assert result.metadata.date is None
    assert analyze(f"Updated 5 January 2026\n\n{text}").metadata.date == "2026-01-05"
