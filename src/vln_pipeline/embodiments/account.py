"""What became of every episode and route of a split."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from vln_pipeline.embodiments.walk import WalkSet
from vln_pipeline.episodes.archive import EpisodeArchive


def account(episodes: EpisodeArchive, walked: Iterable[WalkSet], lost: Mapping[str, int]) -> dict[str, Any]:
    """Return counts that add up.

    Episodes read = not wanted + in quarantine + scene missing or failed + left out + routes; for each robot, routes =
    rejected + walks by ending.

    Args:
        episodes: what was read.
        walked: walks by scene and robot.
        lost: episodes by scene for those scenes that no robot walked in.
    """
    scenes: dict[str, dict[str, int]] = {}
    robots: dict[str, dict[str, Counter[str]]] = {}
    for found in walked:
        scenes[found.scene] = found.left_out
        told = robots.setdefault(found.embodiment, {"rejected": Counter(), "walks": Counter()})
        told["rejected"].update(found.rejected)
        told["walks"].update(walk.ending.value for walk in found.walks)
    left_out = sum((Counter(counts) for counts in scenes.values()), Counter())
    return {
        "dataset": episodes.dataset,
        "split": episodes.split,
        "episodes_read": sum(episodes.scenes.values()) + len(episodes.rejected) + sum(episodes.skipped.values()),
        "not_wanted": episodes.skipped,
        "quarantined": dict(sorted(Counter(r.reason for r in episodes.rejected).items())),
        "scene_missing_or_failed": dict(lost),
        "left_out": dict(sorted(left_out.items())),
        "robots": {
            name: {part: dict(sorted(counts.items())) for part, counts in told.items()}
            for name, told in sorted(robots.items())
        },
    }
