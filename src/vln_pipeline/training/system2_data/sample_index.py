"""All samples of a mix, found scene by scene."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from vln_pipeline.errors import DataError
from vln_pipeline.lifelines import end_with_parent
from vln_pipeline.training.dataset_folders import dataset_folders
from vln_pipeline.training.sealed_cache import is_usable, make
from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.mix import MixPart, parse_mix
from vln_pipeline.training.system2_data.report import ReadReport
from vln_pipeline.training.system2_data.sample_table import SampleTable, Source
from vln_pipeline.training.system2_data.scene_samples import (
    SceneSamples,
    cached_path,
    find_samples,
    read_samples,
    write_samples,
)

_MEND = "give folders of vln_ce datasets"
_Task = tuple[Path, MixPart, Path, System2DataConfig]
"""A dataset, what is read of it, where that is kept, and the rules."""


def read_index(
    config: System2DataConfig, own: Sequence[Path], cache: Path, workers: int
) -> tuple[SampleTable, ReadReport]:
    """Return the samples of all recordings of a mix, whatever their shares.

    What is found in a scene is kept under ``cache`` and not looked for again while its files stay as they are; where
    several processes train, let one of them come first.

    Args:
        config: mix, registry, rules.
        own: what stands for recordings without a folder: folders of this run's exports.
        cache: folder of the tables, which runs may share.
        workers: processes that look for samples; 0 or 1 for the calling one.

    Raises:
        DataError: the mix is none, a folder holds no dataset, or there is no sample at all.
    """
    jobs = [
        (folder, part)
        for part in parse_mix(config.mix, config.recordings)
        for folder in dataset_folders(_roots(part, config, own), _MEND)
    ]
    found = _all(jobs, config, cache, workers)
    report = ReadReport()
    sources: list[Source] = []
    parts: list[pa.Table] = []
    for (folder, part), samples in zip(jobs, found, strict=True):
        if samples.scene is not None:
            report.add(samples.report)
            sources.append(Source(folder, samples.scene, part.name, part.recording))
            parts.append(samples.rows)
    table = SampleTable(sources, parts)
    if not len(table):
        first = f"; {report.lines()[1]}" if report.skipped else ""
        raise DataError(f"data.mix {config.mix}", f"there is no sample to learn from{first}", _MEND)
    return table, report


def _roots(part: MixPart, config: System2DataConfig, own: Sequence[Path]) -> list[Path]:
    if part.recording.folder is not None:
        return [Path(config.root, part.recording.folder)]
    if not own:
        raise DataError(part.name, "stands for walks of this run, and there are none", "run the datagen pipeline first")
    return list(own)


def _all(
    jobs: Sequence[tuple[Path, MixPart]], config: System2DataConfig, cache: Path, workers: int
) -> list[SceneSamples]:
    cache.mkdir(parents=True, exist_ok=True)
    paths = [cached_path(folder, part.recording, config, cache) for folder, part in jobs]
    missing = [place for place, path in enumerate(paths) if not is_usable(path, contents=True)]
    tasks = [(*jobs[place], paths[place], config) for place in missing]
    with tqdm(total=len(missing), desc="finding samples", unit=" scene", disable=not missing) as bar:
        for _ in _mapped(tasks, workers):
            bar.update()
    return [read_samples(path) for path in paths]


def _mapped(tasks: Sequence[_Task], workers: int) -> Iterator[None]:
    if min(workers, len(tasks)) <= 1:
        yield from map(_make, tasks)
        return
    with ProcessPoolExecutor(
        min(workers, len(tasks)), mp_context=get_context("spawn"), initializer=end_with_parent
    ) as pool:
        yield from pool.map(_make, tasks)


def _make(task: _Task) -> None:
    folder, part, path, config = task
    make(path, lambda made: write_samples(find_samples(folder, part.recording, config), made))
