"""Files for the published server: what is in them, and that it drives by them as the network here does."""

import numpy as np
import pytest
import torch
from small_networks import SMALL, perturbed

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.official import load_official
from vln_pipeline.models.navdp.official_export import official_weights, told_in, write_official
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PUBLISHED_SERVER

DRAW = np.random.default_rng(3)
RGB = DRAW.integers(0, 255, (36, 48, 3), dtype=np.uint8)
DEPTH = DRAW.uniform(0.5, 4.5, (36, 48)).astype(np.float32)
GOALS = {
    "point": NavdpGoal(point=np.array([2.0, -1.0])),
    "pixel": NavdpGoal(pixel=np.array([20.0, 15.0])),
    "image": NavdpGoal(image=RGB[::-1].copy()),
    "none": NavdpGoal(),
    "mixed": NavdpGoal(point=np.array([2.0, -1.0]), image=RGB[::-1].copy()),
}


def driven(network, config, goal):
    """Return the path of the second of two steps."""
    policy = NavdpPolicy(network, config)
    policy.reset(5)
    policy.plan(RGB[:, ::-1], DEPTH, goal)
    return policy.plan(RGB, DEPTH, goal).candidates


@pytest.mark.parametrize("channels", [4, 7])
@pytest.mark.parametrize("kind", GOALS)
def test_the_published_server_drives_a_written_file_as_the_network_drives_here(tmp_path, kind, channels):
    """Networks here learn a heading of 0 and colours before the mask; the server shows 1, and the mask before colours.

    With the weights as they were it added a random vector to every point goal, and looked at a mask of red, in silence.
    """
    network = perturbed(SMALL.model_copy(update={"pixel_channels": channels}))
    here = PUBLISHED_SERVER.model_copy(update={"samples": 4, "goal_theta": 0.3, "pixel_order": "rgb_mask"})
    there = PUBLISHED_SERVER.model_copy(update={"samples": 4})
    assert (there.goal_theta, there.pixel_order) == (1.0, "mask_rgb")
    write_official(tmp_path / "navdp.ckpt", network, any_size=True, goal_heading=0.3)
    served = load_official(tmp_path / "navdp.ckpt", network.config).network
    expected = driven(network, here, GOALS[kind])
    np.testing.assert_allclose(driven(served, there, GOALS[kind]), expected, atol=1e-5)
    if kind in ("point", "pixel", "mixed"):
        assert np.abs(driven(network, there, GOALS[kind]) - expected).max() > 1e-3


def test_a_goal_that_was_not_taught_is_answered_as_none(tmp_path):
    network = perturbed(SMALL.model_copy(update={"goals": ("point",)}))
    write_official(tmp_path / "navdp.ckpt", network, any_size=True, layout="trainer")
    served = load_official(tmp_path / "navdp.ckpt", SMALL).network
    config = PUBLISHED_SERVER.model_copy(update={"samples": 2, "wander_penalty": 0.0, "short_path": 0.0})
    none = driven(served, config, GOALS["none"])
    np.testing.assert_allclose(driven(served, config, GOALS["image"]), none, atol=1e-6)
    np.testing.assert_allclose(driven(served, config, GOALS["pixel"]), none, atol=1e-6)
    assert told_in(tmp_path / "navdp.ckpt")["answered_as_no_goal"] == ["image", "pixel"]


def test_what_was_converted_is_told_in_the_file(network, tmp_path):
    write_official(tmp_path / "navdp.ckpt", network, any_size=True)
    assert told_in(tmp_path / "navdp.ckpt") == {
        "goal_heading": 0.0,
        "pixel_order": "rgb_mask",
        "layout": "server",
        "answered_as_no_goal": [],
        "cameras": None,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["navdp.ckpt"]
    torch.save(dict(network.state_dict()), tmp_path / "other.ckpt")
    assert told_in(tmp_path / "other.ckpt") is None
    (tmp_path / "broken.ckpt").write_bytes(b"x" * 99)
    with pytest.raises(DataError, match="cannot be read as weights"):
        told_in(tmp_path / "broken.ckpt")


def test_the_names_and_shapes_at_the_published_size():
    """The published network has 1048 tensors of 133,358 thousand numbers; its server one layer more, two heads less."""
    with torch.device("meta"):
        network = NavdpNetwork(NavdpConfig())
        trainer, server = (official_weights(network, layout=layout) for layout in ("trainer", "server"))
    assert len(trainer) == 1048
    assert round(sum(value.numel() for value in trainer.values()) / 1000) == 133_358
    heads = {f"{kind}_aux_head.{part}" for kind in ("pixel", "image") for part in ("weight", "bias")}
    assert trainer.keys() - server.keys() == heads
    more = server.keys() - trainer.keys()
    assert len(more) == 18
    assert all(name.startswith("decoder_layer.") for name in more)
    assert server["decoder_layer.self_attn.in_proj_weight"].shape == (1152, 384)
    assert server["pixel_encoder.pixelgoal_encoder.patch_embed.proj.weight"].shape == (384, 4, 14, 14)
    assert server["cond_pos_embed.position_embedding.weight"].shape == (132, 384)


def test_what_the_server_cannot_drive_is_refused(network, tmp_path):
    with pytest.raises(DataError, match=r"other sizes \(image_size 28, not 224; .*pass any_size"):
        write_official(tmp_path / "navdp.ckpt", network)
    clean = NavdpNetwork(SMALL.model_copy(update={"prediction": "sample"}))
    with pytest.raises(DataError, match="predicts clean actions"):
        write_official(tmp_path / "navdp.ckpt", clean, any_size=True)
    with pytest.raises(DataError, match="cannot be written"):
        write_official(tmp_path / "missing/navdp.ckpt", network, any_size=True)
    assert list(tmp_path.iterdir()) == []
