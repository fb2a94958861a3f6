"""The dataset card: what a person must know before using the data, in the front-matter format of dataset hubs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from vln_pipeline.export.writer import Writer
from vln_pipeline.scenes.scene import Scene

_CONVENTIONS = {
    "vln_n1": """\
* World: right-handed, metres, z up. `action` is the camera-to-world pose of the frame with **OpenGL** camera axes
  (x right, y up, z backward); multiply by diag(1, -1, -1, 1) on the right for OpenCV axes.
* `observation.camera_extrinsic` is camera to body: a rotation about x by 90 degrees less the downward pitch, and the
  camera's height; the body's axes are x right, y forward, z up.
* `meta/pointcloud.ply`: surfaces of the scene, world frame; obstacles on the storeys that were walked have the colour
  (0, 0, 0.5).
* Clip and route indexes are first and last frame, both included.""",
    "vln_ce": """\
* World: the robot's start frame, metres: x forward, y left, z up, origin on the ground. `pose.*` is camera-to-world
  with **OpenCV** camera axes (x right, y down, z forward).
* `action` is the one that led to the frame: -1 none, 1 forward, 2 left, 3 right. STOP follows the last frame.
* `goal.*` is the pixel goal, (column, row) in this camera's own image: the farthest future position of the robot, on
  the ground, that the camera sees; (-1, -1) where it sees none. `relative_goal_frame_id.*` is how many frames ahead the
  robot arrives there; -1 where there is none.""",
}
_SWAYS = """
* The robot's body sways: `pose.*` is where the camera was held, which tells only roughly where the robot stood, and
  steps are as long as the robot made them."""
_VERSIONS = {
    "v2.1": """\
Colour lies in loose jpg files, the rendered bytes, for InternNav's loaders, and once more as video for lerobot 0.3
where the features list `observation.video.rgb*`. Depth is loose 16-bit png in units of {unit} m; 0 means no surface. A
task is a string; what belongs to clips and routes stands beside it in `meta/tasks.jsonl`.""",
    "v3.0": """\
For lerobot 0.4 and later. Colour is video (`observation.images.rgb*`); depth is a 16-bit png per row
(`observation.depth*`) in units of {unit} m; 0 means no surface. The library gives depth in raw units, not scaled
to [0, 1]. The task of a frame is the whole route; further wordings of it are tasks of the episode. Where there is a
`subtask_index`, the subtask is the instruction of the clip.""",
}


def write_card(writer: Writer, scene: Scene, labellers: Sequence[str], provenance: Mapping[str, Any]) -> None:
    """Write README.md into a finished dataset; the same dataset and provenance give the same text."""
    front = {
        "license": "other",
        "license_name": scene.licence or "unknown",
        "task_categories": ["robotics"],
        "configs": [{"config_name": "default", "data_files": "data/*/*.parquet"}],
        "tags": ["LeRobot", "vision-language-navigation", writer.dialect.name],
    }
    sections = [
        "---\n" + "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items()) + "\n---",
        f"# {scene.id}, {writer.dialect.name}, LeRobot {writer.version}",
        "Rendered walks of a simulated robot through one scene, with instructions.",
        _table({key: str(getattr(writer, key)) for key in ("episodes", "frames", "tasks")})
        + f"\n| frames per second | {writer.dialect.fps} |",
        "## Scene\n\n"
        + _table(
            {
                "id": scene.id,
                "source": scene.source or "unknown",
                "origin": scene.origin or "unknown",
                "licence": scene.licence or "unknown: ask the source of the scene before you share this data",
                "instructions by": ", ".join(labellers),
            }
        ),
        "## How it was made\n\n" + _table({str(key): _plain(value) for key, value in provenance.items()}),
        "## Cameras\n\n" + _cameras(writer),
        "## Conventions\n\n" + _CONVENTIONS[writer.dialect.name] + (_SWAYS if writer.sways else ""),
        "## Files\n\n" + _VERSIONS[writer.version].format(unit=f"{writer.depth_unit:g}") + "\n\n" + _tree(writer),
        "## Features\n\n" + _features(writer),
    ]
    (writer.root / "README.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else f"`{json.dumps(value, sort_keys=True)}`"


def _table(rows: Mapping[str, str]) -> str:
    cells = [f"| {key} | {' '.join(value.split()).replace('|', '/')} |" for key, value in rows.items()]
    return "\n".join(["| | |", "| --- | --- |", *cells])


def _cameras(writer: Writer) -> str:
    lines = [
        "| setting | height, m | pitch down, deg | image | fx, fy | cx, cy |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, camera in sorted(writer.cameras.items()):
        k = camera["intrinsics"]
        size, focal = f"{k['width']}x{k['height']}", f"{k['fx']:.2f}, {k['fy']:.2f}"
        centre = f"{k['cx']:g}, {k['cy']:g}"
        lines.append(f"| {name} | {camera['height']:g} | {camera['pitch']:g} | {size} | {focal} | {centre} |")
    return "\n".join(lines)


def _tree(writer: Writer) -> str:
    """Return the folders with the number of files in each and the first name."""
    folders: dict[str, list[str]] = {}
    for path in writer.root.rglob("*"):
        if path.is_file() and path.name != "README.md":
            folders.setdefault(path.parent.relative_to(writer.root).as_posix(), []).append(path.name)
    lines = [
        f"{folder}/  {len(names)} file{'s' if len(names) > 1 else ''}, first {min(names)}"
        for folder, names in sorted(folders.items())
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def _features(writer: Writer) -> str:
    rows = [f"| `{n}` | {f.dtype} | {' x '.join(map(str, f.shape))} |" for n, f in writer.features.items()]
    return "\n".join(["| name | type | shape |", "| --- | --- | --- |", *rows])
