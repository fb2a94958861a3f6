"""What one scene, walk, frame or pixel costs, as it was measured."""

import json
from importlib.resources import files

from pydantic import Field

from vln_pipeline.config import Config


class ProcessorCosts(Config):
    """CPU seconds on one core; None for what was not measured."""

    scene: float
    """To generate or read a scene, and to write it."""
    map: float
    """To map a scene."""
    pair: float
    """To draw a start and a goal."""
    walk: float
    """To plan and write a walk."""
    bake: float
    """To bake the light of a scene."""
    pixel: dict[str, float]
    """To film a pixel, by what makes the colour frames; without one of them it was not measured."""
    light_path: dict[str, float]
    """To trace a light path of one pixel more, by what traces."""
    label: float | None
    """To write a walk's instructions by template."""
    select: float | None
    """To measure a frame."""
    export: float | None
    """To export a frame, in all dialects and versions of conf/base together."""


class DiskCosts(Config):
    """Bytes on the disk."""

    scene: float
    """Of a scene without its textures."""
    textures: float
    """Textures of a scene."""
    texture: float
    """Of a pixel of a texture."""
    map: float
    """Of a scene's map."""
    pair: float
    """Of a start and a goal with the grid path between them."""
    walk: float
    """Of a planned walk."""
    rgb: float
    """Of a pixel of a colour image."""
    depth: float
    """Of a pixel of a depth image, in a file or in a table."""
    mask: float
    """Of a pixel of a mask; a frame has two."""
    label: float
    """Of a walk's instructions."""
    selection: float
    """Of a walk's measures."""
    video: float
    """Of a pixel of a video."""
    row: float
    """Of an exported walk's numbers, per dialect and version."""
    cloud: float
    """Of the point cloud of a scene, per version of vln_n1."""
    seal: float
    """Of the line that a seal has for a file."""


class FileCosts(Config):
    """Files on the disk."""

    scene: float
    """Of a scene, its textures included."""
    item: float
    """Of any other item, apart from what lies in it by walk and frame."""
    frame: float
    """Of a filmed frame."""
    dataset: float
    """Of a dataset of one scene, apart from what lies in it by walk and frame."""


class UnitCosts(Config):
    """All units.

    Attributes are told in ``unit_costs.json``, which says where each was measured.
    """

    measured: str
    """Where and how."""
    length: float = Field(gt=0, lt=1)
    """Where the mean walk lies between the shortest and the longest that may be drawn."""
    turning: float = Field(ge=1)
    """Actions of a discrete walk per forward action."""
    kept: float = Field(gt=0, le=1)
    """Walks per pair."""
    cpu: ProcessorCosts
    disk: DiskCosts
    files: FileCosts


def read_unit_costs() -> UnitCosts:
    """Return the units that ship with the package."""
    text = files("vln_pipeline.sizing").joinpath("unit_costs.json").read_text(encoding="utf-8")
    return UnitCosts.model_validate(json.loads(text))
