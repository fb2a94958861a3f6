"""The ``mesh`` source: every mesh file of a folder is a scene."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.checks import check
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.foreign_formats import conversion
from vln_pipeline.scenes.mesh.model import Axis, Model
from vln_pipeline.scenes.mesh.objects import Mapping, identify, read_mapping, told_by
from vln_pipeline.scenes.mesh.orientation import detect_up, to_z_up
from vln_pipeline.scenes.mesh.sidecars import sidecars
from vln_pipeline.scenes.mesh.structure import label_structure
from vln_pipeline.scenes.mesh.units import UNITS, detect_unit, headroom
from vln_pipeline.scenes.scene import Part, Scene
from vln_pipeline.scenes.source import SceneRef
from vln_pipeline.scenes.triangles import used_vertices

_SUFFIXES = (".glb", ".gltf", ".obj", ".ply")


class MeshSource:
    """Reads GLB, glTF, OBJ and PLY files."""

    def __init__(self, config: MeshConfig) -> None:
        self._config = config

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the files as scenes, in the order of their paths.

        Raises:
            DataError: no file is found, or the mapping file cannot be read.
        """
        root, files = self._files()
        if not files:
            foreign = conversion(self._candidates()[1])
            if foreign is not None:
                raise foreign
            known = ", ".join(_SUFFIXES)
            cause = f"no {known} file" if root.exists() else "does not exist"
            raise DataError(self._config.path or "scenes.mesh.path", cause, "set scenes.mesh.path to a file or folder")
        names = [f.stem if self._config.id == "stem" else f.relative_to(root).with_suffix("").as_posix() for f in files]
        ids = _legal_ids(names, [f.relative_to(root).as_posix() for f in files])
        shared = [Path(self._config.categories)] if self._config.categories else []
        self._mapping  # noqa: B018 - a mapping file that cannot be read stops the run, not each scene
        return tuple(
            SceneRef(name, "mesh", str(file), _digest([file, *sidecars(file), *shared]))
            for name, file in zip(ids, files, strict=True)
        )

    def load(self, ref: SceneRef) -> Scene:
        """Return one file as a scene, checked, z up, in metres.

        Raises:
            DataError: the file cannot be used.
        """
        file = Path(ref.location)
        model = self._read(file)
        up, unit, decisions = self._frame(model, file.name)
        turn = to_z_up(up).T * unit
        identities = identify(model.surfaces, self._mapping)
        parts = tuple(
            Part(
                name=" / ".join(surface.path),
                vertices=_turned(surface.vertices, turn),
                faces=surface.faces.astype(np.int32),
                material=surface.material,
                category=identity.category,
                instance=identity.instance,
                uv=surface.uv,
                colors=surface.colors,
            )
            for surface, identity in zip(model.surfaces, identities, strict=True)
        )
        scene = check(
            Scene(
                id=ref.id,
                parts=parts,
                materials=model.materials,
                source="mesh",
                licence=self._config.licence,
                origin=file.name,
                defects=model.defects,
                decisions=(*decisions, told_by(identities, self._mapping)),
            )
        )
        return label_structure(scene) if self._config.label_structure else scene

    @cached_property
    def _mapping(self) -> Mapping:
        return read_mapping(Path(self._config.categories)) if self._config.categories else Mapping()

    def _files(self) -> tuple[Path, list[Path]]:
        """Return the folder that names are told from, and the mesh files below it."""
        root, found = self._candidates()
        return root, [f for f in found if f.suffix.lower() in _SUFFIXES]

    def _candidates(self) -> tuple[Path, list[Path]]:
        """Return the folder that names are told from, and the files that the configuration means."""
        path = Path(self._config.path)
        if not self._config.path:
            return path, []
        if path.is_dir():
            root, found = path, [*path.glob(self._config.pattern)]
        elif path.is_file():
            root, found = path.parent, [path]
        else:
            fixed = len(path.parts)
            while fixed and re.search(r"[*?\[]", "".join(path.parts[:fixed])):
                fixed -= 1
            root = Path(*path.parts[:fixed])
            pattern = "/".join(path.parts[fixed:])
            found = [*root.glob(pattern)] if pattern and root.is_dir() else []
        return root, sorted(f for f in found if f.is_file())

    def _read(self, file: Path) -> Model:
        limit = self._config.max_file_size * 2**30
        try:
            size = sum(f.stat().st_size for f in (file, *sidecars(file)))
            if size > limit:
                raise DataError(file.name, f"{size / 2**30:.1f} GiB", "raise scenes.mesh.max_file_size")
            model = _parsed(file, self._config.texture_size, self._config.max_triangles)
        except DataError:
            raise
        except Exception as error:
            # A parser of foreign files meets what nobody foresaw; whatever it is, it concerns this one file.
            cause = f"cannot be read as {file.suffix[1:]} ({type(error).__name__}: {str(error)[:120]})"
            raise DataError(file.name, cause, "export or download it again") from error
        if not any(len(s.faces) for s in model.surfaces):
            raise DataError(file.name, "holds no triangles", "export it with its meshes")
        missing = [d for d in model.defects if d.startswith("missing texture")]
        if missing and self._config.missing_texture == "refuse":
            raise DataError(file.name, missing[0], "add the file or set scenes.mesh.missing_texture to flat")
        return model

    def _frame(self, model: Model, name: str) -> tuple[Axis, float, list[str]]:
        """Return the up axis, the metres per unit, and how both were found."""
        sound = [(s.vertices, s.sound_faces()) for s in model.surfaces]
        sound = [(vertices, faces) for vertices, faces in sound if len(faces)]
        if not sound:
            raise DataError(name, "no triangle has finite vertices and valid indexes", "export it again")
        if self._config.up == "auto":
            up, axis = detect_up(sound, model.up)
        else:
            up, axis = self._config.up, "scenes.mesh.up"
        decisions = [f"up axis: {up}, by {axis}"]
        if self._config.unit != "auto":
            return up, self._config.unit, [*decisions, f"unit: {self._config.unit:g} m, by scenes.mesh.unit"]
        lifted = [(_turned(vertices, to_z_up(up).T), faces) for vertices, faces in sound]
        used = [vertices[used_vertices(len(vertices), faces)] for vertices, faces in lifted]
        low = np.min([vertices.min(axis=0) for vertices in used], axis=0)
        high = np.max([vertices.max(axis=0) for vertices in used], axis=0)
        unit, evidence = detect_unit(high - low, headroom(lifted), name)
        return up, UNITS[unit], [*decisions, f"unit: {unit}, by {evidence}"]


