"""How runs grow: with workers, with scenes, and beside Ray.

    python benchmarks/scaling.py [--quick]

Procedural homes are planned, and small ones filmed by rays. Speed-up is the wall time of the nodes with one worker on
one core over that with two workers on two, with nothing else to do; each is run twice in turn, and the shorter time
counts, since a shared machine has slow minutes. Time over 2, 4, 8 and 16 homes is to lie on a line, and the memory of
the driver is to be that of ten homes when there are 200. Where ray is installed, the nodes with two Ray workers are
compared with those of two processes. The last line is one JSON object.
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

FILMED, QUICK_FILMED = 8, 4
PLANNED, QUICK_PLANNED = 16, 8
PAIRS, PLANNED_PAIRS = 12, 1000
TURNS, QUICK_TURNS = 2, 1
SERIES, QUICK_SERIES = (2, 4, 8, 16), (2, 4, 8)
DRIVER_HOMES, QUICK_DRIVER_HOMES = (10, 200), (10, 40)
BARS = {"planning": 1.8, "rendering": 1.7, "linearity": 0.98, "driver": 1.1, "ray": 1.15}
QUICK_BARS = {**BARS, "planning": 1.5, "rendering": 1.5, "linearity": 0.95, "ray": 1.3}
"""Least speed-ups and r2; most growth of the driver's memory, and most time of Ray over processes. In the quick form,
what starting workers takes, about a second for each stage, is a larger part."""
MOST = ("driver", "ray")
"""Figures whose bar is an upper one."""


def filmed(homes: int, pairs: int) -> dict[str, Any]:
    """Return what differs from conf/base for small homes that are filmed."""
    rig = {"name": "d435i", "motion": "continuous", "camera": "d435i", "scale": 0.3, "height": 0.6, "pitches": [15]}
    return {
        "scenes": {"procedural": {**SMALL_HOME, "count": homes}},
        "sampling": {"pairs": pairs, "min_distance": 1.0, "max_distance": 5.0},
        "rendering": {"backend": "raycast", "compared_views": 0, "rigs": [rig]},
    }


def planned(homes: int) -> dict[str, Any]:
    """Return what differs from conf/base for homes of its sizes that are only planned."""
    sampling = {"pairs": PLANNED_PAIRS, "min_distance": 1.0, "max_distance": 12.0}
    return {"scenes": {"procedural": {"count": homes}}, "sampling": sampling}


def run(name: str, told: dict[str, Any], pipelines: str, options: str = "workers=2", cpus: int = 2) -> TimedRun:
    """Run in a new folder, which is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        done = timed_run(Path(folder), pipelines, told, options, cpus)
    homes = told["scenes"]["procedural"]["count"]
    print(f"{name}: {homes} homes, {options}: {done.seconds:.1f} s, driver {done.driver / 1e6:.0f} MB", flush=True)
    return done


def turns(name: str, told: dict[str, Any], nodes: tuple[str, ...], ways: dict[str, int], count: int) -> list[float]:
    """Return the least seconds of nodes for each way to run, ``{options: CPUs}``, each run so often in turn."""
    pipelines = "planning" if nodes == PLANNING else "planning,rendering"
    found = [[run(name, told, pipelines, *way).of(nodes) for way in ways.items()] for _ in range(count)]
    return [min(seconds) for seconds in zip(*found, strict=True)]


def linearity(homes: tuple[int, ...], seconds: list[float]) -> float:
    """Return r2 of the line of least squares."""
    return float(np.corrcoef(homes, seconds)[0, 1] ** 2)


def measured(quick: bool) -> dict[str, float]:
    """Return the figures."""
    count = QUICK_TURNS if quick else TURNS
    small = filmed(QUICK_FILMED if quick else FILMED, PAIRS)
    series = QUICK_SERIES if quick else SERIES
    run("compiling", filmed(1, 1), "planning,rendering")
    workers = {"workers=1": 1, "workers=2": 2}
    one, two = turns("planning", planned(QUICK_PLANNED if quick else PLANNED), PLANNING, workers, count)
    slow, fast = turns("rendering", small, FILMING, workers, count)
    everything, both = PLANNING + FILMING, {"workers=2": 2}
    grown = [turns("scenes", filmed(homes, PAIRS // 2), everything, both, count) for homes in series]
    sizes = QUICK_DRIVER_HOMES if quick else DRIVER_HOMES
    few, many = (run("driver", filmed(homes, 1), "planning").driver for homes in sizes)
    found = {
        "planning": one / two,
        "rendering": slow / fast,
        "linearity": linearity(series, [seconds for (seconds,) in grown]),
        "driver": many / few,
    }
    if importlib.util.find_spec("ray"):
        ways = {"workers=2": 2, "workers=2,executor=ray": 2}
        processes, ray = turns("ray", small, everything, ways, count)
        found["ray"] = ray / processes
    return found


def main() -> None:
    """Run, print the runs and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer homes, bars of their own")
    quick = parser.parse_args().quick
    found, bars = measured(quick), QUICK_BARS if quick else BARS
    met = {name: value <= bars[name] if name in MOST else value >= bars[name] for name, value in found.items()}
    print(
        json.dumps(
            rounded(
                {
                    "name": "scaling",
                    "value": found["planning"],
                    "unit": "times as fast with two workers as with one, planning",
                    "baseline": "one worker on one core",
                    "ratio": found["planning"],
                    "target": bars["planning"],
                    "ok": all(met.values()),
                    "detail": {"found": found, "bars": bars, "met": met},
                }
            )
        )
    )


if __name__ == "__main__":
    main()
