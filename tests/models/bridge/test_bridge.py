import json

import numpy as np
import pytest
import torch
from PIL import Image

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import build, config_of, with_plan
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.bridge.views import squashed, squashed_depth

KINDS = ("nextdit_async", "nextdit", "navdp_async")
VIT = {"image_size": 28, "position_grid": 2, "width": 16, "depth": 1, "heads": 2}
SMALL = BridgeConfig(
    nextdit={
        "plan_dim": 24,
        "predict_size": 6,
        "dim": 16,
        "depth": 1,
        "heads": 2,
        "hidden_multiple": 8,
        "condition_dim": 32,
        "vit": VIT,
        "memory_layers": 1,
        "resampler_layers": 1,
        "resampler_heads": 2,
        "resampler_queries": 4,
        "feedforward": 32,
    },
    navdp_async={
        "plan_dim": 24,
        "predict_size": 6,
        "vit": VIT,
        "token_dim": 16,
        "queries_per_frame": 3,
        "former_layers": 1,
        "former_feedforward": 32,
        "decoder_depth": 1,
        "heads": 2,
        "feedforward": 32,
        "plan_positions": 10,
    },
)


def network_of(kind):
    torch.manual_seed(0)
    return build(SMALL.model_copy(update={"system1": kind}))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_is_what_is_loaded(kind, tmp_path):
    network = network_of(kind).eval()
    assert config_of(network).system1 == kind
    checkpoint.save(network, tmp_path)
    again = checkpoint.load(tmp_path)
    assert config_of(again) == config_of(network)
    views = torch.rand(1, 2, 3, 28, 28), torch.rand(1, 2, 28, 28)
    plan, noise = torch.randn(1, 4, 24), torch.randn(2, 6, 3)
    drawn = [each.sample(plan, *views, noise, torch.Generator().manual_seed(0)) for each in (network, again)]
    assert torch.equal(*drawn)


@pytest.mark.parametrize("kind", KINDS)
def test_the_plan_is_as_wide_as_system2(kind):
    network = build(with_plan(SMALL.model_copy(update={"system1": kind}), 40))
    assert network.latent_queries.shape == (1, 4, 40)


def test_folders_of_something_else_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"config.json: cannot be read"):
        checkpoint.load(tmp_path)
    checkpoint.save(network_of("nextdit"), tmp_path)
    config = tmp_path / "config.json"
    good = json.loads(config.read_text())
    for wrong, cause in (
        ("{", "is no configuration"),
        (json.dumps(good | {"system1": "navdp"}), "system1: Input should be"),
        (json.dumps({"nextdit": good["nextdit"]}), "does not say which"),
        (json.dumps(good | {"system1": "nextdit_async"}), r"does not fit the network: .* missing \(rgb_model"),
    ):
        config.write_text(wrong)
        with pytest.raises(DataError, match=cause):
            checkpoint.load(tmp_path)


def test_views_are_squashed_as_pillow_does():
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (30, 44, 3), dtype=np.uint8)
    assert np.array_equal(squashed(image, 14), np.asarray(Image.fromarray(image).resize((14, 14))))
    depth = random.uniform(0, 8, (30, 44)).astype(np.float32)
    nearest = np.asarray(Image.fromarray(depth).resize((14, 14), Image.Resampling.NEAREST))
    assert np.array_equal(squashed_depth(depth, 14), np.minimum(nearest, 5))
