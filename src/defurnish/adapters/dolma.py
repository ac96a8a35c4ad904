"""The dolma tagger ``defurnish``: spans of furniture, by family, beside documents that stay as they are.

``dolma tag --tagger_modules defurnish.adapters.dolma --taggers defurnish …`` finds it. Needs
``pip install "defurnish[dolma]"``.
"""

from __future__ import annotations

from typing import ClassVar

from dolma.core.data_types import DocResult, Document, Span
from dolma.core.registry import TaggerRegistry
from dolma.core.taggers import BaseTagger

from .. import Cleaner
from ..report.standoff import SCORE

TAGGER = "defurnish"


@TaggerRegistry.add(TAGGER)
class DefurnishTagger(BaseTagger):  # type: ignore[misc]  # dolma is not read for types
    """Tags what ``defurnish`` would take out: half-open code-point offsets, the family as type, score 1.0.

    dolma makes taggers without arguments; for other options, register a class of your own that sets ``cleaner``::

        @dolma.add_tagger("defurnish_keeps_credit")
        class KeepsCredit(DefurnishTagger):
            cleaner = Cleaner(keep={"credit"})
    """

    cleaner: ClassVar[Cleaner | None] = None

    def __init__(self) -> None:
        self._cleaner = Cleaner() if self.cleaner is None else self.cleaner

    def predict(self, doc: Document) -> DocResult:
        """Return the spans of furniture, in the order of the text."""
        removed = self._cleaner.analyze(doc.text).removed
        spans = [Span(removal.span.start, removal.span.end, removal.family, SCORE) for removal in removed]
        return DocResult(doc=doc, spans=spans)
