"""``defurnish learn`` and ``defurnish profile``, run as processes, with scripted answers."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace

import pytest

pytest.importorskip("duckdb", reason='needs DuckDB: pip install "defurnish[profiles]"')
pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')

import pyarrow as pa
import pyarrow.parquet as pq

from defurnish.model import Profile
from defurnish.profiles.corpus import learn_sites
from defurnish.profiles.store import open_store
from defurnish.profiles.toml import dumps
from tests.adapters.documents import of_sites
from tests.test_cli import SOURCE, command, complaint

from .crawl import SITES, crawl
from .made import entry

REVIEWED = Profile(
    "post.example",
    22,
    "2026-11-24",
    (
        entry(1, status="accepted"),
        entry(2, "read our sunday letter", beside=(1,), rules=("en/engage/letter",), pages=11, share=0.5, spread=2),
        entry(3, "from our desk", place="head", examples=("From our desk", "FROM OUR DESK")),
        entry(4, "rain gauge of the week"),
    ),
)


@pytest.fixture
def folder(tmp_path):
    """A folder with the crawl in it, and the profiles that must come of it."""
    (tmp_path / "crawl.jsonl").write_text("".join(json.dumps(record) + "\n" for record in crawl()))
    return tmp_path


def expected(**options):
    return {f"{profile.site}.toml": dumps(profile) for profile in learn_sites(crawl(), **options)}


def files(place):
    return {path.name: path.read_text() for path in place.iterdir()}


def run(*arguments, cwd, **options):
    process = command(*arguments, cwd=cwd, **options)
    assert process.returncode == 0, process.stderr.decode()
    return process


def test_a_crawl_becomes_a_folder_of_profiles(folder):
    ran = run("learn", "crawl.jsonl", "--by", "url", "-o", "profiles", "--learned", "2026-11-24", cwd=folder)
    assert files(folder / "profiles") == expected(learned="2026-11-24")
    assert ran.stdout == b""
    assert ran.stderr == b"defurnish: 72 documents; 3 profiles new, 0 learned again\n"


def test_many_workers_and_sqlite_give_the_same(folder):
    for name in ("a", "b"):
        lines = (folder / "crawl.jsonl").read_text().splitlines(keepends=True)[name == "b" :: 2]
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("".join(lines).encode()))
    run("learn", "b.jsonl.gz", "a.jsonl.gz", "-o", "p.sqlite", "--workers", "2", "-q", cwd=folder)
    store = open_store(folder / "p.sqlite")
    assert {f"{site}.toml": dumps(store.get(site)) for site in store.sites()} == expected()


def test_every_format_and_other_names(folder):
    records = [{"page": {"link": record["url"]}, "body": record["text"]} for record in crawl()]
    table = pa.Table.from_pylist(records)
    pq.write_table(table, folder / "crawl.parquet")
    with pa.OSFile(str(folder / "crawl.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    for name in ("crawl.parquet", "crawl.arrow"):
        run("learn", name, "--by", "page.link", "--text-field", "body", "-o", name + ".d", cwd=folder)
        assert files(folder / f"{name}.d") == expected()
    lines = "".join(json.dumps(record) + "\n" for record in records).encode()
    run("learn", "-", "--by", "page.link", "--text-field", "body", "-o", "stdin", cwd=folder, stdin=lines)
    assert files(folder / "stdin") == expected()


def test_folders_of_texts(folder):
    for number, record in enumerate(crawl()):
        place = folder / "texts" / record["url"].split("/")[2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(record["text"])
    run("learn", "texts", "--by", "id", "-o", "profiles", cwd=folder)
    assert files(folder / "profiles") == expected()
    run("learn", "texts/www.mill.example", "--site", "https://mill.example/", "-o", "one", cwd=folder)
    assert files(folder / "one") == {"mill.example.toml": expected()["mill.example.toml"]}
    assert "no record holds the address of a page in 'url' or 'metadata.url'; name the field with --by" in complaint(
        command("learn", "texts", "-o", "none", cwd=folder)
    )
    assert not (folder / "none").exists()


def test_learning_again_keeps_what_a_person_wrote(folder):
    run("learn", "crawl.jsonl", "-o", "profiles", cwd=folder)
    file = folder / "profiles" / "ostrel.example.toml"
    first = file.read_text()
    mine = (
        "# Ours.\n"
        + first.replace('status = "accepted"', 'status = "rejected"  # we sell it', 1)
        + ('\n[[entry]]\ntemplate = "from our desk"\nfamily = "promo"\nplace = "head"\nstatus = "accepted"\n')
    )
    file.write_text(mine)
    again = run("learn", "crawl.jsonl", "-o", "profiles", cwd=folder)
    number = max(held.number for held in open_store(folder / "profiles").get("ostrel.example").entries)
    assert file.read_text() == mine + f"number = {number}\n"
    assert b"0 profiles new, 3 learned again" in again.stderr
    run("learn", "crawl.jsonl", "-o", "profiles", "--learned", "2026-11-24", cwd=folder)
    assert 'status = "rejected"  # we sell it' in file.read_text()


def test_a_profile_that_cannot_be_read_is_left_and_the_others_are_learned(folder):
    (folder / "profiles").mkdir()
    (folder / "profiles" / "ostrel.example.toml").write_text("site = ")
    refused = command("learn", "crawl.jsonl", "-o", "profiles", cwd=folder)
    assert refused.returncode == 2
    assert b"profiles/ostrel.example.toml: is not valid TOML" in refused.stderr
    assert b"1 profiles left as they are, see above" in refused.stderr
    assert files(folder / "profiles") == {**expected(), "ostrel.example.toml": "site = "}


def test_bad_records_and_damaged_inputs(folder):
    with (folder / "crawl.jsonl").open("a") as file:
        file.write('nonsense\n{"text": 5, "url": "x"}\n{"text": "Rain.", "url": "co.uk"}\n{"text": "Rain."}\n')
    ran = run("learn", "crawl.jsonl", "-o", "profiles", cwd=folder)
    assert (
        b"; 4 records passed over (address of no site 1, broken JSON 1, no address 1, text not a string 1)\n"
        in ran.stderr
    )
    assert files(folder / "profiles") == expected()
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(os.urandom(2000).hex().encode())[:-40])
    damaged = command("learn", "cut.jsonl.gz", "crawl.jsonl", "-o", "again", cwd=folder)
    assert damaged.returncode == 2
    assert b"cut.jsonl.gz: is cut off" in damaged.stderr
    assert files(folder / "again") == expected()


def test_min_pages(folder):
    ran = run("learn", "crawl.jsonl", "-o", "profiles", "--min-pages", "25", cwd=folder)
    assert b"no site has 25 distinct articles (--min-pages)" in ran.stderr
    assert not (folder / "profiles").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["crawl.jsonl", "-o", "crawl.jsonl"], "crawl.jsonl: is no folder of profiles, and no file of"),
        (["nowhere.jsonl", "-o", "p"], "nowhere.jsonl: no such file; check the name"),
        (["crawl.jsonl", "-o", "p", "--site", "co.uk"], "--site co.uk: is no site; it must be a host, as in"),
        (["crawl.jsonl", "-o", "p", "--input-format", "pdf"], "--input-format pdf: no such format; choose one of"),
        (["crawl.jsonl", "-o", "p", "--memory", "much"], "counting failed"),
        (["crawl.jsonl", "-o", "p", "--temp", "nowhere"], "nowhere"),
        (["crawl.jsonl", "-o", "p", "--by", "link"], "no record holds the address of a page in 'link'; name the field"),
    ],
)  # fmt: skip
def test_what_cannot_be_learned(folder, arguments, says):
    assert says in complaint(command("learn", *arguments, cwd=folder))
    assert not (folder / "p").exists()


@pytest.fixture(params=["profiles.sqlite", "mine.toml"])
def store(tmp_path, request):
    store = open_store(tmp_path / request.param, must_exist=False)
    store.put([REVIEWED])
    return store


def test_show(store):
    ran = run("profile", "show", store.path, "https://www.post.example/", cwd=store.path.parent)
    assert ran.stdout.decode().splitlines() == [
        "#1\taccepted\tengage\tstrong\t20\t90%\ttail 1\tshare this article",
        "#2\tproposed\tengage\tstrong\t11\t50%\ttail 1±2\tread our sunday letter",
        "#3\tproposed\tengage\tstrong\t20\t90%\thead 1\tfrom our desk",
        "#4\tproposed\tengage\tstrong\t20\t90%\ttail 1\train gauge of the week",
    ]
    said = complaint(command("profile", "show", store.path, "mill.example", cwd=store.path.parent))
    assert "holds no profile of mill.example; defurnish profile show" in said
    assert "co.uk: is no site" in complaint(command("profile", "show", store.path, "co.uk", cwd=store.path.parent))


def test_show_what_there_is(tmp_path):
    assert "no such folder or file of profiles" in complaint(command("profile", "show", "nowhere", cwd=tmp_path))
    open_store(tmp_path / "p", must_exist=False).put([REVIEWED, Profile("mill.example", 7)])
    ran = run("profile", "show", "p", cwd=tmp_path)
    assert ran.stdout == b"mill.example\t7\t0\t0\t0\t\npost.example\t22\t1\t3\t0\t2026-11-24\n"
    (tmp_path / "p" / "mill.example.toml").write_text("site = ")
    damaged = command("profile", "show", "p", cwd=tmp_path)
    assert (damaged.returncode, damaged.stdout) == (2, b"post.example\t22\t1\t3\t0\t2026-11-24\n")
    assert b"mill.example.toml: is not valid TOML" in damaged.stderr


def test_show_tells_of_templates_that_can_match_nothing(tmp_path):
    entries = (entry(1, "**Share This** Article"), entry(2, "{n} min read"), entry(3, "--"))
    open_store(tmp_path / "p", must_exist=False).put([Profile("post.example", 9, entries=entries)])
    ran = run("profile", "show", "p", "post.example", cwd=tmp_path)
    assert ran.stderr.decode().splitlines() == [
        "defurnish: post.example#1: no block is compared as '**Share This** Article'; write 'share this article'",
        "defurnish: post.example#3: no block is compared as '--'; write the block in lower case, with slots",
    ]


def test_diff(tmp_path):
    new = replace(
        REVIEWED,
        pages=30,
        entries=(
            replace(REVIEWED.entries[0], status="rejected", pages=29, share=29 / 30),
            REVIEWED.entries[1],
            REVIEWED.entries[3],
            entry(5, "all rights reserved", family="legal", status="accepted"),
        ),
    )
    open_store(tmp_path / "old", must_exist=False).put([REVIEWED, Profile("mill.example", 7)])
    open_store(tmp_path / "new.sqlite", must_exist=False).put([new, Profile("quay.example", 9)])
    changed = command("profile", "diff", "old", "new.sqlite", cwd=tmp_path)
    assert changed.returncode == 1
    assert changed.stdout.decode().splitlines() == [
        "- mill.example: 7 pages, 0 entries",
        "post.example",
        "  ~ #1 share this article: status: accepted → rejected",
        "  - #3 from our desk: proposed, engage, 90% of the pages",
        "  + #5 all rights reserved: accepted, legal, 90% of the pages",
        "+ quay.example: 9 pages, 0 entries",
    ]
    counted = command("profile", "diff", "old", "new.sqlite", "post.example", "--counts", cwd=tmp_path)
    assert counted.stdout.decode().splitlines()[:4] == [
        "post.example",
        "  ~ pages: 22 → 30",
        "  ~ #1 share this article: status: accepted → rejected",
        "  ~ #1 share this article: pages: 20 → 29",
    ]
    assert run("profile", "diff", "old", "old", cwd=tmp_path).stdout == b""
    assert "neither old nor new.sqlite holds a profile of none.example" in complaint(
        command("profile", "diff", "old", "new.sqlite", "none.example", cwd=tmp_path)
    )


def statuses(store):
    return [held.status for held in store.get("post.example").entries]


def review(store, answers, *arguments):
    return run("profile", "review", store.path, *arguments, cwd=store.path.parent, stdin=answers.encode())


def test_review_shows_what_a_person_needs(store):
    shown = review(store, "q\n").stdout.decode()
    for part in ("post.example  1 of 3", "#2  engage, strong  read our sunday letter", "on 11 of 22 pages",
                 "block 2 from the end, give or take 2", "known to en/engage/letter", "beside #1 share this article",
                 "│ Read our sunday letter", "[a]ccept  [r]eject  [e]dit  [s]kip  [q]uit > "):  # fmt: skip
        assert part in shown
    assert "rain gauge" not in shown
    assert shown.endswith("0 accepted, 0 rejected, 3 left to review\n")


def test_review_can_be_left_and_resumed_anywhere(store):
    assert statuses(store) == ["accepted", "proposed", "proposed", "proposed"]
    assert review(store, "a\nq\n").stdout.endswith(b"1 accepted, 0 rejected, 2 left to review\n")
    assert statuses(store) == ["accepted", "accepted", "proposed", "proposed"]
    # What is typed ends in the middle: the same as q.
    assert review(store, "s\nreject\n", "post.example").stdout.endswith(b"0 accepted, 1 rejected, 1 left to review\n")
    assert statuses(store) == ["accepted", "accepted", "proposed", "rejected"]
    assert review(store, "").stdout.endswith(b"0 accepted, 0 rejected, 1 left to review\n")
    assert review(store, "what?\n A \n").stdout.count(b"Type a, r, e, s or q.") == 1
    assert statuses(store) == ["accepted", "accepted", "accepted", "rejected"]
    assert review(store, "a\n").stdout == b"0 accepted, 0 rejected, 0 left to review\n"


def test_an_edit_is_kept_at_once(store):
    shown = review(store, "e\n**Read our Monday letter 7**\nadvert\npromo\nsupporting\n").stdout.decode()
    assert "Written as it is compared: read our monday letter {n}" in shown
    assert "Type one of legal, promo" in shown
    held = store.get("post.example").entries[1]
    assert held == replace(
        REVIEWED.entries[1], template="read our monday letter {n}", family="promo", strength="supporting"
    )
    review(store, "e\n\n\n\na\nq\n")
    assert store.get("post.example").entries[1] == replace(held, status="accepted")
    shown = review(store, "e\n--\n\n\nr\n").stdout.decode()
    assert "No line can have this template; kept as it was." in shown
    assert store.get("post.example").entries[2] == replace(REVIEWED.entries[2], status="rejected")


def test_an_edited_template_must_not_be_another_entry_s(store):
    shown = review(store, "e\nshare this article\n\n\ns\nq\n").stdout.decode()
    assert "That is the template of #1; kept as it was." in shown
    assert store.get("post.example") == REVIEWED


def test_review_keeps_what_stands_in_the_file(tmp_path):
    file = tmp_path / "post.example.toml"
    file.write_text("# Ours.\n" + dumps(REVIEWED))
    review(open_store(tmp_path), "a\nr\nq\n")
    changed = ['status = "accepted"', 'status = "rejected"']
    expected = file.read_text().splitlines()
    before = ("# Ours.\n" + dumps(REVIEWED)).splitlines()
    assert [new for old, new in zip(before, expected, strict=True) if old != new] == changed


def test_review_of_many_sites_passes_over_what_cannot_be_read(tmp_path):
    store = open_store(tmp_path, must_exist=False)
    store.put([REVIEWED, replace(REVIEWED, site="aller.example"), replace(REVIEWED, site="quay.example")])
    (tmp_path / "aller.example.toml").write_text("site = ")
    ran = run("profile", "review", ".", cwd=tmp_path, stdin=b"a\na\na\nr\n")
    assert b"aller.example.toml: is not valid TOML" in ran.stderr
    assert ran.stdout.endswith(b"3 accepted, 1 rejected, 2 left to review\n")
    assert [held.status for held in store.get("quay.example").entries] == [
        "accepted",
        "rejected",
        "proposed",
        "proposed",
    ]


@pytest.fixture
def sites(tmp_path):
    """A folder with pages of some sites, and what they must become with the profiles beside them."""
    _, pages = of_sites(tmp_path)
    rows = [{"url": url, "text": text} for url, text, _ in pages if text]
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path, [clean for _, _, clean in pages if clean]


def test_a_corpus_is_cleaned_with_the_profile_of_each_page_s_site(sites):
    folder, wanted = sites
    run("corpus", "pages.jsonl", "-o", "out", "--profiles", "profiles", "--removed", cwd=folder)
    lines = (folder / "out" / "documents" / "pages.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == wanted
    removed = (folder / "out" / "removed" / "pages.jsonl").read_text().splitlines()
    assert [json.loads(line)["rules"] for line in removed] == [["site/ostrel.example#1"], ["site/quay.example#1"]]
    chunks = ("--workers", "2", "--chunk-mb", "0.0001")
    run("corpus", "pages.jsonl", "-o", "two", "--profiles", "profiles", *chunks, cwd=folder)
    assert (folder / "two" / "documents" / "pages.jsonl").read_text().splitlines() == lines


def test_a_run_with_other_profiles_is_another_run(sites):
    folder, _ = sites
    run("corpus", "pages.jsonl", "-o", "out", "--profiles", "profiles", cwd=folder)
    run("corpus", "pages.jsonl", "-o", "out", "--profiles", "profiles", "--resume", cwd=folder)
    file = folder / "profiles" / "quay.example.toml"
    file.write_text(file.read_text().replace("accepted", "rejected"))
    refused = complaint(command("corpus", "pages.jsonl", "-o", "out", "--profiles", "profiles", "--resume", cwd=folder))
    assert "holds another run, not this one" in refused
    assert "profiles" in refused


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_profile_that_cannot_be_read_ends_a_corpus_run(sites, workers):
    folder, _ = sites
    (folder / "profiles" / "quay.example.toml").write_text("site = ")
    options = ("--profiles", "profiles", "--workers", workers, "--chunk-mb", "0.0001")
    said = complaint(command("corpus", "pages.jsonl", "-o", "out", *options, cwd=folder))
    assert "quay.example.toml: is not valid TOML" in said


def test_one_text_with_the_profile_of_its_site(sites):
    folder, wanted = sites
    (folder / "page.txt").write_text(json.loads((folder / "pages.jsonl").read_text().splitlines()[0])["text"])
    of = ("--profiles", "profiles", "--site", "www.ostrel.example")
    assert run("clean", "page.txt", *of, cwd=folder).stdout.decode() == wanted[0]
    assert b"ostrel.example#1" in run("explain", "page.txt", *of, cwd=folder).stdout
    told = json.loads(run("explain", "page.txt", "--json", *of, cwd=folder).stdout)
    assert told["removed"][0]["family"] == "site"
    said = "defurnish: --profiles and --site go together: where the profiles are, and which site the text is from"
    for half in (("--site", "ostrel.example"), ("--profiles", "profiles")):
        assert complaint(command("clean", "page.txt", *half, cwd=folder)) == said
    assert "no such folder or file of profiles" in complaint(
        command("clean", "page.txt", "--profiles", "nowhere", "--site", "ostrel.example", cwd=folder)
    )
    (folder / "profiles" / "ostrel.example.toml").write_text("site = ")
    assert "ostrel.example.toml: is not valid TOML" in complaint(command("clean", "page.txt", *of, cwd=folder))


def test_without_the_extra_the_commands_say_what_to_install(tmp_path):
    (tmp_path / "tomlkit.py").write_text("raise ImportError('No module named tomlkit', name='tomlkit')")
    found_first = os.pathsep.join([str(tmp_path), str(SOURCE)])
    said = complaint(command("profile", "show", ".", cwd=tmp_path, environment={"PYTHONPATH": found_first}))
    assert said == 'defurnish: profiles need tomlkit: pip install "defurnish[profiles]"'


def test_sites_are_three():
    assert [profile.site for profile in learn_sites(crawl())] == list(SITES)
