r"""Cleans a text field in a NeMo Curator pipeline.

Needs ``pip install "defurnish[nemo-curator]"``. ``Modify`` takes any callable, so ``defurnish.clean`` and
``Cleaner(…).clean`` serve as they are where no text is missing.
"""

from __future__ import annotations

from typing import TypeVar

import pandas as pd
from nemo_curator.stages.text.modifiers import DocumentModifier

from .. import Cleaner

Text = TypeVar("Text", bound=object)


class Defurnish(DocumentModifier):  # type: ignore[misc]  # the engine ships no types
    r"""A modifier for ``Modify(modifier_fn=Defurnish(), input_fields="text")``; missing texts stay missing.

    ``cleaner`` is for other than the default options. ``modify_document`` raises TypeError for what is neither text
    nor missing.

    >>> Defurnish().modify_document("Rain fell all night.\n\nShare this article\n")
    'Rain fell all night.\n'
    """

    def __init__(self, *, cleaner: Cleaner | None = None) -> None:
        super().__init__()
        self._cleaner = Cleaner() if cleaner is None else cleaner

    def modify_document(self, text: Text) -> Text | str:
        """Return the clean text; None, NaN and ``pandas.NA`` as they are."""
        if not isinstance(text, str) and pd.api.types.is_scalar(text) and pd.isna(text):
            return text
        return self._cleaner.clean(text)  # type: ignore[arg-type]  # it refuses what is no text
