"""Walks of drawn pictures for tests of the single systems; importable by processes that share a training."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import torch

from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system.words import Words
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.seeding import generator
from vln_pipeline.training.cma.config import TrainCmaConfig
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.rdp import start as rdp_start
from vln_pipeline.training.rdp.config import TrainRdpConfig
from vln_pipeline.training.rdp.objective import RdpObjective
from vln_pipeline.training.rdp.train import judge_of
from vln_pipeline.training.seq2seq.config import TrainSeq2SeqConfig
from vln_pipeline.training.sequence_batch import SequenceBatch, SequenceData, SequenceSample, collate
from vln_pipeline.training.single_system.action_objective import ActionObjective
from vln_pipeline.training.single_system.action_start import fresh_network
from vln_pipeline.training.single_system.fit import fit

SIDE = 32
"""Edge of the drawn pictures, pixels."""
ALIKE = {
    "steps": 6,
    "batch_size": 4,
    "validate_every": 3,
    "validation_batches": 1,
    "save_every": 2,
    "report_every": 2,
    "device": "cpu",
    "optimiser": {"learning_rates": {"*": 1e-3}},
    "words": {"trained": 320},
}
DEPTH = {"size": SIDE, "planes": 4, "blocks": [1], "groups": 2, "flat": 64, "output": 16, "frozen": False}
ACTION_NETWORK = {
    "instruction": {"length": 40, "embedding": 16, "hidden": 16, "frozen": False},
    "rgb": {"size": SIDE, "planes": 4, "blocks": [1], "norm": "group", "groups": 2, "output": 16, "frozen": False},
    "depth": DEPTH,
    "state": 32,
}
RDP_NETWORK = {
    "width": 32,
    "text": {"length": 40, "layers": 1, "heads": 2, "frozen": False},
    "rgb": {"size": SIDE, "patch": 8, "width": 16, "layers": 1, "heads": 2, "frozen": False},
    "depth": DEPTH,
    "env_drop": 0.0,
    "dropout": 0.0,
    "embedding_dropout": 0.0,
    "memory_width": 8,
    "cross_layers": 1,
    "cross_heads": 2,
    "cross_feedforward": 64,
    "decoder_layers": 2,
    "head_width": 16,
    "horizon": 4,
    "executed": 2,
    "stop_threshold": 0.93,
}
CONFIGS = {"seq2seq": TrainSeq2SeqConfig, "cma": TrainCmaConfig, "rdp": TrainRdpConfig}
PLACED = {"positions": 8}
NETWORKS = {
    "seq2seq": ACTION_NETWORK,
    "cma": ACTION_NETWORK | {"rgb": ACTION_NETWORK["rgb"] | PLACED, "depth": DEPTH | PLACED},
    "rdp": RDP_NETWORK | {"depth": DEPTH | PLACED},
}
_SIDES = ("left", "right")


class Interrupted(Exception):
    """Stands for a killed process."""


def config(system: str, **changes):
    """Return a training of seconds."""
    return CONFIGS[system].model_validate(ALIKE | {"network": NETWORKS[system]} | changes)


def samples(words: Words, number: int, seed: int = 0) -> list[SequenceSample]:
    """Return walks of 8 steps or so, each with pictures of its own; the words tell to which side it turns at first."""
    return [_sample(words, generator(seed, i), i) for i in range(number)]


def _sample(words: Words, draw: np.random.Generator, number: int) -> SequenceSample:
    side = int(draw.integers(2))
    turns = int(draw.integers(1, 4))
    actions = [int((Action.LEFT, Action.RIGHT)[side])] * turns + [int(Action.FORWARD)] * (7 - turns)
    yaw = np.r_[0, np.cumsum([{2: 1.0, 3: -1.0}.get(action, 0.0) for action in actions])] * np.pi / 12
    ahead = np.array([0.25 * (action == Action.FORWARD) for action in actions])
    way = np.column_stack([ahead * np.cos(yaw[:-1]), ahead * np.sin(yaw[:-1])])
    places = np.vstack([np.zeros(2), way.cumsum(axis=0)])
    patches = draw.integers(0, 256, (len(places), 4, 4, 3), dtype=np.uint8)
    edge = SIDE // 4
    return SequenceSample(
        name=f"drawn {number}",
        numbers=tuple(words.numbers(f"Turn {_SIDES[side]}, walk past the sofa and stop.", 40)),
        rgb=np.kron(patches, np.ones((1, edge, edge, 1), dtype=np.uint8)),
        depth=np.kron(draw.random((len(places), 4, 4)), np.ones((1, edge, edge))).astype(np.float32),
        actions=np.array([*actions, int(Action.STOP)]),
        expert_actions=np.array([*actions, int(Action.STOP)]),
        progress=np.linspace(0, 1, len(places), dtype=np.float32),
        poses=np.column_stack([places, yaw]),
    )


class Handmade:
    """Batches of samples in an order that follows from the batch's number."""

    def __init__(self, given: list[SequenceSample], size: int, stop_at: int | None = None) -> None:
        self.given, self.size, self.stop_at = given, size, stop_at
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[SequenceBatch]:
        for number in count(first, stride):
            if number == self.stop_at:
                raise Interrupted
            yield collate(self._batch(number))

    def names(self, number: int) -> list[str]:
        return [sample.name for sample in self._batch(number)]

    def _batch(self, number: int) -> list[SequenceSample]:
        return [self.given[i] for i in generator(0, number).permutation(len(self.given))[: self.size]]


def begin(system: str, told):
    """Return network, words and what makes its objective."""
    torch.manual_seed(3)
    if system == "rdp":
        return (*rdp_start.fresh_network(told), partial(RdpObjective, told.network, told.losses))
    kind = {"seq2seq": Seq2Seq, "cma": Cma}[system]
    return (*fresh_network(kind, told, told.network), partial(ActionObjective, told))


def train(folder: str, system: str, told: str, number: int = 8, stop_at: int | None = None) -> None:
    """Train on drawn walks; what a process of several does, too."""
    given = CONFIGS[system].model_validate_json(told)
    with joined("cpu") as ranks:
        network, words, objective = begin(system, given)
        walks = samples(words, number)
        batches = [Handmade(walks, given.batch_size, stop) for stop in (stop_at, None)]
        data = SequenceData(*batches, walks if system == "rdp" else [], ["drawn by hand"])
        judge = judge_of(data) if system == "rdp" else None
        named = {"seed": 3, "ranks": ranks, "folder": Path(folder), "name": "drawn"}
        fit(given, network, words, data, objective(ranks.device), judge, **named)


if __name__ == "__main__":
    obey(train)
