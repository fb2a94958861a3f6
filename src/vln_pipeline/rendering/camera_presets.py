"""Cameras by name, with the intrinsics that the papers' data was rendered with."""

from vln_pipeline.rendering.camera import Intrinsics

PRESETS = {
    # VLN-CE evaluation camera of InternVLA-N1: 640 x 480, 79 degrees.
    "habitat": Intrinsics.from_fov(640, 480, 79),
    # Intel RealSense D435i colour sensor (69 x 42 degrees) at the size of InternData-N1's vln_n1 frames.
    "d435i": Intrinsics.from_fov(480, 270, 69, 42),
    # Stereolabs ZED 2 (110 x 70 degrees) at the same size.
    "zed2": Intrinsics.from_fov(480, 270, 110, 70),
}


def scaled(camera: Intrinsics, scale: float) -> Intrinsics:
    """Return the same field of view on a smaller or larger image; sizes are rounded to whole, even pixels.

    >>> scaled(PRESETS["habitat"], 0.5).width
    320
    """
    width, height = (max(2, 2 * round(size * scale / 2)) for size in (camera.width, camera.height))
    fx, fy = camera.fx * width / camera.width, camera.fy * height / camera.height
    return Intrinsics(width, height, fx, fy, (width - 1) / 2, (height - 1) / 2)
