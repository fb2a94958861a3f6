"""Which samples only validation sees."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scene_split import held_out


def divided(
    scenes: Sequence[str], origin: NDArray[np.int64], episodes: NDArray[np.int64], share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide samples into those to learn from and those to validate on, whole scenes at a time.

    Several sources of one scene are one scene. Of a single scene, episodes are held out.

    Args:
        scenes: scene of each source.
        origin: (n,) source of each sample.
        episodes: (n,) episode of each sample in its source.
        share: of the scenes that is held out; at least one is.
        seed: of the choice.

    Returns:
        Numbers of samples, sorted, (n,) to learn from and (m,) to validate on.

    Raises:
        DataError: there is a single episode.
    """
    names, number = np.unique(list(scenes), return_inverse=True)
    groups = number[origin]
    named = {int(group): str(names[group]) for group in np.unique(groups)}
    if len(named) == 1:
        (scene,) = named.values()
        groups = episodes
        named = {int(group): f"{scene}/{group}" for group in np.unique(groups)}
    held = held_out(named.values(), share, seed)
    if not held:
        scene = scenes[origin[0]]
        raise DataError(scene, "one episode cannot be learned from and validated on", "give more episodes")
    kept = np.isin(groups, [group for group, name in named.items() if name in held])
    return np.flatnonzero(~kept), np.flatnonzero(kept)
