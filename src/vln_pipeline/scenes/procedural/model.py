"""A thing that can be stood somewhere, and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vln_pipeline.scenes.procedural.solids import Array, Solid, join


@dataclass(frozen=True)
class Model:
    """One object in its own frame: x to its left seen from its front, back at y = 0, front towards +y, z up.

    Attributes:
        category: everyday word for it.
        pieces: (role of the finish, solid) pairs; texture coordinates in metres, or in image widths where the role is
            a picture.
    """

    category: str
    pieces: tuple[tuple[str, Solid], ...]

    @cached_property
    def bounds(self) -> Array:
        """(2, 3) lowest and highest corner, metres."""
        every = np.stack([solid.bounds for _, solid in self.pieces])
        return np.stack([every[:, 0].min(axis=0), every[:, 1].max(axis=0)])

    @property
    def size(self) -> tuple[float, float, float]:
        """Width, depth and height of the bounding box, metres."""
        width, depth, height = (self.bounds[1] - self.bounds[0]).tolist()
        return width, depth, height

    def centred(self) -> "Model":
        """Return the model with its back at y = 0 and centred on x = 0, for one that was made about the origin."""
        (x0, y0, _), (x1, _, _) = self.bounds.tolist()
        return Model(self.category, tuple((role, s.moved(-(x0 + x1) / 2, -y0)) for role, s in self.pieces))


def model(category: str, *pieces: tuple[str, Solid | Sequence[Solid]]) -> Model:
    """Return a model of (role, solids) pairs, solids of one role joined."""
    roles: dict[str, list[Solid]] = {}
    for role, solids in pieces:
        roles.setdefault(role, []).extend([solids] if isinstance(solids, Solid) else solids)
    return Model(category, tuple((role, join(solids)) for role, solids in roles.items() if solids))


@dataclass(frozen=True)
class Pose:
    """Where a model's origin stands.

    Attributes:
        x, y, z: metres, in the storey's frame (z above its floor) until the scene is assembled.
        yaw: counter-clockwise from above, radians.
    """

    x: float
    y: float
    z: float = 0.0
    yaw: float = 0.0
