"""The file that names what stage 2 mixes in, in upstream's schema."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.streamvln.prompts import Prompts
from vln_pipeline.seeding import generator
from vln_pipeline.training.streamvln_data.config import StreamVlnDataConfig
from vln_pipeline.training.streamvln_data.questions import Questions
from vln_pipeline.training.streamvln_data.task import Task
from vln_pipeline.training.streamvln_data.web_pages import WebPages

_QA, _SCAN, _MMC4 = "QA_datasets", "SCANQA_datasets", "MMC4_datasets"
_MEDIA = {_QA: "video_qa", _SCAN: "scan_qa", _MMC4: "mmc4"}
"""Which of ``MediaConfig`` each task needs."""
_KEYS = {"json_path", "sampling_strategy", "sampling_subset"}
_STRATEGY = re.compile(r"(first|end|random):(\d+)(%?)", re.ASCII)
Item = TypeVar("Item")


def co_training_tasks(config: StreamVlnDataConfig, processor: Processor, prompts: Prompts, seed: int) -> list[Task]:
    """Return the tasks of the file that the configuration names.

    Args:
        config: the file, and where the media lie.
        processor: makes squares of frames.
        prompts: what precedes conversations.
        seed: of what is drawn.

    Raises:
        DataError: the file is missing or broken, names an unknown task, an entry cannot be used, or media are missing.
    """
    if config.co_training is None:
        return []
    path = Path(config.co_training)
    tasks: list[Task] = []
    for key, entries in _read(path).items():
        folder = _media_folder(key, config, path)
        name = _MEDIA[key]
        if key == _MMC4:
            shards = [shard for entry in entries for shard in _shards(entry, path, seed)]
            tasks.append(WebPages(name, shards, folder, config.pictures, processor, prompts))
        else:
            items = [item for entry in entries for item in _items(entry, path, seed)]
            tasks.append(Questions(name, items, folder, processor, prompts, config, scans=key == _SCAN))
        if not len(tasks[-1]):
            raise DataError(f"{path}, {key}", "gives no sample", "correct sampling_subset or json_path")
    return tasks


def sampled(items: Sequence[Item], strategy: str, seed: int, subject: str) -> list[Item]:
    """Return some of the items.

    Args:
        items: all.
        strategy: "all", or "first", "end" or "random" with a colon and a number or percentage.
        seed: of what is drawn.
        subject: what the strategy stands in, for the error; it has a draw of its own.

    Raises:
        DataError: there is no such strategy.

    >>> sampled("abcdef", "end:2", 0, ""), sampled("abcdef", "first:25%", 0, "")
    (['e', 'f'], ['a', 'b'])
    """
    if strategy == "all":
        return list(items)
    told = _STRATEGY.fullmatch(strategy)
    if told is None:
        mend = "write all, first:N, end:N or random:N, N a number or a percentage"
        raise DataError(subject, f"sampling_strategy {strategy!r} is not known", mend)
    count = math.ceil(int(told[2]) * len(items) / 100) if told[3] else int(told[2])
    if told[1] == "first":
        return list(items[:count])
    if told[1] == "end":
        return list(items[max(0, len(items) - count) :])
    drawn = generator(seed, "co_training", subject).permutation(len(items))[:count]
    return [items[place] for place in drawn]


def _read(path: Path) -> dict[str, list[Mapping[str, str]]]:
    """Return the entries of each task."""
    known = ", ".join(_MEDIA)
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        cause = f"not readable as YAML ({type(error).__name__})"
        raise DataError(str(path), cause, "name a readable file in data.co_training") from error
    if not isinstance(raw, dict) or not raw:
        raise DataError(str(path), "names no task", f"name some of {known}")
    for key, entries in raw.items():
        if key not in _MEDIA:
            raise DataError(f"{path}, {key}", "there is no such task", f"known are {known}")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise DataError(f"{path}, {key}", "is no list of entries", "give each entry a json_path")
        for entry in entries:
            wrong = sorted(map(str, set(entry) - _KEYS))
            if wrong or not all(isinstance(value, str) for value in entry.values()) or "json_path" not in entry:
                fault = (
                    f"an entry has {wrong[0]}" if wrong else "an entry lacks json_path, or has another value than text"
                )
                raise DataError(f"{path}, {key}", fault, f"known are {', '.join(sorted(_KEYS))}")
    return raw


def _media_folder(key: str, config: StreamVlnDataConfig, path: Path) -> Path:
    name = _MEDIA[key]
    folder = getattr(config.media, name)
    if folder is None:
        raise DataError(f"{path}, {key}", "its media are nowhere", f"name their folder in data.media.{name}")
    if not Path(folder).is_dir():
        raise DataError(folder, f"there is no such folder of the media of {key}", f"correct data.media.{name}")
    return Path(folder)


def _items(entry: Mapping[str, str], path: Path, seed: int) -> list[tuple[Path, Mapping[str, Any]]]:
    """Return the items of one JSON or JSON lines file, some of them where the entry says so."""
    file = Path(entry["json_path"])
    try:
        text = file.read_text(encoding="utf-8")
        read: Any = (
            [json.loads(line) for line in text.split("\n") if line.strip()] if _lines(file) else json.loads(text)
        )
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(str(file), f"not readable as JSON ({type(error).__name__})", f"correct {path}") from error
    if not isinstance(read, list) or not all(isinstance(item, dict) for item in read):
        raise DataError(str(file), "is no list of items", f"correct {path}")
    chosen = sampled(read, entry.get("sampling_strategy", "all"), seed, f"{path}, {file}")
    words = entry.get("sampling_subset", "all")
    if words != "all":
        wanted = [word.strip().lower() for word in words.split(",")]
        chosen = [item for item in chosen if any(word in str(item.get("video", "")).lower() for word in wanted)]
    return [(file, item) for item in chosen]


def _shards(entry: Mapping[str, str], path: Path, seed: int) -> list[Path]:
    """Return the JSON lines files of a folder, some of them where the entry says so."""
    folder = Path(entry["json_path"])
    files = sorted(file for file in folder.glob("*") if _lines(file)) if folder.is_dir() else []
    if not files:
        raise DataError(str(folder), "holds no .jsonl files, or there is no such folder", f"correct {path}")
    return sampled(files, entry.get("sampling_strategy", "all"), seed, f"{path}, {folder}")


def _lines(file: Path) -> bool:
    return file.suffix == ".jsonl"
