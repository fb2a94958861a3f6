"""Everything that one training of a single system learns from, is validated on and judged by."""

from collections.abc import Sequence
from pathlib import Path

from vln_pipeline.models.single_system.config import Shown
from vln_pipeline.models.single_system.words import Words
from vln_pipeline.seeding import generator
from vln_pipeline.training.loop import SkippingBatches
from vln_pipeline.training.numbered_batches import NumberedBatches
from vln_pipeline.training.sample_order import SampleOrder
from vln_pipeline.training.sequence_batch import SequenceBatch, SequenceData, collate
from vln_pipeline.training.sequence_data.config import SequenceDataConfig
from vln_pipeline.training.sequence_data.dataset import Drawn, SequenceDataset
from vln_pipeline.training.sequence_data.walk import SequenceWalk
from vln_pipeline.training.sequence_data.walk_list import Told, divided, read_walks


def open_data(
    config: SequenceDataConfig,
    own: Sequence[Path],
    words: Words,
    shown: Shown,
    *,
    run_seed: int,
    seed: int,
    batch_size: int,
    workers: int,
    validation_share: float,
    questions: int,
) -> SequenceData:
    """Return the data of one training.

    Args:
        config: which walks.
        own: folders of this run's exports.
        words: turns instructions into numbers.
        shown: how the network is shown what there is.
        run_seed: of the choice of scenes that are held out, and of the shares of the mix.
        seed: of the order.
        batch_size: walks in a batch.
        workers: processes that make batches; 0 for the calling one.
        validation_share: share of the scenes that only validation sees.
        questions: walks of the validation by which the network is judged.

    Raises:
        DataError: a parameter, a folder or too many walks cannot be used.
    """
    walks, report = read_walks(config, own)
    learned, held = divided(walks, validation_share, run_seed)

    def batches(told: Sequence[Told], own_workers: int) -> SkippingBatches[SequenceBatch]:
        dataset = SequenceDataset(walks, told, words, shown, seed)
        return NumberedBatches(dataset, SampleOrder(len(told), batch_size, seed), _collate, _name, own_workers)

    asked = generator(run_seed, "sequence_data", "questions").permutation(len(held))[:questions]
    judged = SequenceDataset(walks, [held[place] for place in asked], words, shown, seed)
    return SequenceData(
        batches=batches(learned, workers),
        validation=batches(held, 0),
        questions=[judged[number].sample for number in range(len(judged))],
        report=[
            *report.lines(),
            _summary("learned from", walks, learned),
            _summary("validated on", walks, held),
        ],
    )


def _collate(drawn: Sequence[Drawn]) -> SequenceBatch:
    return collate([one.sample for one in drawn])


def _name(drawn: Drawn) -> str:
    return drawn.sample.name


def _summary(verb: str, walks: Sequence[SequenceWalk], told: Sequence[Told]) -> str:
    own = [walks[number] for number in sorted({one.walk for one in told})]
    steps = sum(len(walk.actions) for walk in own)
    scenes = sorted({walk.scene for walk in own})
    counts = f"{len(own)} walks of {steps} steps in {len(told)} wordings"
    return f"{verb}: {counts}, of {len(scenes)} scenes: {', '.join(scenes)}"
