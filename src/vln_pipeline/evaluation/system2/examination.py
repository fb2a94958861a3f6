"""Asks a trained System 2 about scenes that its training held out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system2.config import ExamineSystem2Config
from vln_pipeline.evaluation.system2.figures import figures
from vln_pipeline.evaluation.system2.rivals import rivals
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.load import load
from vln_pipeline.seeding import generator
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.judging import Judged, ask
from vln_pipeline.training.system2_data.data import Questions
from vln_pipeline.training.system2_data.dataset import System2Dataset
from vln_pipeline.training.system2_data.patches import fast_processor
from vln_pipeline.training.system2_data.sample_index import read_index
from vln_pipeline.training.system2_data.sample_table import SampleTable
from vln_pipeline.training.system2_data.selection import hold_out, mixed

TRAINED, SHUFFLED = "system 2", "system 2, instructions shuffled"
_ANSWERS, _FIGURES = "answers.parquet", "figures.json"


@dataclass(frozen=True)
class Examination:
    """The folder of one examination; files are read when they are asked for.

    ::

        answers.parquet   contestant, sample, kind, right, said: one row for each question and contestant
        figures.json      figures by contestant, see ``figures``; contestants are the model, the model with instructions
                          of other walks, and answers that look at nothing

    Attributes:
        directory: the folder.
    """

    directory: Path

    def answers(self) -> pd.DataFrame:
        """Return every answer."""
        return pd.read_parquet(self.directory / _ANSWERS)

    def figures(self) -> dict[str, dict[str, float]]:
        """Return figures by contestant."""
        told: dict[str, dict[str, float]] = json.loads((self.directory / _FIGURES).read_text(encoding="utf-8"))
        return told


def read(directory: Path) -> Examination:
    """Return a handle on an examination.

    Raises:
        DataError: the folder holds none.
    """
    if not (directory / _FIGURES).is_file():
        raise DataError(directory.name, "holds no examination", "run --pipelines=examine_system2 again")
    return Examination(directory)


def examine(
    config: ExamineSystem2Config,
    taught: TrainSystem2Config,
    checkpoint: Path,
    roots: Sequence[Path],
    directory: Path,
    *,
    run_seed: int,
    cache: Path,
    threads: int,
) -> None:
    """Examine one model and write what came of it.

    It is asked twice, the second time with every walk's instruction given to another walk: what it still knows then,
    it does not take from the words.

    Args:
        config: the parameters.
        taught: of the training; the same scenes are held out.
        checkpoint: folder of the weights.
        roots: folders of datasets.
        directory: empty; takes the result, see ``Examination``.
        run_seed: of the choice of scenes that are held out, and of samples.
        cache: for tables of samples.
        threads: CPU threads to use.

    Raises:
        DataError: the data or the weights cannot be used.
    """
    torch.set_num_threads(threads)
    parts = load(System2Config(source=str(checkpoint), attention=taught.model.attention))
    processor = fast_processor(parts)
    table, _ = read_index(taught.data, roots, cache, 0)
    _, held = hold_out(table, taught.validation_share, run_seed)
    once = taught.data.model_copy(update={"stop_repeats": 1})
    order = generator(run_seed, "examine_system2", "samples").permutation(mixed(table, held, once, run_seed))
    asked = np.sort(order[: config.samples])

    def answered(samples: SampleTable) -> list[Judged]:
        dataset = System2Dataset(samples, asked, processor, Dialogue(parts.prompts), 0, None, leads=False)
        return ask(parts.model.eval(), processor, Questions(dataset), config.longest_answer)

    judged = answered(table)
    shuffled = answered(table.told(_others_instructions(table, asked, run_seed)))
    everyone = {TRAINED: judged, SHUFFLED: shuffled, **rivals(judged)}
    rows = [
        {"contestant": name, "sample": one.sample.name, "kind": str(one.sample.kind), "right": right, "said": said}
        for name, contestant in everyone.items()
        for one in contestant
        for right, said in zip(one.right, one.said, strict=True)
    ]
    pd.DataFrame(rows).to_parquet(directory / _ANSWERS, index=False)
    told = {name: {"samples": len(asked), **figures(contestant)} for name, contestant in everyone.items()}
    (directory / _FIGURES).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _others_instructions(table: SampleTable, numbers: NDArray[np.int64], seed: int) -> dict[int, str]:
    """Return for each sample the instruction of another walk, the same one for all samples of a walk."""
    walks: dict[tuple[int, int], list[int]] = {}
    for number in numbers.tolist():
        walks.setdefault((int(table.origin[number]), table[number].episode), []).append(number)
    order = list(walks)
    order = [order[place] for place in generator(seed, "examine_system2", "shuffle").permutation(len(order))]
    told = {walk: table[walks[walk][0]].instruction for walk in order}
    return {
        number: told[other]
        for walk, other in zip(order, [*order[1:], *order[:1]], strict=True)
        for number in walks[walk]
    }
