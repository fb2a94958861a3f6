import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from conftest import perturbed
from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.checkpoint import load, save
from vln_pipeline.models.navdp.official import load_depth_anything, load_official
from vln_pipeline.models.navdp.vit import VisionTransformer


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class Harmful:
    def __reduce__(self):
        return Path.touch, (Path("harmed"),)


def test_a_network_comes_back_as_it_was(network, small, tmp_path):
    save(network, tmp_path / "best")
    again = load(tmp_path / "best")
    assert equal(network.state_dict(), again.state_dict())
    assert again.config == small
    assert not again.training
    assert sorted(path.name for path in (tmp_path / "best").iterdir()) == ["config.json", "model.safetensors"]


def test_a_newer_checkpoint_takes_the_place_of_the_older(network, small, tmp_path):
    save(perturbed(small, 5), tmp_path)
    save(network, tmp_path)
    assert equal(network.state_dict(), load(tmp_path).state_dict())


def break_config(folder: Path, **changes: object) -> None:
    content = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("harm", "file", "cause"),
    [
        (lambda f: (f / "config.json").unlink(), "config.json", "cannot be read"),
        (lambda f: (f / "config.json").write_text("{"), "config.json", "Invalid JSON"),
        (lambda f: break_config(f, colour="red"), "config.json", "colour"),
        (lambda f: break_config(f, image_size=29), "config.json", "multiple of"),
        (lambda f: break_config(f, token_dim=64), "model.safetensors", r"of another shape \(.*instead of"),
        (lambda f: break_config(f, decoder_depth=4), "model.safetensors", r"missing \(decoder.layers.3"),
        (lambda f: break_config(f, decoder_depth=1), "model.safetensors", r"unexpected \(decoder.layers"),
        (lambda f: (f / "model.safetensors").unlink(), "model.safetensors", "no such file"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 99), "model.safetensors", "cannot be read as weights"),
    ],
)
def test_a_checkpoint_that_does_not_hold_together_is_refused(network, tmp_path, harm, file, cause):
    save(network, tmp_path)
    harm(tmp_path)
    with pytest.raises(DataError, match=cause) as error:
        load(tmp_path)
    assert error.value.subject == str(tmp_path / file)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda weights: weights,
        lambda weights: {"state_dict": weights, "epoch": 3},
        lambda weights: {f"module.{name}": value for name, value in weights.items()},
        lambda weights: {"model": {f"module.{name}": value for name, value in weights.items()}},
    ],
)
def test_a_trainers_checkpoint_is_read_whatever_it_is_wrapped_in(network, small, tmp_path, wrap):
    torch.save(wrap(network.state_dict()), tmp_path / "navdp.ckpt")
    found = load_official(tmp_path / "navdp.ckpt", small)
    assert equal(found.network.state_dict(), network.state_dict())
    assert found.ignored == found.absent == ()


def test_the_servers_layout_has_one_layer_more_and_two_heads_less(network, small, tmp_path):
    weights = {name: value for name, value in network.state_dict().items() if "aux_head" not in name}
    weights |= {"decoder_layer.linear1.weight": torch.zeros(2, 2), "decoder_layer.norm1.bias": torch.zeros(2)}
    save_file(weights, tmp_path / "server.safetensors")
    found = load_official(tmp_path / "server.safetensors", small)
    assert found.ignored == ("decoder_layer.linear1.weight", "decoder_layer.norm1.bias")
    assert set(found.absent) == {
        f"{goal}_aux_head.{part}" for goal in ("pixel", "image") for part in ("weight", "bias")
    }
    own = found.network.state_dict()
    assert all(torch.equal(own[name], value) for name, value in weights.items() if name not in found.ignored)


def test_a_checkpoint_of_another_generation_is_told_apart(network, small, tmp_path):
    weights = {name.replace("former_net", "former"): value for name, value in network.state_dict().items()}
    weights["action_head.weight"] = torch.zeros(2, 32)
    torch.save(weights, tmp_path / "old.pth")
    with pytest.raises(DataError) as error:
        load_official(tmp_path / "old.pth", small)
    text = str(error.value)
    assert "missing (rgbd_encoder.former_net" in text
    assert "unexpected (rgbd_encoder.former.layers" in text
    assert "action_head.weight (2, 32) instead of (3, 32)" in text


def test_one_missing_head_is_not_taken_for_the_servers_layout(network, small, tmp_path):
    weights = {name: value for name, value in network.state_dict().items() if "image_aux_head" not in name}
    torch.save(weights, tmp_path / "cut.pth")
    with pytest.raises(DataError, match=r"2 missing \(image_aux_head"):
        load_official(tmp_path / "cut.pth", small)


def test_a_file_that_carries_code_is_refused_and_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": Harmful()}, tmp_path / "bad.ckpt")
    (tmp_path / "worse.ckpt").write_bytes(pickle.dumps(Harmful()))
    (tmp_path / "text.ckpt").write_text("not weights")
    for name in ("bad.ckpt", "worse.ckpt", "text.ckpt"):
        with pytest.raises(DataError, match="cannot be read as weights"):
            load_official(tmp_path / name)
    assert not (tmp_path / "harmed").exists()


def test_a_file_without_tensors_is_refused(tmp_path):
    torch.save({"epoch": 3}, tmp_path / "state.ckpt")
    with pytest.raises(DataError, match="no table of named tensors"):
        load_official(tmp_path / "state.ckpt")


def test_depth_anything_starts_the_image_encoder(network, small, tmp_path):
    source = VisionTransformer(small.vit, 3)
    weights = {f"pretrained.{name}": value for name, value in source.state_dict().items()}
    torch.save(weights | {"depth_head.scratch.weight": torch.zeros(3)}, tmp_path / "vits.pth")
    load_depth_anything(network.rgbd_encoder.rgb_model, tmp_path / "vits.pth")
    assert equal(network.rgbd_encoder.rgb_model.state_dict(), source.state_dict())


def test_a_depth_anything_of_another_size_is_refused(network, tmp_path):
    save_file({"pretrained.cls_token": torch.zeros(1, 1, 768)}, tmp_path / "vitb.safetensors")
    with pytest.raises(DataError, match="of another shape"):
        load_depth_anything(network.rgbd_encoder.rgb_model, tmp_path / "vitb.safetensors")
    save_file({"cls_token": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="pretrained"):
        load_depth_anything(network.rgbd_encoder.rgb_model, tmp_path / "other.safetensors")
