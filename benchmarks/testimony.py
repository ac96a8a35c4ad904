"""What every rule says of a text, and what would become of the text if one of them were silent.

The one module of the benchmarks that looks at the stages of the package and not at its public face: rules
are pure witnesses, so leaving out a rule's hits and deciding anew is the same as a rulebook without it, at
a fraction of the time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from defurnish.annotate import annotate
from defurnish.decide import Verdict, decide
from defurnish.edits import apply
from defurnish.hits import Annotated, HitsByBlock
from defurnish.render import cuts
from defurnish.repair import repair
from defurnish.rulebook import Rulebook
from defurnish.segment import segment


@dataclass(frozen=True, slots=True)
class Hearing:
    """A text with the hits of all rules, and the verdict on them."""

    text: str
    page: Annotated
    verdict: Verdict

    @classmethod
    def on(cls, text: str, rulebook: Rulebook) -> Hearing:
        """Hear every rule on a text, and decide."""
        mended, _ = repair(text)
        page = annotate(segment(mended), rulebook)
        return cls(mended, page, decide(page))

    @property
    def cleaned(self) -> str:
        """The text that is left."""
        return apply(self.text, cuts(self.text, self.page.segments, self.verdict.decisions))

    def block(self, number: int) -> str:
        """Return the words of a block as they stand in the text."""
        return self.text[self.page.segments.starts[number] : self.page.segments.ends[number]]

    def spoken(self) -> dict[str, set[int]]:
        """Return the numbers of the blocks that each rule speaks of."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for number, hits in self.page.hits.items():
            for hit in hits:
                numbers[hit.rule.id].add(number)
        return numbers

    def removed(self) -> dict[str, set[int]]:
        """Return the numbers of the blocks that went on the word of each rule, alone or with others."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for number, decision in self.verdict.decisions.items():
            for _, hit in decision.witnesses:
                numbers[hit.rule.id].add(number)
        return numbers

    def without(self, rule: str) -> Hearing:
        """Decide anew with one rule silent."""
        heard = {
            number: left
            for number, hits in self.page.hits.items()
            if (left := tuple(hit for hit in hits if hit.rule.id != rule))
        }
        page = replace(self.page, hits=HitsByBlock(heard, {}, self.page.lines, self.page.hits.rulebook))
        return Hearing(self.text, page, decide(page))
