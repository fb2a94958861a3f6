"""A glTF room with one panel, written by hand, whose panel can be made to use any extension."""

import io
from pathlib import Path

import numpy as np
from mesh_rooms import Builder, load
from PIL import Image

from vln_pipeline.scenes.scene import Material, Part, Scene

CORNERS = np.array([[1, 0.5, 2], [3, 0.5, 2], [3, 2, 2], [1, 2, 2]], dtype=np.float32)
"""Of the panel, y up, metres."""
UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], dtype=np.float32)
TRIANGLES = np.array([0, 1, 2, 0, 2, 3], dtype=np.uint16)
RED = np.full((4, 4, 3), (200, 30, 30), dtype=np.uint8)


class Room(Builder):
    """A floor of 6 x 5 m and a panel named "Picture" with a material of its own."""

    def __init__(self) -> None:
        super().__init__()
        floor = np.array([[0, 0, 0], [0, 0, 5], [6, 0, 5], [6, 0, 0]], dtype=np.float32)
        self.primitive: dict = {
            "attributes": {"POSITION": self.accessor(CORNERS), "TEXCOORD_0": self.accessor(UV)},
            "indices": self.accessor(TRIANGLES),
            "material": 0,
        }
        self.node: dict = {"name": "Picture", "mesh": 1}
        self.material: dict = {"pbrMetallicRoughness": {"metallicFactor": 0}}
        ground = {"attributes": {"POSITION": self.accessor(floor)}, "indices": self.accessor(TRIANGLES)}
        self.document |= {
            "meshes": [{"primitives": [ground]}, {"name": "Picture", "primitives": [self.primitive]}],
            "nodes": [{"name": "Floor", "mesh": 0}, self.node],
            "scenes": [{"nodes": [0, 1]}],
            "materials": [self.material],
        }

    def use(self, *names: str, required: bool = True) -> "Room":
        """List extensions as used, and as required."""
        for key in ("extensionsUsed", *(["extensionsRequired"] if required else [])):
            self.document[key] = [*self.document.get(key, []), *names]
        return self

    def texture(self, image: np.ndarray = RED, kind: str = "PNG", extension: str | None = None) -> int:
        """Add an image in a format, by an extension where one is named, and return the texture's index."""
        stream = io.BytesIO()
        Image.fromarray(image).save(stream, kind, **({"lossless": True} if kind == "WEBP" else {}))
        images = self.document.setdefault("images", [])
        images.append({"bufferView": self.view(stream.getvalue()), "mimeType": f"image/{kind.lower()}"})
        source = {"source": len(images) - 1}
        textures = self.document.setdefault("textures", [])
        textures.append({"extensions": {extension: source}} if extension else source)
        return len(textures) - 1

    def write(self, folder: Path) -> Path:
        """Write the file."""
        (folder / "room.glb").write_bytes(self.bytes())
        return folder / "room.glb"

    def load(self, folder: Path, **options) -> Scene:
        """Write the file and load it, metres and y up as they are told."""
        return load(self.write(folder), unit=1.0, up="y", **options)


def pictures(scene: Scene) -> list[Part]:
    """Return the panels of a loaded room."""
    return [part for part in scene.parts if part.category == "picture"]


def look(scene: Scene) -> Material:
    """Return the material of the panel."""
    return scene.materials[pictures(scene)[0].material]


def y_up(part: Part) -> np.ndarray:
    """Return the vertices of a part in the file's frame."""
    x, y, z = part.vertices.T
    return np.stack([x, z, -y], axis=1)
