"""Recognises a dataset's dialect and looks for its traps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v21
from vln_pipeline.export.validate import validate
from vln_pipeline.export.writer import DIALECT
from vln_pipeline.upstream import vln_ce, vln_n1, vln_pe
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding


class Dialect(StrEnum):
    """Who lays out datasets how."""

    OURS = "ours"
    VLN_N1 = "vln_n1"
    VLN_CE = "vln_ce"
    VLN_PE = "vln_pe"


_TRAPS: dict[Dialect, Callable[[UpstreamDataset], Iterator[Finding]]] = {
    Dialect.VLN_N1: vln_n1.findings,
    Dialect.VLN_CE: vln_ce.findings,
    Dialect.VLN_PE: vln_pe.findings,
}


@dataclass(frozen=True)
class Report:
    """What a dataset is and what is wrong with it."""

    dialect: Dialect
    findings: tuple[Finding, ...]


def check(folder: Path) -> Report:
    """Look at one dataset; nothing is changed.

    Args:
        folder: of the dataset.

    Raises:
        DataError: its layout is none that is known.
    """
    if (folder / DIALECT).is_file():
        found = (_ours(problem) for problem in validate(folder))
        return Report(Dialect.OURS, tuple(found))
    dataset = UpstreamDataset(folder)
    dialect = recognised(dataset)
    return Report(dialect, tuple(_TRAPS[dialect](dataset)))


def recognised(dataset: UpstreamDataset) -> Dialect:
    """Return the dialect of a dataset without ``meta/dialect.json``, by the columns of a table and folders of images.

    Raises:
        DataError: it is none of them.
    """
    columns = next((found for episode in dataset.rows if (found := dataset.columns(episode))), {})
    keys = dataset.picture_keys
    if f"{vln_pe.ROBOT}_position" in columns or any(dataset.root.glob("videos/chunk-*/observation.images.*/*.npy")):
        return Dialect.VLN_PE
    has_settings = any(name.startswith("pose.") for name in columns)
    action = columns.get("action")
    if has_settings or any(key.startswith(f"{writer_v21.RGB}.") for key in keys) or _is_discrete(action):
        return Dialect.VLN_CE
    if vln_n1.EXTRINSIC in columns or action is not None or (not columns and writer_v21.RGB in keys):
        return Dialect.VLN_N1
    cause = "is laid out as no dialect of InternData-N1 (vln_n1, vln_ce, vln_pe)"
    raise DataError(dataset.root.name, cause, "its tables name neither poses nor actions")


def dataset_folders(root: Path) -> list[Path]:
    """Return the datasets in or under a folder, sorted: folders with ``meta`` and ``data/chunk-*``.

    Links are followed, each folder is entered once.

    Raises:
        DataError: there is none.
    """
    found, seen, waiting = [], set(), [root]
    while waiting:
        folder = waiting.pop()
        real = folder.resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            inside = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except OSError as error:
            raise DataError(str(folder), f"cannot be listed ({type(error).__name__})") from error
        names = {path.name: path for path in inside}
        if "meta" in names and ("data" in names or "videos" in names):
            found.append(folder)
        else:
            waiting += inside
    if not found:
        archives = sum(1 for _ in root.rglob("*.tar.gz"))
        mend = (
            f"unpack its {archives} archives first" if archives else "a dataset has the folders meta, data and videos"
        )
        raise DataError(str(root), "there is no dataset in or under it", mend)
    return sorted(found)


def _ours(problem: str) -> Finding:
    place, _, found = problem.partition(": ")
    return Finding(place, found, "the exporter does not write this", "export the scene again")


def _is_discrete(action: pa.Array | None) -> bool:
    return action is not None and pa.types.is_integer(action.type)
