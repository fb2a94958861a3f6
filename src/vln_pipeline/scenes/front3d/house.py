"""A house of 3D-FRONT: its JSON file, taken apart and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.front3d.box_size import box_size
from vln_pipeline.scenes.front3d.frame import numbers, rotation_xyzw
from vln_pipeline.scenes.published.folder import Folder


@dataclass(frozen=True)
class Piece:
    """A piece of the building, in the house's frame.

    Attributes:
        kind: for instance "WallInner"; may be empty.
        vertices: (V, 3) metres.
        faces: (F, 3).
        uv: (V, 2) or None.
        material: uid of its material.
    """

    kind: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    uv: NDArray[np.float32] | None
    material: str


@dataclass(frozen=True)
class Furniture:
    """Something that stands in a room.

    Attributes:
        model: id of its 3D-FUTURE model.
        names: categories from fine to coarse; may be empty.
        size: (3,) width, height, depth in metres, or None where the house does not tell.
        position: (3,) of the middle of its foot, metres.
        rotation: (3, 3).
        scale: (3,); a negative one mirrors.
    """

    model: str
    names: tuple[str, ...]
    size: NDArray[np.float64] | None
    position: NDArray[np.float64]
    rotation: NDArray[np.float64]
    scale: NDArray[np.float64]


@dataclass(frozen=True)
class FrontRoom:
    """A room.

    Attributes:
        name: unique in its house, for instance "LivingDiningRoom-3474".
        kind: for instance "LivingDiningRoom".
        pieces: of the building.
        furniture: what stands in it.
    """

    name: str
    kind: str
    pieces: tuple[Piece, ...]
    furniture: tuple[Furniture, ...]


@dataclass(frozen=True)
class Look:
    """A material.

    Attributes:
        texture: id of its texture, may be empty.
        color: (4,) sRGB and opacity, 0 to 255.
        uv: (2, 2) what texture coordinates are multiplied by.
    """

    texture: str
    color: NDArray[np.float64]
    uv: NDArray[np.float64]


@dataclass(frozen=True)
class House:
    """A house.

    Attributes:
        rooms: in file order.
        looks: materials by uid.
    """

    rooms: tuple[FrontRoom, ...]
    looks: dict[str, Look]


def read(folder: Folder, file: Path) -> House:
    """Read a house.

    Children that refer to nothing, and furniture that is not marked as valid (doors, windows and fixtures, whose models
    are not distributed), are left out.

    Raises:
        DataError: the file is a stub without scene, or a record cannot be read.
    """
    document = folder.json(file)
    name = folder.name(file)
    if "scene" not in document:
        raise DataError(name, "is a stub: it has furniture but no scene", "leave it out by scenes.front3d.scenes")
    try:
        pieces = {str(m["uid"]): m for m in document.get("mesh", [])}
        records = {str(f["uid"]): f for f in document.get("furniture", []) if f.get("valid") is True}
        rooms = tuple(_room(room, pieces, records) for room in document["scene"]["room"])
        looks = {str(m["uid"]): _look(m) for m in document.get("material", [])}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        cause = f"a record cannot be read ({type(error).__name__}: {str(error)[:100]})"
        raise DataError(name, cause, "download it again") from error
    return House(rooms, looks)


def _room(room: dict[str, Any], meshes: dict[str, Any], records: dict[str, Any]) -> FrontRoom:
    children: Sequence[dict[str, Any]] = room.get("children", [])
    return FrontRoom(
        name=str(room.get("instanceid") or room.get("type", "")),
        kind=str(room.get("type", "")),
        # Children that are meshes always stand as they are; their transforms are identities.
        pieces=tuple(_piece(meshes[str(c.get("ref"))]) for c in children if str(c.get("ref")) in meshes),
        furniture=tuple(_furniture(c, records[str(c.get("ref"))]) for c in children if str(c.get("ref")) in records),
    )


def _piece(mesh: dict[str, Any]) -> Piece:
    vertices = np.array(mesh["xyz"], dtype=np.float64)
    faces = np.array(mesh["faces"], dtype=np.int64)
    uv = np.array(mesh.get("uv") or [], dtype=np.float32)
    count = len(vertices) // 3
    if vertices.ndim != 1 or faces.ndim != 1 or len(vertices) % 3 or len(faces) % 3:
        raise ValueError(f"mesh {mesh['uid']} has no whole triangles")
    whole = uv.ndim == 1 and len(uv) == 2 * count
    return Piece(
        kind=str(mesh.get("type") or ""),
        vertices=vertices.reshape(-1, 3),
        faces=_wound(vertices.reshape(-1, 3), faces.reshape(-1, 3), mesh.get("normal")),
        uv=uv.reshape(-1, 2) if whole else None,
        material=str(mesh.get("material") or ""),
    )


def _wound(vertices: NDArray[np.float64], faces: NDArray[np.int64], normals: Any) -> NDArray[np.int64]:
    """Return the faces wound as the normals of their vertices say; one in fifteen is not."""
    told = np.array(normals or [], dtype=np.float64)
    if told.shape != (vertices.size,) or not len(faces) or faces.min() < 0 or faces.max() >= len(vertices):
        return faces
    corners = vertices[faces]
    with np.errstate(invalid="ignore", over="ignore"):
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        against = np.vecdot(across, told.reshape(-1, 3)[faces].sum(axis=1)) < 0
    return np.where(against[:, None], faces[:, ::-1], faces)


def _furniture(child: dict[str, Any], record: dict[str, Any]) -> Furniture:
    # A title is "coarse/fine"; blanks around the stroke part words for one thing.
    title, category = str(record.get("title") or ""), str(record.get("category") or "")
    coarse, stroke, fine = title.partition("/")
    halved = bool(stroke) and not coarse.endswith(" ")
    names = dict.fromkeys((fine, category, title, coarse) if halved else (category, title))
    return Furniture(
        model=str(child.get("replace_jid") or record.get("jid") or ""),
        names=tuple(name for name in names if name),
        size=box_size(record, child),
        position=numbers(child["pos"], 3),
        rotation=rotation_xyzw(child["rot"]),
        scale=numbers(child["scale"], 3),
    )


def _look(material: dict[str, Any]) -> Look:
    color = np.array(material.get("color") or (204, 204, 204, 255), dtype=np.float64)
    if color.shape != (4,) or not np.isfinite(color).all():
        raise ValueError(f"colour of material {material['uid']}")
    turn = np.array(material.get("UVTransform") or np.eye(3), dtype=np.float64).reshape(-1)
    side = int(np.sqrt(len(turn)))
    square = turn.reshape(side, side)[:2, :2] if side * side == len(turn) and side >= 2 else np.eye(2)
    if not np.isfinite(square).all():
        raise ValueError(f"UVTransform of material {material['uid']}")
    return Look(str(material.get("jid") or ""), color, square)
