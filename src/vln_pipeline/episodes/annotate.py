"""Filmed walks as StreamVLN's annotations."""

from collections.abc import Iterable, Iterator

from vln_pipeline.episodes.datasets import DATASETS
from vln_pipeline.episodes.formats.streamvln import AnnotatedWalk
from vln_pipeline.export.episode import ExportWalk


def annotated(walks: Iterable[ExportWalk], dataset: str, camera: str, first: int = 0) -> Iterator[AnnotatedWalk]:
    """Yield each walk with the frames of one camera.

    Args:
        walks: discrete walks with frames and words.
        dataset: name of the data set that the words are from.
        camera: "<rig>.<setting>" in the footage.
        first: number of the first walk.
    """
    for number, walk in enumerate(walks, start=first):
        trajectory = walk.trajectory
        frames = len(trajectory.poses)
        episode = trajectory.id.rpartition("_")[2]
        yield AnnotatedWalk(
            id=str(number),
            scene=trajectory.scene,
            dataset=DATASETS[dataset].short,
            episode=str(int(episode)) if episode.isdecimal() else str(number),
            instructions=(walk.labels.sum_instruction, *walk.labels.variants),
            actions=trajectory.actions,
            frames=tuple(walk.footage.path(trajectory.id, camera, "rgb", frame) for frame in range(frames)),
        )
