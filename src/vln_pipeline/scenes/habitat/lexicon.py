"""Habitat's semantic lexicon: names of classes by id."""

from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.objects import object_id


def read(folder: Folder, file: Path) -> dict[int, str]:
    """Return the classes.

    Raises:
        DataError: the file holds none.
    """
    try:
        return {object_id(c["id"]): str(c["name"]) for c in folder.json(file)["classes"]}
    except (KeyError, TypeError, ValueError) as error:
        cause = f"its classes cannot be read ({type(error).__name__}: {error})"
        raise DataError(folder.name(file), cause, "download it again") from error
