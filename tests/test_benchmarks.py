"""The benchmarks, on tiny pages made here: measures give known values, rivals do what their rules say."""

import gzip
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import audit, ceiling, compare, judged, options, quality, rules
from benchmarks.blocks import read_verdicts, removed_blocks
from benchmarks.data import DataError, Page, read_pages, read_rows
from benchmarks.measures import Gold, Profile, f1, key, line_oracle, plain, score, survival, words
from benchmarks.removals import Removed, from_line, removed_from, to_line
from benchmarks.rivals import c4, refinedweb
from benchmarks.tables import Table, show
from benchmarks.testimony import Hearing
from defurnish.model import Rule
from defurnish.rulebook import Rulebook

ROOT = Path(__file__).parent.parent

MODULES = [path.stem for path in sorted((ROOT / "benchmarks").glob("*.py"))]

BODY = "Rain fell on Ostrel all night long.\nBy morning the ferry was gone for good."
PROMPT = "Sign up for the harbour letter"
TEXT = f"{BODY}\n{PROMPT}"


@pytest.mark.parametrize("name", MODULES)
def test_every_benchmark_is_whole(name):
    importlib.import_module(f"benchmarks.{name}")


def test_the_fuzz_harness_runs():
    command = [sys.executable, "-m", "benchmarks.fuzz", "--seconds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    assert all(target in done.stdout for target in ("text", "rules", "profiles"))


def page(identity: str = "1", gold: str = BODY, **texts: str) -> Page:
    return Page(identity, "https://ferry.example/", "article", "", gold, texts or {"plain": TEXT}, (), ())


def record(**fields: object) -> dict[str, object]:
    return {
        "id": "1",
        "url": None,
        "type": "article",
        "title": "",
        "gold": BODY,
        "texts": {"plain": TEXT},
    } | fields


def write(path: Path, *records: object) -> Path:
    content = "".join(json.dumps(one) + "\n" for one in records).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def drop_prompt(text: str) -> str:
    return text.replace(PROMPT, "").rstrip("\n")


def measured(text: str, cleaned: str, gold_text: str = BODY):
    gold = Gold(gold_text)
    return score(Profile(text, gold), Profile(cleaned, gold), gold)


class TestMeasures:
    def test_words_are_lower_case_runs_of_letters_and_digits(self):
        assert words("Don’t — it’s 3.5 °C, École_2!") == ["don", "t", "it", "s", "3", "5", "c", "école_2"]

    @pytest.mark.parametrize(
        ("text", "unwrapped"),
        [
            ("a [map](x) b", "a map b"),
            ("![The ferry](ferry.png)", "The ferry"),
            ('[map](https://a.example/x_(1).png "The map")', "map"),
            ("[![small](s.png) large](l.html)", "small large"),
            ("[map] (x)", "[map] (x)"),
            ("[a map](of two words)", "[a map](of two words)"),
        ],
    )
    def test_links_are_unwrapped(self, text, unwrapped):
        assert plain(text) == unwrapped

    def test_untouched(self):
        one = measured(TEXT, TEXT)
        # 15 gold words in 21, and 12 gold 4-grams in 18.
        assert one.bag_f1_before == one.bag_f1 == pytest.approx(2 * 15 / (15 + 21))
        assert one.gram_f1_before == one.gram_f1 == pytest.approx(2 * 12 / (12 + 18))
        assert (one.body_kept, one.furniture_removed) == (1.0, 0.0)
        assert (one.exact_before, one.exact, one.hurt) == (False, False, False)

    def test_everything_right(self):
        one = measured(TEXT, BODY)
        assert (one.gram_f1, one.body_kept, one.furniture_removed) == (1.0, 1.0, 1.0)
        assert one.exact
        assert not one.hurt

    def test_a_lost_line(self):
        # 7 words of the body are left of 15: 4 of its 12 grams.
        one = measured(BODY, BODY.split("\n")[0])
        assert one.body_kept == pytest.approx(4 / 12)
        assert one.furniture_removed is None
        assert one.hurt

    def test_a_headline_is_forgiven_and_a_second_line_is_not(self):
        assert measured(TEXT, f"Ferry lost\n{BODY}").exact
        assert not measured(TEXT, f"Ferry lost\nA storm\n{BODY}").exact
        assert not measured(TEXT, f"{'Ferry ' * 31}\n{BODY}").exact

    def test_short_and_empty_texts(self):
        assert measured("Rain fell.", "Rain fell.", "Rain fell.").gram_f1 == 1.0
        assert measured("Share", "", "Rain fell.").gram_f1 == 0.0
        assert (f1(0, 0, 0), f1(0, 3, 0), f1(0, 0, 3)) == (1.0, 0.0, 0.0)

    def test_the_key_looks_through_dress(self):
        assert key("**[Sign up](#) for the harbour letter**") == key(PROMPT)
        assert key(PROMPT) != key(BODY)

    @pytest.mark.parametrize(
        ("line", "held"),
        [
            ("the ferry was", True),
            ("the ferry", True),
            ("he ferry", False),
            ("ferry the was", False),
            ("Rain fell on Ostrel all day", True),  # 2 of 3 grams
            ("Rain fell on Ostrel on a Monday", False),  # 1 of 4
            ("ain fell on Ostrel al", True),  # extractors glue words, so outer ones may be cut
            ("Rain ell on strel all", False),
        ],
    )
    def test_lines_in_the_gold(self, line, held):
        assert Gold(BODY).holds(words(line)) is held

    def test_the_oracle_keeps_gold_lines_and_lines_without_words(self):
        assert line_oracle(f"# {BODY}\n\n---\n{PROMPT}", Gold(BODY)) == f"# {BODY}\n\n---"

    def test_survival(self):
        assert survival(BODY, BODY) == 1.0
        assert survival(BODY, "") == 0.0
        assert survival("—", "") == 1.0


class TestC4:
    @pytest.mark.parametrize(
        "line",
        [
            "It rained on Monday.",
            "Did it rain on Monday?",
            '"It rained on Monday"',
            "It rained for three days!",
        ],
    )
    def test_sentences_stay(self, line):
        assert c4(f"{line}\n\n{line}") == f"{line}\n{line}"

    @pytest.mark.parametrize(
        "line",
        [
            "Share this article",
            "It rained...",
            "It rained.",
            "Please enable JavaScript to read on.",
            "We use cookies on this site.",
            f"It rained {'o' * 1001} on Monday.",
        ],
    )
    def test_furniture_goes(self, line):
        assert c4(f"{line}\n{BODY}") == BODY

    @pytest.mark.parametrize(
        "line",
        [
            "# The night the ferry sank",
            "- a rope of nine metres",
            "He said, “The ferry is gone.”",
            "*The author sails herself.*",
            "Nobody on Ostrel knows why…",
            "The council debated its privacy policy at length on Tuesday.",
        ],
    )
    def test_known_false_positives(self, line):
        assert c4(line) == ""

    def test_footnote_marks_go_and_documents_stay(self):
        assert c4("It rained all night.[1] [edit]") == ""  # the blank before the mark ends the line now
        assert c4("It rained[12] all night.[citation needed]") == "It rained all night."
        assert c4("Lorem ipsum { fell all night.") == "Lorem ipsum { fell all night."


class TestRefinedWeb:
    @pytest.mark.parametrize(
        "line",
        [
            "12 shares",
            "• 1,204 Likes •",
            "3.5K views",
            "SIGN UP FOR NEWS",
            "2024",
            "Advertisement",
            "*Share*",
        ],
    )
    def test_furniture_goes(self, line):
        assert refinedweb(f"{line}\n{BODY}") == BODY

    @pytest.mark.parametrize("line", ["It rained.", "The NATO ship left.", "", "2024 and 2025", "The 12 shares fell"])
    def test_prose_and_blank_lines_stay(self, line):
        assert refinedweb(f"{line}\n{BODY}") == f"{line}\n{BODY}"

    def test_addresses_and_phrases_are_cut(self):
        assert refinedweb("See https://ferry.example/x?y=1 for more") == "See  for more"
        assert refinedweb("[the map](https://ferry.example/map) of it") == "[the map]() of it"
        assert refinedweb("The ferry is gone Read more...") == "The ferry is gone "
        assert refinedweb("Sign-in to comment here") == " to comment here"
        assert refinedweb("You have 3 items in cart today") == "You have 3  today"

    def test_phrases_stay_in_long_lines(self):
        line = "She put the items in cart number nine and walked the whole way to the ferry"
        assert refinedweb(line) == line

    @pytest.mark.parametrize("line", ["UN AND EU MEET", "“No.”", "Goals", "2"])
    def test_known_false_positives(self, line):
        assert refinedweb(line) == ""


class TestData:
    @pytest.mark.parametrize("name", ["pages.jsonl", "pages.jsonl.gz"])
    def test_pages_are_read(self, tmp_path, name):
        path = write(tmp_path / name, record(texts={"plain": TEXT, "other": None}), record(id="2", keep=["Rain"]))
        one, two = read_pages(path)
        assert (one.id, one.url, one.texts) == ("1", "", {"plain": TEXT, "other": ""})
        assert (two.keep, two.drop) == (("Rain",), ())

    @pytest.mark.parametrize(
        ("bad", "why"),
        [
            ([], "must be a JSON object"),
            (record(gold=None), "'gold' must be a string"),
            (record(texts={"plain": 3}), "'texts' must be an object of strings"),
            (record(keep="Rain"), "'keep' must be a list of strings"),
            (record(id="1"), "stands twice"),
        ],
    )
    def test_a_bad_page_is_named_by_file_and_line(self, tmp_path, bad, why):
        path = write(tmp_path / "pages.jsonl", record(), bad)
        with pytest.raises(DataError, match=rf"pages\.jsonl:2: .*{why}"):
            list(read_pages(path))

    def test_bad_json_bad_utf8_and_a_cut_file(self, tmp_path):
        path = tmp_path / "pages.jsonl"
        path.write_bytes(b"\n{\n")
        with pytest.raises(DataError, match=r"pages\.jsonl:2: "):
            list(read_pages(path))
        path.write_bytes(b"\xff\n")
        with pytest.raises(DataError, match=r"pages\.jsonl:1: .*utf-"):
            list(read_pages(path))
        packed = write(tmp_path / "cut.jsonl.gz", record())
        packed.write_bytes(packed.read_bytes()[:-9])
        with pytest.raises(DataError, match=r"cut\.jsonl\.gz.* cannot be read"):
            list(read_pages(packed))
        with pytest.raises(DataError, match=r"missing\.jsonl: cannot be read: No such file"):
            list(read_pages(tmp_path / "missing.jsonl"))

    def test_zstandard(self, tmp_path):
        path = tmp_path / "pages.jsonl.zst"
        try:
            import zstandard
        except ImportError:
            path.write_bytes(b"")
            with pytest.raises(DataError, match="pip install zstandard"):
                list(read_pages(path))
        else:
            path.write_bytes(zstandard.ZstdCompressor().compress(json.dumps(record()).encode()))
            assert [one.id for one in read_pages(path)] == ["1"]
            path.write_bytes(b"no such thing")
            with pytest.raises(DataError, match="cannot be read"):
                list(read_pages(path))

    def test_tables(self, tmp_path):
        path = tmp_path / "rows.tsv"
        path.write_text("# a note\n1\tab\tbody \n\n1\tab\n")
        with pytest.raises(DataError, match=r"rows\.tsv:4: expected the tab-separated fields page, key, verdict"):
            list(read_rows(path, ("page", "key", "verdict")))
        assert next(read_rows(path, ("page", "key"))) == (2, ["1", "ab", "body"])

    def test_halves_and_limits(self, tmp_path):
        path = write(tmp_path / "pages.jsonl", *(record(id=str(n)) for n in range(1, 6)))
        parser = options.parser("")

        def ids(*arguments: str) -> list[str]:
            chosen = parser.parse_args([str(path), *arguments])
            return [one.id for one in options.chosen_pages(path, chosen)]

        assert ids("--half", "odd") == ["1", "3", "5"]
        assert ids("--half", "even", "--limit", "1") == ["2"]
        with pytest.raises(DataError, match="none of the chosen pages"):
            ids("--types", "forum")
        write(path, record(id="a"))
        with pytest.raises(DataError, match="numeric page ids, and 'a' is none"):
            ids("--half", "even")
        with pytest.raises(DataError, match="no texts of nobody; it has plain"):
            options.chosen_extractors(path, parser.parse_args([str(path), "--extractors", "nobody"]), [page()])


class TestQuality:
    def test_cleaners_stand_between_the_text_and_the_oracle(self):
        pages = [page("1"), page("2", plain=BODY), page("3", gold="", plain=TEXT), page("4", plain=" ")]
        summaries = quality.score_pages(pages, ["plain"], {"nothing": str, "prompt": drop_prompt, "all": lambda _: ""})
        by_cleaner = summaries["plain"]
        assert by_cleaner == summaries["all"]
        assert {one.texts for one in by_cleaner.values()} == {2}
        oracle = by_cleaner[quality.ORACLE]
        assert (by_cleaner["nothing"].exact, by_cleaner["prompt"].exact, oracle.exact) == (1, 2, 2)
        assert by_cleaner["nothing"].gap_closed(oracle) == 0.0
        assert by_cleaner["prompt"].gap_closed(oracle) == 1.0
        assert by_cleaner["prompt"].furniture_removed == 1.0
        assert (by_cleaner["all"].body_kept, by_cleaner["all"].hurt) == (0.0, 2)

    def test_golds_that_lose_most_come_first(self):
        pages = [page("1"), page("2", gold=TEXT), page("3", gold="")]
        ones = quality.clean_golds(pages, {"prompt": drop_prompt})["prompt"]
        assert [(one.page.id, one.share) for one in ones] == [("2", pytest.approx(12 / 18)), ("1", 1.0)]

    @pytest.mark.parametrize("command", [("-m", "benchmarks.quality"), ("benchmarks/quality.py",)])
    def test_the_command(self, tmp_path, command):
        path, out = write(tmp_path / "pages.jsonl", record()), tmp_path / "out.json"
        arguments = [str(path), "--cleaners", "untouched,c4", "--json", str(out), "--show", "1", "--markdown"]
        done = subprocess.run(
            [sys.executable, *command, *arguments],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert "| plain | c4 | 0.8000 | 1.0000 | 100.0 % | 100.00 % | 100.0 % | 1 | 0 | 1 |" in done.stdout
        assert "| c4 | 100.000 % | 1 | 100.0 % | 1 |" in done.stdout
        assert json.loads(out.read_text())["extractors"]["plain"]["c4"]["gap_closed"] == 1.0

    def test_a_bad_file_is_one_line(self, tmp_path, monkeypatch):
        path = tmp_path / "pages.jsonl"
        path.write_text("{}\n")
        monkeypatch.setattr(sys, "argv", ["quality", str(path)])
        with pytest.raises(SystemExit, match=r"error: .*pages\.jsonl:1: field 'texts'"):
            options.run(quality.main)


class TestJudged:
    def labels(self, tmp_path: Path, *rows: tuple[str, str, str]) -> Path:
        path = tmp_path / "labels.tsv"
        path.write_text("".join("\t".join(row) + "\n" for row in rows))
        return path

    def test_tallies(self, tmp_path):
        labels = judged.read_labels(
            self.labels(tmp_path, ("1", key(PROMPT), "engage"), ("2", key("Photo: A. Crane"), "caption"))
        )
        text = f"{TEXT}\nA line that nobody judged\nPhoto: A. Crane"
        pages = [page("1", plain=text), page("2", plain=text)]
        first, second = BODY.split("\n")

        def cleaner(text: str) -> str:
            return drop_prompt(text.replace(first, ""))

        lines = judged.judge(pages, labels, cleaner, ["plain"])
        tallies = judged.tallies(lines)
        one = tallies["plain"]
        assert tallies[judged.POOLED].lost_per_10k == one.lost_per_10k == pytest.approx(1e4 * 7 / 15)
        assert (one.body_lines_hit, one.body_lines) == (2, 4)
        assert one.precision == pytest.approx(6 / (6 + 14))
        assert (one.recall_lines, one.recall_words, one.family_recall("engage")) == (1.0, 1.0, 1.0)
        assert one.family_recall("legal") is None
        even = judged.tallies(lines, "even")["plain"]
        assert (even.body_lines, even.family_recall("engage"), even.precision) == (2, None, 0.0)
        assert [loss.line for loss in judged.losses(lines)] == [first, first]
        assert second not in [loss.line for loss in judged.losses(lines)]

    def test_a_line_that_stands_twice_goes_once(self, tmp_path):
        labels = judged.read_labels(self.labels(tmp_path, ("1", key("Share"), "engage")))
        lines = judged.judge([page(plain=f"Share\n{BODY}\nShare")], labels, lambda text: text[6:], ["plain"])
        # The line that is left answers for the first; its words are still there for the second as well.
        assert judged.tallies(lines)["plain"].family_recall("engage") == 0.0
        lines = judged.judge([page(plain=f"Share\n{BODY}\nShare")], labels, lambda _: BODY, ["plain"])
        assert judged.tallies(lines)["plain"].families["engage"].lines_gone == 2

    def test_verdicts_are_checked(self, tmp_path):
        with pytest.raises(DataError, match=r"labels\.tsv:1: unknown verdict 'furniture'"):
            judged.read_labels(self.labels(tmp_path, ("1", "ab", "furniture")))

    def test_the_command_prints_halves_and_takes_corrections(self, tmp_path, monkeypatch, capsys):
        path = write(tmp_path / "pages.jsonl", record(), record(id="2"), record(id="3"))
        labels = self.labels(tmp_path, ("1", key(PROMPT), "promo"), ("2", key(PROMPT), "engage"))
        corrections = tmp_path / "corrections.tsv"
        corrections.write_text(f"1\t{key(PROMPT)}\tengage\tit asks for an address\n3\t{key(PROMPT)}\tlegal\t\n")
        out = tmp_path / "out.json"
        arguments = [
            path,
            labels,
            "--corrections",
            corrections,
            "--extractors",
            "plain",
            "--cleaner",
            "c4",
            "--json",
            out,
        ]
        monkeypatch.setattr(sys, "argv", ["judged", *map(str, arguments)])
        options.run(judged.main)
        printed = capsys.readouterr().out
        assert "c4, all (2 judged pages)" in printed
        assert "c4, even ids (1 judged pages)" in printed
        figures = json.loads(out.read_text())
        assert figures["odd"]["pooled"]["engage_lines"] == 1.0
        assert figures["odd"]["pooled"]["promo_lines"] is None
        assert list(figures) == ["all", "even", "odd"]


class TestCeiling:
    FOUND = "The article that the gold has not got, a line of it"
    HELD = "Share this page"

    def summaries(self):
        """Two pages: one whose gold lacks a line of the article, one whose gold holds a line of furniture."""
        labels = {("1", key(PROMPT)): "engage", ("2", key(self.HELD)): "engage", ("2", key("A heron")): "caption"}
        pages = [
            page("1", plain=f"{TEXT}\n{self.FOUND}"),
            page("2", gold=f"{BODY}\n{self.HELD}", plain=f"{BODY}\n{self.HELD}\nA heron"),
        ]
        return ceiling.ceilings(pages, labels, drop_prompt, ["plain"])["plain"]

    def test_who_drops_what_is_judged_is_hurt_where_the_gold_holds_it(self):
        by_cleaner = self.summaries()
        assert {name: one.hurt for name, one in by_cleaner.items()} == {
            ceiling.CLEANER: 0, ceiling.FURNITURE: 1, ceiling.MORE: 1, quality.ORACLE: 0,
        }  # fmt: skip
        assert by_cleaner[ceiling.FURNITURE].body_kept < 1
        assert by_cleaner[quality.ORACLE].body_kept == 1

    def test_titles_and_captions_go_with_more(self):
        by_cleaner = self.summaries()
        assert by_cleaner[ceiling.MORE].gram_f1 > by_cleaner[ceiling.FURNITURE].gram_f1
        text = f"{BODY}\n{PROMPT}\nA heron"
        labels = {("1", key(PROMPT)): "engage", ("1", key("A heron")): "caption"}
        assert ceiling.without(text, "1", labels, judged.FAMILIES) == f"{BODY}\nA heron"
        assert ceiling.without(text, "2", labels, judged.FAMILIES) == text

    def test_the_command_wants_judged_pages(self, tmp_path, monkeypatch):
        path, labels = write(tmp_path / "pages.jsonl", record()), tmp_path / "labels.tsv"
        labels.write_text(f"9\t{key(PROMPT)}\tengage\n")
        monkeypatch.setattr(sys, "argv", ["ceiling", str(path), str(labels), "--extractors", "plain"])
        with pytest.raises(SystemExit, match="judges none of the chosen pages"):
            options.run(ceiling.main)
        labels.write_text(f"1\t{key(PROMPT)}\tengage\n")
        options.run(ceiling.main)


def evidence(rule: str, strength: str) -> SimpleNamespace:
    return SimpleNamespace(rule=rule, strength=strength)


def remover(*phrases: str):
    """Remove the lines that hold a phrase, on the word of a rule named after its first word."""

    def removals(text: str) -> list[Removed]:
        found, at = [], 0
        for line in text.split("\n"):
            found += [
                Removed(at, at + len(line), line, "engage", "alone", (f"en/engage/{phrase.split()[0].lower()}",))
                for phrase in phrases
                if phrase in line
            ]
            at += len(line) + 1
        return found

    return removals


class TestRemovals:
    def test_the_strongest_rule_comes_first(self):
        removal = SimpleNamespace(
            span=SimpleNamespace(start=2, end=9), text="Sign up", family="engage", reason="region",
            evidence=(evidence("a", "supporting"), evidence("b", "strong"), evidence("a", "supporting")),
        )  # fmt: skip
        (one,) = removed_from(SimpleNamespace(removed=(removal,)))
        assert (one.rule, one.rules) == ("b", ("b", "a"))
        assert from_line(to_line([one])) == [one]
        assert Removed(0, 3, "---", "legal", "orphan", ()).rule == "(orphan)"

    def test_the_audit_counts_a_block_of_a_page_once(self, tmp_path):
        gold = f"{BODY}\nSign here, said the old harbour master."
        text = f"{gold}\n{PROMPT}\nSign off"
        blocks = removed_blocks([page("7", gold, a=text, b=f"**{text}")], ["a", "b"], remover("Sign", "Rain"))
        audits = audit.audit(blocks, {})
        sign, total = audits["en/engage/sign"], audits[audit.TOTAL]
        assert (sign.blocks, sign.in_gold, len(sign.open)) == (3, 1, 1)
        assert (total.blocks, total.in_gold) == (4, 2)
        assert sign.precision == pytest.approx(2 / 3)
        assert sign.word_precision == pytest.approx(8 / 15)
        (block,) = sign.open
        assert block.extractors == ["a", "b"]
        assert audit.open_rows(block).startswith(f"7\t{block.key}\t\t\ten/engage/sign\n# a, b\n#   Sign here")

        path = tmp_path / "audit.tsv"
        path.write_text(f"7\t{block.key}\tgold-slip\ta prompt\ten/engage/sign\n")
        sign = audit.audit(blocks, read_verdicts(path))["en/engage/sign"]
        assert (sign.slips, sign.losses, sign.open, sign.precision) == (1, 0, [], 1.0)
        path.write_text(f"7\t{block.key}\tloss\tspeech\ten/engage/sign\n")
        sign = audit.audit(blocks, read_verdicts(path))["en/engage/sign"]
        assert (sign.slips, sign.losses, sign.precision) == (0, 1, pytest.approx(2 / 3))
        path.write_text("7\tab\tmaybe\t\t\n")
        with pytest.raises(DataError, match=r"audit\.tsv:1: unknown verdict 'maybe'"):
            read_verdicts(path)

    def test_blocks_cut_differently_are_no_change(self):
        whole = [Removed(0, 15, "Sign up.\n Share", "engage", "alone", ("a",))]
        parts = [
            Removed(0, 8, "Sign up.", "engage", "alone", ("a",)),
            Removed(10, 15, "Share", "engage", "alone", ("b",)),
        ]
        assert compare.only_in(whole, parts, "Sign up.\n Share") == []
        assert compare.only_in(parts, whole, "Sign up.\n Share") == []
        assert compare.only_in(whole, parts[:1], "Sign up.\n Share") == whole
        assert compare.only_in(parts, [], "Sign up.\n Share") == parts

    def test_changes_are_grouped_by_rule(self):
        one = page(a=TEXT, b=TEXT)
        texts = [compare.Text(one, "a"), compare.Text(one, "b")]
        both, rain = [remover("Sign", "Rain")(TEXT)] * 2, [remover("Rain")(TEXT), remover()(TEXT)]
        newly = compare.changes(texts, both, rain)
        assert {rule: [(one.in_gold, one.texts) for one in ones] for rule, ones in newly.items()} == {
            "en/engage/rain": [(True, 1)],
            "en/engage/sign": [(False, 2)],
        }
        printed = compare.report("Newly removed", newly)
        first, _, second, third, *_ = printed.splitlines()
        assert first == "Newly removed: 2 blocks, 1 of them in the gold"
        assert second == "  en/engage/rain: 1"
        assert third.startswith("    1 ×1 alone    [gold] Rain fell")

    def test_compare_runs_both_versions(self, tmp_path, monkeypatch, capsys):
        old = tmp_path / "old" / "defurnish"
        old.mkdir(parents=True)
        (old / "__init__.py").write_text("class analyze:\n    def __init__(self, text):\n        self.removed = ()\n")
        text = f"{BODY}\n\n© 2021 The Ferry Post. All rights reserved.\n"
        path = write(tmp_path / "pages.jsonl", record(texts={"plain": text}))
        monkeypatch.setattr(sys, "argv", ["compare", str(old.parent), str(ROOT), str(path)])
        options.run(compare.main)
        printed = capsys.readouterr().out
        assert "Newly removed: 1 blocks, 0 of them in the gold" in printed
        assert "© 2021 The Ferry Post" in printed
        assert "Newly kept: 0 blocks" in printed

    def test_compare_names_a_version_that_is_none(self, tmp_path):
        with pytest.raises(DataError, match="no-such-version: is neither a folder with the package nor a git revision"):
            compare.package_folder("no-such-version", tmp_path)
        broken = tmp_path / "defurnish"
        broken.mkdir()
        (broken / "__init__.py").write_text("analyze = None\n")
        with pytest.raises(DataError, match="the package failed"):
            compare.removals_by(str(tmp_path), [compare.Text(page(), "plain")])


COPYRIGHT = "© 2021 The Ferry Post. All rights reserved."


def rule(name: str, phrase: str, strength: str = "strong") -> Rule:
    return Rule(f"en/legal/{name}", "legal", strength, "anywhere", "summary", "why", phrases=(phrase,))


RULEBOOK = Rulebook(
    (
        rule("rights", "all rights reserved"),
        rule("ferry", "the ferry was", "protecting"),
        rule("post", "ferry post", "supporting"),
        rule("unheard", "no such words"),
    ),
    {},
)


class TestRules:
    def test_a_silent_rule_leaves_its_blocks(self):
        text = f"{BODY}\n\n{COPYRIGHT}\n"
        hearing = Hearing.on(text, RULEBOOK)
        assert hearing.cleaned == f"{BODY}\n"
        (number,) = hearing.verdict.decisions
        assert hearing.block(number) == COPYRIGHT
        assert hearing.spoken()["en/legal/rights"] == hearing.removed()["en/legal/rights"] == {number}
        assert hearing.without("en/legal/post").cleaned == f"{BODY}\n"
        assert hearing.without("en/legal/rights").without("en/legal/post").cleaned == text

    def test_the_census(self):
        text = f"{BODY}\n\n{COPYRIGHT}\n"
        pages = [page("1", a=text, b=text), page("2", f"{BODY} {COPYRIGHT}", a=text), page("3", "", a=text)]
        counted = rules.census(pages, ["a", "b"], RULEBOOK, {})
        assert counted.texts == 3
        assert list(counted.uses) == sorted(one.id for one in RULEBOOK.rules)
        rights, ferry, unheard = (counted.uses[f"en/legal/{name}"] for name in ("rights", "ferry", "unheard"))
        assert (rights.furniture, rights.body, rights.removed, rights.words_removed) == (1, 1, 2, 14)
        assert (rights.precision, rights.pages) == (0.5, {"1", "2"})
        assert (ferry.furniture, ferry.body, ferry.removed, ferry.precision) == (0, 2, 0, 1.0)
        assert unheard.precision is None

        slips = {("2", key(COPYRIGHT)): "gold-slip"}
        counted = rules.census(pages, ["a"], RULEBOOK, slips)
        assert counted.uses["en/legal/rights"].precision == 1.0

    def test_ablation_measures_what_a_rule_gives(self):
        alone = Rulebook((rule("rights", "all rights reserved"), rule("unheard", "no such words")), {})
        counted = rules.census([page(a=f"{BODY}\n\n{COPYRIGHT}\n")], ["a"], alone, {}, ablate=True)
        assert counted.gram_f1 == 1.0
        # 12 grams of the gold, 19 with the notice left in.
        assert counted.uses["en/legal/rights"].change == pytest.approx(2 * 12 / (12 + 19) - 1)
        table = rules.census_table(counted, 1, ablate=True)
        assert [row[-1] for row in table.rows] == ["-0.225806", "+0.000000"]


class TestTables:
    def test_plain_in_a_pipe(self, capsys):
        table = Table("Ferries", ("name", "trips"))
        table.add("[Ostrel|2]", "9")
        show(table)
        assert capsys.readouterr().out.split() == ["Ferries", "name", "trips", "[Ostrel|2]", "9"]
        show(table, markdown=True)
        assert "| [Ostrel\\|2] | 9 |" in capsys.readouterr().out
        with pytest.raises(ValueError, match="1 cells for 2 columns"):
            table.add("Ostrel")
