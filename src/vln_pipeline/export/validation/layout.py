"""Metadata and files: keys, totals, that every file that is named exists and no other parquet does."""

from collections.abc import Iterator

from vln_pipeline.export.reader import ExportedDataset

_KEYS: dict[str, type] = {
    "robot_type": str,
    "total_episodes": int,
    "total_frames": int,
    "total_tasks": int,
    "chunks_size": int,
    "fps": int,
    "splits": dict,
    "data_path": str,
    "video_path": str,
    "features": dict,
}
_KEYS_OF_VERSION: dict[str, dict[str, type]] = {
    "v2.1": {"total_videos": int, "total_chunks": int},
    "v3.0": {"data_files_size_in_mb": float, "video_files_size_in_mb": float},
}


def problems(dataset: ExportedDataset) -> Iterator[str]:
    """Yield what is wrong."""
    info = dataset.info
    for key, kind in (_KEYS | _KEYS_OF_VERSION[dataset.version]).items():
        if not isinstance(info.get(key), kind):
            yield f"info.json has no {key} of type {kind.__name__}"
            return
    yield from _totals(dataset)
    if [row["episode_index"] for row in dataset.episodes] != list(range(len(dataset))):
        yield "the episode table does not number its rows 0, 1, 2, ..."
    scenes = {scene.id for scene in dataset.scenes}
    for episode in range(len(dataset)):
        if not list(dataset.cameras_of(episode)):
            yield f"episode {episode} has no camera"
            return
        if dataset.scene_of(episode) not in scenes:
            yield f"episode {episode} is of a scene that meta/dialect.json does not name: {dataset.scene_of(episode)}"
            return
    known = {dataset.data_path(episode) for episode in range(len(dataset))}
    videos = {
        dataset.video_path(episode, camera.suffix)
        for episode in range(len(dataset))
        for camera in dataset.cameras_of(episode)
        if dataset.has_videos
    }
    for path in sorted(known | videos):
        if not path.is_file():
            yield f"{path.relative_to(dataset.root)} is missing"
    for folder, ending, expected in (("data", "parquet", known), ("videos", "mp4", videos)):
        for path in sorted(set((dataset.root / folder).rglob(f"*.{ending}")) - expected):
            yield f"{path.relative_to(dataset.root)} belongs to no episode"


def _splits(dataset: ExportedDataset) -> dict[str, str]:
    """Return the ranges of episodes by split, as the episode table has them."""
    if not dataset.is_v30:
        return {"train": f"0:{len(dataset)}"}
    splits = [row["split"] for row in dataset.episodes]
    names = dict.fromkeys(splits)
    return {name: f"{splits.index(name)}:{len(splits) - splits[::-1].index(name)}" for name in names}


def _totals(dataset: ExportedDataset) -> Iterator[str]:
    info, count = dataset.info, len(dataset)
    found = {
        "total_episodes": count,
        "total_frames": sum(row["length"] for row in dataset.episodes),
        "total_tasks": len(dataset.tasks),
        "splits": _splits(dataset),
    }
    if not dataset.is_v30:
        videos = sum(feature["dtype"] == "video" for feature in info["features"].values())
        found |= {"total_videos": count * videos, "total_chunks": -(-count // info["chunks_size"])}
    for key, value in found.items():
        if info[key] != value:
            yield f"info.json says {key} {info[key]}, the dataset has {value}"
