"""The robots of conf/base."""

from functools import cache
from pathlib import Path

import yaml

from vln_pipeline.embodiments.embodiment import Embodiment

ROOT = Path(__file__).parents[2]


@cache
def profiles():
    """Return the profiles by name."""
    block = yaml.safe_load((ROOT / "conf" / "base" / "parameters.yml").read_text())["vlnpe"]
    return {entry["name"]: Embodiment.model_validate(entry) for entry in block["embodiments"]}


def calm(robot, **changes):
    """Return a robot without noise, latency, gait and stumbles: what is left can be worked out by hand."""
    still = {"noise": {"speed": 0.0, "turn": 0.0}, "acceleration": None, "turn_acceleration": None}
    plain = robot.model_dump() | {
        "motion": robot.motion.model_dump() | still,
        "control": {"latency": 0.0, "periods": robot.control.periods, "veer": 0.0},
        "gait": None,
        "balance": robot.balance.model_dump() | {"unrest": 0.0, "stumbles": 0.0},
    }
    return type(robot).model_validate(plain | changes)
