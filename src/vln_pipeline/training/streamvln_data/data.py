"""Everything that one training of StreamVLN learns from and is validated on."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.conversation import Dialogue
from vln_pipeline.models.streamvln.load import StreamVlnParts
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.seeding import generator
from vln_pipeline.training.grouped_order import GroupedOrder
from vln_pipeline.training.hold_out import divided
from vln_pipeline.training.numbered_batches import NumberedBatches
from vln_pipeline.training.sample_order import BatchOrder, SampleOrder
from vln_pipeline.training.streamvln_batch import StreamVlnBatch, StreamVlnData, padded
from vln_pipeline.training.streamvln_data.co_training import co_training_tasks
from vln_pipeline.training.streamvln_data.config import StreamVlnDataConfig
from vln_pipeline.training.streamvln_data.dataset import Drawn, StreamVlnDataset
from vln_pipeline.training.streamvln_data.navigation import Navigation
from vln_pipeline.training.streamvln_data.task import Task
from vln_pipeline.training.streamvln_data.windows import Windows, read_windows
from vln_pipeline.training.system2_data.mix import parse_mix


def open_data(
    config: StreamVlnDataConfig,
    own: Sequence[Path],
    parts: StreamVlnParts,
    *,
    run_seed: int,
    seed: int,
    batch_size: int,
    batches_of_step: int,
    workers: int,
    validation_share: float,
) -> StreamVlnData:
    """Return the data of one training.

    Frames of walks are altered and introduced at random; validation shows and asks what an agent would, of walks only.

    Args:
        config: what is learned from, and how samples are made of it.
        own: folders of this run's exports.
        parts: the model, and what it is shown and asked.
        run_seed: of the choice of scenes that are held out, and of what is drawn of the mixes.
        seed: of the order and of all other draws.
        batch_size: samples in a batch.
        batches_of_step: batches of one step, of all processes.
        workers: processes that make batches; 0 for the calling one.
        validation_share: share of the scenes that only validation sees.

    Raises:
        DataError: a parameter, a folder or too many samples cannot be used.
    """
    windows, read = read_windows(config, own, parts.dialogue.window)
    scenes = [source.scene for source in windows.sources]
    learned, held = divided(scenes, windows.origin, windows.episodes, validation_share, run_seed)
    processor = Processor(
        parts.tokenizer, parts.model.shape, parts.dialogue.max_length, format_too=config.taught == "chat_format_too"
    )
    dialogue, pad_token = Dialogue(parts.prompts), int(parts.tokenizer.pad_token_id)

    def walks(numbers: NDArray[np.int64], *, training: bool) -> Navigation:
        altered = config.augmentation if training else None
        return Navigation(windows, numbers, processor, dialogue, parts.dialogue, altered, leads=training)

    def batches(tasks: Sequence[Task], order: BatchOrder, workers: int) -> NumberedBatches[Drawn, StreamVlnBatch]:
        dataset = StreamVlnDataset(tasks, processor, seed)
        return NumberedBatches(dataset, order, partial(_in_rows, pad=pad_token), _name, workers)

    taught, validated = (_mixed(windows, numbers, config, run_seed) for numbers in (learned, held))
    tasks = [walks(taught, training=True), *co_training_tasks(config, processor, parts.prompts, run_seed)]
    sizes = {task.name: len(task) for task in tasks}
    order: BatchOrder = SampleOrder(sum(sizes.values()), batch_size, seed)
    if config.group_by_task and len(tasks) > 1:
        order = GroupedOrder(sizes, batch_size, batches_of_step, seed)
    return StreamVlnData(
        batches=batches(tasks, order, workers),
        validation=batches([walks(validated, training=False)], SampleOrder(len(validated), batch_size, seed), 0),
        report=[
            *read.lines(),
            f"learned from: {', '.join(f'{size} samples of {name}' for name, size in sizes.items())}",
            f"walks of {_scenes(windows, taught)}",
            f"validated on: {len(validated)} samples of walks of {_scenes(windows, validated)}",
        ],
    )


def _mixed(windows: Windows, numbers: NDArray[np.int64], config: StreamVlnDataConfig, seed: int) -> NDArray[np.int64]:
    """Return the mix's share of each recording's windows, sorted.

    Raises:
        DataError: none is left.
    """
    names = np.array([source.name for source in windows.sources])[windows.origin[numbers]]
    chosen = []
    for part in parse_mix(config.mix, config.recordings):
        own = numbers[names == part.name]
        drawn = generator(seed, "streamvln_data", "share", part.name).permutation(len(own))
        chosen.append(own[drawn[: int(len(own) * part.share)]])
    found = np.sort(np.concatenate(chosen))
    if not len(found):
        raise DataError(f"data.mix {config.mix}", "no sample is left", "raise the percentages, or give more episodes")
    return found


def _in_rows(drawn: Sequence[Drawn], pad: int) -> StreamVlnBatch:
    return padded([one.encoded for one in drawn], pad)


def _name(drawn: Drawn) -> str:
    return drawn.name


def _scenes(windows: Windows, numbers: NDArray[np.int64]) -> str:
    scenes = sorted({windows.sources[origin].scene for origin in np.unique(windows.origin[numbers]).tolist()})
    return f"{len(scenes)} scenes: {', '.join(scenes)}"
