"""From what the command names to a plan: the shards in their order, where each goes, and that nothing is in the way."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..io import columnar
from ..io.documents import Fields, InputError
from ..io.formats import FORMATS, Format, format_of, suffix_of

STDIN = "-"
STATE = ".defurnish"
REPORTS = ("rejected.jsonl", "report.html", "report.json")
DOCUMENTS, ATTRIBUTES, REMOVED = "documents", "attributes/defurnish", "removed"


class PlanError(Exception):
    """A run that cannot begin; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run writes, and how. All of it decides what the output is, byte by byte."""

    fields: Fields = field(default_factory=Fields)
    output: str | None = None
    """Name of the output format; None: as each input."""
    clean: bool = True
    """Whether cleaned documents are written."""
    explain: bool = False
    """Whether standoff attributes are written."""
    removed: bool = False
    """Whether the removed blocks are written."""
    by_site: bool = False
    """Whether the cleaner is told the address of a page, to find the profile of its site."""
    chunk: int = 8 << 20
    """Bytes of input, uncompressed, that are worked on at a time and kept if the run is killed."""


def settings_of(names: tuple[str, str, str | None], **settings: Any) -> Settings:
    """Return the settings with the names of the fields of text, id and address."""
    return Settings(fields=Fields(*names), **settings)


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of the corpus, or the text files of one folder, with the names of what comes of it."""

    name: str
    """As messages name it."""
    path: Path
    format: Format
    output: Format
    size: int
    """Bytes on disk; 0 for standard input."""
    mirrored: str
    """Its name within the output folder, were it of the same format."""
    files: tuple[tuple[str, str], ...] = ()
    """Of text files: path, and the name that it goes by within the folder."""
    targets: tuple[tuple[str, str], ...] = ()
    """What is made of it: (``documents``, path within the output folder) and so on."""


def shards_of(
    inputs: Sequence[str],
    settings: Settings,
    *,
    given: Format | None = None,
    stdin: Format = FORMATS["jsonl"],
    out: Path | None = None,
) -> list[Shard]:
    """Return the shards that the inputs name (files, globs, folders, ``-``), in the order of the inputs.

    ``given`` is the format of every file, whatever its name; ``stdin`` that of standard input. The folder ``out``, if
    it lies within an input, is left out: it holds earlier outcomes. Raises PlanError.
    """
    paths = _paths(inputs, given, out)
    names = _names(paths, [name for name in inputs if os.path.isdir(name)])
    shards, texts = [], []
    for path in paths:
        if path == STDIN:
            shards.append(_shard(STDIN, f"stdin{stdin.suffix}", stdin, settings))
            continue
        held = given or format_of(path)
        if held is None:
            raise PlanError(f"{path}: its name tells no format; name it, as in --input-format jsonl")
        if held.kind == "text":
            texts.append((path, names[path]))
        else:
            shards.append(_shard(path, names[path], held, settings))
    if texts:
        shards.append(_text_shard(inputs, texts, given or format_of(texts[0][0]) or FORMATS["txt"], settings))
    if not shards:
        raise PlanError(f"{', '.join(inputs)}: holds nothing to clean; known are {_known_suffixes()}")
    return _told_apart(shards, settings)


def _paths(inputs: Sequence[str], given: Format | None, out: Path | None) -> list[str]:
    paths: dict[str, str] = {}
    for name in inputs:
        for path in [STDIN] if name == STDIN else _files(name, given, out):
            paths.setdefault(STDIN if path == STDIN else os.path.abspath(path), path)
    return list(paths.values())


def _files(name: str, given: Format | None, out: Path | None) -> Iterator[str]:
    if os.path.isdir(name):
        yield from _files_below(name, given, out)
        return
    if os.path.lexists(name):
        yield name
        return
    found = sorted(glob.glob(name, recursive=True))
    if not found:
        raise PlanError(f"{name}: no such file; check the name")
    for path in found:
        if not os.path.isdir(path):
            yield path


def _files_below(folder: str, given: Format | None, out: Path | None) -> Iterator[str]:
    kept_out = None if out is None else os.path.realpath(out)
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(place, name)) != kept_out
        )  # fmt: skip
        for name in sorted(files):
            if not name.startswith(".") and (given is not None or format_of(name) is not None):
                yield os.path.join(place, name)


def _names(paths: Sequence[str], folders: Sequence[str]) -> dict[str, str]:
    """Return the name of each file within the output folder: its path from what all the inputs have in common."""
    # Without its "..", or a mirrored name would lead out of the folder again.
    places = {path: Path(os.path.abspath(path)) for path in paths if path != STDIN}
    below = [Path(os.path.abspath(folder)) for folder in folders]
    starts = below + [path.parent for path in places.values() if not any(folder in path.parents for folder in below)]
    if not starts:
        return {}
    try:
        common = Path(os.path.commonpath(starts))
    except ValueError as error:
        raise PlanError("the inputs lie on different drives; clean those of one drive at a time") from error
    return {path: place.relative_to(common).as_posix() for path, place in places.items()}


def _shard(path: str, name: str, named: Format, settings: Settings) -> Shard:
    held = _as_it_is(path, named)
    return Shard(
        name="standard input" if path == STDIN else _readable(path),
        path=Path(path),
        format=held,
        output=_output(held, settings, path),
        size=0 if path == STDIN else _size(path),
        mirrored=name,
    )


