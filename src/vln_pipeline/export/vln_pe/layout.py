"""Names and columns of the layout, shared by its writer and its reader.

::

    <trajectory>/data/chunk-000/episode_000000.parquet                        a row per frame
    <trajectory>/videos/chunk-000/observation.images.rgb/rgb.npy              (N, h, w, 3) uint8
    <trajectory>/videos/chunk-000/observation.images.depth/depth.npy          (N, h, w) float32
    <trajectory>/meta/episodes.jsonl, tasks.jsonl                             a line per instruction
    <trajectory>/meta/info.json, episodes_stats.jsonl

Later releases have one folder per scene, ``episode_<number>.npy`` in place of ``rgb.npy`` and ``depth.npy``, and the
instructions in ``tasks.jsonl``. A folder written here has both names of each array (one file) and both tables, so that
both generations of InternNav's loader read it.
"""

import pyarrow as pa

RGB, DEPTH = "observation.images.rgb", "observation.images.depth"
ARRAYS = {RGB: "rgb.npy", DEPTH: "depth.npy"}
"""File names of the arrays in a folder per trajectory."""
CHUNK_SIZE = 1000
"""Episodes per chunk folder."""

SCHEMA = pa.schema(
    {
        "observation.camera_position": pa.list_(pa.float64(), 3),
        "observation.camera_orientation": pa.list_(pa.float64(), 4),
        "observation.camera_yaw": pa.float64(),
        "observation.robot_position": pa.list_(pa.float64(), 3),
        "observation.robot_orientation": pa.list_(pa.float64(), 4),
        "observation.robot_yaw": pa.float64(),
        "observation.progress": pa.float64(),
        "observation.step": pa.int64(),
        "observation.action": pa.int64(),
    }
)
"""Columns that loaders read."""


def data_name(episode: int) -> str:
    """Return the path of an episode's table in its dataset's folder."""
    return f"data/chunk-{episode // CHUNK_SIZE:03d}/episode_{episode:06d}.parquet"


def array_name(kind: str, episode: int) -> str:
    """Return the path of an episode's array in the folder of a scene; ``kind`` is ``RGB`` or ``DEPTH``."""
    return f"videos/chunk-{episode // CHUNK_SIZE:03d}/{kind}/episode_{episode:06d}.npy"


def own_array_name(kind: str) -> str:
    """Return the path of the array in the folder of a trajectory."""
    return f"videos/chunk-000/{kind}/{ARRAYS[kind]}"
