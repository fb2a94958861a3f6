"""A scene as a folder: ``scene.json``, ``geometry.npz``, one PNG per texture and, of Gaussians, ``splat.npz``."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vln_pipeline.errors import DataError
from vln_pipeline.scenes import splat_archive
from vln_pipeline.scenes.scene import Light, Material, Part, Room, Scene

_FORMAT = 2
_SPLAT = "splat.npz"


def write(scene: Scene, directory: Path) -> None:
    """Write a scene into an existing folder; the same scene gives the same bytes."""
    textures = _textures(scene)
    document = {
        "format": _FORMAT,
        "id": scene.id,
        "source": scene.source,
        "licence": scene.licence,
        "origin": scene.origin,
        "defects": scene.defects,
        "decisions": scene.decisions,
        **_document(scene, textures),
    }
    (directory / "scene.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    with (directory / "geometry.npz").open("wb") as file:
        columns = _arrays(scene)
        if scene.walkable is not None:
            columns["walkable"] = scene.walkable
        np.savez(file, allow_pickle=False, **columns)
    if scene.splat is not None:
        splat_archive.write(scene.splat, directory / _SPLAT)
    for index, texture in enumerate(textures):
        Image.fromarray(texture).save(directory / _texture_file(index), compress_level=1)


def read(directory: Path) -> Scene:
    """Read what ``write`` wrote.

    Raises:
        DataError: the folder was written by another version of the format.
    """
    document = _told(directory)
    textures = [np.asarray(Image.open(directory / _texture_file(i))) for i in range(document["textures"])]
    with np.load(directory / "geometry.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    walkable = arrays.pop("walkable", None)
    return Scene(
        id=document["id"],
        parts=tuple(_parts(document["parts"], arrays)),
        materials=tuple(_material(m, textures) for m in document["materials"]),
        lights=tuple(_light(light) for light in document["lights"]),
        rooms=_rooms(document),
        source=document["source"],
        licence=document["licence"],
        origin=document["origin"],
        defects=tuple(document["defects"]),
        decisions=tuple(document["decisions"]),
        walkable=walkable,
        splat=splat_archive.read(directory / _SPLAT) if (directory / _SPLAT).exists() else None,
    )


def read_rooms(directory: Path) -> tuple[Room, ...]:
    """Read the rooms of a scene that ``write`` wrote, and neither its meshes nor its textures.

    Raises:
        DataError: the folder was written by another version of the format.
    """
    return _rooms(_told(directory))


def digest(scene: Scene) -> str:
    """Return 64 hexadecimal digits that name what can be seen and touched in a scene.

    Its id, origin, licence, defects and decisions do not count, so that equal worlds share what is cached for them.
    """
    textures = _textures(scene)
    found = hashlib.sha256(json.dumps(_document(scene, textures), sort_keys=True).encode())
    gaussians = {} if scene.splat is None else splat_archive.columns(scene.splat)
    for array in [*_arrays(scene).values(), *textures, *gaussians.values()]:
        found.update(f"{array.dtype.str}{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _told(directory: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((directory / "scene.json").read_text(encoding="utf-8"))
    if document["format"] != _FORMAT:
        raise DataError(
            str(directory), f"scene archive of format {document['format']}, not {_FORMAT}", "run the scenes stage again"
        )
    return document


def _rooms(document: dict[str, Any]) -> tuple[Room, ...]:
    return tuple(Room(**{**r, "polygon": np.array(r["polygon"], dtype=np.float64)}) for r in document["rooms"])


def _texture_file(index: int) -> str:
    return f"texture_{index:04d}.png"


def _textures(scene: Scene) -> list[NDArray[np.uint8]]:
    """Return the scene's textures; an image that several materials share counts once."""
    return list({id(m.texture): m.texture for m in scene.materials if m.texture is not None}.values())


def _document(scene: Scene, textures: list[NDArray[np.uint8]]) -> dict[str, Any]:
    index = {id(texture): i for i, texture in enumerate(textures)}
    return {
        "textures": len(textures),
        "parts": [
            {
                "name": p.name,
                "material": p.material,
                "category": p.category,
                "instance": p.instance,
                "room": p.room,
                "vertices": len(p.vertices),
                "faces": len(p.faces),
                "uv": p.uv is not None,
                "colors": p.colors is not None,
            }
            for p in scene.parts
        ],
        "materials": [
            {
                "name": m.name,
                "color": _floats(m.color),
                "texture": None if m.texture is None else index[id(m.texture)],
                "roughness": float(m.roughness),
                "metallic": float(m.metallic),
                "alpha": float(m.alpha),
                "emission": _floats(m.emission),
            }
            for m in scene.materials
        ],
        "lights": [
            {
                "kind": light.kind,
                "position": _floats(light.position),
                "power": float(light.power),
                "color": _floats(light.color),
                "size": float(light.size),
                "rotation": np.asarray(light.rotation, dtype=np.float64).tolist(),
            }
            for light in scene.lights
        ],
        "rooms": [
            {
                "name": r.name,
                "label": r.label,
                "polygon": np.asarray(r.polygon, dtype=np.float64).tolist(),
                "floor": float(r.floor),
                "ceiling": float(r.ceiling),
            }
            for r in scene.rooms
        ],
    }


def _floats(values: tuple[float, float, float]) -> list[float]:
    return [float(v) for v in values]


def _arrays(scene: Scene) -> dict[str, NDArray]:
    """Return the arrays of all parts, end to end: thousands of parts would make a slow archive."""
    uv = [p.uv for p in scene.parts if p.uv is not None]
    colors = [p.colors for p in scene.parts if p.colors is not None]
    return {
        "vertices": np.concatenate([p.vertices for p in scene.parts]).astype(np.float64, copy=False),
        "faces": np.concatenate([p.faces for p in scene.parts]).astype(np.int32, copy=False),
        "uv": np.concatenate(uv).astype(np.float32, copy=False) if uv else np.zeros((0, 2), dtype=np.float32),
        "colors": np.concatenate(colors).astype(np.uint8, copy=False) if colors else np.zeros((0, 3), dtype=np.uint8),
    }


def _parts(documents: list[dict[str, Any]], arrays: dict[str, NDArray]) -> Iterator[Part]:
    start = dict.fromkeys(arrays, 0)

    def take(name: str, count: int) -> NDArray:
        begin = start[name]
        start[name] += count
        return arrays[name][begin : begin + count]

    for d in documents:
        yield Part(
            name=d["name"],
            vertices=take("vertices", d["vertices"]),
            faces=take("faces", d["faces"]),
            material=d["material"],
            category=d["category"],
            instance=d["instance"],
            uv=take("uv", d["vertices"]) if d["uv"] else None,
            colors=take("colors", d["vertices"]) if d["colors"] else None,
            room=d["room"],
        )


def _material(document: dict[str, Any], textures: list[NDArray[np.uint8]]) -> Material:
    texture = document["texture"]
    return Material(
        name=document["name"],
        color=tuple(document["color"]),
        texture=None if texture is None else textures[texture],
        roughness=document["roughness"],
        metallic=document["metallic"],
        alpha=document["alpha"],
        emission=tuple(document["emission"]),
    )


def _light(document: dict[str, Any]) -> Light:
    return Light(
        **{
            **document,
            "position": tuple(document["position"]),
            "color": tuple(document["color"]),
            "rotation": np.array(document["rotation"], dtype=np.float64),
        }
    )
