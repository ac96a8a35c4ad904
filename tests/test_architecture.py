"""Who may import whom, and what the core never touches."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import defurnish

HOUSE = Path(defurnish.__file__).parent
MODULES = {".".join(path.relative_to(HOUSE).with_suffix("").parts): path for path in sorted(HOUSE.rglob("*.py"))}

# What each module may import of ours; modules that are not named are bound by the rules below only.
VALUES = {"model", "matchview", "shape"}
MAY_IMPORT = {
    "version": set(),
    "model": set(),
    "matchview": set(),
    "shape": set(),
    "fallback_matcher": set(),
    "matcher": {"fallback_matcher"},
    "repair_tables": set(),
    "edits": {"model"},
    "repair": {*VALUES, "repair_tables"},
    "segment": VALUES,
    "template": VALUES,
    "siterules": {*VALUES, "template", "rulefile"},  # for where shipped rules come from
    "hits": {*VALUES, "linehits", "rulebook", "ruleset"},
    "annotate": {*VALUES, "hits", "rulebook", "ruleset", "siterules"},  # for their types
    "known": {*VALUES, "hits", "linehits", "ruleset"},
    "sweep": {*VALUES, "known", "ruleset"},
    "regions": {*VALUES, "sweep", "threads"},
    "threads": {*VALUES, "known", "sweep"},
    "authors": {*VALUES, "sweep"},
    "endings": {*VALUES, "dates", "known", "sweep"},
    "rolls": {*VALUES, "dates", "known", "sweep"},
    "decide": {*VALUES, "hits", "known", "sweep", "regions", "threads", "authors", "endings", "rolls"},
    "render": VALUES,
    "explain": {*VALUES, "edits", "hits"},
    "dates": set(),
    "metadata": {*VALUES, "dates", "hits"},
    "patterntree": set(),
    "prefilter": {"patterntree"},
    "rulecache": set(),
    "rulefile": {"model"},
    "linehits": {"model", "matchview"},
    "ruleset": {"model"},
    "wordtrie": set(),
    "wholelines": {"model", "matchview", "prefilter"},
    "headtable": {"prefilter", "ruleset"},
    "rulebook": {
        "model", "linehits", "matcher", "patterntree", "prefilter", "headtable", "ruleset", "rulecache", "rulefile",
        "wholelines", "wordtrie",
    },
    "result": {"model", "edits"},
    "pipeline": {
        "repair", "segment", "annotate", "decide", "render", "explain", "edits", "hits", "rulebook", "metadata",
        "model", "result", "matchview", "siterules", "version",
    },
    "__init__": {"pipeline", "model", "result", "rulefile", "version"},
}  # fmt: skip
OUTER = ("__main__", "cli", "options", "adapters", "corpus", "demo", "report", "io", "profiles", "rulecheck")
CORE = [name for name in MODULES if name.split(".")[0] not in OUTER]

# The core reads no file, net, clock, chance or log; these two exceptions are what they are named for.
UNTOUCHED = {
    "asyncio", "datetime", "http", "importlib.resources", "io", "logging", "multiprocessing", "os", "pathlib", "random",
    "secrets", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
EXCEPT = {
    "rulefile": {"pathlib", "importlib.resources"},  # reads rule files
    "rulebook": {"pathlib", "importlib.resources"},  # names them, and reads what its key is made of
    "rulecache": {"os", "pathlib", "tempfile"},  # keeps what was compiled
    "pipeline": {"pathlib"},  # names them
    "dates": {"datetime.date"},  # a calendar, no clock
}


def imports(name):
    """Return what a module imports: (ours, others), as dotted names down to the imported name."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    package = name.split(".")[: -1 if not name.endswith("__init__") or "." in name else 0] if "." in name else []
    ours, others = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            others |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            parts = [part for part in base if part]
            ours |= {".".join(parts)} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            others |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours |= {other.removeprefix("defurnish.") for other in others if other.startswith("defurnish")}
    return ours, {other for other in others if not other.startswith("defurnish")}


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_who_may_import_whom(name):
    assert imports(name)[0] <= MAY_IMPORT[name]


@pytest.mark.parametrize("name", CORE)
def test_the_core_is_all_named_here(name):
    assert name in MAY_IMPORT


@pytest.mark.parametrize("name", CORE)
def test_nothing_of_the_core_imports_what_stands_around_it(name):
    assert not {module.split(".")[0] for module in imports(name)[0]} & set(OUTER)


@pytest.mark.parametrize("name", MODULES)
def test_only_the_command_line_imports_what_draws_it(name):
    if name.split(".")[0] in ("__main__", "cli", "options", "report") or name in (
        "corpus.command", "corpus.progress", "profiles.command", "profiles.extra", "profiles.review",
        "profiles.showing",
    ):  # fmt: skip
        return
    if name.startswith("corpus."):  # counts into the report's tally, and writes the report
        assert not {module.split(".")[0] for module in imports(name)[0]} & {"cli", "options", "adapters"}
        assert not {module.split(".")[0] for module in imports(name)[1]} & {"typer", "rich"}
        return
    assert not {module.split(".")[0] for module in imports(name)[0]} & {"cli", "adapters", "report"} or name.startswith(
        "adapters"
    )
    assert not {module.split(".")[0] for module in imports(name)[1]} & {"typer", "rich"}


@pytest.mark.parametrize("name", CORE)
def test_the_core_touches_no_file_net_clock_chance_or_log(name):
    touched = {
        module
        for module in imports(name)[1]
        if any(module == untouched or module.startswith(untouched + ".") for untouched in UNTOUCHED)
    }
    allowed = EXCEPT.get(name, set())
    assert {m for m in touched if not any(m == a or m.startswith(a + ".") for a in allowed)} == set()


@pytest.mark.parametrize("name", CORE)
def test_the_core_calls_neither_open_nor_print(name):
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input", "eval", "exec"}


def test_ftfy_is_imported_by_repair_alone():
    importers = {name for name in MODULES if any(other.split(".")[0] == "ftfy" for other in imports(name)[1])}
    assert importers <= {"repair"}


@pytest.mark.parametrize("module", ["ftfy", "typer", "rich", "pyarrow", "datasets", "polars", "importlib.metadata"])
def test_importing_the_package_stays_cheap(module):
    program = f"import sys, defurnish; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    "module",
    ["pyarrow", "orjson", "zstandard", "fastwarc", "jinja2", "multiprocessing.pool", "duckdb", "tomlkit", "idna",
     "publicsuffixlist"],
)  # fmt: skip
def test_the_command_line_stays_light(module):
    program = f"import sys, defurnish.cli; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_clean_of_plain_text_needs_no_ftfy():
    text = "Rain fell.\n\nShare this article\n"
    program = f"import sys, defurnish; defurnish.clean({text!r}); sys.exit('ftfy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_public_names_exist_and_say_what_they_are():
    assert sorted(defurnish.__all__) == sorted(set(defurnish.__all__))
    for name in defurnish.__all__:
        value = getattr(defurnish, name)
        assert name in ("FAMILIES", "Family", "__version__") or value.__doc__
