r"""Cleans texts in a data-juicer recipe: importing this module registers the operator ``defurnish_mapper``.

Needs ``pip install "defurnish[data-juicer]"``. ``dj-process`` imports it by a file of one line, which the recipe names
under ``custom_operator_paths``:

    from defurnish.adapters.data_juicer import DefurnishMapper
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data_juicer.ops.base_op import OPERATORS, Mapper

from .. import Cleaner, Family
from .fingerprint import fingerprint

if TYPE_CHECKING:
    from ..profiles.store import Lookup


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
        profiles: str | None = None,
        url_key: str = "url",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Make the operator of a recipe.

        :param keep: families that stay in the text, such as credit; default: none.
        :param languages: languages whose rules speak; default: all there are.
        :param rules: rule files of your own.
        :param repair: whether mojibake, entities and control characters are mended first.
        :param replacement: a marker to stand where blocks were removed; default: nothing.
        :param profiles: site profiles as `defurnish learn` makes them: a folder, a .toml or a .sqlite; default: none.
        :param url_key: the field of the page's address, by which the profile of its site is found.
        :param args: extra args of the base class.
        :param kwargs: extra args of the base class, such as text_key and num_proc.
        """
        super().__init__(*args, **kwargs)
        cleaner = Cleaner(
            keep=keep or (),
            languages=languages,
            rules=rules or (),
            repair=repair,
            replacement=replacement,
            profiles=None if profiles is None else _lookup(profiles),
        )
        # The engine's own fingerprint takes the first, and leaves out what can be called.
        self.answers = fingerprint(cleaner)
        self.clean = cleaner.clean
        self.url_key = None if profiles is None else url_key

    def process_batched(self, samples: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the samples with clean texts; missing ones stay missing. Raises TypeError for what is no text.

        Raises KeyError where there are profiles, but no field of addresses.
        """
        texts = samples[self.text_key]
        urls = [None] * len(texts) if self.url_key is None else self._addresses(samples, self.url_key)
        samples[self.text_key] = [
            None if text is None else self.clean(text) if url is None else self.clean(text, site=url)
            for text, url in zip(texts, urls, strict=True)
        ]
        return samples

    def _addresses(self, samples: dict[str, list[Any]], key: str) -> list[str | None]:
        if key not in samples:
            raise KeyError(f"there is no field {key!r}; the fields are {', '.join(samples)}, and url_key names one")
        return [url if isinstance(url, str) else None for url in samples[key]]


def _lookup(profiles: str) -> Lookup:
    from ..profiles.store import Lookup, open_store  # its packages are an extra of their own

    return Lookup(open_store(profiles))
