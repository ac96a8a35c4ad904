"""The 2,000 invented documents that every engine must clean to the same texts.

Each is an article of ``fixtures/`` with examples of the rules put between its paragraphs, so that all families occur,
and near misses with them; some are empty, some nothing but furniture. Made from the number of the document alone: every
process makes the same ones.
"""

from __future__ import annotations

from functools import cache
from random import Random

from defurnish import Cleaner
from defurnish.rulefile import packaged_rules
from fixtures.reader import annotated, clean_articles

COUNT = 2000
# What hurts on the way through engines: other planes (offsets), mojibake and entities (repair), no text at all.
ODD = (
    "The cafÃ© by the slipway opens again; â€œat noonâ€\x9d, says the board.",
    "Salt &amp; rain, 𝄞 and 🛶 in one line, and a NUL\x00 that somebody forgot.",
    "Ostrel ferry, e\u0301t\u00e9, ‏שלום, 渡し船.",
)
EMPTY = ("", "\n", " \t\n\n")


@cache
def documents() -> tuple[dict[str, str | int], ...]:
    """Return the documents: ``id``, ``url``, ``text`` and ``words`` (an integer), in the order of their ids."""
    articles = [fixture.text for fixture in annotated()]
    articles += [path.read_bytes().decode() for path in clean_articles()]
    rules, _ = packaged_rules()
    removes = sorted({example for rule in rules for example in rule.removes})
    keeps = sorted({example for rule in rules for example in rule.keeps})
    return tuple(_document(number, articles, removes, keeps) for number in range(COUNT))


@cache
def expected() -> dict[str, str]:
    """Return the clean text of each document, by its id."""
    cleaner = Cleaner()
    return {document["id"]: cleaner.clean(document["text"]) for document in documents()}


def table():
    """Return the documents as a ``pyarrow.Table``."""
    import pyarrow as pa  # not every engine needs it

    return pa.Table.from_pylist(list(documents()))


def of_sites(folder):
    """Return a cleaner with profiles of two sites in ``folder``, and pages with their clean texts.

    Each page is (address, text, clean text). The line that goes by one profile stays elsewhere.
    """
    from defurnish import Entry, Profile
    from defurnish.profiles.store import Lookup, open_store

    entry = Entry(1, "tell the night desk", "site", "accepted", "strong", 9, 1.0, "tail", distance=0, spread=0)
    other = Entry(1, "shoes for the quay", "site", "accepted", "strong", 9, 1.0, "tail", distance=0, spread=0)
    store = open_store(folder / "profiles", must_exist=False)
    store.put([Profile("ostrel.example", 9, entries=(entry,)), Profile("quay.example", 9, entries=(other,))])
    body = "Rain fell all night over the lower town.\n\nBy morning the ferry was gone.\n"
    desk, shoes = f"{body}\nTell the night desk\n", f"{body}\nShoes for the quay\n"
    pages = [
        ("https://www.ostrel.example/rain", desk, body),
        ("http://quay.example:80/rain", desk, desk),
        ("http://quay.example/shoes", shoes, body),
        ("https://nowhere.example/", desk, desk),
        ("no address", shoes, shoes),
        (None, desk, desk),
        ("https://ostrel.example/none", None, None),
    ]
    return Cleaner(profiles=Lookup(store)), pages


def _document(number: int, articles: list[str], removes: list[str], keeps: list[str]) -> dict[str, str | int]:
    random = Random(f"document {number}")
    text = _text(number, random, articles, removes, keeps)
    site = random.choice(("ferry-post", "ostrel-news", "mill-blog"))
    return {
        "id": f"doc-{number:04}",
        "url": f"https://{site}.example/articles/{number}",
        "text": text,
        "words": len(text.split()),
    }


def _text(number: int, random: Random, articles: list[str], removes: list[str], keeps: list[str]) -> str:
    if number % 100 == 99:
        return random.choice(EMPTY)
    if number % 100 == 49:  # furniture from end to end, which is spared
        return f"Share this article\n\n© {random.randint(1999, 2024)} The Ferry Post. All rights reserved.\n"
    article = articles[number % len(articles)]
    newline = "\r\n" if "\r\n" in article else "\n"
    blocks = article.split(newline * 2)
    extras = random.sample(removes, random.randint(0, 4)) + random.sample(keeps, random.randint(0, 2))
    if number % 10 == 0:
        extras.append(random.choice(ODD))
    extras.append(f"Crossing number {number} left the landing a little after dawn, with {number % 37} people on board.")
    for extra in extras:
        blocks.insert(random.randint(0, len(blocks)), extra)
    return (newline * 2).join(blocks)
