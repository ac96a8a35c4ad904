"""Looks for inputs that break a promise: bytes that become text, rule files, site profiles.

    python -m benchmarks.fuzz [--seconds 600] [--seed N] [--targets text,rules,profiles] [--out FOLDER]

Inputs are made of pieces (the rules' own examples, fixtures, marks, every kind of line break, raw bytes) and mutated:
bytes flipped, cut, doubled, swapped and spliced, then decoded by a codec that may be the wrong one. What must hold:

- text: ``analyze`` and ``clean`` answer and agree; ``restore()`` gives the text back; spans lie in it; cleaning the
  clean text changes nothing; the result survives JSON; nothing takes more than a second for so few characters;
- rules: a file is used, or refused with :class:`RuleError`; it never fails in any other way;
- profiles: the same with :class:`ProfileError`; what was read is written and read again the same.

A failing input is made as short as it fails and written to ``--out``; the exit code is then 1. The same seed and
number of inputs give the same inputs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:  # run by its path: import from the repository root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.scaling import HOSTILE
from benchmarks.tables import Table, show
from defurnish import Cleaner, Result, RuleError
from defurnish.profiles.toml import ProfileError, dumps, loads
from defurnish.rulebook import Rulebook
from defurnish.rulefile import packaged_rules, parse_rules
from fixtures.reader import annotated, clean_articles

TOO_LONG = 1.0
"""CPU seconds for one input; the longest has some ten thousand characters."""
MOST_PIECES = 24
MOST_MUTATIONS = 6
CODECS = ("utf-8", "utf-8", "utf-8", "latin-1", "cp1252", "cp1251", "utf-16-le", "shift_jis", "gb18030")

MARKS = (
    "# ", "- ", "> ", ">> ", "• ", "1. ", "| ", "    ", "\t", "**", "_", "---", "===", "```", "~~~", "[", "](", ")",
    "![", "<b>", "&amp;", "\\", "»", "“", '"', "©", "\u200b", "\ufeff", "\u00ad", "\x00", "\x1b[0m", "\u0301",
    "&#8217;", "İ", "ﬁ", "Ã©", "â€™", "🚢", "\x85", "\x1c",
)  # fmt: skip
BREAKS = ("\n", "\n", "\n\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x1e", "\x85", " \n", "\u00a0\n", "")

RULE_KEYS = ("strength", "match", "zone", "phrases", "pattern", "max_words", "opens", "glued", "keeps", "removes", "id")
VALUES = (
    '""',
    "[]",
    '["x"]',
    '"whole"',
    '"start"',
    '"anywhere"',
    '"strong"',
    "true",
    "3",
    "-1",
    "1.5",
    '"(a+)+"',
    "{}",
)


@dataclass(slots=True)
class Tally:
    """What one target has seen."""

    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures: list[Path] = field(default_factory=list)


class BrokenError(AssertionError):
    """A promise that an input broke."""


def promise(holds: bool, what: str) -> None:
    """Raise BrokenError unless a promise holds."""
    if not holds:
        raise BrokenError(what)


# --- targets ----------------------------------------------------------------------------------------------------------


class Texts:
    """Bytes that become text, are analyzed and restored."""

    def __init__(self) -> None:
        rules, _ = packaged_rules()
        self._pieces = sorted({example for rule in rules for example in (*rule.removes, *rule.keeps)})
        self._pieces += [line.text for fixture in annotated() for line in fixture.lines]
        self._pieces += [line for path in clean_articles() for line in path.read_text(encoding="utf-8").split("\n")]
        self._hostile = list(HOSTILE.values())
        self._cleaners = (
            Cleaner(),
            Cleaner(keep={"credit", "legal"}, replacement="[…]"),
            Cleaner(repair=False),
        )

    def made(self, chance: random.Random) -> bytes:
        """Return a codec's number and an encoded text."""
        parts: list[str] = []
        for _ in range(chance.randrange(MOST_PIECES)):
            kind = chance.random()
            if kind < 0.7:
                parts.append(chance.choice(self._pieces))
            elif kind < 0.95:
                parts += chance.choices(MARKS, k=chance.randrange(4))
            else:
                parts.append(chance.choice(self._hostile)(chance.randrange(1, 300)))
            parts.append(chance.choice(BREAKS))
        data = "".join(parts).encode(chance.choice(CODECS), "replace")
        if chance.random() < 0.5:
            data = mutated(data, chance)
        return bytes([chance.randrange(len(CODECS))]) + data

    def check(self, data: bytes) -> bool:
        """Check the promises; every text is accepted."""
        text = data[1:].decode(CODECS[data[0] % len(CODECS)] if data else "utf-8", "replace")
        if len(data) % 7 == 0:  # lone surrogates, as a caller may pass them
            text = data.decode("utf-8", "surrogateescape")
        for number, cleaner in enumerate(self._cleaners):
            result = cleaner.analyze(text)
            cleaned = cleaner.clean(text)
            promise(cleaned == result.text, "clean and analyze differ")
            promise(result.restore() == text, "restore() does not give the text back")
            promise(Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result, "lost in JSON")
            for span in (*(block.span for block in result.kept), *(removal.span for removal in result.removed)):
                promise(0 <= span.start <= span.end <= len(text), f"span {span} of {len(text)} characters")
            for removal in result.removed:
                promise(removal.text == removal.span.of(text), "a removal's text is not that of its span")
                promise(bool(removal.evidence), "a removal without evidence")
                for evidence in removal.evidence:
                    promise(0 <= evidence.span.start <= evidence.span.end <= len(text), "evidence outside the text")
            if number != 1:  # a marker is text of its own
                promise(cleaner.clean(cleaned) == cleaned, "cleaning the clean text changes it")
            if not result.edits:
                promise(cleaned is text, "nothing changed, and another object came back")
            promise(result.to_clean(len(text)) == len(cleaned), "the end of the text is not the end of the clean text")
        return True