def _parsed(file: Path, texture_size: int, max_triangles: int) -> Model:
    if file.suffix.lower() in (".glb", ".gltf"):
        from vln_pipeline.scenes.mesh import gltf

        return gltf.read(file, texture_size, max_triangles)
    from vln_pipeline.scenes.mesh import polygon_file  # trimesh takes two seconds to load

    return polygon_file.read(file, texture_size, max_triangles)


def _turned(vertices: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vertices in the world's frame; those that are not finite stay so, for the checks to find."""
    with np.errstate(invalid="ignore", over="ignore"):
        return vertices @ turn


def _legal_ids(names: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Return ids of letters, digits, "-" and "_"; where two would be equal, a digest of the path tells them apart."""
    ids = [re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:80] or "scene" for name in names]
    count = Counter(i.lower() for i in ids)
    return [
        i if count[i.lower()] == 1 else f"{i}-{hashlib.sha256(p.encode()).hexdigest()[:8]}"
        for i, p in zip(ids, paths, strict=True)
    ]


def _digest(files: list[Path]) -> str:
    """Return a digest of the files' contents; a file that cannot be opened fails when it is loaded, not here."""
    found = hashlib.sha256()
    for file in files:
        try:
            with regular(file).open("rb") as stream:
                found.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError:
            found.update(b"unreadable")
    return found.hexdigest()
