"""Conversations about drawn pictures with drawn paths behind them; importable by worker processes."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from vln_pipeline.models.system2.answer import LOOK_DOWN, PixelGoal, goal_text
from vln_pipeline.models.system2.config import DialogueConfig, System2Config, TinyConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.seeding import generator
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint.fit import fit
from vln_pipeline.training.joint.start import fresh_network, frozen_system2
from vln_pipeline.training.joint_batch import JointBatch, JointData, JointSample, collate
from vln_pipeline.training.joint_data.way import GoalWay, sample_of
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.system2_batch import SampleKind, System2Sample

SYSTEM2 = System2Config(
    tiny=TinyConfig(
        width=64, layers=2, heads=2, feedforward=128, vision_width=32, vision_layers=1, vision_heads=2, vocabulary=1024
    ),
    dialogue=DialogueConfig(history=2, view_size=28, look_down_size=(56, 56), max_length=1024),
)
CAMERAS = TrainedCameras.of([(1.25, 30.0, Intrinsics.from_fov(640, 480, 79.0))])
VIT = {"image_size": 28, "patch_size": 14, "position_grid": 2, "width": 32, "depth": 1, "heads": 2}
BASE = TrainJointConfig(
    system2=SYSTEM2,
    steps=6,
    batch_size=4,
    validate_every=3,
    validation_batches=1,
    save_every=2,
    report_every=2,
    device="cpu",
    way={"horizon": 1.6},
    query_scale=0.1,
    optimiser={"learning_rates": {"*": 1e-3}},
    model={
        "nextdit": {
            "predict_size": 8,
            "dim": 32,
            "depth": 2,
            "heads": 2,
            "hidden_multiple": 16,
            "condition_dim": 64,
            "vit": VIT,
            "memory_layers": 1,
            "resampler_layers": 1,
            "resampler_heads": 2,
            "resampler_queries": 4,
            "feedforward": 64,
        },
        "navdp_async": {
            "predict_size": 8,
            "vit": VIT,
            "token_dim": 32,
            "queries_per_frame": 4,
            "former_layers": 1,
            "former_feedforward": 64,
            "decoder_depth": 2,
            "heads": 2,
            "feedforward": 64,
            "plan_positions": 8,
            "freeze_rgb": False,
        },
    },
)


class Interrupted(Exception):
    """Stands for a killed process."""


class Noise:
    """Frames that each look like no other."""

    def __init__(self, number: int) -> None:
        self.number = number

    def rgb(self, frame: int) -> np.ndarray:
        return picture(generator(self.number, "colour", frame))

    def depth(self, frame: int) -> np.ndarray:
        return generator(self.number, "depth", frame).uniform(0, 6, (40, 48)).astype(np.float32)


def picture(draw: np.random.Generator) -> np.ndarray:
    return np.kron(draw.integers(0, 256, (4, 4, 3), dtype=np.uint8), np.ones((14, 14, 1), dtype=np.uint8))


def samples(parts, config: TrainJointConfig, number: int) -> list[JointSample]:
    """Return samples, each with pictures, a goal and an arc of its own."""
    processor, dialogue = Processor(parts.tokenizer, parts.image_processor, parts.dialogue), Dialogue(parts.prompts)
    return [_sample(processor, dialogue, config, i) for i in range(number)]


def _sample(processor, dialogue, config: TrainJointConfig, number: int) -> JointSample:
    draw = generator(0, number)
    conversation = dialogue.ask("Walk past the sofa.", [picture(draw) for _ in range(2)], picture(draw))
    goal = PixelGoal(int(draw.integers(640)), int(draw.integers(480)))
    conversation = dialogue.look_down(conversation.answered(LOOK_DOWN), picture(draw)).answered(goal_text(goal))
    name = f"drawn {number}"
    asked = System2Sample(processor.encode(conversation), SampleKind.PIXEL, (640, 480), None, name)
    steps, bend = int(draw.integers(3, 16)), draw.uniform(-0.15, 0.15)
    yaw = draw.uniform(-3, 3) + bend * np.arange(steps + 1)
    moved = 0.25 * np.column_stack([np.cos(yaw), np.sin(yaw), np.zeros(steps + 1)])
    positions = np.vstack([np.zeros(3), np.cumsum(moved[:-1], axis=0)])
    way = GoalWay(Noise(number), 0, camera_poses(positions, yaw, 1.25, 30.0))
    shape = config.model.navdp_async if config.model.system1 == "navdp_async" else config.model.nextdit
    return sample_of(way, asked, config.way, size=shape.vit.image_size, count=shape.predict_size)


class Handmade:
    """Batches of samples in an order that follows from the batch's number."""

    def __init__(self, given: list[JointSample], size: int, stop_at: int | None = None) -> None:
        self.given, self.size, self.stop_at = given, size, stop_at
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[JointBatch]:
        for number in count(first, stride):
            if number == self.stop_at:
                raise Interrupted
            yield collate(self._batch(number))

    def names(self, number: int) -> list[str]:
        return [sample.name for sample in self._batch(number)]

    def _batch(self, number: int) -> list[JointSample]:
        return [self.given[i] for i in generator(0, number).permutation(len(self.given))[: self.size]]


def train(folder: str, config: str, number: int = 8, stop_at: int | None = None) -> None:
    """Train on drawn paths; what a process of several does, too."""
    import torch

    told = TrainJointConfig.model_validate_json(config)
    with joined("cpu") as ranks:
        parts = frozen_system2(told, None)
        torch.manual_seed(3)
        network, _ = fresh_network(told, parts.model.config.get_text_config().hidden_size, None)
        given = samples(parts, told, number)
        batches = [Handmade(given, told.batch_size, stop) for stop in (stop_at, None)]
        data = JointData(*batches, ["drawn by hand"], CAMERAS)
        fit(told, network, parts.model, data, seed=3, ranks=ranks, folder=Path(folder), name="drawn")


if __name__ == "__main__":
    obey(train)
