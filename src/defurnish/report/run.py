"""Writes the report of a corpus run: ``report.json`` for machines, ``report.html`` for the person who has to trust it.

The page is one file without external resources. All that it shows of the corpus is hostile until escaped: Jinja2
escapes every value, control and direction characters are shown or dropped, and the page's own policy lets no script
run but the one that sorts and filters its tables.
"""

from __future__ import annotations

import json
import math
import os
import shlex
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..model import FAMILIES
from .tally import EDGES, Tally, Went

REPORT_VERSION = 1

BLOCKS_TOLD = 200
SITES_TOLD = 100
SOURCES_TOLD = 100
# In a table of frequent blocks, where the beginning is enough to know a block again.
EXCERPT_SHOWN = 160
# A site of a few lines has no share worth ranking.
SITE_WORDS = 1_000

# What runs over real articles stay under, by a wide margin: of 3,140 texts of four extractors 1.3 % of the words went,
# 1.2 % of the texts lost more than a fifth, 0.4 % were spared, and 0.8 % held a suspicious case.
LARGE_SHARE_OF_WORDS = 0.10
FIFTH = 20
LARGE_SHARE_OVER_A_FIFTH = 0.05
LARGE_SHARE_SPARED = 0.02
LARGE_SHARE_SUSPICIOUS = 0.02
LARGE_SHARE_REJECTED = 0.01

_VISIBLE = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}
_VISIBLE |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD) | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
# Embeddings, overrides and isolates would reorder the page around the text; each text is isolated by its element.
_DIRECTIONS: dict[int, None] = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SHOWN: dict[int, int | None] = {**_VISIBLE, **_DIRECTIONS, 0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}


class Check(TypedDict):
    """One question to the run: ``value`` of the documents, words or records, and the ``limit`` it should not pass."""

    name: str
    question: str
    count: int
    value: float
    limit: float
    passed: bool


def write_report(folder: Path, tally: Tally, *, about: Mapping[str, Any]) -> None:
    """Write ``report.json`` and ``report.html`` into a folder that exists, each aside first and then renamed.

    ``about`` tells of the run what the tally does not know: ``version``, ``options``, ``inputs``, ``seconds``,
    ``workers``; other keys are shown as they are. ``options["fields"]`` names the fields ``text`` and
    ``id``. Raises OSError if a file cannot be written; none is half-written.
    """
    report = report_dict(tally, about=about)
    data = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    _write_aside(folder / "report.json", data)
    _write_aside(folder / "report.html", page(report))


