"""Parameters of StreamVLN's training samples."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.models.streamvln.config import AnyresConfig
from vln_pipeline.training.system2_data.config import BUILT_IN, AugmentationConfig, RecordingConfig


class MediaConfig(Config):
    """Folders of what co-training shows; a task that the mix names needs its own."""

    video_qa: str | None = None
    """Of LLaVA-Video-178K: videos lie at <data_source>/<video> in it."""
    scan_qa: str | None = None
    """Of ScanNet's posed images, for ScanQA and SQA3D: a folder of JPEGs a scan."""
    mmc4: str | None = None
    """Of the images of MMC4-core."""


class StreamVlnDataConfig(Config):
    """What is learned from, and how samples are made of it.

    What a walk shows is the dialogue's: window, turns, memory.
    """

    mix: str = "own_125cm_0_30"
    """Names of the registry, joined by commas; "%30" behind a name takes 30 percent of its samples. Walks of DAgger are
    a name of their own."""
    root: str = "data/01_raw/vln_ce/traj_data"
    """Folder that relative folders of the registry are under."""
    registry: dict[str, RecordingConfig] = Field(default={})
    """What names stand for, besides the built-in ones of System 2's data; of the cameras only the level one is looked
    through."""
    min_frames: int = Field(default=4, ge=1)
    """Walks of fewer frames are skipped."""
    max_characters: int = Field(default=4000, gt=0)
    """Longer instructions are skipped."""
    augmentation: AugmentationConfig | None = AugmentationConfig()
    """How the frames of walks are altered in training, each by itself; None for not at all."""
    taught: Literal["answers", "chat_format_too"] = "answers"
    """Which tokens are taught: what the assistant says with what ends it, or also, as upstream, the tokens of the chat
    format wherever they stand."""
    co_training: str | None = None
    """YAML file of what stage 2 mixes in: QA_datasets, SCANQA_datasets and MMC4_datasets, each a list of json_path with
    sampling_strategy (all, first:N, end:N, random:N, N may be a percentage) and sampling_subset (words of which one
    stands in a video's path)."""
    media: MediaConfig = MediaConfig()
    """Where its videos and images lie."""
    video_frames: int = Field(default=32, gt=0)
    """Frames of a video or a scan that are shown."""
    pictures: int = Field(default=6, gt=0)
    """Pictures of a web page of MMC4 at most."""
    anyres: AnyresConfig | None = AnyresConfig()
    """How a single image of a question is shown in tiles; None shows it resized, like a frame."""
    group_by_task: bool = True
    """Whether every step is of one task."""

    @property
    def recordings(self) -> dict[str, RecordingConfig]:
        """What names stand for."""
        return BUILT_IN | self.registry
