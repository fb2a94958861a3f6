"""Making episodes of rows, one bad row never spoiling the others."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from vln_pipeline.episodes.episode import Episode, EpisodeSet, Rejection
from vln_pipeline.errors import DataError


class NotWantedError(Exception):
    """Raised for an episode that the configuration leaves out; its text is the reason."""


def collect(
    name: str, dataset: str, split: str, rows: Iterable[Any], make: Callable[[Any], Episode], most: int | None
) -> EpisodeSet:
    """Return the episodes of a file's rows.

    Args:
        name: of the file, for the error.
        dataset: name of the data set.
        split: name of the split.
        rows: as the file has them.
        make: turns a row into an episode, or raises a ``ValueError`` that says what is wrong with it.
        most: episodes kept at most; None for all. The others are counted as skipped.

    Raises:
        DataError: there is no episode that can be used.
    """
    kept: dict[str, Episode] = {}
    rejected: list[Rejection] = []
    skipped: Counter[str] = Counter()
    for number, row in enumerate(rows):
        try:
            episode = make(row)
            if episode.id in kept:
                raise ValueError("another episode before it has the same id")
        except NotWantedError as reason:
            skipped[str(reason)] += 1
        except ValueError as error:
            rejected.append(Rejection(_called(row, number), str(error)))
        else:
            kept[episode.id] = episode
    if not kept:
        raise DataError(name, *_nothing(rejected, skipped))
    chosen = tuple(islice(kept.values(), most))
    if len(chosen) < len(kept):
        skipped[f"beyond the first {most}"] = len(kept) - len(chosen)
    return EpisodeSet(dataset, split, chosen, tuple(rejected), dict(sorted(skipped.items())))


def _called(row: Any, number: int) -> str:
    found = row.get("episode_id", row.get("path_id")) if isinstance(row, dict) else None
    return str(found)[:80] if isinstance(found, int | str) else f"row {number}"


def _nothing(rejected: list[Rejection], skipped: Counter[str]) -> tuple[str, str]:
    if rejected:
        first = rejected[0]
        cause = f"none of {len(rejected)} episodes can be used, the first, {first.episode}: {first.reason}"
        return cause, "check vlnce.episodes.dataset and the file"
    if skipped:
        cause = f"no episode is wanted ({', '.join(f'{n} x {reason}' for reason, n in skipped.items())})"
        return cause, "see vlnce.episodes"
    return "holds no episode", "download it again"
