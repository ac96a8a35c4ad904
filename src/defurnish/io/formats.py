"""The file formats of a corpus, and how a name or the first bytes of a file tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["lines", "parquet", "arrow", "warc", "text"]
"""JSON lines; the columnar ones; web archives; and a folder in which each file is a document."""
Compression: TypeAlias = Literal["none", "gz", "zst"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write documents into files, with the suffix that names it."""

    name: str
    suffix: str
    kind: Kind
    compression: Compression = "none"
    stream: bool = False
    """Of Arrow IPC: the stream format, which can only be read from its start, and which Hugging Face datasets cache."""


_PACKED: tuple[tuple[str, Compression], ...] = (("", "none"), (".gz", "gz"), (".zst", "zst"))

FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        *(Format(f"jsonl{end}", f".jsonl{end}", "lines", packed) for end, packed in _PACKED),
        Format("parquet", ".parquet", "parquet"),
        Format("arrow", ".arrow", "arrow"),
        Format("arrows", ".arrows", "arrow", stream=True),
        Format("wet", ".warc.wet", "warc"),
        Format("wet.gz", ".warc.wet.gz", "warc", "gz"),
        Format("warc", ".warc", "warc"),
        Format("warc.gz", ".warc.gz", "warc", "gz"),
        Format("txt", ".txt", "text"),
        Format("md", ".md", "text"),
    )
}
"""What ``--format`` and ``--input-format`` name."""

# Longest first: ".warc.wet.gz" ends with ".gz" too. Dolma writes JSON lines under ".json.gz", DCLM under ".jsonl.zstd".
_SUFFIXES: dict[str, Format] = dict(
    sorted(
        {
            **{known.suffix: known for known in FORMATS.values()},
            **{f"{base}{end}": FORMATS[f"jsonl{end}"] for base in (".json", ".ndjson", ".jsonl") for end, _ in _PACKED},
            **{f"{base}.zstd": FORMATS["jsonl.zst"] for base in (".json", ".ndjson", ".jsonl")},
            ".wet": FORMATS["wet"],
            ".wet.gz": FORMATS["wet.gz"],
            ".feather": FORMATS["arrow"],
            ".ipc": FORMATS["arrow"],
            ".pq": FORMATS["parquet"],
            ".markdown": FORMATS["md"],
        }.items(),
        key=lambda item: -len(item[0]),
    )
)

_FIRST_BYTES = (
    (b"\x1f\x8b", "jsonl.gz"),
    (b"\x28\xb5\x2f\xfd", "jsonl.zst"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrows"),
    (b"WARC/", "wet"),
)


def suffix_of(name: str) -> str | None:
    """Return the end of a file's name that tells its format, as it is written there; None if none does.

    >>> suffix_of("CC-MAIN-00001.warc.wet.gz"), suffix_of("part-0.JSON.gz"), suffix_of("notes.pdf")
    ('.warc.wet.gz', '.JSON.gz', None)
    """
    found = next((suffix for suffix in _SUFFIXES if name.lower().endswith(suffix)), None)
    return None if found is None else name[len(name) - len(found) :]


def format_of(name: str) -> Format | None:
    """Return the format that a file's name tells, or None.

    >>> format_of("part-0.json.gz").name, format_of("notes.pdf")
    ('jsonl.gz', None)
    """
    suffix = suffix_of(name)
    return None if suffix is None else _SUFFIXES[suffix.lower()]


def format_of_bytes(start: bytes) -> Format:
    """Return the format of a stream without a name, by its first bytes; what is nothing else is taken for JSON lines.

    >>> format_of_bytes(b'{"text": "Rain."}').name, format_of_bytes(b"PAR1").name
    ('jsonl', 'parquet')
    """
    return FORMATS[next((name for magic, name in _FIRST_BYTES if start.startswith(magic)), "jsonl")]
