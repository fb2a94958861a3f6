"""Parameters of the vlnpe pipeline."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.embodiments.embodiment import Embodiment
from vln_pipeline.embodiments.rewalk_config import RewalkConfig
from vln_pipeline.embodiments.route import Stairs
from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.scenes.config import ScenesConfig


class VlnpeConfig(Config):
    """From episode files to what robots of several builds record on their routes."""

    episodes: EpisodeFileConfig = EpisodeFileConfig(truth="none")
    """Which episodes; recorded actions are not read, since every robot walks by itself."""
    scenes: ScenesConfig = ScenesConfig(source="mp3d")
    """Where their scenes come from; episodes of scenes that are not there are counted and left out."""
    stairs: Stairs = "drop"
    """Routes with stairs. "drop" is VLN-PE's rule: reference points differ by more than 0.3 m in height, or by 0.3 m
    where the instruction mentions stairs. "drop_mentioned" also drops what mentions them without climbing any."""
    most_routes: int | None = Field(default=None, ge=1)
    """Routes per scene at most, the first ones; None for all."""
    esdf: EsdfConfig = EsdfConfig(outdoors="include")
    """Floors of the scenes; radius, height and highest step are those of each embodiment."""
    embodiments: tuple[Embodiment, ...] = ()
    """Profiles of robots; conf/base has those of VLN-PE."""
    robots: tuple[str, ...] = ()
    """Names of the profiles that walk every route; empty for all of them."""
    rewalk: RewalkConfig = RewalkConfig()
    """How a route is followed, and when a walk ends."""
    rendering: RenderingConfig = RenderingConfig(backend="raycast", compared_views=0)
    """Backend and light; the rigs are those of the embodiments."""
    image_scale: float = Field(default=1.0, gt=0, le=4)
    """Factor on the image size of all embodiments; the field of view stays."""
    vocabulary: str = ""
    """File of the words' ids, for ``instruction_tokens``: an episode file with ``instruction_vocab``, or a JSON object;
    without one instructions have no tokens."""
    export: ExportConfig = ExportConfig(dialects=("vln_ce",))
    """The ``vln_ce`` datasets, of walks that reached their goals; ``vln_pe`` has no parameters and has all walks."""

    @property
    def walkers(self) -> tuple[Embodiment, ...]:
        """The robots that walk, in the order of their profiles."""
        return tuple(robot for robot in self.embodiments if not self.robots or robot.name in self.robots)

    def rendering_of(self, embodiment: Embodiment) -> RenderingConfig:
        """Return how one robot's walks are filmed."""
        return self.rendering.model_copy(update={"rigs": (embodiment.rig(self.image_scale),)})

    @model_validator(mode="after")
    def _bodies_and_cameras_are_the_robots(self) -> Self:
        given = {"radius", "height", "max_step"} & self.esdf.model_fields_set
        if given:
            raise ValueError(f"esdf.{min(given)} follows from the embodiments; leave it out")
        if "rigs" in self.rendering.model_fields_set:
            raise ValueError("rendering.rigs follow from the embodiments; leave them out")
        return self

    @model_validator(mode="after")
    def _robots_have_names_of_their_own(self) -> Self:
        names = [embodiment.name for embodiment in self.embodiments]
        if len(set(names)) < len(names):
            raise ValueError(f"embodiments share a name: {names}")
        unknown = [name for name in self.robots if name not in names]
        if unknown:
            raise ValueError(f"robots: {unknown[0]} is none of {', '.join(names) or 'no embodiments'}")
        if self.export.dialects != ("vln_ce",):
            raise ValueError("export.dialects must be [vln_ce]: a walk of an embodiment has discrete actions only")
        return self
