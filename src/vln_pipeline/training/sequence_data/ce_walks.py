"""Walks out of datasets of vln_ce, whoever wrote them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.training.dataset_folders import dataset_folders
from vln_pipeline.training.sequence_data.config import SequenceDataConfig
from vln_pipeline.training.sequence_data.walk import SequenceWalk, from_first, share_of_way
from vln_pipeline.training.system2_data.episode import require_moves
from vln_pipeline.training.system2_data.filmed import filmed
from vln_pipeline.training.system2_data.mix import MixPart, parse_mix
from vln_pipeline.training.system2_data.open_scene import open_scene
from vln_pipeline.training.system2_data.report import ReadReport
from vln_pipeline.training.system2_data.scene_folder import SceneFolder

_MEND = "give folders of vln_ce datasets"


def ce_walks(mix: str, config: SequenceDataConfig, own: Sequence[Path], report: ReadReport) -> Iterator[SequenceWalk]:
    """Yield the walks of a mix, whatever their shares; the report tells which were left out.

    Args:
        mix: names of the registry.
        config: what they stand for.
        own: what stands for recordings without a folder: folders of this run's exports.
        report: is added to.

    Raises:
        DataError: the mix is none, or a folder holds no dataset.
    """
    for part in parse_mix(mix, config.names):
        for folder in dataset_folders(_roots(part, config, own), _MEND):
            try:
                scene = open_scene(folder)
                numbers = [] if scene is None else list(scene.numbers())
            except DataError as error:
                report.skip(error)
                continue
            for number in numbers:
                try:
                    if scene is not None:
                        yield _walk(scene, folder, number, part)
                except DataError as error:
                    report.skip(error)


def _roots(part: MixPart, config: SequenceDataConfig, own: Sequence[Path]) -> list[Path]:
    if part.recording.folder is not None:
        return [Path(config.root, part.recording.folder)]
    if not own:
        raise DataError(part.name, "stands for walks of this run, and there are none", "run the datagen pipeline first")
    return list(own)


def _walk(scene: SceneFolder, folder: Path, number: int, part: MixPart) -> SequenceWalk:
    episode = scene.episode(number, part.recording, goals=False)
    frames, poses = filmed(folder, number, part.recording.setting, episode.name)
    if len(poses) != len(episode):
        raise DataError(episode.name, f"it has {len(episode)} actions and {len(poses)} poses")
    require_moves(episode)
    # The camera's right-hand side is level, however far it looks down.
    yaw = np.arctan2(poses[:, 0, 0], -poses[:, 1, 0])
    positions = poses[:, :2, 3]
    return SequenceWalk(
        name=episode.name,
        scene=scene.scene,
        source=part.name,
        share=part.share,
        instructions=episode.instructions,
        frames=frames,
        actions=episode.actions,
        expert_actions=episode.expert_actions,
        progress=share_of_way(positions),
        poses=from_first(positions, yaw),
    )
