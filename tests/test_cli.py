"""The command line, run as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import defurnish
from defurnish import Result, clean

ARTICLE = (
    "Rain fell all night over the lower town, and nobody slept.\n\n"
    "Share this article\n\n"
    "By morning the ferry was gone.\n\n"
    "© 2021 The Ferry Post. All rights reserved.\n"
)
CLEAN = "Rain fell all night over the lower town, and nobody slept.\n\nBy morning the ferry was gone.\n"
SOURCE = Path(defurnish.__file__).parent.parent

RULES = """\
language = "en"
family = "engage"

[[rule]]
id = "ferry-club"
summary = "The invitation of the ferry club."
why = "A line of the site under every article."
strength = "strong"
match = "start"
phrases = ["come aboard the ferry club"]
removes = ["Come aboard the ferry club today"]
keeps = ["She had come aboard the ferry club as a girl."]
"""


def command(*arguments, cwd, stdin=b"", environment=None):
    """Run ``defurnish`` and return the finished process, with bytes on both of its outputs."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "PYTHONIOENCODING")}
    search = os.pathsep.join([str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", "defurnish", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env=inherited | {"PYTHONPATH": search, "COLUMNS": "100"} | (environment or {}),
    )


def complaint(process):
    """Return the one line that a refused command says on standard error."""
    assert process.returncode == 2
    lines = process.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_bytes(ARTICLE.encode())
    (tmp_path / "b.txt").write_bytes(ARTICLE.replace("Rain", "Snow").encode())
    return tmp_path


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# -- clean --------------------------------------------------------------------------------------------------


def test_an_input_is_never_overwritten(folder):
    assert "a.txt: is an input" in complaint(command("clean", "a.txt", "-o", "a.txt", cwd=folder))
    assert "is an input" in complaint(command("clean", "a.txt", "b.txt", "-o", ".", cwd=folder))
    assert (folder / "a.txt").read_bytes() == ARTICLE.encode()
    assert files_in(folder) == {"a.txt", "b.txt"}


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_an_input_is_not_overwritten_under_another_name(folder, link):
    getattr(folder / "other.txt", link)(folder / "a.txt")
    assert "other.txt: is an input" in complaint(command("clean", "a.txt", "-o", "other.txt", cwd=folder))
    assert (folder / "a.txt").read_bytes() == ARTICLE.encode()


def test_a_file_is_cleaned_to_standard_output(folder):
    process = command("clean", "a.txt", cwd=folder)
    assert (process.returncode, process.stdout, process.stderr) == (0, CLEAN.encode(), b"")


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_input_is_cleaned(folder, arguments):
    process = command("clean", *arguments, cwd=folder, stdin=ARTICLE.encode())
    assert (process.returncode, process.stdout, process.stderr) == (0, CLEAN.encode(), b"")


def test_standard_input_is_cleaned_into_a_file(folder):
    process = command("clean", "-o", "out.txt", cwd=folder, stdin=ARTICLE.encode())
    assert (process.returncode, process.stdout) == (0, b"")
    assert (folder / "out.txt").read_bytes() == CLEAN.encode()


def test_a_file_is_cleaned_into_a_file(folder):
    process = command("clean", "a.txt", "-o", "out.txt", cwd=folder)
    assert (process.returncode, process.stdout, process.stderr) == (0, b"", b"")
    assert (folder / "out.txt").read_bytes() == CLEAN.encode()
    assert files_in(folder) == {"a.txt", "b.txt", "out.txt"}


def test_an_earlier_output_is_replaced(folder):
    (folder / "out.txt").write_text("old")
    assert command("clean", "a.txt", "-o", "out.txt", cwd=folder).returncode == 0
    assert (folder / "out.txt").read_bytes() == CLEAN.encode()


def test_several_files_are_mirrored_into_a_folder(folder):
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "deep" / "a.txt").write_bytes(b"Share this article\n\nHail fell on the roofs all day.\n")
    process = command("clean", "a.txt", "b.txt", "sub/deep/a.txt", "-o", "out", cwd=folder)
    assert (process.returncode, process.stdout, process.stderr) == (0, b"", b"")
    out = folder / "out"
    assert files_in(out) == {"a.txt", "b.txt", os.path.join("sub", "deep", "a.txt")}
    assert (out / "a.txt").read_bytes() == CLEAN.encode()
    assert (out / "b.txt").read_bytes() == CLEAN.replace("Rain", "Snow").encode()
    assert (out / "sub" / "deep" / "a.txt").read_bytes() == b"Hail fell on the roofs all day.\n"


