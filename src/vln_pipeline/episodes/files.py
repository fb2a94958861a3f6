"""Finding an episode file and what belongs to it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.episodes.datasets import DATASETS
from vln_pipeline.episodes.episode import EpisodeSet
from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.episodes.formats.source import Source
from vln_pipeline.episodes.formats.vlnce import truth_beside
from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

_MEND = "see docs/how-to/vlnce.md for the folder tree"


@dataclass(frozen=True)
class EpisodeFiles:
    """The files of one split, not read yet; small and picklable.

    Attributes:
        path: the file of episodes.
        truth: the file of recorded actions; empty for none.
        graphs: the folder of connectivity graphs; empty for none.
        digest: hexadecimal name of their content.
    """

    path: str
    truth: str
    graphs: str
    digest: str

    @property
    def fingerprint(self) -> str:
        """What results made from them are named by: the same wherever they lie."""
        return f"episodes:{self.digest}"


def find_files(config: EpisodeFileConfig) -> EpisodeFiles:
    """Return the files that a configuration names.

    Raises:
        DataError: one of them is not there.
    """
    path = _episode_file(config)
    truth = _truth_file(config, path)
    digest = hashlib.sha256()
    for file in (path, *([truth] if truth else []), *_graph_files(config)):
        with regular(file).open("rb") as stream:
            digest.update(file.name.encode() + b"\0" + hashlib.file_digest(stream, "sha256").digest())
    return EpisodeFiles(str(path), str(truth or ""), config.graphs, digest.hexdigest())


def read_episodes(files: EpisodeFiles, config: EpisodeFileConfig) -> EpisodeSet:
    """Return the episodes of found files.

    Raises:
        DataError: a file cannot be read, or no episode of it can be used.
    """
    dataset = DATASETS[config.dataset]
    return dataset.read(
        Source(
            dataset=config.dataset,
            split=config.split,
            path=Path(files.path),
            truth=Path(files.truth) if files.truth else None,
            graphs=Path(files.graphs) if files.graphs else None,
            order=dataset.order if config.quaternion == "dataset" else config.quaternion,
            turn=dataset.turn,
            step=dataset.step,
            languages=config.languages,
            most_episodes=config.most_episodes,
            max_file_size=config.max_file_size,
        )
    )


def _episode_file(config: EpisodeFileConfig) -> Path:
    if not config.path:
        raise DataError("vlnce.episodes.path", "is not set", "set it to the episode file or the data set's folder")
    path = Path(config.path)
    if path.is_dir():
        names = [n.format(split=config.split, role=config.role) for n in DATASETS[config.dataset].files]
        found = next((path / name for name in names if (path / name).is_file()), None)
        if found is None:
            raise DataError(config.path, f"holds no {names[0]} of {config.dataset}", _MEND)
        path = found
    if not path.is_file():
        raise DataError(config.path, "does not exist", _MEND)
    other = "follower" if config.role == "guide" else "guide"
    if config.dataset == "rxr_ce" and f"_{other}." in path.name:
        raise DataError(path.name, f"holds the paths of {other}s", f"set vlnce.episodes.role to {other}")
    return path


def _truth_file(config: EpisodeFileConfig, path: Path) -> Path | None:
    if config.truth == "none":
        return None
    if config.truth == "auto":
        beside = truth_beside(path)
        return beside if beside.is_file() else None
    truth = Path(config.truth)
    if not truth.is_file():
        raise DataError(config.truth, "does not exist", 'set vlnce.episodes.truth to the _gt file, "auto" or "none"')
    return truth


def _graph_files(config: EpisodeFileConfig) -> Iterator[Path]:
    if config.dataset == "r2r" and config.graphs:
        yield from sorted(Path(config.graphs).glob("*_connectivity.json"))
