"""Parameters of the ``splat`` source."""

from typing import Literal

from pydantic import Field, PositiveFloat

from vln_pipeline.config import Config


class SplatConfig(Config):
    """Which files of Gaussians are scenes, in which frame they are, and what lies beside them."""

    path: str = ""
    """A file, a folder, or a pattern such as "captures/*/point_cloud.ply"; relative to the project, or absolute."""
    pattern: str = "**/*"
    """Which files of a folder are scenes; others than .ply, .splat and .spz never are."""
    id: Literal["stem", "path"] = "stem"
    """Scene ids from the file name, or from the path below the folder; equal ones get a suffix."""
    licence: str = ""
    """Terms of the files, as a dataset card should print them."""
    transform: str = ""
    """File beside each scene (JSON; "*" in its name, as in the following, stands for the scene's file name without its
    ending, and without ".gs" before it): a 4 x 4 matrix from the file's frame to the world (metres, z up), which
    overrules ``up`` and ``scale``; or nerfstudio's dataparser_transforms.json, which is undone, so that ``up`` and
    ``scale`` tell of the frame of the capture."""
    up: Literal["auto", "x", "y", "z", "-x", "-y", "-z"] = "auto"
    """Axis that points up; "auto" judges by the level surfaces and refuses where they do not convince."""
    scale: PositiveFloat | None = None
    """Metres per unit; 1 for captures in metres. It must be told, by this, ``ceiling_height`` or ``transform``."""
    ceiling_height: PositiveFloat | None = None
    """Height of the rooms, metres, from which the scale follows where it is not told."""
    collision: str = ""
    """File beside each scene whose surface is planned on: a mesh (.glb, .gltf, .obj, .ply) or a point cloud (.las,
    .laz, .ply); empty makes the surface from the Gaussians."""
    collision_transform: str = ""
    """File beside each scene (JSON) with a 4 x 4 matrix from the collision file's frame to the world; empty where both
    files have one frame."""
    labels: str = ""
    """File beside each scene (JSON) with a box per object, as InteriorGS has them: ``label`` and ``bounding_box``, with
    eight corners in the frame of the Gaussians; empty for none."""
    rooms: str = ""
    """File beside each scene (JSON) with an outline per room, as InteriorGS's structure.json has them: ``rooms`` with
    ``profile`` and ``room_type``, in the frame of the Gaussians; empty for none."""
    voxel: float = Field(0.03, ge=0.01, le=0.2)
    """Edge of the cells from which a surface is made, metres."""
    solid: float = Field(0.6, gt=0, lt=1)
    """Opacity of a cell from which it is solid; less closes holes of sparse captures, more keeps narrow ways open."""
    smallest_component: int = Field(30, ge=0)
    """Solid pieces of fewer cells are floaters and left out."""
    crop: float = Field(0.001, ge=0, lt=0.2)
    """Share of the opaque Gaussians that may lie beyond each side of what a surface is made of."""
    max_gaussians: int = Field(5_000_000, gt=0)
    """Most Gaussians of a scene, and most points of a cloud."""
    max_triangles: int = Field(20_000_000, gt=0)
    """Most triangles of a collision mesh."""
    max_file_size: float = Field(2.0, gt=0)
    """Largest file, GiB."""
