"""Encoders, words, moves: each against something that was not written here, or against its definition."""

import gzip
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.rdp.clip import ClipText, ClipVision
from vln_pipeline.models.rdp.config import ClipTextConfig, ClipVisionConfig
from vln_pipeline.models.rdp.moves import actions_of, as_acted, moves_ahead, moves_back
from vln_pipeline.models.single_system.config import DepthConfig, PlacedDepthConfig
from vln_pipeline.models.single_system.names import RESNETS, published_name
from vln_pipeline.models.single_system.observation import squashed_depth, squashed_rgb
from vln_pipeline.models.single_system.pretrained import load_ddppo, load_embeddings, load_imagenet, load_longclip
from vln_pipeline.models.single_system.resnet import BottleneckResNet
from vln_pipeline.models.single_system.visual import DepthEncoder
from vln_pipeline.models.single_system.words import open_words, read
from vln_pipeline.models.single_system.words_config import WordsConfig
from vln_pipeline.planning.trajectory import Action

S, F, L, R = Action.STOP, Action.FORWARD, Action.LEFT, Action.RIGHT


def test_the_resnet_computes_what_that_of_transformers_does():
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(0)
    widths = {"embedding_size": 8, "hidden_sizes": [32, 64], "depths": [2, 1], "num_channels": 3}
    theirs = ResNetModel(ResNetConfig(**widths, layer_type="bottleneck")).eval()
    ours = BottleneckResNet(3, 8, (2, 1), "batch", 1).eval()
    for part in theirs.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(std=0.1)
            part.running_var.uniform_(0.5, 1.5)
    # Both list stem and blocks in order; of a block transformers has the shortcut first.
    own = list(theirs.embedder.parameters()) + [p for s in theirs.encoder.stages for p in _in_our_order(s)]
    with torch.no_grad():
        for parameter, value in zip(ours.parameters(), own, strict=True):
            parameter.copy_(value)
        norms = [[p for p in m.modules() if isinstance(p, nn.BatchNorm2d)] for m in (ours, theirs)]
        ordered = norms[1][:1] + [n for s in theirs.encoder.stages for n in _norms_in_our_order(s)]
        for mine, other in zip(norms[0], ordered, strict=True):
            mine.running_mean.copy_(other.running_mean)
            mine.running_var.copy_(other.running_var)
        images = torch.rand(2, 3, 64, 64)
        torch.testing.assert_close(ours(images), theirs(images).last_hidden_state, atol=1e-4, rtol=1e-4)
    assert not any(p.training for p in ours.train().modules() if isinstance(p, nn.BatchNorm2d))


def _in_our_order(stage):
    return [p for layer in stage.layers for part in (layer.layer, layer.shortcut) for p in part.parameters()]


def _norms_in_our_order(stage):
    parts = (part for layer in stage.layers for part in (layer.layer, layer.shortcut))
    return [p for part in parts for p in part.modules() if isinstance(p, nn.BatchNorm2d)]


