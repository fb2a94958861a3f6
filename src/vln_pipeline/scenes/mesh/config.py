"""Parameters of the ``mesh`` source."""

from typing import Literal

from pydantic import Field, PositiveFloat

from vln_pipeline.config import Config


class MeshConfig(Config):
    """Which files are scenes, and how to read them."""

    path: str = ""
    """A file, a folder, or a pattern such as "scans/*/mesh.ply"; relative to the project, or absolute."""
    pattern: str = "**/*"
    """Which files of a folder are scenes; other than .glb, .gltf, .obj and .ply never are."""
    id: Literal["stem", "path"] = "stem"
    """Scene ids from the file name, or from the path below the folder; equal ones get a suffix."""
    up: Literal["auto", "x", "y", "z", "-x", "-y", "-z"] = "auto"
    """Axis of the file that points up; "auto" takes the format's custom unless the geometry speaks against it."""
    unit: Literal["auto"] | PositiveFloat = "auto"
    """Metres per unit of the file; "auto" takes metres where they are possible, else the one plausible unit of
    centimetre, millimetre, inch and foot; a scene of which two are plausible is refused."""
    categories: str | None = None
    """File (CSV, JSON or YAML) of node-name patterns (* and ?) and their categories; it overrules the vocabulary."""
    label_structure: bool = True
    """Whether floor, walls and ceiling are found by their geometry in a scene that names none of them."""
    licence: str = ""
    """Terms of the files, as a dataset card should print them."""
    missing_texture: Literal["flat", "refuse"] = "flat"
    """What becomes of a surface whose texture cannot be read: its flat colour with a recorded defect, or no scene."""
    texture_size: int = Field(1024, ge=16, le=8192)
    """Longest edge of a texture, pixels; larger ones are scaled down."""
    max_file_size: float = Field(2.0, gt=0)
    """Largest file, with all the files it refers to, GiB."""
    max_triangles: int = Field(20_000_000, gt=0)
    """Most triangles of a scene."""
