import json
import shutil

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.config import System2Config, TinyConfig
from vln_pipeline.models.system2.load import load, save
from vln_pipeline.models.system2.tiny import build_tiny


@pytest.fixture(scope="module")
def folder(parts, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model"
    save(parts, path)
    return path


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def test_the_tiny_model_depends_on_its_seed_alone(config, parts):
    before = torch.random.get_rng_state()
    again, tokenizer, _ = build_tiny(config.tiny)
    other, _, _ = build_tiny(config.tiny.model_copy(update={"seed": 1}))
    assert torch.equal(torch.random.get_rng_state(), before)
    weights = parts.model.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in again.state_dict().items())
    assert not torch.equal(other.lm_head.weight, parts.model.lm_head.weight)
    assert tokenizer.get_vocab() == parts.tokenizer.get_vocab()


def test_signs_and_digits_of_answers_are_one_token_each(parts):
    for text, count in (("←←→", 3), ("↓", 1), ("STOP", 1), ("132 240", 7), (" turn left", 2)):
        assert len(parts.tokenizer(text)["input_ids"]) == count, text


def test_a_saved_model_is_loaded_back_as_it_was(config, parts, folder):
    asked_otherwise = config.dialogue.model_copy(update={"history": 1})
    back = load(System2Config(source=str(folder), dialogue=asked_otherwise))
    assert (back.dialogue, back.prompts) == (parts.dialogue, parts.prompts)
    weights = back.model.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in parts.model.state_dict().items())
    assert back.tokenizer("Go ←").input_ids == parts.tokenizer("Go ←").input_ids


def test_transformers_reads_a_saved_model_by_itself(folder):
    assert transformers.AutoModelForImageTextToText.from_pretrained(folder).config.model_type == "qwen2_5_vl"
    assert transformers.AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids("<|image_pad|>") > 0


def test_a_folder_without_a_dialogue_of_its_own_takes_the_given_one(config, copy):
    (copy / "dialogue.json").unlink()
    assert load(System2Config(source=str(copy), dialogue=config.dialogue)).dialogue == config.dialogue


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("config.json", "cannot be read"),
        ("tokenizer.json", "has no tokenizer"),
        ("preprocessor_config.json", "has no image processor"),
        ("model.safetensors", "holds no weights"),
        ("prompts.yml", "not readable"),
    ],
)
def test_a_missing_file_is_told(copy, file, told):
    (copy / file).unlink()
    with pytest.raises(DataError, match=told):
        load(System2Config(source=str(copy)))


def test_a_folder_of_another_model_is_told(copy):
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"model_type": "llava_onevision"}))
    with pytest.raises(DataError, match="is a llava_onevision, not a qwen2_5_vl"):
        load(System2Config(source=str(copy)))


def test_a_broken_configuration_is_told(copy):
    (copy / "config.json").write_text("[]")
    with pytest.raises(DataError, match="is no configuration"):
        load(System2Config(source=str(copy)))


def test_missing_weights_are_told(copy):
    weights = load_file(copy / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DataError, match=r"lacks 1 weights, the first is lm_head"):
        load(System2Config(source=str(copy)))


def test_truncated_weights_are_told(copy):
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="cannot be loaded"):
        load(System2Config(source=str(copy)))


@pytest.mark.parametrize("source", ["/nowhere/model", "./nowhere"])
def test_a_missing_folder_is_told(source):
    with pytest.raises(DataError, match="there is no such folder"):
        load(System2Config(source=source))


def test_a_name_that_was_never_downloaded_is_told_when_offline():
    with pytest.raises(DataError, match=r"Qwen/never-downloaded: cannot be loaded"):
        load(System2Config(source="Qwen/never-downloaded"))


def test_shapes_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="is not shared by heads"):
        TinyConfig(width=50)