class RuleFiles:
    """Rule files, sound and damaged."""

    def __init__(self) -> None:
        rules, self._lexicons = packaged_rules()
        self._entries = [
            "\n".join(
                f"{key} = {json.dumps(value, ensure_ascii=False)}"
                for key in ("summary", "why", "strength", "match", "zone", "family", *RULE_KEYS)
                if (value := _plain(getattr(rule, key))) not in (None, [], "")
            )
            for rule in rules
        ]

    def made(self, chance: random.Random) -> bytes:
        """Return a file of some of the shipped rules, with values, keys or bytes changed."""
        entries = []
        for entry in chance.sample(self._entries, chance.randrange(1, 4)):
            lines = entry.replace('id = "', f'id = "{chance.choice("abc")}-').split("\n")
            for _ in range(chance.randrange(3)):
                change = chance.random()
                at = chance.randrange(len(lines))
                if change < 0.3:
                    lines.insert(at, f"{chance.choice(RULE_KEYS)} = {chance.choice(VALUES)}")
                elif change < 0.6:
                    lines[at] = f"{lines[at].partition(' = ')[0]} = {chance.choice(VALUES)}"
                elif change < 0.8 and len(lines) > 1:
                    del lines[at]
                else:
                    key, _, value = lines[at].partition(" = ")
                    lines[at] = f"{key} = " + mutated(value.encode(), chance).decode("utf-8", "replace")
            entries.append("[[rule]]\n" + "\n".join(dict.fromkeys(lines)))
        return "\n\n".join(entries).encode()

    def check(self, data: bytes) -> bool:
        """Return whether the file was accepted. RuleError is the only error that there may be."""
        try:
            rules, lexicons = parse_rules(data.decode("utf-8", "replace"), "fuzzed.toml", family="legal")
            book = Rulebook(rules, self._lexicons | lexicons)
        except RuleError as error:
            promise("fuzzed.toml" in str(error), "a message that does not name the file")
            return False
        book.hits("rain fell all night\nshare this article\n© 2020 the ferry post. all rights reserved.")
        return True


class Profiles:
    """Site profiles, sound and damaged."""

    BASE = """site = "post.example"
pages = 12
learned = "2026-11-01"

[[entry]]
number = 1
template = "read more: {n} stories"
family = "navigation"
status = "accepted"
strength = "strong"
pages = 9
share = 0.75
place = "tail"
distance = 2
spread = 1
rules = []
beside = []
examples = ["Read more: 3 stories"]
"""
    KEYS = (
        "number",
        "template",
        "family",
        "status",
        "strength",
        "pages",
        "share",
        "place",
        "distance",
        "beside",
        "site",
    )
    VALUES = (*VALUES, '"accepted"', '"rejected"', '"legal"', '"head"', "0", "1e400", "nan", "9999999999999999999999")

    def made(self, chance: random.Random) -> bytes:
        """Return a profile with values, lines or bytes changed."""
        lines = self.BASE.split("\n")
        for _ in range(chance.randrange(5)):
            at = chance.randrange(len(lines))
            change = chance.random()
            if change < 0.5:
                lines[at] = f"{chance.choice(self.KEYS)} = {chance.choice(self.VALUES)}"
            elif change < 0.7:
                del lines[at]
            elif change < 0.85:
                lines += lines[lines.index("[[entry]]") :] if "[[entry]]" in lines else []
            else:
                lines[at] = mutated(lines[at].encode(), chance).decode("utf-8", "replace")
            lines = lines or [""]
        return "\n".join(lines).encode("utf-8", "replace")

    def check(self, data: bytes) -> bool:
        """Return whether the profile was accepted. ProfileError is the only error that there may be."""
        try:
            profile = loads(data.decode("utf-8", "replace"), "fuzzed.toml")
        except ProfileError as error:
            promise("fuzzed.toml" in str(error), "a message that does not name the file")
            return False
        promise(loads(dumps(profile)) == profile, "written and read again, it is another")
        Cleaner(site=profile).analyze("Rain fell all night.\n\nRead more: 3 stories\n")
        return True


