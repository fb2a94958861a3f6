"""The windows of all walks of a mix: one sample per walk, instruction and window."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vln_pipeline.errors import DataError
from vln_pipeline.training.dataset_folders import dataset_folders
from vln_pipeline.training.streamvln_data.config import StreamVlnDataConfig
from vln_pipeline.training.system2_data.episode import Episode, require_moves
from vln_pipeline.training.system2_data.mix import MixPart, parse_mix
from vln_pipeline.training.system2_data.open_scene import open_scene
from vln_pipeline.training.system2_data.report import ReadReport
from vln_pipeline.training.system2_data.sample_table import Source
from vln_pipeline.training.system2_data.scene_samples import speakable

_MEND = "give folders of vln_ce datasets"


@dataclass(frozen=True, eq=False)
class Walk:
    """One walk.

    Attributes:
        source: number of its source.
        episode: number in its dataset.
        actions: (L,) int8 the action taken at each frame; at the last one, to stop.
        expert_actions: (L,) int8 what is to be learned at each frame, see ``Episode``.
        instructions: wordings of the route.
    """

    source: int
    episode: int
    actions: NDArray[np.int8]
    expert_actions: NDArray[np.int8]
    instructions: tuple[str, ...]


class Windows:
    """Samples by number, in order of their walks, instructions and starts.

    Args:
        sources: where walks are from.
        walks: all walks.
        window: steps of a window.

    Attributes:
        sources, walks: as given.
        rows: (n, 3) int64 walk, instruction and first step of each sample.
    """

    def __init__(self, sources: Sequence[Source], walks: Sequence[Walk], window: int) -> None:
        self.sources, self.walks = tuple(sources), tuple(walks)
        rows = [
            (number, wording, start)
            for number, walk in enumerate(walks)
            for wording in range(len(walk.instructions))
            for start in range(0, len(walk.actions), window)
        ]
        self.rows = np.array(rows, dtype=np.int64).reshape(-1, 3)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def origin(self) -> NDArray[np.int64]:
        """(n,) source of each sample."""
        return np.array([walk.source for walk in self.walks], dtype=np.int64)[self.rows[:, 0]]

    @property
    def episodes(self) -> NDArray[np.int64]:
        """(n,) episode of each sample."""
        return np.array([walk.episode for walk in self.walks], dtype=np.int64)[self.rows[:, 0]]


def read_windows(config: StreamVlnDataConfig, own: Sequence[Path], window: int) -> tuple[Windows, ReadReport]:
    """Return the samples of all recordings of a mix, whatever their shares.

    Args:
        config: mix, registry, rules.
        own: what stands for recordings without a folder: folders of this run's exports.
        window: steps of a window.

    Raises:
        DataError: the mix is none, a folder holds no dataset, or there is no sample at all.
    """
    jobs = [
        (folder, part)
        for part in parse_mix(config.mix, config.recordings)
        for folder in dataset_folders(_roots(part, config, own), _MEND)
    ]
    report = ReadReport()
    sources: list[Source] = []
    walks: list[Walk] = []
    for folder, part in tqdm(jobs, desc="finding windows", unit=" scene"):
        try:
            scene = open_scene(folder)
            if scene is None:
                continue
            numbers = list(scene.numbers())
        except DataError as error:
            report.skip(error)
            continue
        sources.append(Source(folder, scene.scene, part.name, part.recording))
        for number in numbers:
            try:
                episode = _usable(scene.episode(number, part.recording, goals=False), config, report)
            except DataError as error:
                report.skip(error)
                continue
            if episode.instructions:
                report.episodes += 1
                done, wanted = (one.astype(np.int8) for one in (episode.actions, episode.expert_actions))
                walks.append(Walk(len(sources) - 1, number, done, wanted, episode.instructions))
    found = Windows(sources, walks, window)
    if not len(found):
        first = f"; {report.lines()[1]}" if report.skipped else ""
        raise DataError(f"data.mix {config.mix}", f"there is no sample to learn from{first}", _MEND)
    return found, report


def _roots(part: MixPart, config: StreamVlnDataConfig, own: Sequence[Path]) -> list[Path]:
    if part.recording.folder is not None:
        return [Path(config.root, part.recording.folder)]
    if not own:
        raise DataError(part.name, "stands for walks of this run, and there are none", "run the datagen pipeline first")
    return list(own)


def _usable(episode: Episode, config: StreamVlnDataConfig, report: ReadReport) -> Episode:
    """Return a walk without the instructions that cannot be given.

    Raises:
        DataError: it is too short, or an action cannot be.
    """
    if len(episode) < config.min_frames:
        raise DataError(episode.name, f"fewer than {config.min_frames} frames")
    require_moves(episode)
    return speakable(episode, config.max_characters, report)
