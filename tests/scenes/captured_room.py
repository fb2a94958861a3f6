"""A furnished room as a splat, and the files that lie beside one."""

import json
import sys
from pathlib import Path

import numpy as np
import trimesh
from boxes import scene_of_boxes
from splat_fixture import standard_ply

from vln_pipeline.scenes.scene import Scene, Splat
from vln_pipeline.scenes.splat.config import SplatConfig
from vln_pipeline.scenes.splat.source import SplatSource

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from sampled_splat import captured, in_frame, sampled

__all__ = ["captured", "in_frame", "sampled"]

SIZE = (5.0, 4.0, 2.5)
CABINET = (3.8, 0.5, 0.0, 4.6, 1.3, 0.9)


def room() -> Scene:
    """5 x 4 x 2.5 m inside slabs of 10 cm, with a cabinet, a shelf on the wall and a bench; no two sides are alike."""
    x, y, z = SIZE
    return scene_of_boxes(
        "room",
        [
            ("floor", (-0.1, -0.1, -0.1, x + 0.1, y + 0.1, 0)),
            ("ceiling", (-0.1, -0.1, z, x + 0.1, y + 0.1, z + 0.1)),
            ("wall", (-0.1, -0.1, 0, 0, y + 0.1, z)),
            ("wall", (x, -0.1, 0, x + 0.1, y + 0.1, z)),
            ("wall", (0, -0.1, 0, x, 0, z)),
            ("wall", (0, y, 0, x, y + 0.1, z)),
            ("cabinet", CABINET),
            ("shelf", (0.5, 3.7, 0, 2.5, 4.0, 1.6)),
            ("bench", (1.2, 0.2, 0, 1.8, 2.2, 0.45)),
        ],
    )


def splat(count: int = 40_000, world_from_splat: np.ndarray | None = None, degree: int = 0) -> Splat:
    found = captured(room(), count, seed=2, degree=degree)
    return found if world_from_splat is None else in_frame(found, world_from_splat)


def write(folder: Path, of: Splat | None = None, name: str = "room.ply") -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_bytes(standard_ply(splat() if of is None else of))
    return folder / name


def write_mesh(file: Path, frame_from_world: np.ndarray | None = None) -> Path:
    mesh = trimesh.Trimesh(room().mesh.vertices, room().mesh.faces, process=False)
    mesh.apply_transform(np.eye(4) if frame_from_world is None else frame_from_world)
    mesh.export(file)
    return file


def write_matrix(file: Path, matrix) -> Path:
    file.write_text(json.dumps(np.asarray(matrix).tolist()))
    return file


def write_labels(file: Path) -> Path:
    x0, y0, z0, x1, y1, z1 = CABINET
    corners = [{"x": x, "y": y, "z": z} for z in (z0, z1) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    file.write_text(json.dumps([{"ins_id": 1, "label": "cabinet", "bounding_box": corners}, {"label": "wall"}]))
    return file


def write_rooms(file: Path, rooms=None) -> Path:
    x, y, z = SIZE
    whole = [{"profile": [[0, 0], [0, y], [x, y], [x, 0]], "room_type": "LivingRoom"}]
    walls = [{"location": [[0, 0], [x, 0]], "thickness": 0.1, "height": z}]
    file.write_text(json.dumps({"rooms": whole if rooms is None else rooms, "walls": walls, "holes": [], "ins": []}))
    return file


def load(file: Path, **options) -> Scene:
    source = SplatSource(SplatConfig(path=str(file), **options))
    (ref,) = source.discover()
    return source.load(ref)
