"""Ranges by which NavDP's loader cuts the sorted images of a scene into episodes."""

from collections.abc import Iterator
from typing import Any

from vln_pipeline.upstream.dataset import STATISTICS, UpstreamDataset, whole_number
from vln_pipeline.upstream.finding import Finding, Rewrite, listed

_KEY = "image_index"


def image_ranges(dataset: UpstreamDataset, key: str) -> Iterator[Finding]:
    """Ranges that do not fit the sorted listing.

    Args:
        dataset: to look at.
        key: folder of the colour images.
    """
    pictures = dataset.pictures(key)
    unpadded, scattered = {}, {}
    ranges: dict[int, tuple[int, int]] = {}
    for episode, frames in pictures.episodes.items():
        positions = [position for _, position in frames]
        first, last = min(positions), max(positions)
        if last - first + 1 != len(positions):
            scattered[f"episode {episode}"] = f"{len(positions)} images between {first} and {last}"
            continue
        ranges[episode] = first, last
        if positions != sorted(positions):
            early = next(a for a, b in zip(positions, sorted(positions), strict=True) if a != b)
            unpadded[f"episode {episode}"] = f"{pictures.paths[early].name} is not where its number says"
    images = f"videos/chunk-*/{key}"
    of = len(pictures.episodes)
    if unpadded:
        found = f"numbers are not filled with zeros, so a sorted listing is out of order {listed(unpadded, of)}"
        means = "NavDP's loader gives frames to poses of other frames"
        yield Finding(images, found, means, "rename the files, or use train_system1, which reads names")
    if scattered:
        found = f"images of an episode are not next to each other {listed(scattered, of)}"
        yield Finding(images, found, "no range of the listing holds the episode", "rename the files")
    yield from _ranges(dataset, ranges, scattered)


def _ranges(
    dataset: UpstreamDataset, ranges: dict[int, tuple[int, int]], scattered: dict[str, str]
) -> Iterator[Finding]:
    lines = dataset.lines(STATISTICS)
    if lines is None:
        return
    wrong = {}
    rows: list[dict[str, Any]] = []
    for line in lines.rows:
        episode = whole_number(line.get("episode_index"))
        expected = ranges.get(episode) if episode is not None else None
        told = line.get(_KEY)
        told = told if isinstance(told, dict) else {}
        if expected and (told.get("min"), told.get("max")) != expected:
            wrong[f"episode {episode}"] = (
                f"{told.get('min')} to {told.get('max')}, its images {expected[0]} to {expected[1]}"
            )
            told = {**told, "min": expected[0], "max": expected[1]}
            if "count" in told:
                told["count"] = expected[1] - expected[0] + 1
            rows.append({**line, _KEY: told})
        else:
            rows.append(line)
    if not wrong:
        return
    found = f"{_KEY} is not the range of the sorted listing {listed(wrong, len(lines.rows))}"
    means = "NavDP's loader cuts images of other episodes"
    if lines.broken or scattered:
        yield Finding(STATISTICS, found, means, "a line is broken, or images of an episode are not next to each other")
        return
    does = "ranges are now those of the sorted listing"
    yield Finding(STATISTICS, found, means, rewrite=Rewrite(dataset.root / STATISTICS, lines.text(rows), does))
