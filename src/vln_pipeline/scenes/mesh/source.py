"""The ``mesh`` source: every mesh file of a folder is a scene."""

from functools import cached_property
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.checks import check
from vln_pipeline.scenes.file_scenes import candidates, digest, scene_ids
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.foreign_formats import conversion
from vln_pipeline.scenes.mesh.model import Axis, Model
from vln_pipeline.scenes.mesh.objects import Mapping, identify, read_mapping, told_by
from vln_pipeline.scenes.mesh.orientation import detect_up, to_z_up
from vln_pipeline.scenes.mesh.reading import SUFFIXES, posed_parts, read_model, turned
from vln_pipeline.scenes.mesh.sidecars import sidecars
from vln_pipeline.scenes.mesh.structure import label_structure
from vln_pipeline.scenes.mesh.units import UNITS, detect_unit, headroom
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import SceneRef
from vln_pipeline.scenes.triangles import used_vertices


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
            foreign = conversion(candidates(self._config.path, self._config.pattern)[1])
            if foreign is not None:
                raise foreign
            known = ", ".join(SUFFIXES)
            cause = f"no {known} file" if root.exists() else "does not exist"
            raise DataError(self._config.path or "scenes.mesh.path", cause, "set scenes.mesh.path to a file or folder")
        ids = scene_ids(root, files, self._config.id)
        shared = [Path(self._config.categories)] if self._config.categories else []
        self._mapping  # noqa: B018 - a mapping file that cannot be read stops the run, not each scene
        return tuple(
            SceneRef(name, "mesh", str(file), digest([file, *sidecars(file), *shared]))
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
        identities = identify(model.surfaces, self._mapping)
        parts = posed_parts(model, identities, unit * to_z_up(up), np.zeros(3))
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
        root, found = candidates(self._config.path, self._config.pattern)
        return root, [f for f in found if f.suffix.lower() in SUFFIXES]

    def _read(self, file: Path) -> Model:
        config = self._config
        model = read_model(file, config.texture_size, config.max_triangles, config.max_file_size, "mesh")
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
        lifted = [(turned(vertices, to_z_up(up)), faces) for vertices, faces in sound]
        used = [vertices[used_vertices(len(vertices), faces)] for vertices, faces in lifted]
        low = np.min([vertices.min(axis=0) for vertices in used], axis=0)
        high = np.max([vertices.max(axis=0) for vertices in used], axis=0)
        unit, evidence = detect_unit(high - low, headroom(lifted), name)
        return up, UNITS[unit], [*decisions, f"unit: {unit}, by {evidence}"]