def test_several_files_need_a_folder(folder):
    assert "-o FOLDER" in complaint(command("clean", "a.txt", "b.txt", cwd=folder))
    (folder / "out").write_text("a file")
    assert "out: is a file" in complaint(command("clean", "a.txt", "b.txt", "-o", "out", cwd=folder))
    assert (folder / "out").read_text() == "a file"


def test_standard_input_is_not_one_of_several(folder):
    assert "standard input" in complaint(command("clean", "a.txt", "-", "-o", "out", cwd=folder, stdin=b"Rain."))


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_endings_are_kept(folder, newline):
    stdin = ARTICLE.replace("\n", newline).encode()
    expected = CLEAN.replace("\n", newline).encode()
    assert command("clean", cwd=folder, stdin=stdin).stdout == expected
    (folder / "c.txt").write_bytes(stdin)
    command("clean", "c.txt", "-o", "out.txt", cwd=folder)
    assert (folder / "out.txt").read_bytes() == expected


def test_a_byte_order_mark_is_dropped(folder):
    assert command("clean", cwd=folder, stdin=b"\xef\xbb\xbf" + ARTICLE.encode()).stdout == CLEAN.encode()


def test_input_that_is_not_utf8_is_named_and_the_others_are_cleaned(folder):
    (folder / "old.txt").write_bytes("Im Café fiel Regen.\n".encode("cp1252"))
    process = command("clean", "a.txt", "old.txt", "b.txt", "-o", "out", cwd=folder)
    line = complaint(process)
    assert "old.txt" in line
    assert "byte 6" in line
    assert "--encoding" in line
    assert files_in(folder / "out") == {"a.txt", "b.txt"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_is_read_and_utf8_is_written(folder, encoding):
    process = command(
        "clean", "--encoding", encoding, cwd=folder, stdin=ARTICLE.replace("night", "été").encode(encoding)
    )
    assert (process.returncode, process.stdout) == (0, CLEAN.replace("night", "été").encode())


def test_an_unknown_encoding_is_refused(folder):
    assert "--encoding klingon" in complaint(command("clean", "a.txt", "--encoding", "klingon", cwd=folder))


def test_a_missing_file_is_named_and_the_others_are_cleaned(folder):
    assert "nowhere.txt" in complaint(command("clean", "nowhere.txt", "a.txt", "-o", "out", cwd=folder))
    assert files_in(folder / "out") == {"a.txt"}


def test_a_folder_is_no_input(folder):
    (folder / "pages").mkdir()
    assert "pages: is a folder" in complaint(command("clean", "pages", cwd=folder))


def test_an_output_that_cannot_be_written_is_named(folder):
    target = os.path.join("b.txt", "out.txt")
    assert target in complaint(command("clean", "a.txt", "-o", target, cwd=folder))
    assert (folder / "b.txt").read_bytes() == ARTICLE.replace("Rain", "Snow").encode()


@pytest.mark.skipif(os.name == "nt", reason="pipes of a POSIX shell")
@pytest.mark.parametrize("name", ["clean", "explain"])
def test_a_reader_that_goes_away_is_no_error(folder, name):
    (folder / "long.txt").write_text("Rain fell all night over the lower town, and nobody slept.\n\n" * 20_000)
    process = subprocess.run(
        f'"{sys.executable}" -m defurnish {name} long.txt | head -n 1',
        shell=True,
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )
    assert (process.returncode, process.stderr) == (0, b"")
    assert len(process.stdout.splitlines()) == 1


# -- options ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [("--keep", "legal,engage"), ("--keep", "legal", "--keep", "engage")])
def test_families_are_kept(folder, keep):
    assert command("clean", "a.txt", *keep, cwd=folder).stdout == ARTICLE.encode()


def test_one_family_is_kept(folder):
    expected = ARTICLE.replace("Share this article\n\n", "")
    assert command("clean", "a.txt", "--keep", "legal", cwd=folder).stdout == expected.encode()


def test_an_unknown_family_is_refused(folder):
    line = complaint(command("clean", "a.txt", "--keep", "ads", cwd=folder))
    assert "'ads' is no family" in line
    assert "legal, promo, engage, navigation, credit, contact, interface, comments" in line


def test_an_unknown_language_is_refused(folder):
    assert "no rules for language 'xx'" in complaint(command("clean", "a.txt", "--language", "xx", cwd=folder))


def test_a_replacement_stands_where_furniture_was(folder):
    process = command("clean", "--replacement", "[…]", cwd=folder, stdin=ARTICLE.encode())
    assert process.stdout.decode() == ARTICLE.replace("Share this article", "[…]").replace(
        "© 2021 The Ferry Post. All rights reserved.", "[…]"
    )


def test_repair_can_be_left_out(folder):
    stdin = "Rain &amp; snow fell on the cafÃ© all night.\n".encode()
    assert command("clean", cwd=folder, stdin=stdin).stdout.decode() == "Rain & snow fell on the café all night.\n"
    assert command("clean", "--no-repair", cwd=folder, stdin=stdin).stdout == stdin


def test_rules_of_the_user_speak(folder):
    (folder / "mine.toml").write_text(RULES, encoding="utf-8")
    stdin = ARTICLE.replace("Share this article", "Come aboard the ferry club today").encode()
    assert b"Come aboard" in command("clean", cwd=folder, stdin=stdin).stdout
    assert command("clean", "--rules", "mine.toml", cwd=folder, stdin=stdin).stdout == CLEAN.encode()


def test_a_bad_rule_file_is_refused(folder):
    (folder / "mine.toml").write_text(RULES.replace('"strong"', '"weak"'), encoding="utf-8")
    line = complaint(command("clean", "a.txt", "--rules", "mine.toml", cwd=folder))
    assert "mine.toml: rule 'ferry-club': strength: 'weak' must be one of strong, supporting, protecting" in line


def test_the_version_is_told(folder):
    process = command("--version", cwd=folder)
    assert (process.returncode, process.stdout.decode().strip()) == (0, f"defurnish {defurnish.__version__}")


@pytest.mark.parametrize("name", ["clean", "explain"])
def test_help_has_examples(folder, name):
    process = command(name, "--help", cwd=folder)
    assert process.returncode == 0
    assert f"defurnish {name} article.md" in process.stdout.decode()


def test_an_unknown_option_is_refused(folder):
    assert command("clean", "--sweep", cwd=folder).returncode == 2


# -- explain ------------------------------------------------------------------------------------------------


def test_explain_in_a_pipe_is_plain_and_marked(folder):
    process = command("explain", "a.txt", cwd=folder)
    assert (process.returncode, process.stderr) == (0, b"")
    text = process.stdout.decode()
    assert "\x1b" not in text
    lines = text.splitlines()
    assert lines[0] == "2 blocks go: legal 1, engage 1"
    marked = [line for line in lines if " - " in line]
    assert [line.split(" - ", 1)[1] for line in marked] == [
        "Share this article",
        "© 2021 The Ferry Post. All rights reserved.",
    ]
    assert marked[0].startswith("engage/")
    assert marked[1].startswith("legal/")
    assert [line.strip() for line in lines if line.startswith(" ") and line.strip()] == [
        "Rain fell all night over the lower town, and nobody slept.",
        "By morning the ferry was gone.",
    ]


def test_explain_on_a_terminal_strikes_out(folder):
    text = command("explain", "a.txt", cwd=folder, environment={"FORCE_COLOR": "1", "TERM": "xterm"}).stdout.decode()
    struck = [line for line in text.splitlines() if "\x1b[9;" in line]
    assert ["Share this article" in line for line in struck] == [True, False]
    assert ["All rights reserved." in line for line in struck] == [False, True]


def test_explain_tells_the_metadata(folder):
    text = command("demo", cwd=folder).stdout.decode()
    assert "title: The Harbour That Nobody Dredged. How Ostrel Lost Its Ferry\n" in text
    assert "authors: Nadia Ferrow\n" in text
    assert "date: 2023-10-14\n" in text


def test_explain_as_json_is_the_result(folder):
    process = command("explain", "a.txt", "--json", cwd=folder)
    result = Result.from_dict(json.loads(process.stdout))
    assert result == defurnish.analyze(ARTICLE)
    assert result.text == CLEAN
    assert result.restore() == ARTICLE


def test_explain_reads_standard_input(folder):
    assert (
        command("explain", "-", cwd=folder, stdin=ARTICLE.encode()).stdout
        == command("explain", "a.txt", cwd=folder).stdout
    )


def test_explain_names_what_cannot_be_read(folder):
    assert "nowhere.txt" in complaint(command("explain", "nowhere.txt", cwd=folder))


# -- demo ---------------------------------------------------------------------------------------------------


def test_demo_cleans_the_article_of_the_package(folder):
    article = (SOURCE / "defurnish" / "demo" / "article.md").read_text(encoding="utf-8")
    assert command("demo", "--clean", cwd=folder).stdout.decode() == clean(article)
    cleaned = clean(article)
    for gone in ("Disclaimer", "ISBN", "Become a Member", "Copyright ©", "media inquiries", "Subscribe", "Theme:"):
        assert gone in article
        assert gone not in cleaned


# -- rules --------------------------------------------------------------------------------------------------


def test_rules_are_listed(folder):
    lines = command("rules", "list", cwd=folder).stdout.decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == sorted(line.split("\t")[0] for line in lines)
    assert {line.count("\t") for line in lines} == {3}
    (fair_use,) = (line for line in lines if line.startswith("en/legal/fair-use-notice\t"))
    assert fair_use.split("\t")[1] == "strong"


def test_rules_are_listed_by_family_and_language(folder):
    lines = command("rules", "list", "--family", "legal", "--language", "und", cwd=folder).stdout.decode().splitlines()
    assert lines
    assert all(line.startswith("und/legal/") for line in lines)
    assert command("rules", "list", "--family", "ads", cwd=folder).returncode == 2


def test_a_rule_is_shown(folder):
    text = command("rules", "show", "en/legal/fair-use-notice", cwd=folder).stdout.decode()
    assert text.startswith("en/legal/fair-use-notice: ")
    for part in ("phrases:\n", "removes:\n", "keeps:\n", "strong"):
        assert part in text


def test_an_unknown_rule_has_close_matches(folder):
    line = complaint(command("rules", "show", "en/legal/fair-use-notise", cwd=folder))
    assert "no rule 'en/legal/fair-use-notise'" in line
    assert "en/legal/fair-use-notice" in line


def test_a_good_rule_file_passes(folder):
    (folder / "mine.toml").write_text(RULES, encoding="utf-8")
    process = command("rules", "check", "mine.toml", cwd=folder)
    assert (process.returncode, process.stderr) == (0, b"")
    assert process.stdout.decode() == "mine.toml: 1 rules, 2 examples, 0 wrong\n"


def test_an_example_that_fails_is_named(folder):
    wrong = RULES.replace(
        '["Come aboard the ferry club today"]', '["Come aboard the ferry club", "Join the other club"]'
    )
    (folder / "mine.toml").write_text(wrong, encoding="utf-8")
    process = command("rules", "check", "mine.toml", cwd=folder)
    assert process.returncode == 1
    failing = process.stdout.decode().splitlines()[:-1]
    assert failing
    assert all(
        line.startswith("en/engage/ferry-club: removes 2, ") and line.endswith(": Join the other club")
        for line in failing
    )


def test_a_near_miss_that_goes_is_named(folder):
    (folder / "mine.toml").write_text(
        RULES.replace("She had come aboard the ferry club as a girl.", "Come aboard the ferry club, she said."),
        encoding="utf-8",
    )
    process = command("rules", "check", "mine.toml", cwd=folder)
    assert process.returncode == 1
    assert "en/engage/ferry-club: keeps 1, " in process.stdout.decode()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (RULES + "pattern = '(club'\n", "mine.toml: rule 'en/engage/ferry-club': pattern: is no valid pattern"),
        (RULES + "colour = 'red'\n", "mine.toml: rule 'ferry-club': colour: is no key of a rule"),
        ("[[rule]\n", "mine.toml: is not valid TOML"),
    ],
)
def test_a_rule_file_that_cannot_be_used_is_refused(folder, content, problem):
    (folder / "mine.toml").write_text(content, encoding="utf-8")
    assert problem in complaint(command("rules", "check", "mine.toml", cwd=folder))