def report_dict(tally: Tally, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report as a dictionary of JSON types; docs/report.md tells every key."""
    totals = asdict(tally.totals)
    words, removed = totals["words_before"], totals["words_removed"]
    totals["words_after"] = words - removed
    totals["share_removed"] = _share(removed, words)
    checks = _checks(tally)
    return {
        "report_version": REPORT_VERSION,
        "about": _plain(about),
        "verdict": {"passed": all(check["passed"] for check in checks), "checks": checks},
        "totals": totals,
        "families": _took(tally.families, FAMILIES, words),
        "rules": _took(tally.rules, (), words),
        "reasons": _took(tally.reasons, (), words),
        "share_per_document": [
            {"over": EDGES[number - 1] / 100 if number else 0, "up_to": edge / 100, "documents": count}
            for number, (edge, count) in enumerate(zip(EDGES, tally.histogram, strict=True))
        ],
        "suspects": _suspects(tally),
        "frequent_blocks": {
            "exact": tally.blocks.bound == 0,
            "unlisted_at_most": tally.blocks.bound,
            "blocks": _frequent_blocks(tally),
        },
        "documents": {
            "by_share": [_with_share(entry) for entry in tally.by_share.listed()],
            "by_words": [_with_share(entry) for entry in tally.by_words.listed()],
        },
        "sites": _sites(tally),
        "rejected": {
            "reasons": _by_count(tally.reject_reasons),
            "exact": tally.rejects.bound == 0,
            "sources": [
                {
                    "source": source,
                    "records": count.weight,
                    "missed_at_most": count.missed,
                    "reasons": _by_count(count.reasons),
                }
                for source, count in tally.rejects.heaviest()[:SOURCES_TOLD]
            ],
        },
    }


def page(report: Mapping[str, Any]) -> str:
    """Return the HTML page of a report that :func:`report_dict` made."""
    environment = Environment(
        loader=PackageLoader("defurnish.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": _duration, "excerpt": _excerpt, "number": _number, "percent": _percent, "short": _short,
        "shown": _shown, "size": _size, "squeezed": _squeezed,
    }  # fmt: skip
    environment.globals |= {"log": math.log, "look_again": _look_again, "told": _told}
    script = (Path(__file__).parent / "page" / "run.js").read_text(encoding="utf-8")
    policy = b64encode(sha256(script.encode()).digest()).decode()
    return environment.get_template("run.html.j2").render(report=report, script=script, policy=policy)


def _checks(tally: Tally) -> list[Check]:
    totals = tally.totals
    over = sum(count for edge, count in zip(EDGES, tally.histogram, strict=True) if edge > FIFTH)
    documents = totals.documents
    asked = (
        ("read", "Was every record read?", totals.rejected, documents + totals.rejected, LARGE_SHARE_REJECTED),
        (
            "little_lost", "Is what went a small part of all words?", totals.words_removed, totals.words_before,
            LARGE_SHARE_OF_WORDS,
        ),
        ("few_lost_much", "Did few documents lose more than a fifth?", over, documents, LARGE_SHARE_OVER_A_FIFTH),
        (
            "little_suspicious", "Are suspicious removals rare?", totals.suspicious_cases, documents,
            LARGE_SHARE_SUSPICIOUS,
        ),
        (
            "few_spared", "Are texts that are all furniture rare?", totals.documents_spared, documents,
            LARGE_SHARE_SPARED,
        ),
    )  # fmt: skip
    return [
        Check(
            name=name, question=question, count=count, value=_share(count, of), limit=limit,
            passed=_share(count, of) <= limit,
        )
        for name, question, count, of, limit in asked
    ]  # fmt: skip


def _took(taken: Mapping[str, Went], names: Iterable[str], words: int) -> list[dict[str, Any]]:
    """Return what each name took, most words first; the given names are there even if they took nothing."""
    known = {**dict.fromkeys(names, Went()), **taken}
    ranked = sorted(known.items(), key=lambda item: (-item[1].words, -item[1].blocks, item[0]))
    return [{"name": name, **asdict(went), "share": _share(went.words, words)} for name, went in ranked]


def _suspects(tally: Tally) -> list[dict[str, Any]]:
    found = []
    for entry in tally.suspects.listed():
        seen = tally.blocks.entries.get(entry["key"])
        shown = {key: value for key, value in entry.items() if key != "key"}
        found.append({**shown, "seen": seen.weight if seen else None})
    return found


def _frequent_blocks(tally: Tally) -> list[dict[str, Any]]:
    return [
        {
            "normalized": key,
            "count": count.weight,
            "missed_at_most": count.missed,
            "words": count.words,
            "families": _by_count(count.families),
            "rules": count.rules,
            "example": count.example,
            "id": count.id,
            "source": count.source,
        }
        for key, count in tally.blocks.heaviest()[:BLOCKS_TOLD]
    ]


def _sites(tally: Tally) -> dict[str, Any]:
    sites: list[dict[str, Any]] = [
        {
            "site": site,
            "documents": count.documents,
            "words": count.words,
            "words_removed": count.words_removed,
            "share_removed": _share(count.words_removed, count.words),
            "exact": count.missed == 0,
        }
        for site, count in tally.sites.heaviest()
        if count.words_removed
    ]
    large = [site for site in sites if site["words"] >= SITE_WORDS]
    return {
        "exact": tally.sites.bound == 0,
        "by_words": sorted(sites, key=lambda site: (-site["words_removed"], site["site"]))[:SITES_TOLD],
        "by_share": sorted(large, key=lambda site: (-site["share_removed"], site["site"]))[:SITES_TOLD],
    }


def _with_share(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "share_removed": _share(entry["words_removed"], entry["words"])}


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _plain(value: Any) -> Any:
    """Return a value in JSON types; what is none is told by its name."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _write_aside(target: Path, text: str) -> None:
    aside = target.with_name(f".{target.name}.aside")
    try:
        # Names of files may hold bytes that are no UTF-8; the corpus' own texts have none any more.
        aside.write_bytes(text.encode("utf-8", "replace"))
        os.replace(aside, target)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _percent(share: float) -> str:
    percent = 100 * share
    if percent == 0 or percent >= 10:
        return f"{percent:.0f} %" if percent in (0, 100) else f"{percent:.1f} %"
    return f"{percent:.2f} %" if percent >= 0.01 else "< 0.01 %"


def _size(count: int) -> str:
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB", "PB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{count:,} bytes" if units[0] == "bytes" else f"{size:.1f} {units[0]}"


def _short(count: int) -> str:
    """Return a count in at most four characters, as the columns of a chart have room for."""
    if count < 1000:
        return str(count)
    size = float(count)
    for unit in ("k", "M", "G"):
        size /= 1000
        if size < 999.5:
            return f"{size:.1f}{unit}" if size < 9.95 else f"{size:.0f}{unit}"
    return f"{size / 1000:.0f}T"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _squeezed(text: str) -> str:
    """Return a text without the blank lines and the indentation that would only take room."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT_SHOWN else text[: EXCERPT_SHOWN - 2] + " …"


def _shown(text: object) -> str:
    """Return a text whose control characters are visible and whose direction marks are gone."""
    return str(text).translate(_SHOWN)


def _told(value: Any) -> str:
    """Return an option as a person reads it."""
    if value is None or value == [] or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_told(item)}" for key, item in value.items())
    return str(value)


_UNPACK = {".jsonl": "cat", ".json": "cat", ".ndjson": "cat", ".gz": "gzip -dc", ".zst": "zstd -dc"}


def _look_again(source: str, name: str, options: Mapping[str, Any]) -> str | None:
    """Return the command that shows one document with what went; None for a form that has no one-line command."""
    fields = options.get("fields") or {}
    path, text, key = shlex.quote(source), fields.get("text") or "text", fields.get("id") or "id"
    suffixes = Path(source).suffixes
    if suffixes[-1:] in ([".txt"], [".md"]):
        return f"defurnish explain {path}"
    if suffixes[-1:] == [".parquet"]:
        query = f"select {_sql_name(text)} from '{_sql(source)}' where {_sql_name(key)} = '{_sql(name)}'"
        return f"duckdb -noheader -list -c {shlex.quote(query)} | defurnish explain -"
    if {".jsonl", ".json", ".ndjson"} & set(suffixes) and suffixes[-1] in _UNPACK:
        wanted = shlex.quote(f"select(.[{json.dumps(key)}] == {json.dumps(name)}) | .[{json.dumps(text)}]")
        return f"{_UNPACK[suffixes[-1]]} {path} | jq -r {wanted} | defurnish explain -"
    return None


def _sql(value: str) -> str:
    return value.replace("'", "''")


def _sql_name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
