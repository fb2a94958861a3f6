"""Statistics: complete, of the right shapes, in order, and those of numbers equal to a fresh count."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from vln_pipeline.export.episode_table import read_episodes, statistics_of
from vln_pipeline.export.features import Feature
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.statistics import QUANTILES, Statistics, merged, of_numbers, sampled_frames

_VISUAL = ("image", "video")
_BASIC = ("min", "max", "mean", "std")


def problems(dataset: ExportedDataset) -> Iterator[str]:
    """Yield what is wrong."""
    names = (*_BASIC, *QUANTILES) if dataset.is_v30 else _BASIC
    described = {name: Feature.described(entry) for name, entry in dataset.info["features"].items()}
    features = {name: entry for name, entry in dataset.info["features"].items() if not described[name].is_text}
    pooled: dict[str, Statistics] = {}
    for episode, told in enumerate(_told(dataset, described)):
        columns = dataset.columns(episode)
        length = dataset.episodes[episode]["length"]
        if told.keys() != features.keys():
            yield f"episode {episode}: statistics of {sorted(told.keys() ^ features.keys())} are missing or too many"
            return
        for name, feature in features.items():
            visual = feature["dtype"] in _VISUAL
            count = len(sampled_frames(length)) if visual else length
            where = f"episode {episode}, {name}"
            wrong = [f"{where}: {problem}" for problem in _of_feature(name, feature, told[name], names, count)]
            yield from wrong
            if not wrong and not visual:
                yield from (f"{where}: {problem}" for problem in _against(told[name], of_numbers(columns[name]), names))
            if dataset.is_v30 and not wrong:
                pooled[name] = merged(pooled[name], told[name]) if name in pooled else told[name]
    if dataset.is_v30:
        yield from _pooled(dataset, pooled, names)
    else:
        yield from _index_ranges(dataset)


def _told(dataset: ExportedDataset, features: Mapping[str, Feature]) -> Iterator[dict[str, Statistics]]:
    if not dataset.is_v30:
        for line in dataset.lines("meta/episodes_stats.jsonl"):
            yield _arrays(line["stats"])
        return
    for row in read_episodes(dataset.root):
        yield statistics_of(row, features)


def _arrays(statistics: Mapping[str, Mapping[str, Any]]) -> dict[str, Statistics]:
    return {f: {name: np.asarray(value) for name, value in found.items()} for f, found in statistics.items()}


def _of_feature(
    name: str, feature: Mapping[str, Any], told: Statistics, names: tuple[str, ...], count: int
) -> Iterator[str]:
    if told.keys() != {*names, "count"}:
        yield f"has {sorted(told)}, not {sorted((*names, 'count'))}"
        return
    shape = tuple(feature["shape"])
    expected = (shape[2], 1, 1) if feature["dtype"] in _VISUAL else shape
    if "image" in name and expected != (3, 1, 1):
        yield "is called an image, which lerobot takes for three channels"
    if any(told[key].shape != expected for key in names):
        yield f"statistics are not of shape {expected}"
        return
    if not all(np.isfinite(told[key]).all() for key in names):
        yield "statistics are not finite"
    slack = 1e-6 * (1 + np.abs(told["mean"]))
    if (told["min"] > told["mean"] + slack).any() or (told["mean"] > told["max"] + slack).any():
        yield "mean is not between min and max"
    if (told["std"] < 0).any():
        yield "std is negative"
    if told["count"].tolist() != [count]:
        yield f"count is {told['count'].tolist()}, not {[count]}"


def _against(told: Statistics, fresh: Statistics, names: tuple[str, ...]) -> Iterator[str]:
    for key in names:
        # Numbers were counted before they were rounded to the column's type.
        if not np.allclose(told[key], fresh[key], rtol=1e-4, atol=1e-5):
            yield f"{key} differs from that of the rows"


def _pooled(dataset: ExportedDataset, pooled: dict[str, Statistics], names: tuple[str, ...]) -> Iterator[str]:
    told = _arrays(json.loads((dataset.root / "meta/stats.json").read_text(encoding="utf-8")))
    if told.keys() != pooled.keys():
        yield "stats.json has other features than the episodes"
        return
    for feature, found in pooled.items():
        for problem in _against(told[feature], found, (*names, "count")):
            yield f"stats.json, {feature}: {problem}"


def _index_ranges(dataset: ExportedDataset) -> Iterator[str]:
    """Check the ranges by which NavDP's loader cuts a scene's sorted images, and that a task has one number."""
    lines = dataset.lines("meta/episodes_stats.jsonl")
    number = {task: index for index, task in enumerate(dataset.tasks)}
    if len(number) < len(dataset.tasks):
        yield "tasks.jsonl has the same task twice"
        return
    image = 0
    for episode, (line, row) in enumerate(zip(lines, dataset.episodes, strict=True)):
        tasks = [number[task] for task in row["tasks"]]
        told = {
            "image_index": {"min": image, "max": image + row["length"] - 1, "count": row["length"]},
            "task_index": {"min": min(tasks), "max": max(tasks), "count": len(tasks)},
        }
        for key, expected in told.items():
            if line.get(key) != expected:
                yield f"episode {episode}: {key} is {line.get(key)}, not {expected}"
        image += row["length"]
