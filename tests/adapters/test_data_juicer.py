"""data-juicer: the operator on a dataset, and in a recipe that ``dj-process`` runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("data_juicer", reason='needs data-juicer: pip install "defurnish[data-juicer]"')

from data_juicer.core.data import NestedDataset

from defurnish.adapters.data_juicer import DefurnishMapper

from .documents import documents, expected, of_sites

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"
RECIPE = """
project_name: pages
dataset_path: pages.jsonl
export_path: clean.jsonl
np: 2
custom_operator_paths: [my_ops.py]
process:
  - defurnish_mapper:
      keep: [legal]
"""


def test_all_documents_in_two_processes():
    out = NestedDataset.from_list(list(documents())).process([DefurnishMapper(num_proc=2)])
    assert out.to_list() == [{**document, "text": expected()[document["id"]]} for document in documents()]


def test_a_recipe(tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "my_ops.py").write_text("from defurnish.adapters.data_juicer import DefurnishMapper\n", "utf-8")
    (tmp_path / "pages.jsonl").write_text(json.dumps({"id": 7, "text": FURNISHED}) + "\n", encoding="utf-8")
    command = [str(Path(sys.executable).with_name("dj-process")), "--config", "recipe.yaml"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    kept = "Rain fell all night.\n\n© 2021 The Ferry Post. All rights reserved.\n"
    assert json.loads((tmp_path / "clean.jsonl").read_text(encoding="utf-8")) == {"id": 7, "text": kept}


def test_missing_texts_stay_missing_and_another_column_is_cleaned():
    rows = [{"content": FURNISHED, "text": FURNISHED}, {"content": None, "text": None}]
    out = NestedDataset.from_list(rows).process([DefurnishMapper(text_key="content")])
    assert out.to_list() == [{"content": CLEAN, "text": FURNISHED}, {"content": None, "text": None}]


def test_options_are_those_of_the_cleaner():
    made = DefurnishMapper(keep=["legal"], languages=["en"], repair=False, replacement="[…]")
    out = made.process_batched({"text": ["caf&eacute;\n\n" + FURNISHED]})
    assert out == {
        "text": ["caf&eacute;\n\nRain fell all night.\n\n[…]\n\n© 2021 The Ferry Post. All rights reserved.\n"]
    }
    with pytest.raises(ValueError, match="'legally' is no family"):
        DefurnishMapper(keep=["legally"])


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="take a str, not int"):
        DefurnishMapper().process_batched({"text": [7]})


def test_the_engine_finds_its_cache_again_for_the_same_options_only():
    program = (
        "from hashlib import sha256\n"
        "from defurnish.adapters.data_juicer import DefurnishMapper\n"
        "for keep in ([], ['credit', 'legal', 'promo']):\n"
        "    print(sha256(DefurnishMapper(keep=keep)._fingerprint_bytes()).hexdigest())\n"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in (1, 2)
    )
    assert first == second
    assert len(set(first)) == 2


def test_the_profile_of_a_page_s_site(tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    _, pages = of_sites(tmp_path)
    profiles = str(tmp_path / "profiles")
    rows = [{"id": number, "link": url, "text": text} for number, (url, text, _) in enumerate(pages)]
    out = NestedDataset.from_list(rows).process([DefurnishMapper(profiles=profiles, url_key="link", num_proc=2)])
    assert out.to_list() == [{**row, "text": clean} for row, (_, _, clean) in zip(rows, pages, strict=True)]
    assert NestedDataset.from_list(rows).process([DefurnishMapper()]).to_list() == rows
    with pytest.raises(KeyError, match="there is no field 'url'; the fields are link, text, and url_key names one"):
        DefurnishMapper(profiles=profiles).process_batched({"link": ["ostrel.example"], "text": ["Rain."]})


def test_a_recipe_with_profiles(tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    _, pages = of_sites(tmp_path)
    rows = [{"url": url, "text": text} for url, text, _ in pages if text]
    recipe = RECIPE.replace("keep: [legal]", "profiles: profiles")
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    (tmp_path / "my_ops.py").write_text("from defurnish.adapters.data_juicer import DefurnishMapper\n", "utf-8")
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("dj-process")), "--config", "recipe.yaml"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = (tmp_path / "clean.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == [clean for _, text, clean in pages if text]
    store = tmp_path / "profiles" / "ostrel.example.toml"
    before = DefurnishMapper(profiles=str(tmp_path / "profiles")).answers
    store.write_text(store.read_text(encoding="utf-8").replace("accepted", "rejected"), encoding="utf-8")
    assert DefurnishMapper(profiles=str(tmp_path / "profiles")).answers != before
