"""Site profiles: learned from what recurs over the pages of a site, kept where a person can read and edit them."""

from .learn import learn

__all__ = ["learn"]
