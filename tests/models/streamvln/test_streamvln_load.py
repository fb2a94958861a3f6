import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_stream import MODEL, visual

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.config import StreamVlnConfig
from vln_pipeline.models.streamvln.load import load, save
from vln_pipeline.models.streamvln.names import own_name, published_name
from vln_pipeline.models.streamvln.network import VISUAL, build
from vln_pipeline.models.streamvln.shape import SO400M, Shape

QWEN2_7B = {
    "vocab_size": 152_064,
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1e6,
    "max_position_embeddings": 32_768,
    "tie_word_embeddings": False,
}


@pytest.fixture(scope="module")
def parts():
    return load(MODEL)


@pytest.fixture(scope="module")
def folder(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "whole"
    save(parts, folder)
    return folder


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def table_of_the_reference():
    """Return names and shapes of the released checkpoint, as its fact sheet and the widths of Qwen2-7B give them."""
    width, inner, seen, seen_inner = 3584, 18_944, 1152, 4304
    table = {
        "model.embed_tokens.weight": (152_064, width),
        "model.norm.weight": (width,),
        "lm_head.weight": (152_064, width),
        "model.mm_projector.0.weight": (width, seen),
        "model.mm_projector.0.bias": (width,),
        "model.mm_projector.2.weight": (width, width),
        "model.mm_projector.2.bias": (width,),
    }
    for n in range(28):
        layer = f"model.layers.{n}."
        for name, rows in (("q", width), ("k", 512), ("v", 512)):
            table |= {f"{layer}self_attn.{name}_proj.weight": (rows, width)}
            table |= {f"{layer}self_attn.{name}_proj.bias": (rows,)}
        table |= {f"{layer}self_attn.o_proj.weight": (width, width)}
        table |= {f"{layer}mlp.{name}_proj.weight": (inner, width) for name in ("gate", "up")}
        table |= {f"{layer}mlp.down_proj.weight": (width, inner)}
        table |= {f"{layer}{name}.weight": (width,) for name in ("input_layernorm", "post_attention_layernorm")}
    tower = "model.vision_tower.vision_tower.vision_model."
    table |= {
        f"{tower}embeddings.patch_embedding.weight": (seen, 3, 14, 14),
        f"{tower}embeddings.patch_embedding.bias": (seen,),
        f"{tower}embeddings.position_embedding.weight": (729, seen),
        f"{tower}post_layernorm.weight": (seen,),
        f"{tower}post_layernorm.bias": (seen,),
    }
    for n in range(26):
        layer = f"{tower}encoder.layers.{n}."
        for name in ("layer_norm1", "layer_norm2"):
            table |= {f"{layer}{name}.weight": (seen,), f"{layer}{name}.bias": (seen,)}
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            table |= {f"{layer}self_attn.{name}.weight": (seen, seen), f"{layer}self_attn.{name}.bias": (seen,)}
        for name, shape in (("fc1", (seen_inner, seen)), ("fc2", (seen, seen_inner))):
            table |= {f"{layer}mlp.{name}.weight": shape, f"{layer}mlp.{name}.bias": shape[:1]}
    return table


def test_all_parameters_at_full_size_are_those_of_the_reference():
    shape = Shape(SO400M, QWEN2_7B)
    with torch.device("meta"):
        network = build(shape)
    ours = {published_name(name): tuple(value.shape) for name, value in network.named_parameters()}
    assert ours == table_of_the_reference()
    assert shape.side**2 == 196
    assert 8.0e9 < sum(value.numel() for value in network.parameters()) < 8.1e9


def test_names_go_there_and_back(parts):
    for name in parts.model.state_dict():
        assert own_name(published_name(name)) == name


def test_a_model_comes_back_as_it_was_saved(parts, folder):
    back = load(StreamVlnConfig(source=str(folder)))
    assert back.dialogue == parts.dialogue
    assert back.prompts == parts.prompts
    for name, value in parts.model.state_dict().items():
        assert torch.equal(back.model.state_dict()[name], value), name
    draw = np.random.default_rng(0)
    images = torch.from_numpy(visual(draw, 2).images).permute(0, 3, 1, 2)
    ids = torch.tensor([[5, 6, *[VISUAL] * 8, 7, 8]])
    asked = torch.ones_like(ids, dtype=torch.bool)
    with torch.no_grad():
        told = [m(ids, images, torch.ones(2, 4, dtype=torch.bool), asked) for m in (parts.model, back.model)]
    assert torch.equal(*told)
    assert back.tokenizer("↑↑ go")["input_ids"] == parts.tokenizer("↑↑ go")["input_ids"]


def test_what_released_folders_have_besides_is_left_out_and_told(copied, caplog):
    weights = load_file(copied / "model.safetensors")
    weights["model.image_newline"] = torch.zeros(32)
    weights["model.vision_tower.vision_tower.vision_model.head.probe"] = torch.zeros(1)
    save_file(weights, copied / "model.safetensors")
    (copied / "dialogue.json").unlink()
    (copied / "prompts.yml").unlink()
    with caplog.at_level("INFO", logger="vln_pipeline.models.streamvln.load"):
        load(StreamVlnConfig(source=str(copied)))
    assert "unused: model.image_newline, model.vision_tower.vision_tower.vision_model.head.probe" in caplog.text


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (lambda w: w.pop("lm_head.weight"), r"1 missing \(language\.lm_head\.weight\)"),
        (lambda w: w.update({"model.layers.9.more": torch.zeros(1)}), "1 unexpected"),
        (lambda w: w.update({"model.norm.weight": torch.zeros(7)}), "1 of another shape"),
    ],
)
def test_weights_that_do_not_fit_are_told(copied, alter, told):
    weights = load_file(copied / "model.safetensors")
    alter(weights)
    save_file(weights, copied / "model.safetensors")
    with pytest.raises(DataError, match=told):
        load(StreamVlnConfig(source=str(copied)))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"architectures": ["Qwen2_5_VLForConditionalGeneration"]}, "not a StreamVLN"),
        ({"architectures": None, "model_type": "qwen2_5_vl"}, "is a qwen2_5_vl, not a StreamVLN"),
        ({"mm_projector_type": "linear"}, "its mm_projector_type is 'linear'"),
        ({"mm_vision_select_layer": -1}, "mm_vision_select_layer"),
        ({"mm_spatial_pool_mode": "median"}, "pooled by 'median'"),
        ({"hidden_size": None}, "does not tell hidden_size"),
        ({"vision_config": None, "mm_vision_tower": "openai/clip"}, "its vision tower openai/clip"),
        ({"vision_config": {}}, "does not tell hidden_size"),
    ],
)
def test_a_checkpoint_of_another_kind_is_refused(copied, changes, told):
    path = copied / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(DataError, match=told):
        load(StreamVlnConfig(source=str(copied)))


