"""Scenes by the names that episodes give them."""

import re
from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def scene_of(path: str) -> str:
    """Return a scene's name: the stem of its file, up to the first dot.

    Raises:
        ValueError: it is no name of a scene.

    >>> scene_of("hm3d/00000-kfPV7w3FaU5/kfPV7w3FaU5.basis.glb")
    'kfPV7w3FaU5'
    """
    name = path.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    if not _NAME.fullmatch(name):
        raise ValueError(f"scene {path[:80]!r} has no name to find it by")
    return name


def matched(names: Iterable[str], scenes: Iterable[str]) -> dict[str, str]:
    """Return the id of the scene of each name that there is one for, in order of names.

    A scene of HM3D is called by the second half of its folder.

    >>> matched(["kfPV7w3FaU5", "17DRP5sb8fy"], ["00000-kfPV7w3FaU5"])
    {'kfPV7w3FaU5': '00000-kfPV7w3FaU5'}
    """
    by_name: dict[str, str] = {}
    for scene in scenes:
        number, _, rest = scene.partition("-")
        by_name[scene] = scene
        if number.isdecimal() and rest:
            by_name.setdefault(rest, scene)
    return {name: by_name[name] for name in sorted(set(names)) if name in by_name}
