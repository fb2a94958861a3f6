"""Where the files of HM3D's scenes lie.

The data set comes in several archives (meshes, meshes for Habitat, annotations), each with a folder a scene, such as
``00800-TEEsavR23oF``. They may be unpacked into one tree ``<split>/<scene>/`` or lie side by side, each in the folder
of its archive, such as ``hm3d-val-semantic-annots-v0.2``.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.scenes.published.folder import Folder

_SCENE = re.compile(r"\d{5}-[A-Za-z0-9]{11}")
_SPLIT = re.compile(r"(?:^|[-_])(train|val|minival|test|example)(?:[-_]|$)")


@dataclass(frozen=True)
class SceneFiles:
    """One scene.

    Attributes:
        name: of its folder.
        split: the part of the data set that it belongs to, empty where no folder tells.
        mesh: the textured mesh, or None.
        semantic_mesh: the painted mesh, or None.
        semantic_txt: the list of instances, or None.
        navmesh: where Habitat's agents may walk, or None.
    """

    name: str
    split: str
    mesh: Path | None
    semantic_mesh: Path | None
    semantic_txt: Path | None
    navmesh: Path | None


def scenes(folder: Folder, name: str = "[0-9]*-*") -> list[SceneFiles]:
    """Return every scene of every split, or those with one name.

    Files of one scene and split count together, wherever they lie. The split "minival" repeats scenes of "val".
    """
    places: dict[tuple[str, str], list[Path]] = {}
    for place in [*folder.glob(name), *folder.glob(f"*/{name}"), *folder.glob(f"*/*/{name}")]:
        if place.is_dir() and _SCENE.fullmatch(place.name):
            places.setdefault((place.name, _split_of(folder, place)), []).append(place)
    return [_files(found, name, split) for (name, split), found in sorted(places.items())]


def _files(places: list[Path], name: str, split: str) -> SceneFiles:
    stem = name.partition("-")[2]

    def first(*endings: str) -> Path | None:
        files = (place / f"{stem}{ending}" for ending in endings for place in places)
        return next((f for f in files if f.is_file()), None)

    # The original mesh before the one for Habitat, whose textures need a decoder.
    return SceneFiles(
        name=name,
        split=split,
        mesh=first(".glb", ".basis.glb"),
        semantic_mesh=first(".semantic.glb"),
        semantic_txt=first(".semantic.txt"),
        navmesh=first(".basis.navmesh", ".navmesh"),
    )


def _split_of(folder: Folder, place: Path) -> str:
    for name in reversed(place.relative_to(folder.root).parts[:-1]):
        match = _SPLIT.search(name)
        if match:
            return match[1]
    return ""
