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

    def of_one_scene(self) -> "ScenesConfig":
        """Return what one scene depends on: not how many there are, nor where the others lie."""
        one_home = self.procedural.model_copy(update={"count": 1})
        one_file = self.mesh.model_copy(update={"path": "", "pattern": ""})
        return self.model_copy(update={"procedural": one_home, "mesh": one_file})
