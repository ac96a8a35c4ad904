"""Which site a page belongs to, on the hosts that crawls hold."""

from __future__ import annotations

import re
import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("publicsuffixlist", reason='needs publicsuffixlist: pip install "defurnish[profiles]"')

from defurnish.profiles.sites import LONGEST_SITE, site_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://post.example/2021/rain?page=2#top", "post.example"),
        ("HTTPS://WWW.Post.Example:8443/", "post.example"),
        ("//post.example/x", "post.example"),
        ("http://reader:secret@post.example./", "post.example"),
        ("post.example", "post.example"),
        ("post.example:8080/x/../..", "post.example"),
        ("http://www.www.post.example/", "post.example"),
        ("http://sport.post.example/", "sport.post.example"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("http://post。example/", "post.example"),
        ("http://my_blog.post.example/", "my_blog.post.example"),
        ("http://192.0.2.7:80/x", "192.0.2.7"),
        # What is left of www. must still be a name that somebody owns.
        ("https://www.gov.uk/browse", "www.gov.uk"),
        ("https://www.com/", "www.com"),
        ("https://www.city.kawasaki.jp/", "city.kawasaki.jp"),
        ("https://marta.github.io/post", "marta.github.io"),
    ],
)
def test_the_site_of_a_page(url, site):
    assert site_of(url) == site


@pytest.mark.parametrize(
    "url",
    [
        "", "http://", "localhost", "http://localhost:8000/", "co.uk", "https://github.io/", "con",
        "https://s3.amazonaws.com/bucket/x", "../../etc/passwd", "..", ".", "/etc/passwd", "file:///etc/passwd",
        "C:\\Windows", "http://post.example\\..\\x", "http://-post.example/", "http://a..example/",
        "http://.post.example/", "http://post%2eexample/", "http://p\x00st.example/", "http://a b.example/",
        "http://[::1]/", "http://[::1", "http://[nonsense]/", "mailto:marta@post.example", "urn:uuid:1234",
        f"http://{'a' * 64}.example/", f"http://{'a.' * 130}example/", "http://\ud800.example/", "http://-é.example/",
    ],
)  # fmt: skip
def test_what_has_no_site(url):
    assert site_of(url) is None


@given(st.text() | st.from_regex(r"\A(https?://)?(www\.)?[a-zA-ZäßÖ.\-_0-9/:@\\%]{1,40}\Z"))
@example("www.www.www.post.example")
@example("www.www")
@example("ß.example")
def test_a_site_is_a_safe_name_and_its_own_site(url):
    site = site_of(url)
    if site is not None:
        assert re.fullmatch(r"[a-z0-9_](?:[a-z0-9_-]|\.(?!\.))*[a-z0-9_]", site)
        assert len(site) <= LONGEST_SITE
        assert site_of(site) == site
        assert site_of(f"HTTP://{site.upper()}:80/a/../b") == site


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert site_of("http://never-seen-before.post.example/") == "never-seen-before.post.example"
