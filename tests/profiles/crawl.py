"""A small crawl of three invented sites, with pages that have other text in the places of furniture."""

from __future__ import annotations

from .sites import article, page

SITES = ("mill.example", "ostrel.example", "quay.ostrel.example")


def crawl(pages: int = 24) -> list[dict[str, str]]:
    """Return the records of the crawl, sites mixed: ``url`` and ``text``."""
    return [
        {"url": f"https://www.{site}/stories/{number}", "text": _text(site, number)}
        for number in range(pages)
        for site in SITES
    ]


def _text(site: str, number: int) -> str:
    if site == "mill.example":
        parts = ["The Mill", *article(number + 100), "Come to our open day", "All rights reserved."]
        return "\n\n".join(parts)
    return page(number if site == "ostrel.example" else number + 200)


def large_crawl(pages: int) -> list[dict[str, str]]:
    """Return many short pages of one site; some are so near to others that they count as one."""
    text = "Ostrel Post\n\nThe gull {0} of {1} sat down\n\nFoot"
    return [{"url": f"ostrel.example/{number}", "text": text.format(number, number * 7)} for number in range(pages)]