def test_a_missing_rule_file_is_refused(folder):
    assert "nowhere.toml" in complaint(command("rules", "check", "nowhere.toml", cwd=folder))


# -- hostile places and texts -------------------------------------------------------------------------------


def test_a_mirrored_name_does_not_leave_the_folder(folder):
    for place in ("home", "other", "home/other"):
        (folder / place).mkdir()
    (folder / "other" / "a.txt").write_bytes(ARTICLE.encode())
    (folder / "home" / "b.txt").write_bytes(ARTICLE.encode())
    (folder / "home" / "other" / "a.txt").write_bytes(b"precious")
    process = command("clean", "../other/a.txt", "b.txt", "-o", "out", cwd=folder / "home")
    assert process.returncode == 0
    assert (folder / "home" / "other" / "a.txt").read_bytes() == b"precious"
    assert files_in(folder / "home" / "out") == {os.path.join("other", "a.txt"), os.path.join("home", "b.txt")}


def test_the_file_behind_standard_input_is_not_overwritten(folder):
    with (folder / "a.txt").open("rb") as stdin:
        process = subprocess.run(
            [sys.executable, "-m", "defurnish", "clean", "-o", "a.txt"],
            cwd=folder,
            stdin=stdin,
            capture_output=True,
            check=False,
            timeout=60,
            env=os.environ | {"PYTHONPATH": str(SOURCE)},
        )
    assert "a.txt: is an input" in complaint(process)
    assert (folder / "a.txt").read_bytes() == ARTICLE.encode()


