"""``pytest --no-skips``, with which CI makes sure that the tests of the engines were run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PASSES = "def test_rain():\n    assert True\n"
SKIPS_ONE = PASSES + "\n\ndef test_snow():\n    import pytest\n    pytest.skip('needs snow')\n"
SKIPS_ALL = "import pytest\npytest.importorskip('no_such_engine', reason='needs an engine')\n" + PASSES


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize(
    ("tests", "codes", "says"),
    [
        ([PASSES], (0, 0), "1 passed"),
        ([SKIPS_ONE], (0, 1), "was skipped: Skipped: needs snow"),
        ([SKIPS_ALL, PASSES], (0, 1), "was skipped: Skipped: needs an engine"),
    ],
    ids=["none", "a test", "a module"],
)
def test_a_skipped_test_fails_the_run(tmp_path, tests, codes, says, workers):
    for number, test in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", workers, f"--rootdir={tmp_path}"]
    found = []
    for option in ([], ["--no-skips"]):
        ran = subprocess.run(
            [*command, *option, str(tmp_path)],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        found.append(ran.returncode)
    assert tuple(found) == codes, ran.stdout + ran.stderr
    assert says in ran.stdout
