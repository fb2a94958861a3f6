"""Conversations about drawn pictures, for tests of training; importable by worker processes."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from vln_pipeline.models.system2.answer import PixelGoal, goal_text, moves_text
from vln_pipeline.models.system2.config import DialogueConfig, System2Config, TinyConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.seeding import generator
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.fit import fit
from vln_pipeline.training.system2.start import fresh_parts
from vln_pipeline.training.system2_batch import SampleKind, System2Batch, System2Data, System2Sample, padded

CAMERA = CameraSetting("125cm_30deg", 1.25, 30.0, Intrinsics.from_fov(640, 480, 79.0))
CAMERAS = TrainedCameras.of([(1.25, pitch, CAMERA.intrinsics) for pitch in (0.0, 30.0)])
MODEL = System2Config(
    tiny=TinyConfig(
        width=64, layers=2, heads=2, feedforward=128, vision_width=32, vision_layers=1, vision_heads=2, vocabulary=1024
    ),
    dialogue=DialogueConfig(history=2, view_size=28, look_down_size=(56, 56), max_length=1024),
)
BASE = TrainSystem2Config(
    model=MODEL,
    steps=6,
    batch_size=4,
    validate_every=3,
    validation_batches=1,
    save_every=2,
    report_every=2,
    answered_samples=4,
    device="cpu",
    optimiser={"learning_rates": {"*": 1e-3}},
)
_KINDS = (SampleKind.PIXEL, SampleKind.TURN, SampleKind.PIXEL, SampleKind.STOP)


class Interrupted(Exception):
    """Stands for a killed process."""


def samples(parts, number: int, seed: int = 0) -> list[System2Sample]:
    """Return samples of all kinds, each with pictures and an answer of its own."""
    processor, dialogue = Processor(parts.tokenizer, parts.image_processor, parts.dialogue), Dialogue(parts.prompts)
    return [_sample(processor, dialogue, _KINDS[i % len(_KINDS)], generator(seed, i), i) for i in range(number)]


def _sample(processor, dialogue, kind, draw, number) -> System2Sample:
    def picture():
        return np.kron(draw.integers(0, 256, (4, 4, 3), dtype=np.uint8), np.ones((14, 14, 1), dtype=np.uint8))

    conversation = dialogue.ask("Walk past the sofa.", [picture() for _ in range(2)], picture())
    if kind is SampleKind.PIXEL:
        goal = PixelGoal(int(draw.integers(640)), int(draw.integers(480)))
        conversation = dialogue.look_down(conversation.answered("↓"), picture()).answered(goal_text(goal))
    elif kind is SampleKind.TURN:
        side = (Action.LEFT, Action.RIGHT)[int(draw.integers(2))]
        conversation = conversation.answered(moves_text([side] * int(draw.integers(1, 5))))
    else:
        conversation = conversation.answered("STOP")
    return System2Sample(processor.encode(conversation), kind, (640, 480), CAMERA, f"drawn {number}")


class Handmade:
    """Batches of samples in an order that follows from the batch's number."""

    def __init__(self, given: list[System2Sample], size: int, pad: int, stop_at: int | None = None) -> None:
        self.given, self.size, self.pad, self.stop_at = given, size, pad, stop_at
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[System2Batch]:
        for number in count(first, stride):
            if number == self.stop_at:
                raise Interrupted
            yield padded([sample.encoded for sample in self._batch(number)], self.pad)

    def names(self, number: int) -> list[str]:
        return [sample.name for sample in self._batch(number)]

    def _batch(self, number: int) -> list[System2Sample]:
        return [self.given[i] for i in generator(0, number).permutation(len(self.given))[: self.size]]


def data(parts, config: TrainSystem2Config, number: int = 8, stop_at: int | None = None) -> System2Data:
    given, pad = samples(parts, number), parts.tokenizer.pad_token_id
    batches = [Handmade(given, config.batch_size, pad, stop) for stop in (stop_at, None)]
    return System2Data(*batches, given[: config.answered_samples], ["drawn by hand"], CAMERAS)


def train(folder: str, config: str, number: int = 8, stop_at: int | None = None) -> None:
    """Train on drawn pictures; what a process of several does, too."""
    told = TrainSystem2Config.model_validate_json(config)
    with joined("cpu") as ranks:
        parts = fresh_parts(told)
        given = data(parts, told, number, stop_at)
        fit(told, parts, given, seed=3, ranks=ranks, folder=Path(folder), name="drawn")


if __name__ == "__main__":
    obey(train)
