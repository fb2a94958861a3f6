"""OBJ and PLY files, parsed by trimesh."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.resolvers import Resolver

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.model import Model, Surface, too_many_triangles
from vln_pipeline.scenes.mesh.sidecars import beside, map_file
from vln_pipeline.scenes.mesh.textures import decode
from vln_pipeline.scenes.scene import Material

_OBJECT = re.compile(rb"^o[ \t]+(.+?)[ \t\r]*$", re.MULTILINE)
_GROUP = re.compile(rb"^g[ \t]+(.+?)[ \t\r]*$", re.MULTILINE)


class SceneFolder(Resolver):
    """Gives trimesh the files beside a scene file, and remembers what it could not give.

    Attributes:
        missing: names of files that are not there.
        escapes: references out of the folder; trimesh swallows errors, so they are raised after it has finished.
    """

    def __init__(self, file: Path) -> None:
        self.missing: list[str] = []
        self.escapes: list[DataError] = []
        self._file = file

    def get(self, key: str) -> bytes:
        """Return the bytes of a file beside the scene file."""
        try:
            return beside(self._file, map_file(key)).read_bytes()
        except DataError as error:
            self.escapes.append(error)
            raise
        except OSError:
            self.missing.append(map_file(key))
            raise

    def write(self, name: str, data: Any) -> None:  # noqa: ARG002
        """Refuse: reading a scene writes nothing."""
        raise PermissionError(name)

    def namespaced(self, namespace: str) -> "SceneFolder":
        """Return the resolver of a folder below."""
        return SceneFolder(self._file.parent / namespace / self._file.name)

    def keys(self) -> list[str]:
        """Return the names of the files beside the scene file."""
        return sorted(p.name for p in self._file.parent.iterdir())


def read(file: Path, config: MeshConfig) -> Model:
    """Return what an OBJ or PLY file holds.

    Raises:
        DataError: the file is damaged, too large, or refers outside its folder.
    """
    folder = SceneFolder(file)
    meshes = _obj(file, folder) if file.suffix.lower() == ".obj" else _ply(file, folder)
    if folder.escapes:
        raise folder.escapes[0]
    looks = _Looks(folder, config.texture_size)
    nodes: dict[str, int] = {}
    surfaces = tuple(
        _surface(name, nodes.setdefault(name, len(nodes)), mesh, looks.index(mesh.get("visual")))
        for name, mesh in meshes
        if "faces" in mesh and mesh["faces"] is not None
    )
    if sum(len(s.faces) for s in surfaces) > config.max_triangles:
        raise too_many_triangles(file.name, config.max_triangles)
    defects = [f"missing texture: {name} does not exist" for name in dict.fromkeys(folder.missing)]
    return Model(
        surfaces=surfaces,
        materials=tuple(looks.materials),
        up="y" if file.suffix.lower() == ".obj" else "z",
        defects=(*defects, *looks.defects),
    )


def _obj(file: Path, folder: SceneFolder) -> list[tuple[str, dict[str, Any]]]:
    """Return name of the object and mesh of each object and material, in a stable order."""
    text = file.read_bytes()
    objects = [n.decode(errors="replace") for n in _OBJECT.findall(text)]
    groups = [] if objects else [n.decode(errors="replace") for n in _GROUP.findall(text)]
    with file.open("rb") as stream:
        loaded = trimesh.exchange.obj.load_obj(
            stream, resolver=folder, split_objects=bool(objects), split_groups=bool(groups)
        )
    order = {name: i for i, name in enumerate(dict.fromkeys(objects or groups))}
    named = [(_owner(key, order) or file.stem, mesh) for key, mesh in loaded.get("geometry", {}).items()]
    return sorted(named, key=lambda item: order.get(item[0], -1))


def _owner(key: str, names: dict[str, int]) -> str | None:
    """Return the object of a mesh; trimesh calls it object or object_material, numbered where that is not unique."""
    return max((n for n in names if key == n or key.startswith(f"{n}_")), key=len, default=None)


def _ply(file: Path, folder: SceneFolder) -> list[tuple[str, dict[str, Any]]]:
    with file.open("rb") as stream:
        mesh = trimesh.exchange.ply.load_ply(stream, resolver=folder)
    return [(file.stem, mesh)]


class _Looks:
    """Collects the materials of meshes, each once."""

    def __init__(self, folder: SceneFolder, texture_size: int) -> None:
        self.materials: list[Material] = []
        self.defects: list[str] = []
        self._folder, self._texture_size = folder, texture_size
        self._known: dict[str, int] = {}

    def index(self, visual: Any) -> int:
        """Return the index of a mesh's material."""
        found = getattr(visual, "material", None)
        name = str(getattr(found, "name", None) or "plain")
        if name not in self._known:
            self._known[name] = len(self.materials)
            self.materials.append(self._material(f"{len(self.materials):03d} {name}", found))
        return self._known[name]

    def _material(self, name: str, found: Any) -> Material:
        if found is None:
            return Material(name)
        told = found.kwargs
        texture = None if found.image is None else self._texture(found.image.info.get("file_path"), found.image)
        shine = float(np.clip(found.glossiness, 0, 1000))
        return Material(
            name,
            # A texture replaces Kd: exporters leave anything there, black included.
            color=(1.0, 1.0, 1.0) if texture is not None else _triple(told.get("kd"), 0.8),
            texture=texture,
            # Phong exponent to GGX roughness (Karis 2013): alpha^2 = 2 / (n + 2), roughness^2 = alpha.
            roughness=(2 / (shine + 2)) ** 0.25,
            alpha=float(np.clip(float(told["d"][-1]), 0, 1)) if "d" in told else 1.0,
            emission=_triple(told.get("ke"), 0.0),
        )

    def _texture(self, name: str | None, image: Any) -> NDArray[np.uint8] | None:
        try:
            if name is None:
                return np.asarray(image.convert("RGB"))
            return decode(self._folder.get(name), self._texture_size)
        except (OSError, ValueError):
            self.defects.append(f"missing texture: {name} cannot be read")
        return None


