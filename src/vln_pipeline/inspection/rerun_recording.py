"""Episodes of a dataset as a recording for the Rerun viewer: images, points, camera, way, pixel goal, words."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.policy_form import CLIP
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.inspection.episode_views import filmed_poses_of, wordings_of

_APPLICATION = "vln_pipeline"


def record_episodes(dataset: ExportedDataset, episodes: Iterable[int], target: Path) -> None:
    """Write a recording; each episode has a time line of its own, in frames and in seconds.

    The world's unit is the metre, z points up. Depth images carry their metre, so that the viewer makes points of them.

    Raises:
        DataError: the viewer's library is not installed, or an image is missing or broken.
    """
    try:
        import rerun
    except ImportError as error:
        mend = 'pip install -c constraints.txt "vln-pipeline[rerun]"'
        raise DataError(str(target), "recordings need the library rerun-sdk", mend) from error
    recording = rerun.RecordingStream(_APPLICATION, recording_id=f"{dataset.dialect}, {dataset.scene}")
    recording.save(target)
    for episode in episodes:
        _record(rerun, recording, dataset, episode)
    recording.flush()
    recording.disconnect()


def _record(rerun: Any, recording: Any, dataset: ExportedDataset, episode: int) -> None:
    root = f"episode_{episode:06d}"
    recording.log(root, rerun.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    words = "\n".join(wordings_of(dataset, episode))
    recording.log(f"{root}/instruction", rerun.TextDocument(words), static=True)
    clips = dataset.table(episode, [CLIP])[CLIP].to_pylist() if CLIP in dataset.info["features"] else []
    columns = dataset.dialect_columns(episode)
    for camera in dataset.cameras_of(episode):
        poses = filmed_poses_of(dataset, columns, camera)
        place = f"{root}/{camera.setting}"
        ground = poses[:, :3, 3] - [0.0, 0.0, camera.height]
        recording.log(f"{place}/way", rerun.LineStrips3D([ground], radii=0.02), static=True)
        recording.log(f"{place}/camera/image", _pinhole(rerun, camera), static=True)
        for kind in dataset.mask_kinds:
            names = [(int(number), name) for number, name in dataset.mask_names(episode, kind).items()]
            recording.log(f"{place}/camera/image/{kind}", rerun.AnnotationContext(names), static=True)
        goals = columns.get(f"goal{camera.suffix}")
        for frame, pose in enumerate(poses):
            recording.set_time("frame", sequence=frame)
            recording.set_time("seconds", duration=frame / dataset.fps)
            recording.log(
                f"{place}/camera",
                rerun.Transform3D(translation=pose[:3, 3], mat3x3=pose[:3, :3]),
                rerun.TransformAxes3D(0.2),
            )
            recording.log(f"{place}/robot", rerun.Points3D([ground[frame]], radii=0.1))
            image = dataset.rgb(episode, camera.suffix, frame)
            recording.log(f"{place}/camera/image/colour", rerun.Image(image).compress(jpeg_quality=80))
            depth = np.rint(dataset.depth(episode, camera.suffix, frame) * 1000).astype(np.uint16)
            recording.log(f"{place}/camera/image/depth", rerun.DepthImage(depth, meter=1000.0))
            for kind in dataset.mask_kinds:
                mask = rerun.SegmentationImage(dataset.mask(episode, kind, camera.suffix, frame), opacity=0.4)
                recording.log(f"{place}/camera/image/{kind}", mask)
            if goals is not None:
                seen = [] if goals[frame][0] < 0 else [goals[frame].astype(float)]
                recording.log(f"{place}/camera/image/pixel_goal", rerun.Points2D(seen, radii=4, colors=(220, 20, 60)))
            if clips and clips[frame] != (clips[frame - 1] if frame else None):
                recording.log(f"{root}/clip", rerun.TextLog(clips[frame]))


def _pinhole(rerun: Any, camera: Camera) -> Any:
    k = camera.intrinsics
    return rerun.Pinhole(
        image_from_camera=k.matrix, resolution=[k.width, k.height], camera_xyz=rerun.ViewCoordinates.RDF
    )
