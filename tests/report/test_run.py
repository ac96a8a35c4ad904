"""The report of a run: what its two files hold, and that no text of the corpus can break them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("jinja2", reason="the run report needs jinja2: pip install 'defurnish[corpus]'")

from defurnish import FAMILIES, analyze
from defurnish.report.run import _look_again, _number, _percent, _short, _size, report_dict, write_report
from defurnish.report.tally import Tally

from .made import BODY, tally_of

DOCS = Path(__file__).parents[2] / "docs" / "report.md"
ABOUT = {
    "version": "1.2.3",
    "inputs": ["a.jsonl", "b.jsonl"],
    "seconds": 12.5,
    "workers": 2,
    "options": {
        "fields": {"text": "body", "id": "key"},
        "keep": frozenset({"credit"}),
        "repair": True,
        "out": Path("o"),
    },
}
SHARE = ("Share this article", "engage", "alone", ["en/engage/share"])
FIFTEEN = " ".join(["Marta", "says", "so"] * 5) + "."
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page, with its text; fails where a tag is not closed in its order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], Counter(), [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else None, data))

    @property
    def text(self):
        return " ".join(" ".join(data for tag, data in self.texts if tag not in ("style", "script")).split())


def written(folder, tally, about=ABOUT):
    """Return the data and the parsed page of a report."""
    write_report(folder, tally, about=about)
    html = (folder / "report.html").read_text(encoding="utf-8")
    return json.loads((folder / "report.json").read_text(encoding="utf-8")), Page(html), html


CLUB = (FIFTEEN, "promo", "company", ["~en/promo/club"])


def small_run():
    tally = tally_of(
        ("1", "https://post.example/1", "a.jsonl", [BODY * 20, SHARE]),
        ("2", "https://post.example/2", "b.jsonl", [BODY, SHARE, BODY, CLUB, BODY]),
        ("3", "https://quiet.example/", "b.jsonl", [BODY]),
    )  # fmt: skip
    tally.reject(source="b.jsonl", reason="text missing")
    return tally


HOSTILE = [
    "<script>alert(1)</script> Copyright © 2024 The Post. All rights reserved.",
    "Copyright © 2024 </bdi></td></table></style></script><img src=x onerror=alert(1)> --> ]]>. All rights reserved.",
    'Copyright © 2024 {{ 7 * 7 }} {% raw %} " onload="alert(1). All rights reserved.',
    "Copyright © 2024 \x00\x07\x1b[31m\x7f\x85\x9b. All rights reserved.",
    "Copyright © 2024 \u202eevil\u2066 \u202d. All rights reserved.",
    "Copyright © 2024 \ud800 lone \udfff \ufffe. All rights reserved.",
    "Copyright © 2024 " + "W" * 5000 + ". All rights reserved.",
    "Copyright © 2024 شركة النشر 👩‍👩‍👧‍👦. All rights reserved.",
]


def hostile_run():
    tally = Tally()
    for text in HOSTILE:
        before = f"{BODY}\n\n{text}\n\n{BODY}\n"
        result = analyze(before)
        assert result.removed
        tally.add(id=text, url=f"https://{text}/", source=text + ".jsonl", before=before, result=result)
        tally.reject(source=text, reason=text)
    more = tally_of(
        *((text, None, text, [BODY, (f"{text} {FIFTEEN}", "promo", "company", ["~" + text]), BODY]) for text in HOSTILE)
    )
    tally.merge(more)
    return tally


def test_the_keys_and_figures_of_report_json(tmp_path):
    data, _, _ = written(tmp_path, small_run())
    assert list(data) == [
        "report_version", "about", "verdict", "totals", "families", "rules", "reasons", "share_per_document",
        "suspects", "frequent_blocks", "documents", "sites", "rejected",
    ]  # fmt: skip
    assert data["report_version"] == 1
    assert data["about"] == {**ABOUT, "options": {**ABOUT["options"], "keep": ["credit"], "out": "o"}}
    words = 20 * 23 - 19 + 3 + 3 * 23 + 3 + 15 + 23
    assert data["totals"] == {
        "documents": 3, "documents_changed": 2, "documents_with_removals": 2, "documents_spared": 0,
        "words_before": words, "words_removed": 21, "words_after": words - 21, "share_removed": 21 / words,
        "code_points_before": 21 * 113 + 3 * 113 + 2 * 18 + 70 + 8, "code_points_after": 24 * 113 + 5,
        "bytes_before": 21 * 113 + 3 * 113 + 2 * 18 + 70 + 8, "bytes_after": 24 * 113 + 5,
        "blocks_removed": 3, "prose_cases": 1, "suspicious_cases": 1, "rejected": 1,
    }  # fmt: skip
    assert [family["name"] for family in data["families"]][:2] == ["promo", "engage"]
    assert {family["name"] for family in data["families"]} == set(FAMILIES)
    assert data["families"][1] == {
        "name": "engage", "documents": 2, "blocks": 2, "words": 6, "suspicious_cases": 0, "share": 6 / words,
    }  # fmt: skip
    assert [(rule["name"], rule["words"]) for rule in data["rules"]] == [("en/promo/club", 15), ("en/engage/share", 6)]
    assert [(reason["name"], reason["blocks"]) for reason in data["reasons"]] == [("company", 1), ("alone", 2)]
    assert sum(row["documents"] for row in data["share_per_document"]) == 3
    assert data["share_per_document"][:2] == [
        {"over": 0, "up_to": 0, "documents": 1},
        {"over": 0, "up_to": 0.01, "documents": 1},
    ]
    assert [(case["id"], case["suspicious"], case["seen"]) for case in data["suspects"]] == [("2", True, 1)]
    assert data["frequent_blocks"]["exact"] is True
    assert data["frequent_blocks"]["blocks"][0] == {
        "normalized": "share this article", "count": 2, "missed_at_most": 0, "words": 6, "families": {"engage": 2},
        "rules": ["en/engage/share"], "example": "Share this article", "id": "1", "source": "a.jsonl",
    }  # fmt: skip
    assert [entry["id"] for entry in data["documents"]["by_share"]] == ["2", "1"]
    assert data["sites"]["by_words"] == [
        {
            "site": "post.example", "documents": 2, "words": words - 23, "words_removed": 21,
            "share_removed": 21 / (words - 23), "exact": True,
        }
    ]  # fmt: skip
    assert data["rejected"] == {
        "reasons": {"text missing": 1},
        "exact": True,
        "sources": [{"source": "b.jsonl", "records": 1, "missed_at_most": 0, "reasons": {"text missing": 1}}],
    }


def test_checks_say_what_a_person_should_look_at(tmp_path):
    data, page, _ = written(tmp_path, small_run())
    assert [(check["name"], check["count"], check["passed"]) for check in data["verdict"]["checks"]] == [
        ("read", 1, False),
        ("little_lost", 21, True),
        ("few_lost_much", 1, False),
        ("little_suspicious", 1, False),
        ("few_spared", 0, True),
    ]
    assert data["verdict"]["passed"] is False
    assert "Look closer: 3 of 5 checks did not pass." in page.text


def test_a_quiet_run_says_so(tmp_path):
    data, page, _ = written(tmp_path, tally_of(("1", None, "a", [BODY * 9, SHARE])))
    assert data["verdict"]["passed"] is True
    assert "Nothing stands out." in page.text
    assert "No removal looks suspicious. No record was rejected." in page.text


def test_the_page_shows_what_a_person_needs(tmp_path):
    _, page, _ = written(tmp_path, small_run())
    for shown in (
        "3 documents", "defurnish 1.2.3", "12.5 s with 2 workers", FIFTEEN, "no strong rule of its own",
        "amid the body", "en/promo/club", "Share this article", "post.example", "text missing", "a.jsonl, b.jsonl",
        "defurnish explain -",
    ):  # fmt: skip
        assert shown in page.text


def test_the_page_names_the_fields_of_the_run(tmp_path):
    _, page, _ = written(tmp_path, small_run())
    assert """cat b.jsonl | jq -r 'select(.["key"] == "2") | .["body"]' | defurnish explain -""" in page.text


def test_an_empty_run(tmp_path):
    data, page, _ = written(tmp_path, Tally(), about={})
    assert data["totals"]["share_removed"] == 0
    assert data["verdict"]["passed"] is True
    assert "No document was cleaned. No record was rejected." in page.text


def test_a_run_whose_records_were_all_rejected(tmp_path):
    tally = Tally()
    tally.reject(source="a.jsonl", reason="broken JSON")
    tally.reject(source="a.jsonl", reason="broken JSON")
    data, page, _ = written(tmp_path, tally, about={"seconds": 0, "workers": 1})
    assert data["verdict"]["checks"][0] == {
        "name": "read", "question": "Was every record read?", "count": 2, "value": 1.0, "limit": 0.01, "passed": False,
    }  # fmt: skip
    assert "No document was cleaned. 2 records were rejected." in page.text


def test_a_run_that_removed_nothing(tmp_path):
    _, page, _ = written(tmp_path, tally_of(("1", "https://a.example", "a", [BODY])))
    assert "Nothing was removed. No record was rejected." in page.text


def test_hostile_texts_add_no_element_and_stay_readable(tmp_path):
    (tmp_path / "quiet").mkdir()
    (tmp_path / "hostile").mkdir()
    _, quiet, _ = written(tmp_path / "quiet", small_run())
    data, page, html = written(tmp_path / "hostile", hostile_run(), about={"inputs": HOSTILE, "<b>": HOSTILE[1]})
    assert set(page.tags) == set(quiet.tags)
    assert page.tags["script"] == 1
    assert {name for _, name, _ in page.attributes} == {name for _, name, _ in quiet.attributes}
    assert "<script>alert(1)</script> Copyright" in page.text
    assert "{{ 7 * 7 }} {% raw %}" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", html)
    assert any(block["example"].startswith("<script>") for block in data["frequent_blocks"]["blocks"])


def test_the_page_needs_nothing_from_outside_and_runs_no_script_but_its_own(tmp_path):
    _, page, html = written(tmp_path, hostile_run())
    attributes = [(name, value or "") for _, name, value in page.attributes]
    assert {name for name, _ in attributes} & {"src", "srcset", "style", "action", "poster", "data"} == set()
    assert [value for name, value in attributes if name == "href" and not value.startswith("#")] == []
    assert [name for name, _ in attributes if name.startswith("on")] == []
    assert not re.search(r"@import|url\(", next(data for tag, data in page.texts if tag == "style"))
    (script,) = [data for tag, data in page.texts if tag == "script"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in html.replace("&#39;", "'")


def test_the_page_can_be_read_by_all(tmp_path):
    _, page, html = written(tmp_path, small_run())
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for tag, name, value in page.attributes if name == "href"} <= set(ids)
    assert page.tags["th"] == sum(name == "scope" for tag, name, _ in page.attributes if tag == "th")
    assert page.tags["svg"] == sum(name == "aria-label" for tag, name, _ in page.attributes if tag == "svg") == 3
    assert page.tags["h1"] == 1
    assert ("html", "lang", "en") in page.attributes
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "print"])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("ink", "page"), ("ink", "panel"), ("ink", "soft"), ("muted", "page"), ("muted", "panel"), ("muted", "soft"),
        ("accent", "panel"), ("good", "panel"), ("look", "panel"), ("look", "look-soft"), ("gone-ink", "gone"),
    ],
)  # fmt: skip
def test_text_has_the_contrast_that_wcag_asks_for(tmp_path, theme, ink, paper):
    _, page, _ = written(tmp_path, Tally())
    style = next(data for tag, data in page.texts if tag == "style")
    block = re.findall(r":root \{(.*?)\}", style, re.S)[theme]
    full = {name: 2 * value if len(value) == 3 else value for name, value in re.findall(r"--([\w-]+): #(\w+)", block)}
    one, two = sorted((luminance("#" + full[name]) for name in (ink, paper)), reverse=True)
    assert (one + 0.05) / (two + 0.05) >= 4.5


def test_the_same_run_writes_the_same_bytes(tmp_path):
    written(tmp_path, small_run())
    first = [(tmp_path / name).read_bytes() for name in ("report.html", "report.json")]
    written(tmp_path, Tally.from_dict(json.loads(json.dumps(small_run().to_dict()))))
    assert first == [(tmp_path / name).read_bytes() for name in ("report.html", "report.json")]


def test_a_report_that_cannot_be_written_leaves_nothing_half_written(tmp_path):
    (tmp_path / "report.json").write_text("the one before")
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OSError, match=r"report\.html"):
        write_report(tmp_path, small_run(), about=ABOUT)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]
    assert json.loads((tmp_path / "report.json").read_text())["totals"]["documents"] == 3


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("in/a.jsonl", """cat in/a.jsonl | jq -r 'select(.["id"] == "7") | .["text"]' | defurnish explain -"""),
        (
            "a b.jsonl.gz",
            """gzip -dc 'a b.jsonl.gz' | jq -r 'select(.["id"] == "7") | .["text"]' | defurnish explain -""",
        ),
        ("a.jsonl.zst", """zstd -dc a.jsonl.zst | jq -r 'select(.["id"] == "7") | .["text"]' | defurnish explain -"""),
        ("pages/7.txt", "defurnish explain pages/7.txt"),
        ("7.md", "defurnish explain 7.md"),
        (
            "a.parquet",
            """duckdb -noheader -list -c 'select "text" from '"'"'a.parquet'"'"' where "id" = '"'"'7'"'"'' """
            "| defurnish explain -",
        ),
        ("a.warc.wet.gz", None),
        ("a.arrow", None),
        ("standard input", None),
    ],
)
def test_how_to_see_a_document_again(source, command):
    assert _look_again(source, "7", {}) == command


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq: apt-get install jq")
def test_the_command_finds_the_document(tmp_path):
    name = 'it\'s "7" $(x)'
    shard = tmp_path / "a b.jsonl"
    shard.write_text("".join(json.dumps({"key": key, "body": key * 2}) + "\n" for key in ("1", name)))
    command = _look_again(str(shard), name, {"fields": {"text": "body", "id": "key", "url": None}})
    shown = subprocess.run(
        command.removesuffix(" | defurnish explain -"), shell=True, capture_output=True, text=True, check=True
    )
    assert shown.stdout == name * 2 + "\n"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (_number(6055284), "6,055,284"), (_number(0.25), "0.2"), (_percent(0), "0 %"), (_percent(1), "100 %"),
        (_percent(0.01331), "1.33 %"), (_percent(0.12345), "12.3 %"), (_percent(0.00001), "< 0.01 %"),
        (_size(999), "999 bytes"), (_size(39_422_857), "39.4 MB"), (_short(999), "999"), (_short(1569), "1.6k"),
        (_short(999_600), "1.0M"), (_short(12_000_000_000), "12G"),
    ],
)  # fmt: skip
def test_figures_read_well(told, expected):
    assert told == expected


def test_the_script_of_the_docs_shows_a_document_again(tmp_path, monkeypatch, capsys):
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'defurnish[corpus]'")
    table = pyarrow.table({"id": ["1", "ID"], "text": ["Rain.\n", f"{BODY}\n\nShare this article\n"]})
    with pyarrow.ipc.new_file(tmp_path / "SHARD.arrow", table.schema) as writer:
        writer.write_table(table)
    (script,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    monkeypatch.chdir(tmp_path)
    exec(script, {})
    assert capsys.readouterr().out.endswith(" Share this article\n")


def keys_of(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from keys_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)


def test_every_key_is_documented():
    report = report_dict(small_run(), about={})
    ours = set(keys_of({**report, "rejected": {**report["rejected"], "reasons": {}, "sources": [
        {**source, "reasons": {}} for source in report["rejected"]["sources"]
    ]}})) - set(FAMILIES)  # fmt: skip
    told = DOCS.read_text(encoding="utf-8")
    assert sorted(key for key in ours if f"`{key}`" not in told) == []
