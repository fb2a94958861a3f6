"""Navigation maps on disk: one npz of arrays per floor and a small json, no pickle.

<directory>/map.json       scene, radius, each floor's height, cell and origin, and what was left out
<directory>/floor_0.npz    esdf, ground, navigable, room
"""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.planning.navigation_map import FloorMap, LeftOut, NavigationMap

_ARRAYS = {"esdf": np.float32, "ground": np.float32, "navigable": np.bool_, "room": np.int16}


def write(nav: NavigationMap, directory: Path) -> None:
    """Write a map; the same map gives the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    floors = [{"height": f.height, "cell": f.cell, "origin": [float(v) for v in f.origin]} for f in nav.floors]
    left_out = [asdict(place) for place in nav.left_out]
    record = {"scene": nav.scene, "radius": nav.radius, "floors": floors, "left_out": left_out}
    (directory / "map.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for floor in nav.floors:
        arrays = {name: getattr(floor, name).astype(dtype, copy=False) for name, dtype in _ARRAYS.items()}
        np.savez_compressed(directory / f"floor_{floor.index}.npz", allow_pickle=False, **arrays)


def read(directory: Path) -> NavigationMap:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or is not part of a map.
    """
    try:
        record = json.loads((directory / "map.json").read_text(encoding="utf-8"))
        floors = tuple(_read_floor(directory, index, entry) for index, entry in enumerate(record["floors"]))
        left_out = tuple(LeftOut(**place) for place in record["left_out"])
        return NavigationMap(str(record["scene"]), floors, float(record["radius"]), left_out)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        cause = f"not a readable navigation map ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run the esdf stage again") from error


def _read_floor(directory: Path, index: int, entry: dict[str, object]) -> FloorMap:
    with np.load(directory / f"floor_{index}.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(dtype, copy=False) for name, dtype in _ARRAYS.items()}
    if len({array.shape for array in arrays.values()}) != 1:
        raise ValueError(f"the arrays of floor {index} differ in shape")
    origin = np.asarray(entry["origin"], dtype=np.float64)
    return FloorMap(index, float(str(entry["height"])), float(str(entry["cell"])), origin, **arrays)
