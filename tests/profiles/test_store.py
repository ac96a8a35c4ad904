"""Folders and SQLite files of profiles: the same answers, odd names, damage, many hands."""

from __future__ import annotations

import pickle
import sqlite3
import stat
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')

from defurnish.model import Profile
from defurnish.profiles.store import Lookup, StoreError, open_store
from defurnish.profiles.toml import ProfileError, dumps

from .made import entry, profiles

POST = Profile("post.example", 22, "2026-11-24", (entry(1), entry(2, "read our sunday letter")))
SPORT = Profile("sport.post.example", 7, None, (entry(1),))
NAMES = ["profiles", "profiles.sqlite", "deep/er/Profiles.DB"]


@pytest.fixture(params=NAMES)
def store(tmp_path, request):
    return open_store(tmp_path / request.param, must_exist=False)


def test_what_is_put_is_found(store):
    assert store.get("post.example") is None
    store.put([SPORT, POST])
    assert list(store.sites()) == ["post.example", "sport.post.example"]
    assert store.get("post.example") == POST
    assert store.get("sport.post.example") == SPORT
    assert store.get("mill.example") is None
    store.put([replace(POST, pages=30)])
    assert open_store(store.path).get("post.example") == replace(POST, pages=30)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(profiles())
def test_all_that_a_profile_can_hold(store, profile):
    store.put([profile])
    assert store.get(profile.site) == profile


def test_nothing_is_left_aside(store):
    store.put([POST, SPORT])
    names = {path.name for path in store.path.rglob("*")} if store.path.is_dir() else {store.path.name}
    assert names <= {"post.example.toml", "sport.post.example.toml", store.path.name}
    assert [path for path in store.path.parent.iterdir() if path != store.path] == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../post.example", "/etc/passwd", "a/../post.example", "post.example/", "POST.example", "con",
     "www.post.example", "post.example\x00", "po\ud800st.example", "co.uk", "a" * 5000, "post.example.toml/..",
     "' OR 1=1 --"],
)  # fmt: skip
def test_no_name_leads_elsewhere(store, name):
    store.put([POST])
    assert store.get(name) is None
    with pytest.raises(StoreError, match=r"is no site; it must be a host, as in 'post\.example'"):
        store.put([replace(POST, site=name)])
    assert list(store.sites()) == ["post.example"]


def test_the_longest_site_has_a_file(store):
    site = ".".join(["a" * 58] * 4) + ".io"
    store.put([replace(POST, site=site)])
    assert store.get(site).site == site


def test_a_store_that_is_not_there(tmp_path):
    for name in ("nowhere", "nowhere.sqlite"):
        with pytest.raises(StoreError, match=rf"{name}: no such folder or file of profiles; defurnish learn makes one"):
            open_store(tmp_path / name)
        assert not (tmp_path / name).exists()


def test_looking_makes_nothing(tmp_path):
    for name in NAMES:
        assert open_store(tmp_path / name, must_exist=False).get("post.example") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store(tmp_path):
    (tmp_path / "notes.txt").write_text("notes")
    with pytest.raises(StoreError, match=r"notes\.txt: is no folder of profiles, and no file of profiles by"):
        open_store(tmp_path / "notes.txt")
    (tmp_path / "notes.db").write_text("notes, long enough to be looked at as the first page of a data base")
    with pytest.raises(StoreError, match=r"notes\.db: is no SQLite file of profiles"):
        open_store(tmp_path / "notes.db").get("post.example")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE other (x)").connection.close()
    with pytest.raises(StoreError, match=r"other\.db: cannot be read or written as profiles: no such table"):
        open_store(tmp_path / "other.db").get("post.example")


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    for name in ("file/profiles", "file/profiles.sqlite"):
        with pytest.raises(StoreError, match="file/profiles"):
            open_store(tmp_path / name, must_exist=False).put([POST])


