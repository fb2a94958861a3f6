"""Parameters of the scenes stage."""

from typing import Literal

from vln_pipeline.config import Config
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.procedural.config import ProceduralConfig


class ScenesConfig(Config):
    """Where scenes come from."""

    source: Literal["procedural", "mesh"] = "procedural"
    """Homes made from the seed, or mesh files."""
    procedural: ProceduralConfig = ProceduralConfig()
    """The generator of homes; read when ``source`` is "procedural"."""
    mesh: MeshConfig = MeshConfig()
    """The files to read; read when ``source`` is "mesh"."""
