"""How every source ends the reading of a scene."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.checks import check
from vln_pipeline.scenes.mesh.structure import label_structure
from vln_pipeline.scenes.published.config import ScannedConfig, TexturedConfig
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.scene import Scene


@contextmanager
def reading(subject: str) -> Iterator[None]:
    """Turn whatever a parser of foreign files meets, and nobody foresaw, into an error that names the file."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        cause = f"cannot be read ({type(error).__name__}: {str(error)[:120]})"
        raise DataError(subject, cause, "download it again") from error


def refuse_missing_textures(file: str, defects: Sequence[str], config: TexturedConfig, source: str) -> None:
    """Raise for the first texture that could not be read, unless flat colour was chosen.

    Raises:
        DataError: a texture is missing.
    """
    missing = [d for d in defects if d.startswith("missing texture")]
    if missing and config.missing_texture == "refuse":
        raise DataError(file, missing[0], f"mend that or set scenes.{source}.missing_texture to flat")


def refuse_unlabelled(scene: str, missing: str, config: ScannedConfig, source: str) -> None:
    """Raise for a scene whose annotation is missing, unless unlabelled scenes were accepted.

    Raises:
        DataError: unlabelled scenes are not accepted.
    """
    if config.unlabelled == "refuse":
        mend = f"download the annotation or set scenes.{source}.unlabelled to accept"
        raise DataError(scene, f"has no annotation: {missing} is missing", mend)


def finished(scene: Scene, annotated: bool, table: RoomTable) -> Scene:
    """Return a scene checked, its rooms named by a table; without annotation, its structure is told by the geometry.

    Raises:
        DataError: the scene cannot be used.
    """
    rooms, told = table.renamed(scene.rooms)
    checked = check(replace(scene, rooms=rooms, defects=(*scene.defects, *told)))
    if annotated:
        return checked
    noted = (*checked.defects, "no annotation: objects are unknown")
    return label_structure(replace(checked, defects=noted))
