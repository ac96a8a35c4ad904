"""What is kept of compiled rules: the same answers, and never a stale or damaged one."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from defurnish import rulebook as module
from defurnish import rulecache
from defurnish.rulebook import Rulebook, rulebook


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(rulecache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_stored_is_loaded(folder):
    rulecache.store("a", {"rain": 1})
    assert rulecache.loaded("a") == {"rain": 1}
    assert rulecache.loaded("b") is None


def test_the_folder_is_the_users_own(folder):
    rulecache.store("a", 1)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "a.rules").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"", lambda _: b"\x80"]
)
def test_a_damaged_file_is_not_read(folder, damage):
    rulecache.store("a", "rain")
    path = folder / "a.rules"
    path.write_bytes(damage(path.read_bytes()))
    assert rulecache.loaded("a") is None


def test_a_file_that_others_may_write_is_not_read(folder):
    rulecache.store("a", "rain")
    (folder / "a.rules").chmod(0o666)
    assert rulecache.loaded("a") is None


def test_off_reads_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(rulecache.VARIABLE, "off")
    rulecache.store("a", 1)
    assert rulecache.loaded("a") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(rulecache.VARIABLE, str(tmp_path / "file"))
    rulecache.store("a", 1)
    assert rulecache.loaded("a") is None


def test_old_files_go(folder):
    for number in range(rulecache.KEPT + 3):
        rulecache.store(str(number), number)
        os.utime(folder / f"{number}.rules", (number, number))
    rulecache.store("last", 1)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*(f"{number}.rules" for number in range(4, rulecache.KEPT + 3)), "last.rules"]
    )


def test_many_writers_leave_one_whole_file(folder):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: rulecache.store("a", ["rain"] * 10_000), range(64)))
    assert rulecache.loaded("a") == ["rain"] * 10_000
    assert [path.name for path in folder.iterdir()] == ["a.rules"]


def test_the_key_changes_with_every_part():
    keys = [rulecache.key_of(*parts) for parts in ((b"a", b"b"), (b"ab",), (b"a", b"b", b""), (b"b", b"a"))]
    assert len(set(keys)) == 4


def compiled_anew(*, warm):
    """Return the shared rulebook as a new process has it, after so much text that all is compiled if ``warm``."""
    module._shared_rulebook.cache_clear()
    book = rulebook()
    if warm:
        book.hits("x" * (module.SETTLED_AFTER + 1))
    return book


def test_a_second_process_finds_filters_and_after_much_text_patterns(folder):
    try:
        first = compiled_anew(warm=False)
        second = compiled_anew(warm=True)
        third = compiled_anew(warm=False)
    finally:
        module._shared_rulebook.cache_clear()
    assert first.compiled.prefilters == second.compiled.prefilters == third.compiled.prefilters
    assert len(first.compiled.patterns) == 0
    assert len(third.compiled.patterns) == sum(rule.pattern is not None for rule in third.rules)
    line = "Posted by Ada Brandt on May 4, 2021"
    assert first.hits(line) == third.hits(line) == Rulebook(first.rules, first.lexicons).hits(line) != {}


def test_a_process_with_a_cold_cache_answers_as_one_with_a_warm_one(tmp_path):
    script = (
        "from defurnish import clean\n"
        "print(clean('Rain fell all night.\\n\\nShare this article\\n\\nBy morning the ferry was gone.\\n'))"
    )
    environment = {**os.environ, rulecache.VARIABLE: str(tmp_path)}
    ran = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
        for _ in range(2)
    ]
    assert ran[0].stdout == ran[1].stdout == "Rain fell all night.\n\nBy morning the ferry was gone.\n\n"
    assert len(list(tmp_path.glob("*.rules"))) == 1


def test_what_one_process_compiled_the_next_need_not(tmp_path):
    script = """
import sys
from defurnish import clean
from defurnish.rulebook import Rulebook
compiled = []
compile = Rulebook._compile
Rulebook._compile = lambda book, *pattern: compiled.append(pattern) or compile(book, *pattern)
clean("Rain fell all night.\\n\\nShare this article\\n\\nBy morning the ferry was gone.\\n")
print(len(compiled))
"""
    environment = {**os.environ, rulecache.VARIABLE: str(tmp_path)}
    ran = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
        for _ in range(2)
    ]
    first, second = [int(done.stdout) for done in ran]
    assert first > 0
    assert second == 0
