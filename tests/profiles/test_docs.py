"""``docs/profiles.md``: its scripts and commands run in a row as they stand, and print what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import defurnish

pytest.importorskip("duckdb", reason='needs DuckDB: pip install "defurnish[profiles]"')
pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')

PAGE = Path(__file__).parents[2] / "docs" / "profiles.md"
BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def printed_by(language, content, folder):
    """Return what a block prints on standard output; it must succeed."""
    words = [sys.executable, "-c", content] if language == "python" else [shutil.which("bash"), "-euc", content]
    search = os.pathsep.join([str(Path(defurnish.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": search, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, env=environment
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, to run the commands of the page")
def test_the_page_runs_as_it_stands_and_prints_what_it_says(tmp_path):
    program = tmp_path / "bin" / "defurnish"  # the one of this source tree
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m defurnish "$@"\n')
    program.chmod(0o755)
    said, shown = "", 0
    for language, content in blocks():
        if language == "text":
            assert said == content
            said, shown = "", shown + 1
        else:
            assert said == "", "a block prints what the page does not show"
            said = printed_by(language, content, tmp_path)
    assert said == ""
    assert shown > 4
