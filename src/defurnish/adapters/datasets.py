"""Cleans the text column of a Hugging Face dataset, in memory, in a cache file or streaming.

Needs ``pip install "defurnish[datasets]"``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import datasets
import pyarrow as pa

from ..model import Rule
from ..rulebook import Rulebook
from .arrow import EXPLAINING, ColumnCleaner
from .fingerprint import fingerprint


class TextCleaner(ColumnCleaner):
    r"""A function for ``map(…, batched=True)`` of a ``Dataset``, ``DatasetDict`` or ``IterableDataset``.

    Takes a batch (a mapping of column names to lists; in the format "arrow" a ``pyarrow.Table``) and returns its text
    column cleaned; ``map`` leaves the other columns as they are. Picklable. The same options give the same
    fingerprint in every process and run, so that ``map`` finds its cache file again; another version of defurnish or
    other rules give another one.

    Parameters
    ----------
    text
        The column to clean. Missing texts (None) stay missing.
    url
        The column of the pages' addresses, by which a ``cleaner`` with ``profiles`` finds the profile of a page's site.
    explain
        Whether to add the columns ``defurnish_removed`` and ``defurnish_spared``, as
        :func:`defurnish.adapters.arrow.clean_batch` does. Pass ``features=cleaner.features(dataset.features)`` to
        ``map`` then, for a first batch without furniture would not show their types.
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.

    Raises
    ------
    KeyError
        From the call, for a column that is not there.
    TypeError
        From the call, for a column that holds no text.

    >>> page = "Rain fell all night.\n\nShare this article\n"
    >>> datasets.Dataset.from_dict({"text": [page]}).map(TextCleaner(), batched=True)["text"][0]
    'Rain fell all night.\n'
    """

    def __call__(self, batch: Mapping[str, list[Any]] | pa.Table) -> dict[str, list[Any]] | pa.Table:
        """Return the new columns of a batch; of a table, all columns."""
        if isinstance(batch, pa.Table):
            return self._cleaned(batch)
        for name in (self._text, *([] if self._url is None else [self._url])):
            if name not in batch:
                raise KeyError(f"there is no column {name!r}; the columns are {', '.join(batch)}")
        try:
            table = pa.table({self._text: batch[self._text]})
        except pa.ArrowException as error:
            raise TypeError(f"column {self._text!r} holds more than text: {error}") from error
        if self._url is not None:
            table = table.append_column(self._url, pa.array(map(_address, batch[self._url]), pa.string()))
        cleaned = self._cleaned(table)
        new: dict[str, list[Any]] = (cleaned if self._url is None else cleaned.drop_columns([self._url])).to_pydict()
        return new

    def features(self, features: datasets.Features) -> datasets.Features:
        """Return the features of the cleaned dataset, given those of the dataset.

        >>> list(TextCleaner(explain=True).features(datasets.Features({"text": datasets.Value("string")})))
        ['text', 'defurnish_removed', 'defurnish_spared']
        """
        added = datasets.Features.from_arrow_schema(pa.schema(EXPLAINING if self._explain else ()))
        return datasets.Features({**features, **added})

    def __reduce__(self) -> tuple[Any, ...]:
        # datasets hashes this for its own fingerprint. No set stands in it, for its order differs between processes;
        # and rules as JSON: what was compiled of them holds sets, and a pickle tells which strings are one object.
        remake, (options, rulebook) = self._cleaner.__reduce__()
        ordered = {**options, "keep": sorted(options["keep"])}
        own = None
        if rulebook is not None:
            own = json.dumps([[*map(astuple, rulebook.rules)], rulebook.lexicons], sort_keys=True)
        return _remade, (fingerprint(self._cleaner), self._text, self._url, self._explain, remake, ordered, own)


def _remade(
    _fingerprint: str, text: str, url: str | None, explain: bool, remake: Any, options: dict[str, Any], own: str | None
) -> TextCleaner:
    rulebook = None
    if own is not None:
        rules, lexicons = json.loads(own)
        rulebook = Rulebook(
            [Rule(*map(_frozen, rule)) for rule in rules], {name: _frozen(value) for name, value in lexicons.items()}
        )
    cleaner = remake({**options, "keep": frozenset(options["keep"])}, rulebook)
    return TextCleaner(text, url=url, explain=explain, cleaner=cleaner)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) else None
