"""Parts of a scene from a 3D-FRONT house."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.front3d.config import Front3dConfig
from vln_pipeline.scenes.front3d.frame import to_world
from vln_pipeline.scenes.front3d.future import FutureModels, proxy_box
from vln_pipeline.scenes.front3d.house import Furniture, House, Piece
from vln_pipeline.scenes.front3d.looks import Looks
from vln_pipeline.scenes.front3d.thresholds import thresholds
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.objects import part
from vln_pipeline.scenes.scene import Part
from vln_pipeline.scenes.vocabulary import is_structural

_STAND_IN = (0.55, 0.5, 0.45)
"""Colour of boxes that stand in for furniture, linear RGB."""
_ASTRAY = 50.0
"""Furniture farther than this from the building's walls and floors does not belong to it, metres."""


class Assembly:
    """Collects the parts of one house.

    Attributes:
        parts: so far.
        boxes: pieces of furniture that a box stands in for.
        lost: pieces of furniture of which neither model nor size is known, or which were to be skipped.
        stray: names of pieces of furniture that stand nowhere near the building.
    """

    def __init__(self, looks: Looks, models: FutureModels, categories: Categories, config: Front3dConfig) -> None:
        self.parts: list[Part] = []
        self.boxes = self.lost = self._objects = 0
        self.stray: list[str] = []
        self._bounds: NDArray[np.float64] | None = None
        self._looks, self._models, self._categories, self._config = looks, models, categories, config
        self._instances: dict[tuple[str, str], int] = {}

    def add(self, house: House) -> None:
        """Add a house: building, thresholds, furniture.

        Raises:
            DataError: a model cannot be read.
        """
        self._bounds = _bounds(house)
        for room in house.rooms:
            for piece in room.pieces:
                self._add_piece(piece, room.name)
            for furniture in room.furniture:
                self._add_furniture(furniture, room.name)
        if self._config.threshold > 0:
            self._add_thresholds([p for room in house.rooms for p in room.pieces if p.kind == "Floor"])

    def defects(self) -> list[str]:
        """Return what a scene should tell of its furniture."""
        told = (
            (self.boxes, "pieces of furniture are boxes of their size: their models are missing"),
            (self.lost, "pieces of furniture left out: neither model nor size"),
        )
        far = f"furniture left out, it lies more than {_ASTRAY:.0f} m away: {', '.join(self.stray[:5])}"
        return [f"{count} {text}" for count, text in told if count] + ([far] if self.stray else [])

    def _add_piece(self, piece: Piece, room: str) -> None:
        category = self._categories(piece.kind)
        # A room's walls are one object; what is built in is one each.
        instance = self._instance(room, category) if is_structural(category) else self._next()
        surface = Surface(
            path=(piece.kind,),
            node=(0,),
            vertices=to_world(piece.vertices),
            faces=piece.faces,
            material=self._looks.index(piece.material),
            uv=self._looks.uv(piece.material, piece.uv),
        )
        self.parts.append(part(surface, f"{room} {piece.kind or 'piece'}", category, instance, room))

    def _add_furniture(self, furniture: Furniture, room: str) -> None:
        names = self._models.names(furniture)
        surfaces = self._models.place(furniture)
        if surfaces is None and self._config.missing_model == "box":
            surfaces = proxy_box(furniture, self._looks, _STAND_IN)
            self.boxes += surfaces is not None
        if surfaces is None:
            self.lost += 1
            return
        if not self._belongs(surfaces):
            self.stray.append(names[0] if names else "furniture")
            return
        category, instance = self._categories(*names), self._next()
        name = f"{names[0] if names else 'furniture'}_{instance}"
        self.parts += [part(surface, name, category, instance, room) for surface in surfaces]

    def _belongs(self, surfaces: Sequence[Surface]) -> bool:
        """Return whether a piece stands in or near the building, which a damaged position or scale denies."""
        if self._bounds is None:
            return True
        with np.errstate(invalid="ignore"):
            return all(
                bool(np.all((s.vertices >= self._bounds[0] - _ASTRAY) & (s.vertices <= self._bounds[1] + _ASTRAY)))
                for s in surfaces
            )

    def _add_thresholds(self, floors: Sequence[Piece]) -> None:
        world = [(to_world(p.vertices), _sound(p)) for p in floors]
        for vertices, faces in thresholds(world, self._config.threshold):
            material = self._looks.index(floors[0].material)
            surface = Surface(("threshold",), (0,), vertices, faces, material)
            self.parts.append(part(surface, "threshold", "floor", self._instance("", "threshold")))

    def _instance(self, room: str, kind: str) -> int:
        if (room, kind) not in self._instances:
            self._instances[room, kind] = self._next()
        return self._instances[room, kind]

    def _next(self) -> int:
        self._objects += 1
        return self._objects


def _bounds(house: House) -> NDArray[np.float64] | None:
    """Return the (2, 3) lowest and highest corner of a house's building in our world, or None where it has none."""
    points = np.concatenate([np.empty((0, 3)), *(to_world(p.vertices) for room in house.rooms for p in room.pieces)])
    points = points[np.isfinite(points).all(axis=1)]
    return np.stack([points.min(axis=0), points.max(axis=0)]) if len(points) else None


def _sound(piece: Piece) -> NDArray[np.int64]:
    """Return the faces whose vertices exist."""
    inside = np.all((piece.faces >= 0) & (piece.faces < len(piece.vertices)), axis=1)
    return piece.faces[inside]
