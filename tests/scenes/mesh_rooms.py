"""A furnished room of known size, in every format, and glTF documents written by hand."""

import io
import json
import struct
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image

from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.source import MeshSource
from vln_pipeline.scenes.scene import Scene

SIZE = (6.0, 5.0, 2.7)
Z_TO_Y_UP = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


def load(path: Path, **options) -> Scene:
    """Load the only scene of a path."""
    source = MeshSource(MeshConfig(path=str(path), **options))
    (ref,) = source.discover()
    return source.load(ref)


def picture(width: int = 8, height: int = 4) -> Image.Image:
    """An image whose pixels all differ."""
    red, green = np.meshgrid(np.arange(width) * 20 + 10, np.arange(height) * 40 + 5)
    return Image.fromarray(np.stack([red, green, np.full_like(red, 77)], axis=2).astype(np.uint8))


def box(low, high) -> trimesh.Trimesh:
    mesh = trimesh.creation.box(bounds=[low, high])
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)


def room(textured: bool = True) -> dict[str, trimesh.Trimesh]:
    """Z up, metres: slabs inside 6 x 5 x 2.7 m, a chair and a table whose top is textured."""
    x, y, z = SIZE
    parts = {
        "House_Floor_01": box((0, 0, -0.1), (x, y, 0)),
        "Wall_01": box((0, 0, 0), (0.1, y, z)),
        "Wall_02": box((x - 0.1, 0, 0), (x, y, z)),
        "Wall_03": box((0, 0, 0), (x, 0.1, z)),
        "Wall_04": box((0, y - 0.1, 0), (x, y, z)),
        "Ceiling": box((0, 0, z), (x, y, z + 0.1)),
        "SM_Kitchen_Chair_02.003": box((1, 1, 0), (1.5, 1.5, 0.9)),
    }
    table = trimesh.Trimesh(
        [[2, 2, 0.75], [4, 2, 0.75], [4, 3, 0.75], [2, 3, 0.75]], [[0, 1, 2], [0, 2, 3]], process=False
    )
    if textured:
        uv = [[0, 0], [1, 0], [1, 1], [0, 1]]
        look = trimesh.visual.material.PBRMaterial(name="oak", baseColorTexture=picture())
        table.visual = trimesh.visual.TextureVisuals(uv=uv, material=look)
    return parts | {"DiningTable": table}


def as_scene(parts: dict[str, trimesh.Trimesh], matrix: np.ndarray) -> trimesh.Scene:
    scene = trimesh.Scene()
    for name, mesh in parts.items():
        scene.add_geometry(mesh, node_name=name, geom_name=name, transform=matrix)
    return scene


def write_glb(path: Path, matrix: np.ndarray = Z_TO_Y_UP, textured: bool = True) -> Path:
    path.write_bytes(as_scene(room(textured), matrix).export(file_type="glb"))
    return path


def write_obj(folder: Path, unit: float = 1.0, texture: str | None = "oak.png", kd: str = "0.2 0.4 0.6") -> Path:
    """Y up, with an MTL file and a texture, in units of ``unit`` metres."""
    lines, count = ["mtllib room.mtl"], 0
    for name, mesh in room(textured=False).items():
        lines.append(f"o {name}")
        points = mesh.vertices[:, [0, 2, 1]] * [1, 1, -1] / unit
        lines += [f"v {p[0]:.6f} {p[1]:.6f} {p[2]:.6f}" for p in points]
        if name == "DiningTable":
            lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1", "usemtl oak"]
            lines += ["f " + " ".join(f"{i + count + 1}/{i + 1}" for i in range(4))]
        else:
            lines += ["usemtl paint"] + ["f " + " ".join(str(i + count + 1) for i in f) for f in mesh.faces]
        count += len(points)
    (folder / "room.obj").write_text("\n".join(lines) + "\n")
    mtl = f"newmtl paint\nKd {kd}\nd 0.5\nnewmtl oak\nKd 0 0 0\n" + (f"map_Kd {texture}\n" if texture else "")
    (folder / "room.mtl").write_text(mtl)
    picture().save(folder / "oak.png")
    return folder / "room.obj"


def glb(document: dict, binary: bytes = b"") -> bytes:
    """Pack a GLB container."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<2I", len(text), 0x4E4F534A) + text
    if binary:
        chunks += struct.pack("<2I", len(binary), 0x004E4942) + binary
    return struct.pack("<4s2I", b"glTF", 2, 12 + len(chunks)) + chunks


COMPONENTS = {"float32": 5126, "int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125}


class Builder:
    """Collects arrays for a glTF document written by hand."""

    def __init__(self) -> None:
        self.document: dict = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], "buffers": []}
        self.binary = b""

    def view(self, data: bytes) -> int:
        self.document["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data + b"\0" * (-len(data) % 4)
        return len(self.document["bufferViews"]) - 1

    def accessor(self, array: np.ndarray, **more) -> int:
        shape = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}[1 if array.ndim == 1 else array.shape[1]]
        entry = {"bufferView": self.view(array.tobytes()), "componentType": COMPONENTS[array.dtype.name]}
        self.document["accessors"].append({**entry, "count": len(array), "type": shape, **more})
        return len(self.document["accessors"]) - 1

    def image(self, image: Image.Image) -> int:
        stream = io.BytesIO()
        image.save(stream, "PNG")
        images = self.document.setdefault("images", [])
        images.append({"bufferView": self.view(stream.getvalue()), "mimeType": "image/png"})
        self.document.setdefault("textures", []).append({"source": len(images) - 1})
        return len(self.document["textures"]) - 1

    def bytes(self) -> bytes:
        self.document["buffers"] = [{"byteLength": len(self.binary)}]
        return glb(self.document, self.binary)


def square(edge: float = 6.0) -> np.ndarray:
    """(4, 3) corners of a floor in glTF's frame, anti-clockwise from above."""
    return np.array([[0, 0, 0], [0, 0, edge], [edge, 0, edge], [edge, 0, 0]], dtype=np.float32)
