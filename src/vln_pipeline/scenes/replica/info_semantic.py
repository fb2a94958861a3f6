"""Replica's ``info_semantic.json``: the objects of a scene and their classes."""

from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.objects import Annotated, object_id


def read(folder: Folder, file: Path, categories: Categories) -> dict[int, Annotated]:
    """Return the objects by the id that faces bear; ids may be missing in between.

    Raises:
        DataError: the file is no such list, or two objects have one id.
    """
    document = folder.json(file)
    name = folder.name(file)
    try:
        classes = {object_id(c["id"]): str(c["name"]) for c in document["classes"]}
        objects = [
            (object_id(o["id"]), object_id(o["class_id"]), str(o.get("class_name", ""))) for o in document["objects"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        cause = f"its classes and objects cannot be read ({type(error).__name__}: {error})"
        raise DataError(name, cause, "download it again") from error
    found: dict[int, Annotated] = {}
    for index, class_id, class_name in objects:
        if index in found:
            raise DataError(name, f"holds object {index} twice", "download it again")
        raw = class_name or classes.get(class_id, "")
        found[index] = Annotated(f"{raw or 'object'}_{index}", categories(raw))
    return found
