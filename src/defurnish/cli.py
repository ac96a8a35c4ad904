"""The command line. Results go to standard output, complaints to standard error, bad input to exit code 2."""

from __future__ import annotations

import difflib
import io
import json
import os
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .corpus.command import corpus
from .demo import article
from .io.text import STDIN, FileError, encoded, read_text, targets, write_whole
from .model import FAMILIES, Rule
from .options import (
    Keep,
    Language,
    NoRepair,
    Profiles,
    Replacement,
    Rules,
    Site,
    cleaner_of,
    complain,
    fail,
    site_of_text,
)
from .pipeline import Cleaner
from .profiles.command import learn
from .profiles.extra import extra
from .profiles.showing import profile_app
from .report.terminal import print_explanation
from .rulecheck import failures
from .rulefile import RuleError, read_rules
from .version import __version__

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False
)
rules_app = typer.Typer(no_args_is_help=True, help="List, show and check rules.")
app.add_typer(rules_app, name="rules")
app.add_typer(profile_app, name="profile")
app.command()(corpus)
app.command()(learn)

Encoding = Annotated[str, typer.Option("--encoding", help="Encoding of the input.")]


def main() -> None:
    """Run the command line; a reader that goes away (``| head``) is no error."""
    if sys.stdout is None:
        complain("standard output is closed")
        sys.exit(2)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a pipe in an old locale could not hold a quotation mark
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="replace")
    try:
        try:
            app(prog_name="defurnish")
        finally:
            sys.stdout.flush()
    except RuleError as error:
        complain(error)
        sys.exit(2)
    except OSError as error:
        # What is still buffered would fail once more, with a traceback, when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(0)
        complain(f"standard output: cannot be written: {error.strerror}")
        sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"defurnish {__version__}")
        raise typer.Exit