def test_a_system2_is_refused(tmp_path):
    from vln_pipeline.models.system2.config import System2Config
    from vln_pipeline.models.system2.config import TinyConfig as TinySystem2
    from vln_pipeline.models.system2.load import load as load_system2
    from vln_pipeline.models.system2.load import save as save_system2

    small = TinySystem2(width=32, layers=1, heads=2, feedforward=32, vision_width=32, vision_layers=1, vision_heads=2)
    save_system2(load_system2(System2Config(tiny=small)), tmp_path / "system2")
    with pytest.raises(DataError, match="is a Qwen2_5_VLForConditionalGeneration, not a StreamVLN"):
        load(StreamVlnConfig(source=str(tmp_path / "system2")))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_told(copied, name):
    (copied / name).unlink()
    with pytest.raises(DataError):
        load(StreamVlnConfig(source=str(copied)))


def test_no_folder_is_told():
    with pytest.raises(DataError, match="there is no such folder"):
        load(StreamVlnConfig(source="./nowhere"))
    with pytest.raises(DataError, match="nobody/nothing: cannot be loaded"):
        load(StreamVlnConfig(source="nobody/nothing"))


def test_a_broken_dialogue_is_told(copied):
    (copied / "dialogue.json").write_text('{"window": 30}')
    with pytest.raises(DataError, match="is no dialogue configuration"):
        load(StreamVlnConfig(source=str(copied)))


@pytest.mark.parametrize("pool", ["bilinear", "average", "max"])
def test_images_are_pooled_as_asked(parts, pool):
    network = parts.model
    shape = replace(network.shape, vision=network.shape.vision | {"image_size": 70}, pool=pool)
    images = torch.zeros(2, 3, 70, 70, dtype=torch.uint8)
    with torch.no_grad():
        assert build(shape).see(images).shape == (2, 9 if pool == "bilinear" else 4, 32)
