"""Cleans the documents of a datatrove pipeline, or marks what is furniture in them.

Needs ``pip install "defurnish[datatrove]"``.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.writers.disk_base import DiskWriter
from datatrove.utils.logging import logger
from datatrove.utils.typeshelper import StatHints

from .. import Cleaner, Removal, Result
from ..report.standoff import attributes

NOT_TEXT = "text_not_a_string"
OTHER_SITES = "other sites"
NO_SITE = "no site"


class DefurnishFormatter(PipelineStep):  # type: ignore[misc]  # datatrove ships no types
    """A step that takes the furniture out of ``document.text``; metadata, id and media pass untouched.

    Its statistics, by datatrove's own means: ``total``, ``forwarded``, ``dropped``, ``changed`` and ``spared``
    documents (spared: nearly the whole text would have gone, so that nothing went), ``chars_before`` and
    ``chars_after``, and for each family ``blocks_removed_<family>`` and ``words_removed_<family>``.

    A document whose text is not a string is dropped, for every step behind this one would fail on it and take its
    neighbours along; it is logged with its id, counted as ``dropped_text_not_a_string`` and goes to the exclusion
    writer, its text as ``repr`` shows it.

    Parameters
    ----------
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.
    exclusion_writer
        Any datatrove writer. Takes each removed block as a document of its own: ``<source id>/<number>``, with
        ``source_id``, ``url`` (if there is one), ``family``, ``reason``, ``rules``, ``kind`` and ``span`` (half-open
        code-point offsets into the text that came in) in its metadata. ``${family}`` may stand in the writer's
        ``output_filename``.
    standoff
        Leave the text as it is and note the spans of what would go in ``metadata["attributes"]``, in dolma's form:
        ``{"defurnish__<version>__<family>": [[start, end, score], …]}``. What stands there already stays.
    sites
        How many sites get statistics of their own in each task, ``blocks_removed@<host>`` and
        ``words_removed@<host>``: the first that come, the others as ``other sites``. Default: none.
    url_key
        Where the metadata holds the address of the page, by which a ``cleaner`` with ``profiles`` finds the profile of
        its site.
    """

    type = "✂️ - FORMAT"
    name = "🪑 Defurnish"

    def __init__(
        self,
        *,
        cleaner: Cleaner | None = None,
        exclusion_writer: DiskWriter | None = None,
        standoff: bool = False,
        sites: int = 0,
        url_key: str = "url",
    ) -> None:
        super().__init__()
        self.cleaner = Cleaner() if cleaner is None else cleaner
        self.exclusion_writer = exclusion_writer
        self.standoff = standoff
        self.sites = sites
        self.url_key = url_key
        self._known_sites: set[str] = set()

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Yield the documents, cleaned or marked, in their order."""
        with self.exclusion_writer or contextlib.nullcontext():
            for document in data:
                self.stat_update(StatHints.total)
                if not isinstance(document.text, str):
                    self._drop(document, rank)
                    continue
                with self.track_time():
                    result = self.cleaner.analyze(document.text, site=self._address(document))
                self._count(document, result)
                if self.exclusion_writer:
                    for number, removal in enumerate(result.removed):
                        self.exclusion_writer.write(self._excluded(document, number, removal), rank)
                if self.standoff:
                    document.metadata["attributes"] = {**document.metadata.get("attributes", {}), **attributes(result)}
                else:
                    document.text = result.text
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document

    def _address(self, document: Document) -> str | None:
        url = document.metadata.get(self.url_key)
        return url if isinstance(url, str) and self.cleaner.profiles is not None else None

    def _count(self, document: Document, result: Result) -> None:
        self.stat_update("chars_before", value=len(document.text))
        self.stat_update("chars_after", value=len(result.text))
        if result.text != document.text:
            self.stat_update("changed")
        if result.spared:
            self.stat_update("spared")
        blocks: Counter[str] = Counter()
        words: Counter[str] = Counter()
        for removal in result.removed:
            blocks[removal.family] += 1
            words[removal.family] += len(removal.text.split())
        for family, count in blocks.items():
            self.stat_update(f"blocks_removed_{family}", value=count)
            self.stat_update(f"words_removed_{family}", value=words[family])
        if self.sites and blocks:
            site = self._site(document)
            self.stat_update(f"blocks_removed@{site}", value=blocks.total())
            self.stat_update(f"words_removed@{site}", value=words.total())

    def _site(self, document: Document) -> str:
        try:
            site = urlsplit(str(document.metadata.get(self.url_key) or "")).hostname or NO_SITE
        except ValueError:  # a bracket that opens no IPv6 address
            site = NO_SITE
        if site not in self._known_sites:
            if len(self._known_sites) >= self.sites:
                return OTHER_SITES
            self._known_sites.add(site)
        return site

    def _excluded(self, document: Document, number: int, removal: Removal) -> Document:
        return self._beside(
            document,
            f"{document.id}/{number}",
            removal.text,
            {
                "family": removal.family,
                "reason": removal.reason,
                "rules": list(dict.fromkeys(evidence.rule for evidence in removal.evidence)),
                "kind": removal.kind,
                "span": [removal.span.start, removal.span.end],
            },
        )

    def _drop(self, document: Document, rank: int) -> None:
        found = type(document.text).__name__
        logger.warning(f"document {document.id!r} dropped: its text is of type {found}, not str; check the reader")
        self.stat_update(StatHints.dropped, f"dropped_{NOT_TEXT}")
        if self.exclusion_writer:
            metadata = {"family": NOT_TEXT, "reason": f"text of type {found}"}
            self.exclusion_writer.write(self._beside(document, document.id, repr(document.text), metadata), rank)

    def _beside(self, document: Document, name: str, text: str, metadata: dict[str, Any]) -> Document:
        """Return a document for the exclusion writer that names where it came from."""
        url = document.metadata.get(self.url_key)
        source = {"source_id": document.id, **({} if url is None else {"url": url})}
        return Document(text=text, id=name, metadata={**source, **metadata})
