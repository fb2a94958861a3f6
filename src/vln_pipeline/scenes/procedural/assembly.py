"""Collects models and surfaces into the parts, materials and instances of a scene."""

import numpy as np

from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.palette import Palette
from vln_pipeline.scenes.procedural.solids import Solid
from vln_pipeline.scenes.scene import Material, Part


class Assembly:
    """Grows a scene object by object.

    Attributes:
        parts: in the order they were added.
        materials: in the order they were first used.
    """

    def __init__(self, palette: Palette) -> None:
        self.parts: list[Part] = []
        self.materials: list[Material] = []
        self._palette = palette
        self._index: dict[str, int] = {}
        self._instances = 0

    def add(self, thing: Model, pose: Pose, room: str | None) -> None:
        """Stand a model in the world as a new instance."""
        self._instances += 1
        name = f"{thing.category.replace(' ', '_')}_{self._instances}"
        for role, solid in thing.pieces:
            self._part(name, role, solid.turned(pose.yaw).moved(pose.x, pose.y, pose.z), thing.category, room)

    def _part(self, name: str, role: str, solid: Solid, category: str, room: str | None) -> None:
        finish = self._palette.finish(role)
        if role not in self._index:
            self._index[role] = len(self.materials)
            self.materials.append(finish.material)
        self.parts.append(
            Part(
                name=f"{name}.{role.replace(' ', '_')}",
                vertices=np.ascontiguousarray(solid.vertices),
                faces=np.ascontiguousarray(solid.faces),
                material=self._index[role],
                category=category,
                instance=self._instances,
                uv=(solid.uv / finish.metres).astype(np.float32),
                room=room,
            )
        )
