"""Parameters of the scenes stage."""

from typing import Literal

from vln_pipeline.config import Config
from vln_pipeline.scenes.front3d.config import Front3dConfig
from vln_pipeline.scenes.gibson.config import GibsonConfig
from vln_pipeline.scenes.hm3d.config import Hm3dConfig
from vln_pipeline.scenes.hssd.config import HssdConfig
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mp3d.config import Mp3dConfig
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.published.config import PublishedConfig
from vln_pipeline.scenes.replica.config import ReplicaConfig
from vln_pipeline.scenes.splat.config import SplatConfig


class ScenesConfig(Config):
    """Where scenes come from."""

    source: Literal["procedural", "mesh", "replica", "hm3d", "hssd", "mp3d", "gibson", "front3d", "splat"] = (
        "procedural"
    )
    """Homes made from the seed, mesh files, files of Gaussian splats, or a published data set."""
    procedural: ProceduralConfig = ProceduralConfig()
    """The generator of homes; read when ``source`` is "procedural"."""
    mesh: MeshConfig = MeshConfig()
    """The files to read; read when ``source`` is "mesh"."""
    replica: ReplicaConfig = ReplicaConfig()
    """Replica; read when ``source`` is "replica"."""
    hm3d: Hm3dConfig = Hm3dConfig()
    """Habitat-Matterport 3D; read when ``source`` is "hm3d"."""
    hssd: HssdConfig = HssdConfig()
    """Habitat Synthetic Scenes Dataset; read when ``source`` is "hssd"."""
    mp3d: Mp3dConfig = Mp3dConfig()
    """Matterport3D; read when ``source`` is "mp3d"."""
    gibson: GibsonConfig = GibsonConfig()
    """Gibson; read when ``source`` is "gibson"."""
    front3d: Front3dConfig = Front3dConfig()
    """3D-FRONT and 3D-FUTURE; read when ``source`` is "front3d"."""
    splat: SplatConfig = SplatConfig()
    """Captured buildings; read when ``source`` is "splat"."""

    def of_one_scene(self) -> "ScenesConfig":
        """Return what one scene depends on: not how many there are, nor where the others lie."""
        one_home = self.procedural.model_copy(update={"count": 1})
        one_file = self.mesh.model_copy(update={"path": "", "pattern": ""})
        one_splat = self.splat.model_copy(update={"path": "", "pattern": ""})
        published = {name: config.of_one_scene() for name, config in self if isinstance(config, PublishedConfig)}
        return self.model_copy(update={"procedural": one_home, "mesh": one_file, "splat": one_splat, **published})
