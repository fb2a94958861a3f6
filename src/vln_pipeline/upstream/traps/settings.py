"""Camera settings that have images and no columns, or columns and no images."""

import re
from collections.abc import Iterator

from vln_pipeline.export import writer_v21
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.numbers import TABLES

PARTS = ("pose", "goal", "relative_goal_frame_id")
"""Columns of each setting."""
_SETTING = re.compile(r"(\d+)cm_(-?\d+)deg")


def settings(dataset: UpstreamDataset) -> list[str]:
    """Return the camera settings that images or columns name."""
    found = {
        key.removeprefix(f"{kind}.") for kind in (writer_v21.RGB, writer_v21.DEPTH) for key in dataset.picture_keys
    }
    for episode in dataset.rows:
        found |= {
            name.split(".", 1)[1] for name in dataset.columns(episode) if name.startswith(tuple(f"{p}." for p in PARTS))
        }
    return sorted(name for name in found if _SETTING.fullmatch(name))


def height_and_pitch(setting: str) -> tuple[float, float]:
    """Return a setting's height above the ground, metres, and downward pitch, degrees."""
    match = _SETTING.fullmatch(setting)
    if match is None:
        raise ValueError(setting)
    return int(match[1]) / 100, float(match[2])


def missing(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Settings of which something is missing."""
    names = settings(dataset)
    for setting in names:
        wrong = {}
        for episode in dataset.rows:
            absent = [part for part in PARTS if f"{part}.{setting}" not in dataset.columns(episode)]
            if absent:
                wrong[f"episode {episode}"] = ", ".join(f"{part}.{setting}" for part in absent)
        if wrong:
            found = f"columns of {setting} are missing {listed(wrong, len(dataset.rows))}"
            means = "InternNav's loader takes those of the episode before"
            yield Finding(
                TABLES, found, means, "nothing else has them; training leaves the episodes out of this setting"
            )
        for kind in (writer_v21.RGB, writer_v21.DEPTH):
            if f"{kind}.{setting}" not in dataset.picture_keys:
                found = f"there are no images of {setting}, which columns or other images name"
                means = "this setting cannot be learned from"
                yield Finding(f"videos/chunk-*/{kind}.{setting}", found, means, "download them, or choose another")
    if not names:
        found = "no column pose., goal. or relative_goal_frame_id. of any camera setting"
        means = "there are actions and images, and no pixel goals: InternNav's trainer cannot read it"
        yield Finding(TABLES, found, means, "nothing else has them")
