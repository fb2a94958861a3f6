"""Trains one Seq2Seq network; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.training.launch import obey
from vln_pipeline.training.seq2seq.config import TrainSeq2SeqConfig
from vln_pipeline.training.single_system.work_on_actions import work_on_actions


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str) -> None:
    """Do what one process of a training does; arguments as of ``conduct``, as JSON has them."""
    told = TrainSeq2SeqConfig.model_validate(config)
    work_on_actions(Seq2Seq, told, told.network, roots, run_seed=run_seed, seed=seed, folder=Path(state))


if __name__ == "__main__":
    obey(work)
