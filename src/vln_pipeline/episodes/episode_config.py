"""Parameters of episodes and of the walks that they become."""

from typing import Literal, Self

from pydantic import Field

from vln_pipeline.config import Config


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