TARGETS = {"text": Texts, "rules": RuleFiles, "profiles": Profiles}


def _plain(value: object) -> object:
    if isinstance(value, str) and value.count("/") == 2 and value.islower():
        return value.rpartition("/")[2]
    return list(value) if isinstance(value, tuple) else value


# --- mutation and reduction -------------------------------------------------------------------------------------------


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes after some mutations."""
    found = bytearray(data)
    for _ in range(chance.randrange(1, MOST_MUTATIONS)):
        at = chance.randrange(len(found) + 1)
        to = min(len(found), at + chance.randrange(1, 40))
        match chance.randrange(6):
            case 0 if found:
                found[at % len(found)] ^= 1 << chance.randrange(8)
            case 1:
                del found[at:to]
            case 2:
                found[at:at] = found[at:to]
            case 3:
                found[at:at] = chance.randbytes(chance.randrange(1, 5))
            case 4:
                found[at:at] = chance.choice(MARKS).encode()
            case _:
                found[at:to] = bytes(reversed(found[at:to]))
    return bytes(found)


def shorter(data: bytes) -> Iterator[bytes]:
    """Yield the bytes without a stretch, long stretches first."""
    size = len(data) // 2
    while size:
        for at in range(0, len(data), size):
            yield data[:at] + data[at + size :]
        size //= 2


def reduced(data: bytes, fails: Callable[[bytes], bool], seconds: float = 20.0) -> bytes:
    """Return the shortest bytes found in some seconds that fail as well."""
    until = time.monotonic() + seconds
    smaller = True
    while smaller and time.monotonic() < until:
        smaller = False
        for candidate in shorter(data):
            if time.monotonic() > until:
                break
            if fails(candidate):
                data, smaller = candidate, True
                break
    return data


_DIGITS = re.compile(r"\d+")


def outcome(check: Callable[[bytes], bool], data: bytes) -> tuple[bool, str | None, float]:
    """Return whether an input was accepted, what went wrong if anything, and the CPU seconds that it took."""
    begun = time.process_time()
    try:
        accepted = check(data)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return True, f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})", 0.0
    return accepted, None, time.process_time() - begun


def fuzz(name: str, seconds: float, seed: int, out: Path, most: int | None = None) -> Tally:
    """Try inputs on a target for some seconds, or up to a number of them, and return what was seen."""
    target = TARGETS[name]()
    chance = random.Random(f"{name} {seed}")
    tally = Tally()
    kinds: set[str] = set()
    until = time.monotonic() + seconds
    while time.monotonic() < until and (most is None or tally.inputs < most):
        data = target.made(chance)
        accepted, problem, taken = outcome(target.check, data)
        if problem is None and taken > TOO_LONG:
            again = min(outcome(target.check, data)[2] for _ in range(2))  # not what else the machine does
            problem = f"{again:.1f} s" if again > TOO_LONG else None
        tally.inputs += 1
        tally.refused += not accepted
        tally.seconds += taken
        tally.slowest = max(tally.slowest, taken)
        if problem is not None and (kind := _DIGITS.sub("0", problem)) not in kinds:
            kinds.add(kind)
            if not problem.endswith(" s"):
                data = reduced(data, lambda one: outcome(target.check, one)[1] is not None)
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{name}-{hashlib.blake2b(data, digest_size=4).hexdigest()}"
            path.write_bytes(data)
            tally.failures.append(path)
            print(f"{path}: {problem}\n  {data[:300]!r}", file=sys.stderr)
    return tally


def main() -> None:
    """Read the command line, fuzz each target for its share of the time and print."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--seconds", type=float, default=600, help="for all targets together (600)")
    made.add_argument("--seed", type=int, default=0, help="another seed gives other inputs (0)")
    made.add_argument("--targets", default=",".join(TARGETS), metavar="A,B", help="(all)")
    made.add_argument("--out", type=Path, default=Path("fuzz-failures"), help="folder for failing inputs")
    options = made.parse_args()
    names = options.targets.split(",")
    if unknown := [name for name in names if name not in TARGETS]:
        sys.exit(f"error: no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    table = Table("Fuzzing", ("target", "inputs", "refused", "a second", "slowest, s", "failures"))
    failed = False
    for name in names:
        tally = fuzz(name, options.seconds / len(names), options.seed, options.out)
        failed = failed or bool(tally.failures)
        rate = tally.inputs / tally.seconds if tally.seconds else 0
        table.add(
            name, f"{tally.inputs:,}", f"{tally.refused:,}", f"{rate:,.0f}", f"{tally.slowest:.2f}",
            str(len(tally.failures)),
        )  # fmt: skip
    show(table)
    sys.exit(failed)


if __name__ == "__main__":
    main()
