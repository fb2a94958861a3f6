"""Slices of a scene's walks, as they are filmed: ``<scene>.<number>``."""

from vln_pipeline.datasets.item import Item


def scene_of_slice(key: str) -> str:
    """Return the key of the walks that a slice is of."""
    return key.rpartition(".")[0]


def by_scene(slices: dict[str, Item]) -> dict[str, list[Item]]:
    """Return the slices of each scene, in order."""
    found: dict[str, list[Item]] = {}
    for key, item in slices.items():
        found.setdefault(scene_of_slice(key), []).append(item)
    return found
