r"""Cleans the text column of a Ray dataset, one cleaner to each actor.

Needs ``pip install "defurnish[ray]"``.
"""

from __future__ import annotations

import pyarrow as pa

from .arrow import ColumnCleaner


class TextCleaner(ColumnCleaner):
    r"""A callable class for ``map_batches(…, batch_format="pyarrow")``.

    Takes a ``pyarrow.Table`` and returns it with its text column cleaned; the other columns are not copied.

    Parameters
    ----------
    text
        The column to clean. Nulls stay null.
    url
        The column of the pages' addresses, by which a ``cleaner`` with ``profiles`` finds the profile of a page's site.
    explain
        Whether to add the columns ``defurnish_removed`` and ``defurnish_spared``, as
        :func:`defurnish.adapters.arrow.clean_batch` does.
    cleaner
        A :class:`defurnish.Cleaner`, for other than the default options.

    Raises
    ------
    KeyError
        From the call, for a column that is not there.
    TypeError
        From the call, for a column that holds no text.

    >>> batch = pa.table({"id": [7], "text": ["Rain fell all night.\n\nShare this article\n"]})
    >>> TextCleaner()(batch).to_pylist()
    [{'id': 7, 'text': 'Rain fell all night.\n'}]
    """

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the batch, cleaned."""
        if not batch.num_columns:  # what Ray hands on for a block without rows has lost its columns
            return batch
        return self._cleaned(batch)
