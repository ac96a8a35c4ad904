"""What the package removed from a text, in the few facts that the benchmarks look at.

As a script (``python -m benchmarks.removals TEXTS OUT``) it does so in a process of its own, for a version of
the package that PYTHONPATH names: TEXTS has one JSON string a line, OUT gets one JSON list of removals a
line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Removed:
    """A removed stretch of a text; ``rules`` are the ids of its evidence, the strongest first."""

    start: int
    end: int
    text: str
    family: str
    reason: str
    rules: tuple[str, ...]

    @property
    def rule(self) -> str:
        """The rule that a removal is put down to; one without evidence goes by its reason."""
        return self.rules[0] if self.rules else f"({self.reason})"


Remover: TypeAlias = Callable[[str], list[Removed]]


def removed_from(result: Any) -> list[Removed]:
    """Return the removals of a result of ``analyze``.

    The result is taken as it comes, without its type: it may be of another version of the package.
    """
    found = []
    for removal in result.removed:
        # Stable: among equals the order of the evidence stays.
        evidence = sorted(removal.evidence, key=lambda one: one.strength != "strong")
        rules = tuple(dict.fromkeys(str(one.rule) for one in evidence))
        span = removal.span
        found.append(Removed(span.start, span.end, removal.text, removal.family, removal.reason, rules))
    return found


def load_remover() -> Remover:
    """Return the installed package's answer to what it would remove from a text."""
    from defurnish import analyze

    return lambda text: removed_from(analyze(text))


def to_line(removals: list[Removed]) -> str:
    """Return the removals of one text as a line of JSON."""
    return json.dumps([astuple(one) for one in removals])


def from_line(line: str) -> list[Removed]:
    """Return the removals that a line of JSON holds."""
    return [
        Removed(start, end, text, family, reason, tuple(rules))
        for start, end, text, family, reason, rules in json.loads(line)
    ]


def main() -> None:
    """Run over a file of texts."""
    texts, out = map(Path, sys.argv[1:3])
    remover = load_remover()
    with texts.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as answers:
        for line in lines:
            answers.write(to_line(remover(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
