"""The dolma tagger ``defurnish``: spans of furniture, by family, beside documents that stay as they are.

``dolma tag --tagger_modules defurnish.adapters.dolma --taggers defurnish …`` finds it. Needs
``pip install "defurnish[dolma]"``.
"""

from __future__ import annotations

from typing import ClassVar

from dolma.core.data_types import DocResult, Document, DocumentWithMetadata, Span
from dolma.core.registry import TaggerRegistry
from dolma.core.taggers import BaseTagger, BaseTaggerWithMetadata

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
        return self._tagged(doc, None)

    def _tagged(self, doc: Document, site: str | None) -> DocResult:
        removed = self._cleaner.analyze(doc.text, site=site).removed
        spans = [Span(removal.span.start, removal.span.end, removal.family, SCORE) for removal in removed]
        return DocResult(doc=doc, spans=spans)


class DefurnishSiteTagger(DefurnishTagger, BaseTaggerWithMetadata):  # type: ignore[misc]  # dolma is not read for types
    """Tags by the profile of each page's site, too; for a class of your own, whose ``cleaner`` has ``profiles``.

    The address of the page is looked for in the metadata of the document::

        @dolma.add_tagger("defurnish_sites")
        class OfSites(DefurnishSiteTagger):
            cleaner = Cleaner(profiles=Lookup("profiles"))
            url_key = "url"
    """

    url_key: ClassVar[str] = "url"

    def predict(self, doc: DocumentWithMetadata) -> DocResult:
        """Return the spans of furniture, in the order of the text."""
        url = doc.metadata.get(self.url_key)
        by_site = isinstance(url, str) and self._cleaner.profiles is not None
        return self._tagged(doc, url if by_site else None)
