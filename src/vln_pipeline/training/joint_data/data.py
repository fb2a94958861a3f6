"""Everything that one training on latent plans learns from and is validated on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.load import System2Parts
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint_batch import JointBatch, JointData, JointSample, collate
from vln_pipeline.training.joint_data.dataset import JointDataset
from vln_pipeline.training.loop import SkippingBatches
from vln_pipeline.training.numbered_batches import NumberedBatches
from vln_pipeline.training.sample_order import SampleOrder
from vln_pipeline.training.system2_data.dataset import Drawn
from vln_pipeline.training.system2_data.learned_cameras import learned_cameras
from vln_pipeline.training.system2_data.patches import fast_processor
from vln_pipeline.training.system2_data.sample_index import read_index
from vln_pipeline.training.system2_data.sample_table import SampleTable
from vln_pipeline.training.system2_data.selection import hold_out, mixed


def open_data(
    config: TrainJointConfig,
    own: Sequence[Path],
    parts: System2Parts,
    *,
    size: int,
    count: int,
    run_seed: int,
    seed: int,
    cache: Path,
) -> JointData:
    """Return the data of one training; the scenes held out are those that System 2 was validated on.

    Args:
        config: the parameters.
        own: folders of this run's exports.
        parts: System 2, and what it is shown and asked.
        size: edge of the network's images, pixels.
        count: waypoints that it predicts.
        run_seed: of the choice of scenes that are held out, and of the shares of the mix.
        seed: of the order and of all other draws.
        cache: folder of the tables of samples, which runs may share.

    Raises:
        DataError: a parameter, a folder or too many samples cannot be used.
    """
    rules = config.data.model_copy(update={"pixel_goal_only": True})
    table, report = read_index(rules, own, cache, config.loader_workers)
    processor, dialogue = fast_processor(parts), Dialogue(parts.prompts)

    def batches(numbers: NDArray[np.int64], *, training: bool) -> SkippingBatches[JointBatch]:
        dataset = JointDataset(
            table,
            numbers,
            processor,
            dialogue,
            seed,
            rules.augmentation if training else None,
            leads=training,
            way=config.way,
            size=size,
            count=count,
        )
        order = SampleOrder(len(numbers), config.batch_size, seed)
        workers = config.loader_workers if training else 0
        return NumberedBatches(dataset, order, _collate, lambda drawn: drawn.sample.name, workers)

    divided = hold_out(table, config.validation_share, run_seed)
    taught, validated = (mixed(table, numbers, rules, run_seed) for numbers in divided)
    told = [*report.lines(), _summary("learned from", table, taught), _summary("validated on", table, validated)]
    cameras = learned_cameras(table.sources_of(taught), look_down_only=True)
    return JointData(batches(taught, training=True), batches(validated, training=False), told, cameras)


def _collate(drawn: Sequence[Drawn]) -> JointBatch:
    return collate([one.sample for one in drawn if isinstance(one.sample, JointSample)])


def _summary(verb: str, table: SampleTable, numbers: NDArray[np.int64]) -> str:
    scenes = sorted({source.scene for source in table.sources_of(numbers)})
    return f"{verb}: {len(numbers)} ways to pixel goals of {len(scenes)} scenes: {', '.join(scenes)}"
