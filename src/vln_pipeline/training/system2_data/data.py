"""Everything that one training of System 2 learns from, is validated on and judged by."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.load import System2Parts
from vln_pipeline.seeding import generator
from vln_pipeline.training.loop import SkippingBatches
from vln_pipeline.training.numbered_batches import NumberedBatches
from vln_pipeline.training.sample_order import SampleOrder
from vln_pipeline.training.system2_batch import SampleKind, System2Batch, System2Data, System2Sample, padded
from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.dataset import Drawn, System2Dataset
from vln_pipeline.training.system2_data.learned_cameras import learned_cameras
from vln_pipeline.training.system2_data.packed_attention import attend_apart
from vln_pipeline.training.system2_data.packing import packed
from vln_pipeline.training.system2_data.patches import fast_processor
from vln_pipeline.training.system2_data.sample_index import read_index
from vln_pipeline.training.system2_data.sample_table import SampleTable
from vln_pipeline.training.system2_data.selection import hold_out, mixed


def open_data(
    config: System2DataConfig,
    own: Sequence[Path],
    parts: System2Parts,
    *,
    run_seed: int,
    seed: int,
    batch_size: int,
    workers: int,
    validation_share: float,
    questions: int,
    cache: Path,
) -> System2Data:
    """Return the data of one training.

    Training images are altered and questions worded at random; validation shows and asks what an agent would.

    Args:
        config: which walks, and how samples are made of them.
        own: folders of this run's exports.
        parts: the model, and what it is shown and asked; the model learns to keep packed conversations apart.
        run_seed: of the choice of scenes that are held out, and of the shares of the mix.
        seed: of the order and of all other draws.
        batch_size: samples in a batch.
        workers: processes that make batches, and look for samples; 0 for the calling one.
        validation_share: share of the scenes that only validation sees.
        questions: samples of the validation that the model answers.
        cache: folder of the tables of samples, which runs may share.

    Raises:
        DataError: a parameter, a folder or too many samples cannot be used.
    """
    if config.packed:
        attend_apart(parts.model)
    table, report = read_index(config, own, cache, workers)
    learned, held = hold_out(table, validation_share, run_seed)
    processor, dialogue, pad_token = fast_processor(parts), Dialogue(parts.prompts), int(parts.tokenizer.pad_token_id)

    def samples(numbers: NDArray[np.int64], *, training: bool) -> System2Dataset:
        altered = config.augmentation if training else None
        return System2Dataset(table, numbers, processor, dialogue, seed, altered, leads=training)

    def batches(numbers: NDArray[np.int64], *, training: bool) -> SkippingBatches[System2Batch]:
        order, collate = SampleOrder(len(numbers), batch_size, seed), partial(_in_rows, config=config, pad=pad_token)
        dataset, own_workers = samples(numbers, training=training), workers if training else 0
        return NumberedBatches(dataset, order, collate, lambda drawn: drawn.sample.name, own_workers)

    taught, validated = (mixed(table, numbers, config, run_seed) for numbers in (learned, held))
    asked = generator(run_seed, "system2_data", "questions").permutation(np.unique(validated))[:questions]
    return System2Data(
        batches=batches(taught, training=True),
        validation=batches(validated, training=False),
        questions=Questions(samples(asked, training=False)),
        report=[
            *report.lines(),
            _summary("learned from", table, taught),
            _summary("validated on", table, validated),
        ],
        cameras=learned_cameras(table.sources_of(taught), look_down_only=False),
    )


def _in_rows(drawn: Sequence[Drawn], config: System2DataConfig, pad: int) -> System2Batch:
    """Return conversations as one batch, in rows as the configuration has it."""
    conversations = [one.sample.encoded for one in drawn]
    return packed(conversations) if config.packed else padded(conversations, pad)


class Questions(Sequence[System2Sample]):
    """Samples that are made when they are asked for: their images take tens of megabytes each."""

    def __init__(self, dataset: System2Dataset) -> None:
        self._dataset = dataset

    def __len__(self) -> int:
        return len(self._dataset)

    @overload
    def __getitem__(self, place: int) -> System2Sample: ...

    @overload
    def __getitem__(self, place: slice) -> list[System2Sample]: ...

    def __getitem__(self, place: int | slice) -> System2Sample | list[System2Sample]:
        numbers = range(len(self))[place]
        if isinstance(numbers, range):
            return [self._dataset[number].sample for number in numbers]
        return self._dataset[numbers].sample


def _summary(verb: str, table: SampleTable, numbers: NDArray[np.int64]) -> str:
    kinds = table.kinds()[numbers]
    told = ", ".join(f"{int((kinds == kind).sum())} {kind}" for kind in SampleKind)
    scenes = sorted({source.scene for source in table.sources_of(numbers)})
    return f"{verb}: {len(numbers)} samples ({told}) of {len(scenes)} scenes: {', '.join(scenes)}"
