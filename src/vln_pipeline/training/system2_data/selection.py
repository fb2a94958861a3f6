"""Which of all samples are learned from, and which are validated on."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.seeding import generator
from vln_pipeline.training.hold_out import divided
from vln_pipeline.training.system2_batch import SampleKind
from vln_pipeline.training.system2_data.config import KindShares, System2DataConfig
from vln_pipeline.training.system2_data.mix import parse_mix
from vln_pipeline.training.system2_data.sample_table import SampleTable


def hold_out(table: SampleTable, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return numbers of samples, (n,) to learn from and (m,) to validate on; see ``divided``.

    Raises:
        DataError: there is a single episode.
    """
    scenes = [source.scene for source in table.sources]
    return divided(scenes, table.origin, table.rows["episode"].to_numpy(), share, seed)


def balanced(numbers: NDArray[np.int64], kinds: NDArray[np.str_], shares: KindShares, seed: int) -> NDArray[np.int64]:
    """Return samples in which the kinds have their shares: every pixel goal once, the others as often as that takes.

    Where there is no pixel goal, about as many samples as before. A kind that walks do not have stays without samples.

    Args:
        numbers: (n,) samples, sorted.
        kinds: (n,) their kinds.
        shares: of the kinds.
        seed: of which samples are taken once more than others.
    """
    goals = numbers[kinds == SampleKind.PIXEL]
    total = len(goals) / shares.pixel if len(goals) else len(numbers)
    chosen = [goals]
    for kind, share in ((SampleKind.TURN, shares.turn), (SampleKind.STOP, shares.stop)):
        own = numbers[kinds == kind]
        wanted = round(total * share) if len(own) else 0
        drawn = generator(seed, "system2_data", "balance", kind.name).permutation(own)
        chosen.append(np.resize(drawn, wanted) if wanted else own[:0])
    return np.sort(np.concatenate(chosen))


def mixed(table: SampleTable, numbers: NDArray[np.int64], config: System2DataConfig, seed: int) -> NDArray[np.int64]:
    """Return the samples of an epoch: stops as often as they are repeated, of each recording the mix's share.

    The same seed gives the same samples, whichever process asks.

    Args:
        table: all samples.
        numbers: (n,) those to choose from, sorted.
        config: the mix.
        seed: of the choice.

    Returns:
        (m,) numbers of samples, sorted.

    Raises:
        DataError: none is left.
    """
    kinds = table.kinds()[numbers]
    if config.pixel_goal_only:
        repeated = numbers[kinds == SampleKind.PIXEL]
    elif config.shares is not None:
        repeated = balanced(numbers, kinds, config.shares, seed)
    else:
        repeated = np.repeat(numbers, np.where(kinds == SampleKind.STOP, config.stop_repeats, 1))
    chosen = []
    for part in parse_mix(config.mix, config.recordings):
        sources = [place for place, source in enumerate(table.sources) if source.name == part.name]
        own = repeated[np.isin(table.origin[repeated], sources)]
        drawn = generator(seed, "system2_data", "share", part.name).permutation(len(own))[: int(len(own) * part.share)]
        chosen.append(own[np.sort(drawn)])
    found = np.concatenate(chosen)
    if not len(found):
        raise DataError(f"data.mix {config.mix}", "no sample is left", "raise the percentages, or give more episodes")
    return np.sort(found)
