"""Both systems from their folders, as the command opens them."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner

from vln_pipeline.commands.serve import serve
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.config import DualConfig
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import build
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.system2.config import System2Config, TinyConfig
from vln_pipeline.models.system2.load import load, save
from vln_pipeline.serving.dual_session import DualRules
from vln_pipeline.serving.open_dual import DualSystems

DUAL = DualConfig(samples=4, max_new_tokens=4)
RULES = DualRules(gap=2, frames=9, pixels=10_000, episode_bytes=10**6)
COLOUR = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()
DEPTH = np.full((48, 64), 2.0, np.float32)
TINY = TinyConfig(
    width=32, layers=2, heads=2, feedforward=64, vision_width=32, vision_layers=2, vision_heads=2, vocabulary=600
)
SMALL = {
    "predict_size": 6,
    "vit": {"image_size": 28, "position_grid": 2, "width": 16, "depth": 1, "heads": 2},
    "token_dim": 16,
    "queries_per_frame": 3,
    "former_layers": 1,
    "former_feedforward": 32,
    "decoder_depth": 2,
    "heads": 2,
    "feedforward": 32,
    "plan_positions": 10,
}


def write_system1(folder, width):
    torch.manual_seed(0)
    checkpoint.save(build(BridgeConfig(system1="navdp_async", navdp_async=SMALL | {"plan_dim": width})), folder)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return folders of a small System 2 and of its System 1."""
    root = tmp_path_factory.mktemp("dual")
    torch.set_num_threads(1)
    save(load(System2Config(tiny=TINY)), root / "system2")
    write_system1(root / "system1", TINY.width)
    return root / "system2", root / "system1"


def test_a_robot_is_answered_and_follows_a_goal(folders, monkeypatch):
    systems = DualSystems(*folders, "cpu", DUAL)
    assert systems.session(RULES, "Go to the sofa.", 0).step(COLOUR, DEPTH).keys() <= {
        "discrete_action",
        "trajectory",
        "pixel_goal",
    }
    # A System 2 with random weights never says a pixel, so its words are put in its mouth.
    monkeypatch.setattr("vln_pipeline.models.system2.generate.say", lambda *_: torch.zeros(0))
    monkeypatch.setattr("vln_pipeline.models.system2.processing.Processor.decode", lambda *_: "320 240")
    paths = []
    for seed in (0, 0, 1):
        told = systems.session(RULES, "Go to the sofa.", seed).step(COLOUR, DEPTH)
        assert told.keys() == {"trajectory", "pixel_goal"}
        paths.append(np.array(told["trajectory"]))
    assert paths[0].shape == (7, 2)
    assert np.array_equal(paths[0], paths[1])
    assert not np.allclose(paths[0], paths[2])


def test_systems_that_do_not_belong_together_are_refused(folders, tmp_path):
    write_system1(tmp_path / "other", 16)
    with pytest.raises(DataError, match=r"follows plans 16 wide, system2 makes them 32 wide; name the System 1"):
        DualSystems(folders[0], tmp_path / "other", "cpu", DUAL)


def test_the_command_names_what_is_missing(folders, tmp_path):
    refused = CliRunner().invoke(serve, [str(folders[0]), "--contract=internnav"])
    assert refused.exit_code == 1
    assert "needs a System 1 besides the System 2 that is served; name its folder with --system1" in refused.output
    refused = CliRunner().invoke(serve, [str(folders[1]), "--host=0.0.0.0"])
    assert "host 0.0.0.0 can be reached by others; give a token file" in refused.output
    refused = CliRunner().invoke(serve, [str(folders[0])])
    assert refused.exit_code == 1
    assert str(folders[0]) in refused.output
