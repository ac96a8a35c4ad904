"""What the commands of profiles say where a package is missing, a store cannot be read, or a profile is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..options import fail

PACKAGES = ("duckdb", "fastwarc", "idna", "jinja2", "orjson", "publicsuffixlist", "pyarrow", "tomlkit", "zstandard")


@contextmanager
def extra() -> Iterator[None]:
    """Say what to install where a package of the extra is missing, and what is wrong with a store or a profile."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in PACKAGES:
            raise
        fail(f'profiles need {error.name}: pip install "defurnish[profiles]"')
    except Exception as error:
        # What was never imported did not raise it.
        store = sys.modules.get(f"{__package__}.store")
        if store is not None and isinstance(error, store.StoreError | store.ProfileError):
            fail(error)
        raise
