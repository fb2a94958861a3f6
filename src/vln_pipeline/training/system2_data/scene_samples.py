"""The samples of one scene through one recording, found once and kept as a parquet file in a folder."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.training.system2_data.config import RecordingConfig, System2DataConfig
from vln_pipeline.training.system2_data.enumeration import moments
from vln_pipeline.training.system2_data.episode import Episode
from vln_pipeline.training.system2_data.open_scene import open_scene
from vln_pipeline.training.system2_data.report import ReadReport
from vln_pipeline.training.system2_data.sample_table import SCHEMA, table_of

_LAYOUT = 1
"""Raised whenever the same files would give another table."""
_RULES = ("sample_step", "future_steps", "min_goal_ahead", "min_frames", "max_characters")
"""Parameters that the samples of a scene follow from; the others choose among them."""
_SAID = b"vln_pipeline"
_TABLE = "samples.parquet"


@dataclass(frozen=True)
class SceneSamples:
    """What was found in one dataset.

    Attributes:
        scene: its name; None where it is of another dialect.
        rows: its samples, of ``SCHEMA``.
        report: what was skipped.
    """

    scene: str | None
    rows: pa.Table
    report: ReadReport


def find_samples(folder: Path, recording: RecordingConfig, config: System2DataConfig) -> SceneSamples:
    """Return the samples of a dataset; nothing is raised, the report tells what is wrong."""
    report, parts, name = ReadReport(), [SCHEMA.empty_table()], folder.name
    try:
        scene = open_scene(folder)
        if scene is None:
            return SceneSamples(None, parts[0], report)
        name, numbers = scene.scene, list(scene.numbers())
    except DataError as error:
        report.skip(error)
        return SceneSamples(name, parts[0], report)
    for number in numbers:
        try:
            episode = scene.episode(number, recording)
            found = list(moments(episode, config))
        except DataError as error:
            report.skip(error)
            continue
        told = speakable(episode, config.max_characters, report)
        if told.instructions:
            report.episodes += 1
            parts.append(table_of(told, found))
    return SceneSamples(name, pa.concat_tables(parts).unify_dictionaries(), report)


def speakable(episode: Episode, limit: int, report: ReadReport) -> Episode:
    """Return an episode without the instructions that cannot be given, which are noted.

    Args:
        episode: the walk.
        limit: characters of an instruction at most.
        report: takes note.
    """
    kept = []
    for text in episode.instructions:
        if text and len(text) <= limit:
            kept.append(text)
        else:
            cause = f"an instruction has more than {limit} characters" if text else "an instruction is empty"
            report.skip(DataError(episode.name, cause))
    return replace(episode, instructions=tuple(kept))


def cached_path(folder: Path, recording: RecordingConfig, config: System2DataConfig, cache: Path) -> Path:
    """Return the folder that a dataset's samples are kept in; it has another name once anything they are from changed.

    That is told by names, sizes and times of tables and metadata, and by the times of the folders of images, which
    change when an image comes or goes.
    """
    rules = [getattr(config, name) for name in _RULES]
    digest = hashlib.sha256(f"{_LAYOUT} {recording.setting} {recording.look_down_setting} {rules}".encode())
    for line in _listed(folder):
        digest.update(line.encode())
    return cache / digest.hexdigest()[:24]


def write_samples(samples: SceneSamples, folder: Path) -> None:
    """Write what was found into a folder that is made."""
    report = samples.report
    said = {"scene": samples.scene, "episodes": report.episodes, "skipped": report.skipped, "first": report.examples}
    folder.mkdir()
    table = samples.rows.replace_schema_metadata({_SAID: json.dumps(said)})
    pq.write_table(table, folder / _TABLE, compression="zstd")


def read_samples(folder: Path) -> SceneSamples:
    """Return what was found earlier, from a folder that is known to be what was written."""
    words = [field.name for field in SCHEMA if pa.types.is_dictionary(field.type)]
    table = pq.read_table(folder / _TABLE, read_dictionary=words)
    said = json.loads(table.schema.metadata[_SAID])
    report = ReadReport(said["episodes"], Counter(said["skipped"]), said["first"])
    return SceneSamples(said["scene"], table.replace_schema_metadata(None).cast(SCHEMA), report)


def _listed(folder: Path) -> Iterator[str]:
    """Yield what a dataset's samples depend on, a line each."""
    yield str(folder.resolve())
    for part in ("meta", "data"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file():
                told = path.stat()
                yield f"{path.relative_to(folder)} {told.st_size} {told.st_mtime_ns}\n"
    for chunk in sorted((folder / "videos").glob("chunk-*")):
        for entry in sorted(os.scandir(chunk), key=lambda entry: entry.name):
            yield f"{chunk.name}/{entry.name} {entry.stat().st_mtime_ns}\n"
