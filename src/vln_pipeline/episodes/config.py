"""Parameters of the vlnce pipeline."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
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


class EpisodeFileConfig(Config):
    """Which episodes are read."""

    dataset: Literal["r2r_ce", "rxr_ce", "envdrop", "scalevln", "navspace", "r2r"] = "r2r_ce"
    """Whose episodes: R2R or RxR in continuous environments, EnvDrop, ScaleVLN's subset, NavSpace, or discrete R2R."""
    path: str = ""
    """The file, or the folder of the data set, in which it is found by ``split`` and ``role``."""
    split: str = Field(default="val_unseen", pattern=r"^[A-Za-z0-9_-]+$")
    """Name of the split."""
    role: Literal["guide", "follower"] = "guide"
    """RxR: whether paths are those of guides or of followers."""
    truth: str = "auto"
    """Recorded actions: a ``_gt`` file, StreamVLN's ``annotations.json``, "auto" for the file beside ``path`` where
    there is one, or "none"."""
    graphs: str = ""
    """r2r: folder of the connectivity graphs, ``<scan>_connectivity.json``."""
    languages: tuple[str, ...] = ()
    """RxR: tags of the languages wanted, "en" for all kinds of English; empty for all."""
    quaternion: Literal["dataset", "xyzw", "wxyz"] = "dataset"
    """Order of ``start_rotation``; by default the data set's own."""
    most_episodes: int | None = Field(default=None, ge=1)
    """Episodes kept at most, the first ones of the file; None for all."""
    max_file_size: float = Field(default=2.0, gt=0)
    """Largest file after decompression, GiB."""

    def of_content(self) -> Self:
        """Return what the episodes depend on: not where their files lie."""
        return self.model_copy(update={"path": "", "truth": "", "graphs": ""})


class EpisodeWalkConfig(Config):
    """How episodes become walks."""

    turn: Literal[15, 30] | None = 15
    """Angle of the turn actions, degrees: 15 is what ``vln_ce`` and System 2 mean; None as recorded. Larger turns are
    parted; smaller ones are joined where they come in whole multiples, and otherwise the way is walked anew."""
    heights: Literal["floor", "file"] = "floor"
    """Whether positions stand on the scene's floor, where pixel goals are looked for, or at the height of the file:
    that of a navigation mesh, up to 0.2 m above the floor. Where both differ by more than 0.3 m the file is right."""
    join: bool = True
    """Whether instructions of one and the same way become wordings of one walk, as ``vln_ce`` has them."""
    missing_truth: Literal["follow", "skip"] = "follow"
    """What becomes of an episode without recorded actions: its reference path is followed, or it is left out."""
    step: float = Field(default=0.0376, gt=0)
    """Continuous form: largest distance between two frames, metres."""
    max_turn: float = Field(default=4.0, gt=0)
    """Continuous form: largest change of heading between two frames, degrees."""
    look_aheads: tuple[float, ...] = Field(default=(0.45, 0.3, 0.6, 0.9), min_length=1)
    """Following: distances along the path that are aimed at, metres; the first that arrives is used."""
    end_tolerance: float = Field(default=0.35, gt=0)
    """Following: largest distance of the end from the last reference point, metres."""
    most_actions: int = Field(default=498, ge=1)
    """Longest walk, actions; longer ones are left out."""


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
