"""The unit of depth images, told from the floor that they show."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.upstream.conventions import best_fitting, downward_pitch
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding

_EPISODES, _FRAMES = 4, 8
_BOTTOM = 0.1
"""Share of an image's rows, at its bottom, where the floor is seen."""
_FLOOR_SEEN = 0.95
"""Share of pixels that show the floor or something nearer; stairs that lead down are farther."""
_MOST = np.iinfo(np.uint16).max
_UNITS = {1e-4: "0.1 mm", 1e-3: "1 mm", 1e-2: "1 cm", 1e-5: "0.01 mm", 1.0: "1 m"}

Camera = Callable[[int], tuple[float, float] | None]
"""Height above the ground, metres, and focal length over the image's height, of an episode's camera."""


def depth_unit(dataset: UpstreamDataset, key: str, unit: float, pose_column: str, camera: Camera) -> Iterator[Finding]:
    """Depth in another unit than the dialect's, by a power of ten.

    What stands lowest in an image is the floor or something nearer, and how far the floor is there follows from the
    camera's height and pitch.

    Args:
        dataset: to look at.
        key: folder of the depth images.
        unit: of the dialect, metres.
        pose_column: camera poses, which tell the pitch.
        camera: tells the rest.
    """
    ratios = []
    for episode in list(dataset.rows)[:_EPISODES]:
        poses, seen = dataset.poses(episode, pose_column), camera(episode)
        convention = best_fitting(poses) if poses is not None else None
        if poses is None or seen is None or convention is None:
            continue
        pitches = np.radians(downward_pitch(convention.cameras(poses)[0][:, :, 2]))
        paths = dataset.pictures(key).frames(episode)[: len(poses)]
        for frame in np.unique(np.linspace(0, len(paths) - 1, _FRAMES).astype(int)) if paths else ():
            path = paths[frame]
            image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
            if image is not None and image.ndim == 2 and image.dtype == np.uint16:
                ratios.append(_over_floor(image.astype(np.float64), unit, *seen, pitches[frame]))
    values = np.concatenate(ratios) if ratios else np.empty(0)
    where = f"videos/chunk-*/{key}"
    if ratios and not values.size:
        means = "nothing tells how far anything is"
        yield Finding(where, "depth has no reading at the bottom of any image looked at", means, "export it again")
    if not values.size:
        return
    factor = round(float(np.log10(np.quantile(values, _FLOOR_SEEN))))
    if factor == 0:
        return
    fits = unit / 10.0**factor
    found = f"depth is {10.0**factor:g} times what the floor's distance is in units of {_UNITS[unit]}"
    means = (
        f"values fit units of {_UNITS.get(round(fits, 9), f'{fits:g} m')}; loaders of this dialect scale them wrongly"
    )
    yield Finding(where, found, means, "images are not rewritten; scale them when reading")


def _over_floor(
    image: NDArray[np.float64], unit: float, height: float, focal: float, pitch: float
) -> NDArray[np.float64]:
    """Return depth over the floor's depth, of the readings at the bottom of an image."""
    rows = np.arange(int(len(image) * (1 - _BOTTOM)), len(image))
    slope = np.sin(pitch) + np.cos(pitch) * (rows - (len(image) - 1) / 2) / (focal * len(image))
    seen = image[rows]
    ratios = seen * unit * slope[:, None] / height
    result: NDArray[np.float64] = ratios[(seen > 0) & (seen < _MOST) & (slope[:, None] > 0.05)]
    return result