def test_clip_computes_what_that_of_transformers_does():
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    told = {"vocab_size": 50, "hidden_size": 16, "intermediate_size": 64, "num_hidden_layers": 2}
    theirs = CLIPTextModel(
        CLIPTextConfig(**told, num_attention_heads=2, max_position_embeddings=40, hidden_act="quick_gelu")
    ).eval()
    ours = ClipText(ClipTextConfig(length=40, layers=2, heads=2), 16, 50).eval()
    weights = theirs.state_dict()
    prefix = next(name for name in weights if name.endswith("token_embedding.weight")).split("embeddings.")[0]
    given = {"token_embedding.weight": weights[f"{prefix}embeddings.token_embedding.weight"]}
    places = weights[f"{prefix}embeddings.position_embedding.weight"]
    kept = torch.arange(40)[:, None] < 20
    given |= {"positional_embedding": torch.where(kept, places, torch.nan)}
    given |= {"positional_embedding_res": torch.where(kept, torch.nan, places)}
    given |= {f"ln_final.{end}": weights[f"{prefix}final_layer_norm.{end}"] for end in ("weight", "bias")}
    for number in range(2):
        old, new = f"{prefix}encoder.layers.{number}.", f"transformer.resblocks.{number}."
        for end in ("weight", "bias"):
            joint = [weights[f"{old}self_attn.{one}_proj.{end}"] for one in "qkv"]
            given[f"{new}attn.in_proj_{end}"] = torch.cat(joint)
            given[f"{new}attn.out_proj.{end}"] = weights[f"{old}self_attn.out_proj.{end}"]
            for mine, other in (("ln_1", "layer_norm1"), ("ln_2", "layer_norm2")):
                given[f"{new}{mine}.{end}"] = weights[f"{old}{other}.{end}"]
            for mine, other in (("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                given[f"{new}{mine}.{end}"] = weights[f"{old}{other}.{end}"]
    ours.load_state_dict(given)
    tokens = torch.randint(1, 50, (2, 30))
    with torch.no_grad():
        torch.testing.assert_close(ours(tokens), theirs(tokens).last_hidden_state, atol=1e-4, rtol=1e-4)


def test_published_encoders_are_taken_and_others_refused(tmp_path):
    cnn = BottleneckResNet(3, 4, (1, 1), "batch", 1)
    flat = {published_name(f"rgb_encoder.cnn.{n}", RESNETS).removeprefix("rgb_encoder.cnn."): v
            for n, v in cnn.state_dict().items()}  # fmt: skip
    places = {"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2"}
    named = {f"{places[n.split('.')[0]]}.{n.partition('.')[2]}": v.clone() + 1 for n, v in flat.items()}
    save_file(named | {"fc.weight": torch.zeros(2, 2), "fc.bias": torch.zeros(2)}, tmp_path / "resnet.safetensors")
    load_imagenet(cnn, tmp_path / "resnet.safetensors")
    assert torch.equal(cnn.state_dict()["stages.1.0.convs.3.weight"], named["layer2.0.conv2.weight"])
    with pytest.raises(DataError, match="does not fit the network"):
        load_imagenet(BottleneckResNet(3, 4, (1,), "batch", 1), tmp_path / "resnet.safetensors")

    encoder = DepthEncoder(DepthConfig(size=32, planes=4, blocks=(1,), groups=2, flat=16, output=4))
    own = {n: v for n, v in encoder.state_dict().items() if "visual_fc" not in n}
    agent = {published_name(f"depth_encoder.{n}", RESNETS).replace("depth_encoder.", "actor_critic.net."): v + 1
             for n, v in own.items()}  # fmt: skip
    torch.save({"state_dict": agent | {"actor_critic.critic.fc.bias": torch.zeros(1)}}, tmp_path / "ddppo.pth")
    before = own["compression.0.weight"].clone()
    load_ddppo(encoder, tmp_path / "ddppo.pth")
    assert torch.equal(encoder.state_dict()["compression.0.weight"], before + 1)
    with pytest.raises(DataError, match="has no weights of a visual_encoder"):
        load_ddppo(encoder, tmp_path / "resnet.safetensors")

    text = ClipText(ClipTextConfig(length=21, layers=1, heads=2), 8, 30)
    vision = ClipVision(ClipVisionConfig(size=16, patch=8, width=8, layers=1, heads=2))
    whole = {n: v + 1 for n, v in text.state_dict().items()}
    whole |= {f"visual.{n}": v + 1 for n, v in vision.state_dict().items()}
    whole |= {"logit_scale": torch.zeros(()), "text_projection": torch.zeros(8, 8), "visual.proj": torch.zeros(8, 8)}
    save_file(whole, tmp_path / "clip.safetensors")
    load_longclip(text, vision, tmp_path / "clip.safetensors")
    assert torch.equal(vision.state_dict()["class_embedding"], whole["visual.class_embedding"])


def test_embeddings_belong_to_their_vocabulary(tmp_path):
    table = nn.Embedding(3, 2)
    with gzip.open(tmp_path / "glove.json.gz", "wt") as file:
        json.dump([[0, 0], [1, 2], [3, 4]], file)
    load_embeddings(table, tmp_path / "glove.json.gz")
    assert table.weight.tolist() == [[0, 0], [1, 2], [3, 4]]
    with pytest.raises(DataError, match=r"vectors \(3, 2\), the network has words \(5, 2\)"):
        load_embeddings(nn.Embedding(5, 2), tmp_path / "glove.json.gz")
    (tmp_path / "bad.json").write_text('{"a": ')
    with pytest.raises(DataError, match="not readable embeddings"):
        load_embeddings(table, tmp_path / "bad.json")


def test_depth_cells_are_as_published_files_have_them():
    """A table of positions was turned, and a published CMA saw each cell somewhere else. Theirs is read row by row."""
    encoder = DepthEncoder(PlacedDepthConfig(size=64, planes=4, blocks=(1,), groups=2, flat=64, positions=3, output=4))
    seen = encoder(torch.zeros(1, 1, 8, 8))
    where = encoder.spatial_embeddings.weight
    assert seen.shape == (1, 4, 64)
    assert torch.equal(seen[0, 1:].flatten(), where.flatten())


def test_words_are_numbered_alike_when_they_are_read_back(tmp_path):
    (tmp_path / "words.json").write_text(json.dumps({"walk": 2, "past": 3, ".": 4}))
    for number, config in enumerate((WordsConfig(trained=320), WordsConfig(vocabulary=str(tmp_path / "words.json")))):
        words, folder = open_words(config), tmp_path / str(number)
        folder.mkdir()
        words.write(folder)
        back = read(folder)
        for text in ("Walk past the sofa.", "沙发", "", "walk " * 300):
            numbers = words.numbers(text, 20)
            assert back.numbers(text, 20) == numbers
            assert 1 <= len(numbers) <= 20
            assert max(numbers) < words.size == back.size
    assert words.numbers("Walk past, it.", 20) == [2, 3, 1, 4]
    again = open_words(WordsConfig(tokenizer=str(tmp_path / "0" / "tokenizer.json")))
    assert again.numbers("Walk past.", 20) == open_words(WordsConfig(trained=320)).numbers("Walk past.", 20)


def test_words_that_are_not_there_are_told(tmp_path):
    with pytest.raises(ValueError, match="both named"):
        WordsConfig(vocabulary="a", tokenizer="b")
    with pytest.raises(ValueError, match="leave one out"):
        WordsConfig(vocabulary="a", trained=400)
    with pytest.raises(DataError, match=r"neither vocabulary\.json nor tokenizer\.json"):
        read(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(DataError, match="cannot be read as a tokenizer"):
        read(tmp_path)


def test_images_are_squashed_and_nothing_hit_is_far():
    assert squashed_rgb(np.full((6, 8, 3), 7, np.uint8), 4).shape == (4, 4, 3)
    depth = squashed_depth(np.array([[0.0, 5.0], [10.0, 20.0]], np.float32), 2, 10.0)
    np.testing.assert_allclose(depth, [[1, 0.5], [1, 1]])


def test_moves_are_as_seen_from_each_step():
    quarter = np.pi / 2
    poses = np.array([[0, 0, 0], [1, 0, 0], [1, 0, quarter], [1, 2, quarter]], dtype=float)
    ahead = moves_ahead(poses, 2)
    np.testing.assert_allclose(ahead[0], [[1, 0, 0], [0, 0, quarter]], atol=1e-12)
    np.testing.assert_allclose(ahead[1], [[0, 0, quarter], [0, 2, 0]], atol=1e-12)
    np.testing.assert_allclose(ahead[3], np.zeros((2, 3)), atol=1e-12)
    back = moves_back(poses, 2)
    np.testing.assert_allclose(back[0], np.zeros((2, 3)), atol=1e-12)
    np.testing.assert_allclose(back[3], [[-2, 0, 0], [0, 0, -quarter]], atol=1e-12)


def test_moves_are_put_right_by_what_was_done():
    actions = np.array([L, F, R, S])
    still = as_acted(np.zeros((4, 3, 3)), actions)
    turn = np.pi / 12
    np.testing.assert_allclose(still[0, 0], [0, 0, 0.27])
    np.testing.assert_allclose(still[0, 1], [0.25 * np.cos(turn), 0.25 * np.sin(turn), 0])
    np.testing.assert_allclose(still[1], [[0.25, 0, 0], [0, 0, -0.27], [0, 0, 0]])
    assert not as_acted(np.ones((4, 1, 3)), actions)[3].any()


def test_moves_become_actions_and_stops():
    forward, left, right, none = [0.25, 0, 0], [0, 0, 0.26], [0, 0.05, -0.26], [0, 0, 0.05]
    path = np.array([left, forward, right, forward, none, none, none, none], dtype=float)
    assert actions_of(path, 0.2, 0.85) == [L, F, R, F, S]
    assert actions_of(path, 0.9, 0.85) == [S]
    assert actions_of(path[:4], 0.2, 0.85) == [L, F, R, F]
