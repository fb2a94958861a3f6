"""The account of a conversion, for a terminal."""

from collections.abc import Mapping
from typing import Any

_LEFT_OUT = {
    "not_wanted": "not wanted",
    "quarantined": "in quarantine",
    "scene_missing_or_failed": "in a scene that is missing or failed",
    "left_out": "left out",
    "no_walk": "without a walk",
}
"""How a part of an account is told; its entries are counts by reason, or by scene."""


def account_lines(told: Mapping[str, Any]) -> list[str]:
    """Return an account of a conversion in lines for a terminal: how many of how many episodes went where, and why.

    Args:
        told: as an ``account`` function returns it, that of robots included.
    """
    total = told["episodes_read"]
    lines = [f"{told['dataset']} {told['split']}: {total} episodes read"]
    for part, words in _LEFT_OUT.items():
        counts = sorted(told.get(part, {}).items(), key=lambda entry: -entry[1])
        lines += [f"  {count} of {total} {words}: {reason}" for reason, count in counts]
    if "episodes_walked" in told:
        share = f"{told['walks_followed']} of them along the reference path, as no recorded actions were used"
        lines.append(f"  {told['episodes_walked']} of {total} walked, in {told['walks']} walks, {share}")
    for robot, parts in told.get("robots", {}).items():
        for part, counts in parts.items():
            lines += [f"  {robot}: {count} {part}, {reason}" for reason, count in counts.items()]
    return lines
