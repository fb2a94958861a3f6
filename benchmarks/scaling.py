"""How runs grow: with workers, with scenes, and beside Ray.

    python benchmarks/scaling.py [--quick]

Small procedural homes are planned and filmed by rays. Speed-up is the wall time of the nodes with one worker over that
with two, on cores with nothing else to do. Time over 2, 4, 8 and 16 homes is to lie on a line, and the memory of the
driver is to be that of ten homes when there are 200. Where ray is installed, the whole command with two Ray workers is
compared with that of two processes, less what starting and ending a cluster takes. The last line is one JSON object.
"""

import argparse
import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rounding import rounded
from timed_run import FILMING, PLANNING, SMALL_HOME, TimedRun, timed_run

HOMES, QUICK_HOMES = 8, 4
PAIRS = 12
SERIES, QUICK_SERIES = (2, 4, 8, 16), (2, 4, 6, 8)
DRIVER_HOMES, QUICK_DRIVER_HOMES = (10, 200), (10, 40)
BARS = {"planning": 1.8, "rendering": 1.7, "linearity": 0.98, "driver": 1.1, "ray": 1.15}
"""Least speed-ups and r2; most growth of the driver's memory, and most time of Ray over processes."""


def parameters(homes: int, pairs: int) -> dict[str, Any]:
    """Return what differs from conf/base."""
    rig = {"name": "d435i", "motion": "continuous", "camera": "d435i", "scale": 0.3, "height": 0.6, "pitches": [15]}
    return {
        "scenes": {"procedural": {**SMALL_HOME, "count": homes}},
        "sampling": {"pairs": pairs, "min_distance": 1.0, "max_distance": 5.0},
        "rendering": {"backend": "raycast", "compared_views": 0, "rigs": [rig], "trajectories_per_task": 10},
    }


def run(name: str, homes: int, pairs: int, options: str, pipelines: str = "planning,rendering") -> TimedRun:
    """Run in a new folder, which is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        done = timed_run(Path(folder), pipelines, parameters(homes, pairs), options)
    print(f"{name}: {homes} homes, {options}: {done.seconds:.1f} s, driver {done.driver / 1e6:.0f} MB", flush=True)
    return done


def linearity(homes: tuple[int, ...], seconds: list[float]) -> float:
    """Return r2 of the line of least squares."""
    return float(np.corrcoef(homes, seconds)[0, 1] ** 2)


def main() -> None:
    """Run, print the runs and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer homes")
    quick = parser.parse_args().quick
    homes, series = (QUICK_HOMES, QUICK_SERIES) if quick else (HOMES, SERIES)
    few, many = QUICK_DRIVER_HOMES if quick else DRIVER_HOMES
    run("compiling", 1, 1, "workers=1")
    one, two = (run("workers", homes, PAIRS, f"workers={workers}") for workers in (1, 2))
    grown = [run("scenes", count, PAIRS // 2, "workers=2") for count in series]
    small, large = (run("driver", count, 1, "workers=2", "planning") for count in (few, many))
    found = {
        "planning": one.of(PLANNING) / two.of(PLANNING),
        "rendering": one.of(FILMING) / two.of(FILMING),
        "linearity": linearity(series, [done.seconds for done in grown]),
        "driver": large.driver / small.driver,
    }
    if importlib.util.find_spec("ray"):
        nodes = PLANNING + FILMING
        found["ray"] = run("ray", homes, PAIRS, "workers=2,executor=ray").of(nodes) / two.of(nodes)
    met = {
        name: value <= BARS[name] if name in ("driver", "ray") else value >= BARS[name] for name, value in found.items()
    }
    print(
        json.dumps(
            rounded(
                {
                    "name": "scaling",
                    "value": found["planning"],
                    "unit": "times as fast with two workers as with one, planning",
                    "baseline": "one worker",
                    "ratio": found["planning"],
                    "target": BARS["planning"],
                    "ok": all(met.values()),
                    "detail": {"found": found, "bars": BARS, "met": met},
                }
            )
        )
    )


if __name__ == "__main__":
    main()