def test_damaged_profiles_name_where_they_are(tmp_path):
    folder, file = open_store(tmp_path / "profiles", must_exist=False), open_store(tmp_path / "p.db", must_exist=False)
    for store in (folder, file):
        store.put([POST, SPORT])
    (folder.path / "post.example.toml").write_text("site = ")
    with pytest.raises(ProfileError, match=r"profiles/post\.example\.toml: is not valid TOML"):
        folder.get("post.example")
    with pytest.raises(ProfileError, match=r"profiles/post\.example\.toml: is not valid TOML"):
        folder.put([POST])
    (folder.path / "post.example.toml").write_bytes(b"site = '\xff'")
    with pytest.raises(ProfileError, match=r"post\.example\.toml: byte 8 is no UTF-8; save the file as UTF-8"):
        folder.get("post.example")
    (folder.path / "sport.post.example.toml").rename(folder.path / "mill.example.toml")
    with pytest.raises(ProfileError, match=r"mill\.example\.toml: site: is 'sport\.post\.example'; name"):
        folder.get("mill.example")
    with sqlite3.connect(file.path) as connection:
        connection.execute("UPDATE profiles SET profile = '{' WHERE site = 'post.example'")
        connection.execute("UPDATE profiles SET site = 'mill.example' WHERE site = 'sport.post.example'")
    connection.close()
    with pytest.raises(ProfileError, match=r"p\.db: post\.example: is not valid JSON: .*; learn the site again"):
        file.get("post.example")
    with pytest.raises(ProfileError, match=r"p\.db: mill\.example: site: is 'sport\.post\.example'; learn"):
        file.get("mill.example")


def test_other_files_and_a_person_s_form_are_left_alone(tmp_path):
    store = open_store(tmp_path, must_exist=False)
    store.put([POST])
    (tmp_path / "README.md").write_text("Ours.")
    (tmp_path / "not a site.toml").write_text("x = 1")
    file = tmp_path / "post.example.toml"
    file.write_text("\ufeff# Ours.\r\n" + file.read_text().replace("\n", "\r\n"), newline="")
    store.put([replace(POST, pages=23)])
    assert file.read_bytes().decode().startswith("# Ours.\r\n# What recurs")
    assert store.get("post.example").pages == 23
    assert list(store.sites()) == ["post.example"]


def test_what_is_the_same_is_not_written(tmp_path):
    store = open_store(tmp_path, must_exist=False)
    store.put([POST])
    file = tmp_path / "post.example.toml"
    before = file.stat()
    store.put([POST])
    assert file.stat().st_ino == before.st_ino
    file.chmod(0o640)
    store.put([replace(POST, pages=23)])
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_one_file_of_any_name(tmp_path):
    store = open_store(tmp_path / "mine.toml", must_exist=False)
    store.path.write_text("# Ours.\n" + dumps(POST))
    assert list(store.sites()) == ["post.example"]
    assert (store.get("post.example"), store.get("sport.post.example")) == (POST, None)
    store.put([replace(POST, pages=23)])
    assert store.path.read_text() == "# Ours.\n" + dumps(replace(POST, pages=23))
    with pytest.raises(StoreError, match=r"mine\.toml: is the profile of post\.example, not of sport"):
        store.put([SPORT])


def test_the_profile_of_a_page(store):
    store.put([POST, SPORT])
    lookup = Lookup(store)
    assert lookup.of_page("https://www.Post.example:8080/rain?x=1") == POST
    assert lookup.of_page("http://sport.post.example/") == SPORT
    for other in ("http://mail.post.example/", "http://post.example.org/", "http://[::1]/", "", "../post.example"):
        assert lookup.of_page(other) is None
    assert pickle.loads(pickle.dumps(lookup)).of_page("post.example") == POST


class Counted:
    """A store that counts how often it is asked."""

    def __init__(self, store):
        self.store, self.asked = store, []

    def get(self, site):
        self.asked.append(site)
        return self.store.get(site)


def test_a_lookup_remembers_so_many_sites_and_no_more(store):
    store.put([POST])
    counted = Counted(store)
    lookup = Lookup(counted, remembered=2)
    for site in ("post.example", "mill.example", "post.example", "mill.example"):
        lookup.of_site(site)
    assert counted.asked == ["post.example", "mill.example"]
    lookup.of_site("post.example")
    lookup.of_site("ferry.example")  # mill.example was asked for longest ago
    lookup.of_site("post.example")
    lookup.of_site("mill.example")
    assert counted.asked == ["post.example", "mill.example", "ferry.example", "mill.example"]


def test_many_hands(store):
    store.put([POST])
    lookup, wrong = Lookup(store, remembered=3), []

    def work(number):
        try:
            for pages in range(5):
                mine = replace(POST, site=f"blog{number}.example", pages=pages)
                store.put([mine])
                if store.get(mine.site) != mine or lookup.of_page("post.example") != POST:
                    wrong.append((number, pages))
                lookup.of_site(f"blog{number}.example")
        except Exception as error:  # a thread's own error would go unseen
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(list(store.sites())) == 7
