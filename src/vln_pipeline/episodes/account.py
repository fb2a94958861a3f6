"""What became of every episode of a split."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from vln_pipeline.episodes.archive import EpisodeArchive
from vln_pipeline.episodes.scene_names import matched
from vln_pipeline.episodes.walks import EpisodeWalks
from vln_pipeline.labelling.labels import LabelledWalks


def account(
    episodes: EpisodeArchive,
    walks: Mapping[str, EpisodeWalks],
    labels: Mapping[str, LabelledWalks],
    exported: Iterable[str],
) -> dict[str, Any]:
    """Return counts that add up: read = not wanted + in quarantine + scene missing or failed + no walk + walked.

    Args:
        episodes: what was read.
        walks: by scene id.
        labels: by scene id.
        exported: ids of the scenes that datasets were written of.
    """
    scenes = episodes.scenes
    # A scene that was there and could not be used is in quarantine in its own store, with its cause.
    lost = {name: count for name, count in scenes.items() if name not in matched(scenes, walks)}
    refused = Counter(r.reason for made in walks.values() for r in made.refused)
    quarantined = Counter(r.reason for r in episodes.rejected)
    return {
        "dataset": episodes.dataset,
        "split": episodes.split,
        "episodes_read": sum(scenes.values()) + len(episodes.rejected) + sum(episodes.skipped.values()),
        "not_wanted": episodes.skipped,
        "quarantined": dict(sorted(quarantined.items())),
        "scene_missing_or_failed": lost,
        "no_walk": dict(sorted(refused.items())),
        "episodes_walked": sum(len(ids) for made in walks.values() for ids in made.episodes.values()),
        "walks": sum(len(made.trajectories) for made in walks.values()),
        "walks_followed": sum(len(made.followed) for made in walks.values()),
        "walks_without_words": sum(len(found.rejected) for found in labels.values()),
        "scenes_exported": list(exported),
    }
