"""Pictures of one filmed walk: a frame with its instruction and goal, and a contact sheet."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.pixel_goal import project
from vln_pipeline.inspection.contact_sheet import contact_sheet, encode_jpeg
from vln_pipeline.inspection.markers import draw_path, draw_pixel_goal
from vln_pipeline.inspection.page import Picture
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.camera import Intrinsics, Motion
from vln_pipeline.rendering.footage import Footage, camera_name

_SHEET_FRAMES = 5


def route_picture(footage: Footage, walk: Trajectory, labels: Labels) -> Picture:
    """Return a frame from early in the walk with the way ahead drawn on the floor, captioned by the instruction."""
    rig = footage.rig(Motion.CONTINUOUS, walk.id)
    setting = rig.settings[0]
    camera = camera_name(rig, setting)
    frame = len(walk.path) // 8
    image = footage.rgb(walk.id, camera, frame)
    pose = footage.poses(walk.id, camera)[frame]
    pixels, depth = (x[0] for x in project(pose[None], walk.path[frame:], setting.intrinsics))
    inside = _inside(pixels, depth, setting.intrinsics)
    image = draw_path(image, np.where(inside[:, None], pixels, np.nan))
    if inside.any():
        u, v = pixels[np.flatnonzero(inside)[-1]]
        image = draw_pixel_goal(image, (round(float(u)), round(float(v))))
    return Picture(encode_jpeg(image), f"{walk.id}: {labels.sum_instruction}")


def sheet_picture(footage: Footage, walk: Trajectory) -> Picture:
    """Return frames spread over the walk with depth, categories and instances."""
    rig = footage.rig(Motion.CONTINUOUS, walk.id)
    camera = camera_name(rig, rig.settings[0])
    frames = np.linspace(0, len(walk.path) - 1, _SHEET_FRAMES).round().astype(int).tolist()
    sheet = contact_sheet(
        [footage.rgb(walk.id, camera, f) for f in frames],
        [footage.depth(walk.id, camera, f, rig.depth_unit) for f in frames],
        [footage.ids(walk.id, camera, "semantic", f) for f in frames],
        [footage.ids(walk.id, camera, "instance", f) for f in frames],
    )
    return Picture(sheet, f"{walk.id}, {camera}: colour, depth, categories, instances")


def _inside(pixels: NDArray[np.float64], depth: NDArray[np.float64], camera: Intrinsics) -> NDArray[np.bool_]:
    within = (pixels >= 0) & (pixels <= [camera.width - 1, camera.height - 1])
    return within.all(axis=1) & (depth > 0)
