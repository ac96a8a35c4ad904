r"""Cleans a text field in a NeMo Curator pipeline.

Needs ``pip install "defurnish[nemo-curator]"``. ``Modify`` takes any callable, so ``defurnish.clean`` and
``Cleaner(…).clean`` serve as they are where no text is missing.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from nemo_curator.stages.text.modifiers import DocumentModifier

from .. import Cleaner


class Defurnish(DocumentModifier):  # type: ignore[misc]  # the engine ships no types
    r"""A modifier for ``Modify(modifier_fn=Defurnish(), input_fields="text")``; missing texts stay missing.

    ``cleaner`` is for other than the default options. For one with ``profiles`` hand over two fields, and each page is
    cleaned with the profile of its site, too: ``Modify(modifier_fn=Defurnish(cleaner=…), input_fields=[["text",
    "url"]], output_fields="text")``. If they are called otherwise, ``text`` and ``url`` tell which is which.
    ``modify_document`` raises TypeError for what is neither text nor missing, KeyError for a field that is not there.

    >>> Defurnish().modify_document("Rain fell all night.\n\nShare this article\n")
    'Rain fell all night.\n'
    """

    def __init__(self, *, text: str = "text", url: str = "url", cleaner: Cleaner | None = None) -> None:
        super().__init__()
        self._text = text
        self._url = url
        self._cleaner = Cleaner() if cleaner is None else cleaner

    def modify_document(self, value: Any = None, /, **fields: Any) -> Any:
        """Return the clean text, of one field or of a record's; None, NaN and ``pandas.NA`` as they are."""
        text, url = self._of_record(fields) if fields else (value, None)
        if not isinstance(text, str) and pd.api.types.is_scalar(text) and pd.isna(text):
            return text
        return self._cleaner.clean(text) if url is None else self._cleaner.clean(text, site=url)

    def _of_record(self, fields: dict[str, Any]) -> tuple[Any, str | None]:
        """Return the text and, if profiles are found by it, the address of the page."""
        by_site = self._cleaner.profiles is not None
        for name in (self._text, *((self._url,) if by_site else ())):
            if name not in fields:
                raise KeyError(
                    f"there is no field {name!r}; the input fields are {', '.join(fields)}, "
                    "and Defurnish(text=…, url=…) tells which is which"
                )
        url = fields[self._url] if by_site else None
        return fields[self._text], url if isinstance(url, str) else None
