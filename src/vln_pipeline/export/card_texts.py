"""What cards say of every dataset of a dialect and version."""

from vln_pipeline.export.point_cloud import POINT_CLOUD
from vln_pipeline.export.policy_form import CLIP, NEXT_ACTION, WORDINGS

CONVENTIONS = {
    "vln_n1": """\
* World: right-handed, metres, z up. `action` is the camera-to-world pose of the frame with **OpenGL** camera axes
  (x right, y up, z backward); multiply by diag(1, -1, -1, 1) on the right for OpenCV axes.
* `observation.camera_extrinsic` is camera to body: a rotation about x by 90 degrees less the downward pitch, and the
  camera's height; the body's axes are x right, y forward, z up.
* Clip and route indexes are first and last frame, both included.""",
    "vln_ce": """\
* World: the robot's start frame, metres: x forward, y left, z up, origin on the ground. `pose.*` is camera-to-world
  with **OpenCV** camera axes (x right, y down, z forward).
* `action` is the one that led to the frame: -1 none, 1 forward, 2 left, 3 right. STOP follows the last frame.
* `goal.*` is the pixel goal, (column, row) in this camera's own image: the farthest future position of the robot, on
  the ground, that the camera sees; (-1, -1) where it sees none. `relative_goal_frame_id.*` is how many frames ahead the
  robot arrives there; -1 where there is none.""",
}
"""What is the case in every dataset of a dialect, by its name."""
CLOUD = f"""
* `{POINT_CLOUD}`: surfaces of the scene, world frame; obstacles on the storeys that were walked have the colour
  (0, 0, 0.5)."""
"""Where there is a point cloud."""
SWAYS = """
* The robot's body sways: `pose.*` is where the camera was held, which tells only roughly where the robot stood, and
  steps are as long as the robot made them."""
"""Where bodies sway."""
VERSIONS = {
    "v2.1": """\
Colour lies in loose jpg files, the rendered bytes, for InternNav's loaders, and once more as video for lerobot 0.3
where the features list `observation.video.rgb*`. Depth is loose 16-bit png in units of {unit} m; 0 means no surface. A
task is a string that every wording, clip or route has once; in vln_n1 it is a JSON object, as in InternData-N1.""",
    "v3.0": f"""\
For lerobot 0.4 and later. `observation.state` is where the robot's base is, seen from where it started: x forward and
y left, metres, and yaw, radians. `action` is how the base moves to the next frame: dx, dy, dyaw, in its own frame; 0 in
the last one. Colour is video (`observation.images.rgb*`); depth is a 16-bit png per row (`observation.depth*`) in units
of {{unit}} m, marked as lerobot 0.6 does; 0 means no surface. The task of a frame is the whole route; `{WORDINGS}`
holds all its wordings, joined by `<INSTRUCTION_SEP>`, and `{CLIP}`, where it is there, what to do on this stretch.
`meta/episodes` names the scene and the split of every episode; validation has scenes of its own, and its rows come last
in what `datasets` calls the split `train`.""",
}
"""What lies where, by version; to be given the unit of depth."""
RENAMED = {
    "vln_n1": """\
In v3.0 `action` above is called `camera.pose`, and the extrinsic `camera.extrinsic`; matrices are flat, row by row.""",
    "vln_ce": f"""\
In v3.0 `{NEXT_ACTION}` is the action that follows the frame, 0 (STOP) after the last one, in place of `action` above;
matrices are flat, row by row.""",
}
"""What v3.0 calls otherwise, by dialect."""
