"""The pages of ``docs/engines``: each script runs as it stands and prints what the page says.

A page holds one ``python`` block, the script, and after it one ``text`` block: the last lines that it prints. Its line
``pip install "defurnish[…]"`` says what to install where an engine is missing.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "engines").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INSTALL = re.compile(r"^pip install .+$", re.MULTILINE)
PROGRAMS = {"pyspark": "java"}  # what an engine needs beside its package
PACKAGES = {"duckdb": "numpy"}


def blocks(page, language):
    return [content for name, content in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def imported(script):
    """Return the packages that a script imports."""
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def needs(page, script):
    """Return what is missing to run the script, and how to get it; None if nothing is."""
    packages = [*imported(script)]
    for name in packages + [PACKAGES[name] for name in packages if name in PACKAGES]:
        if importlib.util.find_spec(name) is None:
            return f"needs {name}: {INSTALL.search(page.read_text(encoding='utf-8'))[0]}"
        if name in PROGRAMS and shutil.which(PROGRAMS[name]) is None:
            return f"{name} needs the program {PROGRAMS[name]} on the PATH"
    return None


def test_every_adapter_has_a_page_a_test_and_an_extra():
    engines = [page.stem for page in PAGES]
    assert len(engines) > 5
    modules = {engine.replace("-", "_") for engine in engines}
    adapters = {path.stem for path in (ROOT / "src" / "defurnish" / "adapters").glob("*.py")}
    beside = {name for name in adapters if name.startswith(tuple(f"{module}_" for module in modules))}
    assert modules == adapters - beside - {"__init__", "fingerprint"}
    assert all((Path(__file__).parent / f"test_{module}.py").exists() for module in modules)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(engines) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_holds_one_script_its_output_and_how_to_install(page):
    assert (len(blocks(page, "python")), len(blocks(page, "text"))) == (1, 1)
    assert INSTALL.search(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_script_runs_as_it_stands_and_prints_what_the_page_says(page, tmp_path):
    script, output = blocks(page, "python")[0], blocks(page, "text")[0]
    missing = needs(page, script)
    if missing:
        pytest.skip(missing)
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert ran.returncode == 0, ran.stderr
    stated = output.splitlines()
    assert ran.stdout.splitlines()[-len(stated) :] == stated
