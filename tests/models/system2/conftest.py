import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import pytest
import torch

from vln_pipeline.models.system2.config import DialogueConfig, System2Config, TinyConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.load import load
from vln_pipeline.models.system2.processing import Processor

torch.set_num_threads(1)
SMALL = TinyConfig(
    width=32, layers=2, heads=2, feedforward=64, vision_width=32, vision_layers=1, vision_heads=2, vocabulary=1024
)
SHOWN = DialogueConfig(history=3, view_size=56, look_down_size=(112, 84), max_length=1024)


@pytest.fixture(scope="session")
def config():
    return System2Config(tiny=SMALL, dialogue=SHOWN)


@pytest.fixture(scope="session")
def parts(config):
    return load(config)


@pytest.fixture(scope="session")
def processor(parts):
    return Processor(parts.tokenizer, parts.image_processor, parts.dialogue)


@pytest.fixture(scope="session")
def dialogue(parts):
    return Dialogue(parts.prompts)


@pytest.fixture
def image():
    """Return a function that draws a new image, by default 4:3."""
    draw = np.random.default_rng(0)
    return lambda width=160, height=120: draw.integers(0, 256, (height, width, 3), dtype=np.uint8)
