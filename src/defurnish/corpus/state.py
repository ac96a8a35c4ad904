"""What a run keeps beside its output until it is finished, so that a killed one goes on where it was.

``OUT/.defurnish/run.json`` says which run this is. ``state.json`` says which shards are whole, with all that was
counted in them; ``parts/`` holds the chunks of the others. Each is written aside and renamed, in this order: a shard
gets its name, the state says so, its parts go. Whatever comes between, the next run finds enough to do the rest again.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..report.tally import Tally
from .plan import STATE, PlanError


@dataclass(slots=True)
class Progress:
    """How far a run is, as its state says."""

    shards: int = 0
    """Shards that are whole, from the first on."""
    rejected: int = 0
    """Bytes of the list of rejected records that belong to them."""
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return how the run that was begun differs from the one that is asked for; None if it is the same.

    >>> run = {"release": "1.0", "options": {"keep": []}, "inputs": [["a.jsonl", 7, 1]]}
    >>> difference(run, {**run, "options": {"keep": ["credit"]}})
    'keep was [], and is ["credit"] now'
    """
    if old["release"] != new["release"]:
        return f"release {old['release']} began it, and this is {new['release']}"
    for name, value in new["options"].items():
        if old["options"].get(name) != value:
            return f"{name} was {json.dumps(old['options'].get(name))}, and is {json.dumps(value)} now"
    before, after = ({item[0]: item for item in told["inputs"]} for told in (old, new))
    for name in [*after, *before]:
        if (name in before) != (name in after):
            return f"{name} was {'one' if name in before else 'none'} of its inputs"
    if list(before) != list(after):
        return "its inputs came in another order"
    for name, item in after.items():
        if before[name] != item:
            return f"{name} was changed since"
    return None


class State:
    """The folder of a run that is under way."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.folder = out / STATE
        self.parts = self.folder / "parts"
        self.joining = self.folder / "joining"
        self.rejected = self.folder / "rejected.jsonl"
        self._lock: BinaryIO | None = None

    def there(self) -> dict[str, Any] | None:
        """Return what the last run in this folder was; None if there was none."""
        try:
            told: dict[str, Any] = json.loads((self.folder / "run.json").read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError as error:
            raise PlanError(f"{self.folder / 'run.json'}: is damaged; --overwrite begins anew") from error
        return told

    def hold(self) -> None:
        """Keep others out of this folder as long as this process lives. Raises PlanError if another is in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PlanError(f"{self._out}: another run is writing here; wait for it, or choose another -o") from error

    def release(self) -> None:
        """Let others in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def begin(self, told: Mapping[str, Any]) -> None:
        """Begin anew, and write down which run this is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in (self.parts, self.joining):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("run.json", "state.json", "rejected.jsonl"):
            (self.folder / name).unlink(missing_ok=True)
        self.parts.mkdir(parents=True)
        self._write("run.json", told)

    def load(self) -> Progress:
        """Return how far the run is, and forget what came after."""
        shutil.rmtree(self.joining, ignore_errors=True)
        self.parts.mkdir(parents=True, exist_ok=True)
        progress = Progress()
        with suppress(FileNotFoundError):
            told = json.loads((self.folder / "state.json").read_bytes())
            progress = Progress(**{**told, "tally": Tally.from_dict(told["tally"])})
        with self.rejected.open("ab") as file:
            file.truncate(progress.rejected)
        for path in self.parts.iterdir():
            if int(path.name) < progress.shards:
                shutil.rmtree(path, ignore_errors=True)
        return progress

    def save(self, progress: Progress) -> None:
        """Write down how far the run is."""
        told = {name: getattr(progress, name) for name in Progress.__slots__}
        self._write("state.json", {**told, "tally": progress.tally.to_dict()})

    def finish(self, told: Mapping[str, Any]) -> None:
        """Put the list of rejected records in its place, and leave only the note that the run is finished."""
        aside = self.folder / "rejected.aside"
        shutil.copyfile(self.rejected, aside)
        os.replace(aside, self._out / "rejected.jsonl")
        self._write("run.json", told)
        self.tidy()

    def tidy(self) -> None:
        """Remove what a finished run needs no more."""
        for path in (self.parts, self.joining):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("state.json", "rejected.jsonl", "lock"):
            (self.folder / name).unlink(missing_ok=True)

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        aside = self.folder / f"{name}.aside"
        with aside.open("w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, self.folder / name)
