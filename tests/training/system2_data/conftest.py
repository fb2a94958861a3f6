import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
import torch

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "export")]

from published_scene import straight, write_scene  # noqa: E402

from vln_pipeline.models.system2.config import DialogueConfig, System2Config, TinyConfig  # noqa: E402
from vln_pipeline.models.system2.load import load  # noqa: E402
from vln_pipeline.training.system2_data.config import System2DataConfig  # noqa: E402

torch.set_num_threads(1)
SMALL = TinyConfig(
    width=32, layers=2, heads=2, feedforward=64, vision_width=32, vision_layers=1, vision_heads=2, vocabulary=1024
)
SHOWN = DialogueConfig(history=3, view_size=28, look_down_size=(56, 42), max_length=1024)


@pytest.fixture(scope="session")
def parts():
    return load(System2Config(tiny=SMALL, dialogue=SHOWN))


@pytest.fixture
def published(tmp_path):
    """Return a function that writes scenes of one dataset, by name, and returns a configuration that mixes them."""

    def write(scenes=None, mix="r2r_125cm_0_30", **options):
        for name, walks in (scenes or {"house": [straight()]}).items():
            write_scene(tmp_path / "traj_data/r2r" / name, walks)
        return System2DataConfig(mix=mix, root=str(tmp_path / "traj_data"), **options)

    return write


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"