@pytest.mark.skipif(os.name == "nt", reason="named pipes of POSIX")
def test_a_pipe_takes_the_output_and_stays_a_pipe(folder):
    os.mkfifo(folder / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=folder, stdout=subprocess.PIPE) as reader:
        try:
            assert command("clean", "a.txt", "-o", "pipe", cwd=folder).returncode == 0
            assert (folder / "pipe").is_fifo()
            assert reader.communicate(timeout=20)[0] == CLEAN.encode()
        finally:
            reader.kill()


def test_an_output_that_is_a_symlink_stays_one(folder):
    (folder / "real.txt").write_text("old")
    (folder / "link.txt").symlink_to("real.txt")
    assert command("clean", "a.txt", "-o", "link.txt", cwd=folder).returncode == 0
    assert (folder / "link.txt").is_symlink()
    assert (folder / "real.txt").read_bytes() == CLEAN.encode()


def test_the_byte_order_mark_counts_in_offsets(folder):
    assert "byte 6" in complaint(command("clean", cwd=folder, stdin=b"\xef\xbb\xbfcaf\xe9\n"))


def test_a_codec_that_reads_nothing_is_refused(folder):
    assert "--encoding undefined" in complaint(command("clean", "a.txt", "--encoding", "undefined", cwd=folder))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the device that is always full")
