"""An article in the shape of a republisher's page, written for this project, to try the cleaner on."""

from importlib.resources import files


def article() -> str:
    """Return the article as an extractor would hand it on (Markdown)."""
    return (files("defurnish.demo") / "article.md").read_text(encoding="utf-8")
