"""Which site a page belongs to: the host of its address, in the one form by which profiles are named and found.

The list of public suffixes (https://publicsuffix.org) is the one that ``publicsuffixlist`` ships; nothing is fetched.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

# A host has at most 253 characters; a file that is named after it, with its ending, at most 255 bytes.
LONGEST_SITE = 240
# Pages of one site come in runs, and a crawl goes back and forth between some thousand sites.
_REMEMBERED = 1 << 14

# What the DNS allows, and underscores, which people put into the names of their blogs.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


def site_of(url: str) -> str | None:
    """Return the site of a page's address, or of a bare host; None where there is none.

    The site is the host in lower case and in ASCII (punycode), without port, ``www.`` and final dot. Two hosts are two
    sites, even of one owner: ``sport.post.example`` is not ``post.example``. A public suffix by itself (``co.uk``,
    ``github.io``) is no site, for its pages have many owners; ``www.`` stays where only a public suffix would be left.
    What comes back holds letters ``a-z``, digits, hyphens, underscores and single dots within: it may name a file.

    >>> site_of("https://www.Post.example:8080/2021/rain?page=2")
    'post.example'
    >>> site_of("bücher.example"), site_of("www.gov.uk")
    ('xn--bcher-kva.example', 'www.gov.uk')
    >>> site_of("https://github.io/"), site_of("file:///etc/passwd"), site_of("../../etc")
    (None, None, None)
    """
    bare = not _SCHEME.match(url)
    if bare and "@" in url.partition("/")[0]:  # a mail address
        return None
    try:
        host = urlsplit(f"//{url}" if bare else url).hostname
    except ValueError:  # brackets that do not match, or an address in them that is none
        return None
    return None if host is None else _site(host)


@lru_cache(_REMEMBERED)
def _site(host: str) -> str | None:
    host = _ascii(host).removesuffix(".")
    if len(host) > LONGEST_SITE or not all(map(_LABEL.fullmatch, host.split("."))):
        return None
    if _is_address(host):
        return host
    suffixes = _suffixes()
    if suffixes.is_public(host):
        return None
    while (bare := host.removeprefix("www.")) != host and not suffixes.is_public(bare):
        host = bare
    return host


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return str(idna.encode(host, uts46=True), "ascii")
    except (idna.IDNAError, UnicodeError):  # no name that a resolver would know
        return ""


def _is_address(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


@lru_cache(1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