def _text_shard(inputs: Sequence[str], files: list[tuple[str, str]], held: Format, settings: Settings) -> Shard:
    whole = inputs[0] if len(inputs) == 1 and os.path.isdir(inputs[0]) else None
    name = Path(os.path.abspath(whole)).name if whole else "texts"
    return Shard(
        name=_readable(whole or name),
        path=Path(whole or "."),
        format=held,
        output=_output(held, settings, name),
        size=sum(_size(path) for path, _ in files),
        mirrored=(name or "texts") + held.suffix,
        files=tuple(files),
    )


def _output(held: Format, settings: Settings, name: str) -> Format:
    output = held if settings.output is None else FORMATS[settings.output]
    if not settings.clean:
        return output
    if output.kind in ("warc", "text") and output.kind != held.kind:
        what = "an archive" if output.kind == "warc" else "a text file"
        raise PlanError(f"{name}: {what} has no place for the other fields of a record; choose --format jsonl.zst")
    return output


def _as_it_is(path: str, held: Format) -> Format:
    """Return the format of a file, where its name does not tell all: Arrow files may be streams."""
    if held.kind != "arrow" or path == STDIN or not os.path.getsize(path):
        return held
    return replace(held, stream=columnar.is_stream(Path(path)))


def _size(path: str) -> int:
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size
    except OSError as error:
        raise PlanError(f"{_readable(path)}: cannot be read: {error.strerror}") from error


def _readable(path: str) -> str:
    """Return a path as text; of one that is no UTF-8 the odd bytes as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _told_apart(shards: list[Shard], settings: Settings) -> list[Shard]:
    """Return the shards with their targets; where two of them would meet, the whole old name stays in the new one."""
    short = [replace(shard, targets=_targets(shard, settings, whole_name=False)) for shard in shards]
    taken = Counter(target for shard in short for _, target in shard.targets)
    named = [
        shard
        if all(taken[target] == 1 for _, target in shard.targets)
        else replace(shard, targets=_targets(shard, settings, whole_name=True))
        for shard in short
    ]
    seen: dict[str, str] = {}
    for shard in named:
        for _, target in shard.targets:
            if target in seen:
                raise PlanError(f"{seen[target]} and {shard.name} would both become {target}; clean them one by one")
            seen[target] = shard.name
    return named


def _targets(shard: Shard, settings: Settings, *, whole_name: bool) -> tuple[tuple[str, str], ...]:
    name = shard.mirrored
    stem = name if whole_name else name[: len(name) - len(suffix_of(name) or "")]
    same = shard.format.name == shard.output.name
    # Dolma finds the attributes of a shard under the name of the shard.
    beside = name if shard.format.kind == "lines" else f"{stem}.jsonl.gz"
    parts = []
    if settings.clean:
        parts.append((DOCUMENTS, f"{DOCUMENTS}/{name if same else stem + shard.output.suffix}"))
    if settings.explain:
        parts.append((ATTRIBUTES, f"{ATTRIBUTES}/{beside}"))
    if settings.removed:
        parts.append((REMOVED, f"{REMOVED}/{beside}"))
    return tuple(parts)


def outcomes(shards: Iterable[Shard]) -> Iterator[str]:
    """Yield every file that a run makes, within its output folder."""
    for shard in shards:
        for part, target in shard.targets:
            if part == DOCUMENTS and shard.output.kind == "text":
                yield from (f"{DOCUMENTS}/{name}" for _, name in shard.files)
            else:
                yield target
    yield from REPORTS


def check_targets(shards: Sequence[Shard], out: Path, *, overwrite: bool) -> None:
    """Raise PlanError if the run would write over an input, or over what is there without being asked to."""
    inputs = {}
    for shard in shards:
        for path in [path for path, _ in shard.files] or [str(shard.path)]:
            with suppress(OSError):  # standard input
                status = os.stat(path)
                inputs[status.st_dev, status.st_ino] = path
    there = []
    for target in outcomes(shards):
        with suppress(FileNotFoundError, NotADirectoryError):
            status = os.stat(out / target)
            if (status.st_dev, status.st_ino) in inputs:
                raise PlanError(f"{out / target}: is an input; an input is never overwritten, choose another -o")
            there.append(target)
    if there and not overwrite:
        more = f" and {len(there) - 1:,} more" if len(there) > 1 else ""
        raise PlanError(f"{out / there[0]}{more}: is there already; --overwrite replaces it, or choose another -o")


def check_columns(shards: Iterable[Shard], fields: Fields) -> None:
    """Raise PlanError for a file whose columns hold no text where it is looked for; damaged ones the run reports."""
    for shard in shards:
        if shard.format.kind in ("parquet", "arrow") and shard.path != Path(STDIN):
            try:
                schema = columnar.schema_of(shard.path, shard.name)
            except InputError:
                continue
            try:
                columnar.check_text(schema, fields, shard.name)
            except InputError as error:
                raise PlanError(str(error)) from error


def _known_suffixes() -> str:
    return ", ".join(dict.fromkeys(held.suffix for held in FORMATS.values()))
