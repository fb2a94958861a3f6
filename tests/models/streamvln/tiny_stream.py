"""A StreamVLN of seconds, and walks of coloured frames for it."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch

from vln_pipeline.models.streamvln.config import DialogueConfig, StreamVlnConfig, TinyConfig
from vln_pipeline.models.streamvln.conversation import Visual
from vln_pipeline.models.streamvln.stream import Glimpse
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

torch.set_num_threads(1)
SMALL = TinyConfig(
    width=32, layers=2, heads=2, feedforward=64, image_size=56, vision_width=16, vision_layers=1, vision_heads=2,
    vocabulary=1024,
)  # fmt: skip
MODEL = StreamVlnConfig(tiny=SMALL, dialogue=DialogueConfig(max_length=2048))
CAMERA = CameraSetting("125cm_0deg", 1.25, 0.0, Intrinsics.from_fov(64, 48, 79.0))
WORDS = "Walk past the sofa, then stop."


def glimpse(draw, pose=(0.0, 0.0, 0.0), metres=2.0):
    """Return what one step shows; metres of None stand for a camera without depth."""
    depth = np.zeros((0, 0), np.float32) if metres is None else np.full((48, 64), metres, np.float32)
    return Glimpse(draw.integers(0, 256, (48, 64, 3), dtype=np.uint8), depth, np.array(pose), CAMERA)


def visual(draw, count=1, edge=56):
    """Return images of noise."""
    return Visual(draw.integers(0, 256, (count, edge, edge, 3), dtype=np.uint8))
