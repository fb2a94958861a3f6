"""Statistics: complete, of the right shapes, in order, and those of numbers equal to a fresh count."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from vln_pipeline.export.episode_table import EPISODES_PATH
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.statistics import QUANTILES, Statistics, merged, of_numbers, sampled_frames
from vln_pipeline.regular_file import regular

_VISUAL = ("image", "video")
_BASIC = ("min", "max", "mean", "std")


def problems(dataset: ExportedDataset) -> Iterator[str]:
    """Yield what is wrong."""
    names = (*_BASIC, *QUANTILES) if dataset.is_v30 else _BASIC
    features = dataset.info["features"]
    pooled: dict[str, Statistics] = {}
    for episode, told in enumerate(_told(dataset)):
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


def _told(dataset: ExportedDataset) -> Iterator[dict[str, Statistics]]:
    if not dataset.is_v30:
        for line in dataset.lines("meta/episodes_stats.jsonl"):
            yield _arrays(line["stats"])
        return
    for batch in pq.ParquetFile(regular(dataset.root / EPISODES_PATH)).iter_batches(batch_size=1):
        row = batch.to_pylist()[0]
        found: dict[str, dict[str, Any]] = {}
        for key, value in row.items():
            if key.startswith("stats/"):
                _, feature, name = key.split("/")
                found.setdefault(feature, {})[name] = value
        yield _arrays(found)


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
    """Check the ranges by which NavDP's loader cuts the sorted images of a scene."""
    lines = dataset.lines("meta/episodes_stats.jsonl")
    image = task = 0
    for episode, (line, row) in enumerate(zip(lines, dataset.episodes, strict=True)):
        for key, first, count in (("image_index", image, row["length"]), ("task_index", task, len(row["tasks"]))):
            expected = {"min": first, "max": first + count - 1, "count": count}
            if line.get(key) != expected:
                yield f"episode {episode}: {key} is {line.get(key)}, not {expected}"
        image, task = image + row["length"], task + len(row["tasks"])
