"""Keeping scenes apart that only validation sees."""

from collections.abc import Sequence
from dataclasses import replace

from vln_pipeline.errors import DataError
from vln_pipeline.scene_split import held_out
from vln_pipeline.training.navdp_data.walk import Walk
from vln_pipeline.training.navdp_data.walk_index import WalkIndex


def hold_out(index: WalkIndex, share: float, seed: int) -> tuple[WalkIndex, WalkIndex]:
    """Divide walks into those to learn from and those to validate on, whole scenes at a time.

    A scene that was filmed by several cameras or lies there in several dialects is one scene. Of a single scene, walks
    are held out.

    Args:
        index: all walks.
        share: of the scenes that is held out; at least one is.
        seed: of the choice.

    Raises:
        DataError: there is a single walk.
    """
    scenes = [scene_of(walk) for walk in index.walks]
    names = scenes if len(set(scenes)) > 1 else [walk.name for walk in index.walks]
    held = held_out(names, share, seed)
    if not held:
        raise DataError(names[0], "one walk cannot be learned from and validated on", "give more walks")
    pairs = list(zip(names, index.walks, strict=True))
    learned = [walk for name, walk in pairs if name not in held]
    return _part(index, learned), _part(index, [walk for name, walk in pairs if name in held])


def scene_of(walk: Walk) -> str:
    """Return the name of a walk's scene."""
    return walk.name.rpartition("/")[0]


def _part(index: WalkIndex, walks: Sequence[Walk]) -> WalkIndex:
    """Return an index of some of the walks, with scenes numbered anew."""
    kept = sorted({walk.scene for walk in walks})
    number = {scene: position for position, scene in enumerate(kept)}
    folders = tuple(index.folders[scene] for scene in kept)
    return WalkIndex(folders, tuple(replace(walk, scene=number[walk.scene]) for walk in walks), index.report)
