"""JSON lines: a text is replaced, and every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defurnish.io import jsonl
from defurnish.io.documents import Document, Fields, InputError, Reject

KEYS = st.sampled_from(["text", "id", "metadata", 'a"text', "\\", "ü"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(['"text":"x"', '\\"text\\": \\"', "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def document_of(line, fields=None):
    (found,) = jsonl.records_of(line, 1, fields or Fields())
    return found


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.text(), st.text(), st.booleans(), st.data())
def test_a_replaced_text_changes_nothing_else(others, before, after, in_ascii, data):
    items = [(key, value) for key, value in others.items() if key != "text"]
    place = data.draw(st.integers(0, len(items)))
    parts = [member(key, value, in_ascii) for key, value in items]
    head = b"{" + b"".join(part + b", " for part in parts[:place]) + b'"text": '
    tail = b"".join(b", " + part for part in parts[place:]) + b"}"
    found = document_of(head + encoded(before, in_ascii) + tail)
    if isinstance(found, Reject):  # halves of surrogate pairs are no UTF-8
        assert not in_ascii
        return
    written = jsonl.line_with(after, found, "text")
    assert written.startswith(head)
    assert written.endswith(tail + b"\n")
    assert json.loads(written[len(head) : -len(tail) - 1]) == after


def encoded(value, in_ascii):
    return json.dumps(value, ensure_ascii=in_ascii).encode("utf-8", "surrogatepass")


def member(key, value, in_ascii):
    return encoded(key, in_ascii) + b": " + encoded(value, in_ascii)


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (b'{"n":1e400,"text":"a","big":123456789012345678901234567890, "f":1.50}',
         b'{"n":1e400,"text":"b","big":123456789012345678901234567890, "f":1.50}\n'),
        (b'{"text":"x","text":"a"}', b'{"text":"x","text":"b"}\n'),
        (b'{"m":{"text":"a"},"text" :  "a"}', b'{"m":{"text":"a"},"text" :  "b"}\n'),
        (b'{"note":"\\"text\\":\\"a\\"","text":"a"}', b'{"note":"\\"text\\":\\"a\\"","text":"b"}\n'),
        (b'{"my \\"text":"a","text":"a"}', b'{"my \\"text":"a","text":"b"}\n'),
        (b'{"te\\u0078t":"a","n":1}', b'{"text":"b","n":1}\n'),
        (b'{"text":"a","v":NaN}', b'{"text":"b","v":NaN}\n'),
        (b'{"text":"a"}\r', b'{"text":"b"}\r\n'),
    ],
)  # fmt: skip
def test_the_way_a_line_is_written_stays(line, written):
    assert jsonl.line_with("b", document_of(line), "text") == written


def test_a_text_is_escaped_as_the_one_it_replaces():
    assert jsonl.line_with("ü", document_of(b'{"text":"\\u00fc!"}'), "text") == b'{"text":"\\u00fc"}\n'
    assert jsonl.line_with("ü", document_of('{"text":"ü!"}'.encode()), "text") == '{"text":"ü"}\n'.encode()
    assert jsonl.line_with("\ud800", document_of(b'{"text":"\\ud800!"}'), "text") == b'{"text":"\\ud800"}\n'


def test_a_line_whose_text_stays_comes_back_byte_for_byte():
    line = b'{ "text" : "\\u0061\\/" }'
    assert jsonl.line_with("a/", document_of(line), "text") == line + b"\n"


def test_nested_fields():
    line = b'{"page":{"body":"a","nr":7,"web":{"at":"https://post.example/"}},"body":"x"}'
    found = document_of(line, Fields("page.body", "page.nr", "page.web.at"))
    assert (found.text, found.id, found.url) == ("a", 7, "https://post.example/")
    assert jsonl.line_with("b", found, "page.body") == line.replace(b'"a"', b'"b"') + b"\n"


@pytest.mark.parametrize(
    ("record", "url"),
    [
        ({"url": "https://a.example/"}, "https://a.example/"),
        ({"metadata": {"url": "https://b.example/"}}, "https://b.example/"),
        ({"url": 7, "metadata": {"url": "https://b.example/"}}, "https://b.example/"),
        ({"url": 7, "metadata": "none"}, None),
    ],
)
def test_the_address_stands_where_the_field_writes_it(record, url):
    assert document_of(json.dumps({"text": "Rain.", **record}).encode()).url == url


@pytest.mark.parametrize(
    ("line", "reason", "name"),
    [
        (b'{"text": "Rain', "broken JSON", None),
        (b"{} {}", "broken JSON", None),
        (b"[" * 100_000, "broken JSON", None),
        (b'{"id": 3, "text": "\xff"}', "invalid UTF-8", None),
        (b'["text"]', "not a JSON object", None),
        (b'"text"', "not a JSON object", None),
        (b'{"id": 3}', "text missing", 3),
        (b'{"id": "x", "text": null}', "text missing", "x"),
        (b'{"id": "x", "text": ["Rain"]}', "text not a string", "x"),
        (jsonl.TOO_LONG, "line too long", None),
    ],
)
def test_what_is_no_document_is_rejected_with_its_reason(line, reason, name):
    found = document_of(line)
    assert (found.number, found.reason, found.id) == (1, reason, name)
    assert found.detail


def test_blank_lines_are_counted_and_no_records():
    found = list(jsonl.records_of(b'\xef\xbb\xbf{"text":"a"}\n\n  \r\n{"text":"b"}\n', 1, Fields()))
    assert [(document.number, document.text) for document in found] == [(1, "a"), (4, "b")]


@given(st.lists(st.sampled_from([b"", b"a", b"bb", b"\n", b"ccc\ndd\n"])), st.integers(1, 9), st.data())
def test_pieces_are_whole_lines_whatever_the_blocks(parts, target, data):
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    blocks = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    pieces = list(jsonl.pieces_of(blocks, target))
    assert b"".join(piece for _, piece in pieces) == whole
    assert pieces == list(jsonl.pieces_of([whole], target))
    assert all(piece.endswith(b"\n") and len(piece) >= target for _, piece in pieces[:-1])
    assert [first for first, _ in pieces] == [
        1 + sum(piece.count(b"\n") for _, piece in pieces[:at]) for at in range(len(pieces))
    ]


def test_what_came_before_a_damage_is_yielded_before_the_error():
    def blocks():
        yield b"one\ntwo\nth"
        raise InputError("cut")

    pieces = jsonl.pieces_of(blocks(), 5)
    assert [next(pieces), next(pieces)] == [(1, b"one\ntwo\n"), (3, b"th")]
    with pytest.raises(InputError):
        next(pieces)


def test_an_endless_line_is_not_held(monkeypatch):
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 100)
    blocks = [b'{"a":1}\n', *[b"x" * 30] * 20, b'x\n{"b":2}\n']
    joined = b"".join(piece for _, piece in jsonl.pieces_of(blocks, 10))
    assert joined == b'{"a":1}\n' + jsonl.TOO_LONG + b'\n{"b":2}\n'


def test_document_is_what_its_fields_say():
    found = document_of(b'{"text":"a","source":"crawl"}')
    assert isinstance(found, Document)
    assert (found.number, found.id, found.source) == (1, None, "crawl")
