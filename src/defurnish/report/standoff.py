"""What went, as standoff attributes: the form in which dolma and RedPajama store spans beside a text."""

from __future__ import annotations

from ..model import FAMILIES
from ..result import Result

# A rule takes a block or leaves it; there is no half-hearted removal that a lower score could stand for.
SCORE = 1.0


def attributes(result: Result) -> dict[str, list[list[int | float]]]:
    r"""Return ``[start, end, score]`` of each removed block, by family: ``defurnish__<version>__<family>``.

    The offsets are half-open and count code points of the text that was passed in. Dots of the version become
    underscores, for dolma separates the parts of a name by dots. The spans of a family are sorted; a family of
    which nothing went has no entry. Repairs (mojibake, entities) are no removals and are not among them.

    >>> from defurnish import analyze
    >>> result = analyze("Rain fell all night.\n\nShare this article\n")
    >>> [(key.rsplit("__", 1)[1], spans) for key, spans in attributes(result).items()]
    [('engage', [[22, 40, 1.0]])]
    """
    prefix = f"defurnish__{result.version.replace('.', '_')}__"
    spans: dict[str, list[list[int | float]]] = {}
    for family in FAMILIES:
        if found := sorted(removal.span for removal in result.removed if removal.family == family):
            spans[prefix + family] = [[span.start, span.end, SCORE] for span in found]
    return spans
