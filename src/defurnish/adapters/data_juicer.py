r"""Cleans texts in a data-juicer recipe: importing this module registers the operator ``defurnish_mapper``.

Needs ``pip install "defurnish[data-juicer]"``. ``dj-process`` imports it by a file of one line, which the recipe names
under ``custom_operator_paths``:

    from defurnish.adapters.data_juicer import DefurnishMapper
"""

from __future__ import annotations

from typing import Any

from data_juicer.ops.base_op import OPERATORS, Mapper

from .. import Cleaner, Family
from .fingerprint import fingerprint


@OPERATORS.register_module("defurnish_mapper")
class DefurnishMapper(Mapper):  # type: ignore[misc]  # the engine ships no types
    """Takes the site furniture out of texts and leaves every word of the article."""

    _batched_op = True

    def __init__(
        self,
        keep: list[Family] | None = None,
        languages: list[str] | None = None,
        rules: list[str] | None = None,
        repair: bool = True,
        replacement: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Make the operator of a recipe.

        :param keep: families that stay in the text, such as credit; default: none.
        :param languages: languages whose rules speak; default: all there are.
        :param rules: rule files of your own.
        :param repair: whether mojibake, entities and control characters are mended first.
        :param replacement: a marker to stand where blocks were removed; default: nothing.
        :param args: extra args of the base class.
        :param kwargs: extra args of the base class, such as text_key and num_proc.
        """
        super().__init__(*args, **kwargs)
        cleaner = Cleaner(
            keep=keep or (), languages=languages, rules=rules or (), repair=repair, replacement=replacement
        )
        # The engine's own fingerprint takes the first, and leaves out what can be called.
        self.answers = fingerprint(cleaner)
        self.clean = cleaner.clean

    def process_batched(self, samples: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the samples with clean texts; missing ones stay missing. Raises TypeError for what is no text."""
        samples[self.text_key] = [None if text is None else self.clean(text) for text in samples[self.text_key]]
        return samples
