"""Parameters of the vlnce pipeline."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.episodes.episode_config import EpisodeFileConfig, EpisodeWalkConfig
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig
from vln_pipeline.scenes.config import ScenesConfig

_FILMED = RenderingConfig(
    backend="raycast",
    rigs=(
        RigConfig(name="habitat_125", motion=Motion.DISCRETE, camera="habitat", height=1.25, pitches=(0, 30, 45)),
        RigConfig(name="habitat_60", motion=Motion.DISCRETE, camera="habitat", height=0.6, pitches=(15, 30)),
    ),
    compared_views=0,
)


class VlnceConfig(Config):
    """From episode files to a dataset of filmed walks with instructions."""

    episodes: EpisodeFileConfig = EpisodeFileConfig()
    """Which episodes."""
    scenes: ScenesConfig = ScenesConfig(source="mp3d")
    """Where their scenes come from; episodes of scenes that are not there are counted and left out."""
    esdf: EsdfConfig = EsdfConfig(radius=0.1, height=1.5, stairs="link", outdoors="include")
    """Floors of the scenes for the agent of VLN-CE: radius 0.1 m, height 1.5 m."""
    walks: EpisodeWalkConfig = EpisodeWalkConfig()
    """How episodes become walks."""
    render: bool = True
    """Whether walks are filmed and exported; without it the run ends with walks and instructions."""
    rendering: RenderingConfig = _FILMED
    """Cameras and backend; by default the five settings of InternData-N1."""
    export: ExportConfig = ExportConfig(dialects=("vln_ce",))
    """Datasets that are written."""
    streamvln: str | None = Field(default=None, pattern=r"^[a-z0-9_]+\.\d+cm_-?\d+deg$")
    """Camera whose frames are also written as StreamVLN's annotations.json and images, as "habitat_125.125cm_0deg"."""

    @model_validator(mode="after")
    def _cameras_are_there(self) -> Self:
        names = {f"{rig.name}.{s.name}" for rig in self.rendering.rigs for s in rig.rig().settings}
        if self.streamvln is not None and self.streamvln not in names:
            raise ValueError(f"streamvln {self.streamvln} is none of the cameras of rendering.rigs: {sorted(names)}")
        return self