def _triple(values: Any, default: float) -> tuple[float, float, float]:
    """Return three numbers in [0, 1] from what an MTL line holds."""
    try:
        found = np.clip(np.nan_to_num(np.array(values, dtype=np.float64).ravel()), 0, 1)
    except (TypeError, ValueError):
        found = np.empty(0)
    return (float(found[0]), float(found[1]), float(found[2])) if len(found) == 3 else (default, default, default)


def _surface(name: str, node: int, mesh: dict[str, Any], material: int) -> Surface:
    vertices = np.asarray(mesh["vertices"], dtype=np.float64)
    polygons = np.asarray(mesh["faces"], dtype=np.int64)
    # trimesh leaves polygons whole where all have the same number of corners; they are convex by the format's custom.
    faces = np.concatenate([polygons[:, [0, i, i + 1]] for i in range(1, polygons.shape[1] - 1)])
    uv = getattr(mesh.get("visual"), "uv", None)
    colors = mesh.get("vertex_colors")
    if colors is None and mesh.get("face_colors") is not None:
        colors = np.repeat(np.tile(mesh["face_colors"], (polygons.shape[1] - 2, 1)), 3, axis=0)
        vertices, faces, uv = vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3), None
    return Surface(
        path=(name,),
        node=(node,),
        vertices=vertices,
        faces=faces,
        material=material,
        uv=None if uv is None or len(uv) != len(vertices) else np.asarray(uv, dtype=np.float32),
        colors=None if colors is None else _bytes(np.asarray(colors)[:, :3]),
    )


def _bytes(colors: NDArray) -> NDArray[np.uint8]:
    """Return colours as uint8; OBJ and some PLY files hold fractions."""
    if np.issubdtype(colors.dtype, np.floating) and np.nanmax(colors, initial=0) <= 1:
        colors = colors * 255
    return np.clip(np.nan_to_num(colors), 0, 255).round().astype(np.uint8)