@pytest.mark.parametrize("name", ["clean", "explain"])
def test_a_full_disk_is_told_in_a_line(folder, name):
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "defurnish", name, "a.txt"],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env=os.environ | {"PYTHONPATH": str(SOURCE)},
        )
    assert "standard output: cannot be written" in complaint(process)


def test_a_trailing_comma_names_no_family(folder):
    assert command("clean", "a.txt", "--keep", "legal,engage,", cwd=folder).stdout == ARTICLE.encode()


def test_an_old_locale_can_be_piped(folder):
    process = command("rules", "list", cwd=folder, environment={"PYTHONIOENCODING": "ascii"})
    assert (process.returncode, process.stderr) == (0, b"")


def test_a_bad_pattern_in_a_folder_called_rules_is_refused(folder):
    (folder / "rules").mkdir()
    (folder / "rules" / "mine.toml").write_text(RULES + "pattern = '(club'\n", encoding="utf-8")
    stdin = b"Rain fell all night.\n\nCome aboard the ferry club today\n"
    process = command("clean", "--rules", "rules/mine.toml", cwd=folder, stdin=stdin)
    assert "is no valid pattern" in complaint(process)


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1", "TERM": "xterm"}])
def test_escape_sequences_of_a_text_do_not_reach_the_terminal(folder, environment):
    stdin = ARTICLE.replace("all night", "all \x1b]0;owned\x07night").encode()
    text = command("explain", "-", cwd=folder, stdin=stdin, environment=environment).stdout.decode()
    assert "\x1b]0" not in text
    assert "␛]0;owned␇" in text.replace("\n", "")


def test_a_title_is_not_read_as_markup(folder):
    stdin = f"# Rain [/b] and [red]snow\n\n{ARTICLE}".encode()
    process = command("explain", "-", cwd=folder, stdin=stdin, environment={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert (process.returncode, process.stderr) == (0, b"")
    assert "title: Rain [/b] and [red]snow" in process.stdout.decode()


def test_explain_keeps_the_blank_lines(folder):
    lines = command("explain", "a.txt", cwd=folder).stdout.decode().splitlines()
    shown = [line.rpartition(" - ")[2] if " - " in line else line.strip() for line in lines]
    assert shown[-len(ARTICLE.splitlines()) :] == ARTICLE.splitlines()


def test_a_rule_is_shown_by_the_name_in_the_margin(folder):
    assert (
        command("rules", "show", "legal/fair-use-notice", cwd=folder).stdout
        == command("rules", "show", "en/legal/fair-use-notice", cwd=folder).stdout
    )