@app.callback()
def _defurnish(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Takes the site furniture out of article text and leaves every word of the article.

    **Examples**

    - `defurnish clean article.md` prints the clean text
    - `defurnish explain article.md` shows what goes and why
    """


@app.command()
def clean(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE…|-]", help="Files; `-` for standard input.")
    ] = None,
    output: Annotated[str | None, typer.Option("-o", "--output", metavar="OUT", help="File, or folder.")] = None,
    keep: Keep = None,
    rules: Rules = None,
    language: Language = None,
    no_repair: NoRepair = False,
    replacement: Replacement = None,
    profiles: Profiles = None,
    site: Site = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Clean files, or standard input.

    **Examples**

    - `defurnish clean article.md`
    - `defurnish clean article.md -o clean.md`
    - `defurnish clean pages/*.txt -o cleaned/` mirrors the names
    - `cat article.txt | defurnish clean - --keep credit`
    - `defurnish clean article.md --profiles profiles/ --site post.example`
    """
    site = site_of_text(profiles, site)
    cleaner = cleaner_of(keep, rules, language, no_repair, replacement, profiles)
    inputs = files or [STDIN]
    if output is None and len(inputs) > 1:
        fail("several files need a folder for their outcomes: -o FOLDER")
    try:
        outputs = targets(inputs, output) if output is not None else [None]
    except FileError as error:
        fail(error)
    failed = False
    for name, target in zip(inputs, outputs, strict=True):
        try:
            with extra():
                text = cleaner.clean(read_text(name, encoding), site=site)
            if target is None:
                sys.stdout.buffer.write(encoded(text))
                sys.stdout.buffer.flush()
            else:
                write_whole(target, text)
        except FileError as error:
            complain(error)
            failed = True
    if failed:
        raise typer.Exit(2)


@app.command()
def explain(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file; `-` for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="The whole result as JSON.")] = False,
    keep: Keep = None,
    rules: Rules = None,
    language: Language = None,
    no_repair: NoRepair = False,
    profiles: Profiles = None,
    site: Site = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Show a text with what would go, struck through, and the rules in the margin.

    **Examples**

    - `defurnish explain article.md`
    - `defurnish explain article.md --json | jq .metadata`
    """
    site = site_of_text(profiles, site)
    cleaner = cleaner_of(keep, rules, language, no_repair, profiles=profiles)
    try:
        text = read_text(file, encoding)
    except FileError as error:
        fail(error)
    with extra():
        _show(cleaner, text, as_json, site)


def _show(cleaner: Cleaner, text: str, as_json: bool, site: str | None = None) -> None:
    result = cleaner.analyze(text, site=site)
    if as_json:
        print(json.dumps(result.to_dict(), ensure_ascii=True, indent=2))
    else:
        print_explanation(result, text, Console(soft_wrap=False))


@app.command()
def demo(
    only_clean: Annotated[bool, typer.Option("--clean", help="Only the clean text.")] = False,
) -> None:
    """Clean an article that comes with the package, in front of your eyes."""
    cleaner = Cleaner()
    if only_clean:
        sys.stdout.buffer.write(encoded(cleaner.clean(article())))
    else:
        _show(cleaner, article(), as_json=False)


def _known_rules(files: list[str] | None) -> tuple[Rule, ...]:
    return cleaner_of(None, files, None, no_repair=False).rulebook.rules


@rules_app.command("list")
def list_rules(
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Only this language.")] = None,
    rules: Rules = None,
) -> None:
    """List the rules, one a line."""
    chosen = [
        rule
        for rule in _known_rules(rules)
        if family in (None, rule.family) and language in (None, rule.id.split("/", 1)[0])
    ]
    if not chosen:
        fail(f"no rules of family {family!r} and language {language!r}; families: {', '.join(FAMILIES)}")
    console = Console()
    if not console.is_terminal:
        for rule in chosen:
            print(rule.id, rule.strength, rule.zone, rule.summary, sep="\t")
        return
    table = Table("rule", "strength", "zone", "summary", box=None)
    for rule in chosen:
        table.add_row(rule.id, rule.strength, rule.zone, Text(rule.summary))
    console.print(table)


@rules_app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="As in en/legal/fair-use-notice.")], rules: Rules = None
) -> None:
    """Show one rule with its phrases and examples."""
    known = {str(rule.id): rule for rule in _known_rules(rules)}
    named = [known[name] for name in known if name == rule_id or name.endswith(f"/{rule_id}")]
    rule = named[0] if len(named) == 1 else None
    if rule is None:
        close = difflib.get_close_matches(rule_id, known, n=3, cutoff=0.4)
        fail(f"no rule {rule_id!r}" + (f"; did you mean {', '.join(close)}?" if close else ""))
    print(f"{rule.id}: {rule.summary}\n{rule.why}\n")
    zone = "" if rule.zone == "anywhere" else f", in the {rule.zone}"
    print(f"{rule.strength}, matches {rule.match}{zone}  ({rule.source})")
    if rule.opens:
        print(f"opens a region: {rule.opens}")
    if rule.max_words:
        print(f"blocks of at most {rule.max_words} words")
    if rule.pattern:
        print(f"pattern: {rule.pattern}")
    for title, lines in (("phrases", rule.phrases), ("removes", rule.removes), ("keeps", rule.keeps)):
        if lines:
            print(f"{title}:")
            for line in lines:
                print("  " + line.replace("\n", "\n    "))


@rules_app.command("check")
def check_rules(file: Annotated[str, typer.Argument(metavar="FILE", help="A rule file.")]) -> None:
    """Check a rule file: its form, its patterns, and all its examples in an article.

    **Example**

    - `defurnish rules check my-rules.toml`
    """
    try:
        rules, _ = read_rules(file)
        wrong = failures(rules, Cleaner(rules=file))
    except RuleError as error:
        fail(error)
    for failure in wrong:
        print(failure)
    examples = sum(len(rule.removes) + len(rule.keeps) for rule in rules)
    print(f"{file}: {len(rules)} rules, {examples} examples, {len(wrong)} wrong")
    if wrong:
        raise typer.Exit(1)
