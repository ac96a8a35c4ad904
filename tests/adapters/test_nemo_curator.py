"""NeMo Curator: the modifier in its stage, and in a pipeline from files to files on a local Ray."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

pytest.importorskip("nemo_curator", reason='needs NeMo Curator: pip install "defurnish[nemo-curator]"')

import pandas as pd
from nemo_curator.stages.text.modifiers import Modify
from nemo_curator.tasks import DocumentBatch

from defurnish import Cleaner, clean
from defurnish.adapters.nemo_curator import Defurnish

from .documents import documents, expected, of_sites

FURNISHED = "Rain fell all night.\n\nShare this article\n\n© 2021 The Ferry Post. All rights reserved.\n"
CLEAN = "Rain fell all night.\n"


def batch(rows):
    return DocumentBatch(dataset_name="pages", data=pd.DataFrame(rows))


@pytest.mark.parametrize("modifier", [Defurnish(), clean, Cleaner().clean], ids=["modifier", "function", "method"])
def test_all_documents_in_the_stage(modifier):
    stage = Modify(modifier_fn=modifier, input_fields="text")
    out = stage.process(batch(documents())).to_pandas().to_dict("records")
    assert out == [{**document, "text": expected()[document["id"]]} for document in documents()]


PIPELINE = """
from nemo_curator.backends.ray_data import RayDataExecutor
from nemo_curator.pipeline import Pipeline
from nemo_curator.stages.text.io.reader import JsonlReader
from nemo_curator.stages.text.io.writer import JsonlWriter
from nemo_curator.stages.text.modifiers import Modify
from defurnish.adapters.nemo_curator import Defurnish

stages = [
    JsonlReader(file_paths="pages", files_per_partition=1),
    Modify(modifier_fn=Defurnish(), input_fields="text"),
    JsonlWriter(path="clean"),
]
Pipeline(name="clean", stages=stages).run(RayDataExecutor())
"""


def test_all_documents_from_files_to_files(tmp_path):
    (tmp_path / "pages").mkdir()
    for half in range(2):
        lines = [json.dumps(document) + "\n" for document in documents()[half::2]]
        (tmp_path / "pages" / f"{half}.jsonl").write_text("".join(lines), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", PIPELINE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    written = [
        json.loads(line)
        for file in (tmp_path / "clean").iterdir()
        for line in file.read_text(encoding="utf-8").split("\n")
        if line
    ]
    wanted = [{**document, "text": expected()[document["id"]]} for document in documents()]
    assert sorted(written, key=lambda row: row["id"]) == wanted


def test_missing_texts_stay_missing():
    stage = Modify(modifier_fn=Defurnish(), input_fields="text")
    out = stage.process(batch({"text": [FURNISHED, None, float("nan"), pd.NA]})).to_pandas()
    assert out["text"].tolist()[0] == CLEAN
    assert out["text"].isna().tolist() == [False, True, True, True]


def test_another_field_and_another_cleaner():
    stage = Modify(
        modifier_fn=Defurnish(cleaner=Cleaner(keep={"legal"})), input_fields="content", output_fields="cleaned"
    )
    assert stage.name == "Defurnish"
    out = stage.process(batch({"content": [FURNISHED]})).to_pandas().to_dict("records")
    kept = "Rain fell all night.\n\n© 2021 The Ferry Post. All rights reserved.\n"
    assert out == [{"content": FURNISHED, "cleaned": kept}]


@pytest.mark.parametrize("value", [7, ["a"], b"a"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(TypeError, match="take a str, not"):
        Modify(modifier_fn=Defurnish(), input_fields="text").process(batch({"text": [value]}))


def test_it_pickles():
    made = Defurnish(cleaner=Cleaner(keep={"engage"}))
    back = pickle.loads(pickle.dumps(made))
    assert back.modify_document(FURNISHED) == made.modify_document(FURNISHED) != CLEAN


def test_the_profile_of_a_page_s_site(tmp_path):
    pytest.importorskip("tomlkit", reason='needs tomlkit: pip install "defurnish[profiles]"')
    cleaner, pages = of_sites(tmp_path)
    urls, texts, wanted = map(list, zip(*pages, strict=True))

    def cleaned(data, fields, **options):
        modifier = pickle.loads(pickle.dumps(Defurnish(cleaner=cleaner, **options)))
        stage = Modify(modifier_fn=modifier, input_fields=fields, output_fields=fields[0][0])
        out = stage.process(batch(data)).to_pandas()
        return [text if isinstance(text, str) else None for text in out[fields[0][0]]]

    assert cleaned({"text": texts, "url": urls}, [["text", "url"]]) == wanted
    other = {"content": texts, "link": urls, "id": range(len(urls))}
    assert cleaned(other, [["content", "link", "id"]], text="content", url="link") == wanted
    assert cleaned({"text": texts, "url": urls}, [["text"]]) == texts  # nobody said where the addresses are
    with pytest.raises(KeyError, match="there is no field 'url'; the input fields are content, link, and"):
        cleaned(other, [["content", "link"]], text="content")
    rules_alone = Modify(modifier_fn=Defurnish(), input_fields=[["text", "url"]], output_fields="text")
    assert rules_alone.process(batch({"text": [FURNISHED], "url": [None]})).to_pandas()["text"].tolist() == [CLEAN]
