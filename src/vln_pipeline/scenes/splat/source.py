"""The ``splat`` source: every file of Gaussians of a folder is a scene."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.checks import check
from vln_pipeline.scenes.file_scenes import candidates, digest, scene_ids
from vln_pipeline.scenes.mesh.sidecars import sidecars
from vln_pipeline.scenes.mesh.structure import label_structure
from vln_pipeline.scenes.scene import UNKNOWN, Scene, Splat
from vln_pipeline.scenes.source import SceneRef
from vln_pipeline.scenes.splat import collision
from vln_pipeline.scenes.splat.alignment import aligned
from vln_pipeline.scenes.splat.config import SplatConfig
from vln_pipeline.scenes.splat.frame import place, read_transform
from vln_pipeline.scenes.splat.labels import label_by_boxes, read_boxes
from vln_pipeline.scenes.splat.ply_header import read_header
from vln_pipeline.scenes.splat.reading import FOREIGN, SUFFIXES, holds_gaussians, read
from vln_pipeline.scenes.splat.rooms import read_rooms
from vln_pipeline.scenes.splat.spz_file import converter
from vln_pipeline.scenes.vocabulary import is_structural

_STEM = "*"
_UNNAMED = "no labels: objects are unknown, so instructions name none and frames are not judged by what they show"


class SplatSource:
    """Reads splats with the surface, the labels and the transform that lie beside them."""

    def __init__(self, config: SplatConfig) -> None:
        self._config = config

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the files as scenes, in the order of their paths.

        Raises:
            DataError: no file is found.
        """
        config = self._config
        root, every = candidates(config.path, config.pattern)
        files = [f for f in every if f.suffix.lower() in SUFFIXES]
        if len(files) > 1:  # a mesh or cloud that lies beside a splat is no scene; alone, it is told why it is none
            files = [f for f in files if not _is_other_ply(f)] or files
        if not files:
            foreign = [f for f in every if f.suffix.lower() in FOREIGN]
            if foreign:
                raise DataError(foreign[0].name, f"{foreign[0].suffix} is not read", converter(foreign[0]))
            cause = f"no {', '.join(SUFFIXES)} file" if root.exists() else "does not exist"
            raise DataError(config.path or "scenes.splat.path", cause, "set scenes.splat.path to a file or folder")
        ids = scene_ids(root, files, config.id)
        return tuple(
            SceneRef(name, "splat", str(file), digest([file, *self._companions(file)]))
            for name, file in zip(ids, files, strict=True)
        )

    def load(self, ref: SceneRef) -> Scene:
        """Return one splat as a scene with a surface, checked, z up, in metres.

        Raises:
            DataError: it, or what lies beside it, cannot be used, or the two do not fit.
        """
        config, file = self._config, Path(ref.location)
        decoded = read(file, config.max_gaussians, config.max_file_size)
        transform = self._beside(file, "transform")
        world, decisions = place(decoded.splat, config, transform, file.name)
        splat = replace(decoded.splat, world_from_splat=world)
        found, told, defects = self._surface(file, splat)
        scene = check(
            Scene(
                id=ref.id,
                parts=found.parts,
                materials=found.materials,
                source="splat",
                licence=config.licence,
                origin=file.name,
                defects=(*decoded.notes, *found.defects, *defects),
                decisions=(*decisions, *found.decisions, *told),
                splat=splat,
            )
        )
        return self._labelled(self._with_rooms(label_structure(scene), file), file)

    def _surface(self, file: Path, splat: Splat) -> tuple[collision.Collision, list[str], list[str]]:
        """Return the surface, and decisions and defects on how the splat fits it."""
        given = self._beside(file, "collision")
        if given is None:
            return collision.from_splat(splat, self._config, file.name), [], []
        transform = self._beside(file, "collision_transform")
        to_world = splat.world_from_splat if transform is None else read_transform(transform)[0]
        found = collision.beside(given, to_world, self._config)
        told, defect = aligned(splat, found.parts, to_world, given.name)
        return found, [told], [] if defect is None else [defect]

    def _with_rooms(self, scene: Scene, file: Path) -> Scene:
        rooms = self._beside(file, "rooms")
        if rooms is None or scene.splat is None:
            return scene
        top = float(scene.bounds[1, 2])
        found, notes = read_rooms(rooms, scene.splat.world_from_splat, top)
        return replace(scene, rooms=found, defects=(*scene.defects, *notes))

    def _labelled(self, scene: Scene, file: Path) -> Scene:
        labels = self._beside(file, "labels")
        if labels is None or scene.splat is None:
            named = {part.category for part in scene.parts} - {UNKNOWN}
            nothing = () if any(not is_structural(name) for name in named) else (_UNNAMED,)
            return replace(scene, defects=(*scene.defects, *nothing))
        boxes, notes = read_boxes(labels, scene.splat.world_from_splat)
        parts = label_by_boxes(scene.parts, boxes)
        told = f"objects: the smallest of {len(boxes)} boxes of {labels.name} that holds a face; rims are rough"
        return replace(scene, parts=parts, decisions=(*scene.decisions, told), defects=(*scene.defects, *notes))

    def _beside(self, file: Path, name: str) -> Path | None:
        """Return the file beside a splat that a parameter names, or None where it names none.

        Raises:
            DataError: it is not there, or not in the splat's folder.
        """
        pattern = getattr(self._config, name)
        if not pattern:
            return None
        folder = file.parent.resolve()
        named = (folder / pattern.replace(_STEM, file.stem.removesuffix(".gs"))).resolve()
        if not named.is_relative_to(folder):
            raise DataError(f"scenes.splat.{name}", f"{pattern} leads out of the splat's folder", "put the file there")
        if not named.is_file():
            mend = f"put it there, or change scenes.splat.{name}"
            raise DataError(named.name, f"is missing beside {file.name}", mend)
        return named

    def _companions(self, file: Path) -> Iterator[Path]:
        """Yield what a scene is made of besides its splat; what is missing fails when the scene is loaded."""
        for name in ("transform", "collision", "collision_transform", "labels", "rooms"):
            try:
                found = self._beside(file, name)
            except DataError:
                continue
            if found is not None:
                yield found
                if name == "collision":
                    yield from sidecars(found)


def _is_other_ply(file: Path) -> bool:
    """Return whether a PLY file holds anything but Gaussians; a damaged one fails when it is loaded."""
    try:
        return file.suffix.lower() == ".ply" and not holds_gaussians(read_header(file))
    except (DataError, OSError):
        return False
