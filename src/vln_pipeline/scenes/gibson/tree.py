"""Where the files of Gibson's scenes lie."""

from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder

_PARTITIONS = ("tiny", "medium", "full", "full+")


@dataclass(frozen=True)
class SceneFiles:
    """One building; what is missing is None.

    Attributes:
        glb: mesh for Habitat.
        obj: mesh of Gibson and iGibson, z up.
        scn: objects and rooms.
        ids: object of each face of the OBJ file.
        ply: mesh whose faces bear objects.
        npz: what scn and ids are made from.
        navmesh: where Habitat's agents may walk.
    """

    glb: Path | None
    obj: Path | None
    scn: Path | None
    ids: Path | None
    ply: Path | None
    npz: Path | None
    navmesh: Path | None


def names(folder: Folder) -> list[str]:
    """Return the buildings in a folder."""
    marks = [*folder.glob("*.glb"), *folder.glob("*.scn")]
    return sorted({f.stem for f in marks} | {f.parent.name for f in folder.glob("*/mesh_z_up.obj")})


def candidates(name: str) -> dict[str, tuple[str, ...]]:
    """Return where each file of a building may lie: at the root (Habitat) or in a folder of its name (Gibson)."""
    places = (name, f"{name}/{name}")
    graphs = ("", f"{name}/", "verified_graph/", "automated_graph/")
    return {
        "glb": tuple(f"{place}.glb" for place in places),
        "obj": (f"{name}/mesh_z_up.obj",),
        "scn": tuple(f"{place}.scn" for place in places),
        "ids": tuple(f"{place}.ids" for place in places),
        "ply": tuple(f"{place}_semantic.ply" for place in places),
        "npz": tuple(f"{place}3DSceneGraph_{name}.npz" for place in graphs),
        "navmesh": tuple(f"{place}.navmesh" for place in places),
    }


def files(folder: Folder, name: str) -> SceneFiles:
    """Return the files of a building.

    Raises:
        DataError: a link leads out of the folder.
    """
    found = {kind: [f for p in places if (f := folder.find(p))] for kind, places in candidates(name).items()}
    return SceneFiles(**{kind: next(iter(paths), None) for kind, paths in found.items()})


def splits(folder: Folder) -> dict[str, tuple[str, ...]]:
    """Return the splits of each building from Gibson's ``data.json``, for instance "tiny_train".

    Raises:
        DataError: it cannot be read.
    """
    file = folder.find("data.json")
    if file is None:
        return {}
    told = folder.any_json(file)
    try:
        return {
            str(entry["id"]): tuple(
                f"{p}_{entry[f'split_{p}']}" for p in _PARTITIONS if entry.get(f"split_{p}") not in (None, "none")
            )
            for entry in told
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError("data.json", f"cannot be read ({type(error).__name__})", "download it again") from error
