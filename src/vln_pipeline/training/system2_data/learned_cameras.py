"""Which cameras the walks of a training were filmed with, as their datasets tell it."""

from collections.abc import Iterable, Iterator

from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.writer import DIALECT
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.training.system2_data.sample_table import Source


def learned_cameras(sources: Iterable[Source], *, look_down_only: bool) -> TrainedCameras:
    """Return what the cameras of some datasets have in common; one that does not tell its lenses leaves them unknown.

    Args:
        sources: at least one.
        look_down_only: whether a network sees through the look-down camera alone, as System 1 on latent plans does.
    """
    return TrainedCameras.of(camera for source in sources for camera in _cameras(source, look_down_only))


def _cameras(source: Source, look_down_only: bool) -> Iterator[tuple[float, float, Intrinsics | None]]:
    recording, folder = source.recording, source.folder
    told = ExportedDataset(folder).cameras if (folder / DIALECT).is_file() else {}
    pitches = {recording.setting: recording.pitch, recording.look_down_setting: recording.look_down_pitch}
    for setting, pitch in pitches.items():
        if look_down_only and setting != recording.look_down_setting:
            continue
        camera = told.get(setting)
        if camera is None:  # the name of a camera tells where it is, not what its lens is
            yield recording.height / 100, float(pitch), None
        else:
            yield camera.height, camera.pitch, camera.intrinsics
