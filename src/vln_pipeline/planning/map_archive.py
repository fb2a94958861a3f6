"""Navigation maps on disk: one npz of arrays per floor and a small json, no pickle.

<directory>/map.json       scene, radius, height, cell and origin of each floor, what flights join, what was left out
<directory>/floor_0.npz    esdf, ground, navigable, room; those of flights are numbered after the storeys
"""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.planning.navigation_map import Flight, FloorMap, LeftOut, NavigationMap

_ARRAYS = {"esdf": np.float32, "ground": np.float32, "navigable": np.bool_, "room": np.int16}


def write(nav: NavigationMap, directory: Path) -> None:
    """Write a map; the same map gives the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    floors = [{"height": f.height, "cell": f.cell, "origin": [float(v) for v in f.origin]} for f in nav.maps]
    flights = [
        {"lower": f.lower, "upper": f.upper, "foot": f.foot.tolist(), "head": f.head.tolist()} for f in nav.flights
    ]
    left_out = [asdict(place) for place in nav.left_out]
    record = {"scene": nav.scene, "radius": nav.radius, "floors": floors, "flights": flights, "left_out": left_out}
    (directory / "map.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for floor in nav.maps:
        arrays = {name: getattr(floor, name).astype(dtype, copy=False) for name, dtype in _ARRAYS.items()}
        np.savez_compressed(directory / f"floor_{floor.index}.npz", allow_pickle=False, **arrays)


def read(directory: Path) -> NavigationMap:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or is not part of a map.
    """
    try:
        record = json.loads((directory / "map.json").read_text(encoding="utf-8"))
        maps = tuple(_read_floor(directory, index, entry) for index, entry in enumerate(record["floors"]))
        left_out = tuple(LeftOut(**place) for place in record["left_out"])
        storeys = len(maps) - len(record["flights"])
        if storeys < 1:
            raise ValueError("it has no storey")
        flights = tuple(_flight(e, m, storeys) for e, m in zip(record["flights"], maps[storeys:], strict=True))
        return NavigationMap(str(record["scene"]), maps[:storeys], float(record["radius"]), left_out, flights)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        cause = f"not a readable navigation map ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run the esdf stage again") from error


def _flight(entry: dict[str, Any], floor: FloorMap, storeys: int) -> Flight:
    foot, head = (np.asarray(entry[name], dtype=np.float64) for name in ("foot", "head"))
    lower, upper = int(entry["lower"]), int(entry["upper"])
    if foot.shape != (3,) or head.shape != (3,) or not 0 <= lower < upper < storeys:
        raise ValueError("a flight does not lead from one storey to another")
    return Flight(lower, upper, foot, head, floor)


def _read_floor(directory: Path, index: int, entry: dict[str, object]) -> FloorMap:
    with np.load(directory / f"floor_{index}.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(dtype, copy=False) for name, dtype in _ARRAYS.items()}
    if len({array.shape for array in arrays.values()}) != 1:
        raise ValueError(f"the arrays of floor {index} differ in shape")
    origin = np.asarray(entry["origin"], dtype=np.float64)
    return FloorMap(index, float(str(entry["height"])), float(str(entry["cell"])), origin, **arrays)
