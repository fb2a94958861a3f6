"""Trajectories a day that two workers make from end to end: ``kedro run --pipelines=datagen``, baked light and OpenGL.

    python benchmarks/daily_rate.py [--quick]

Procedural homes are planned, filmed at 480 x 270, labelled by template, filtered and exported as vln_n1. Runs with few
and with more walks, light baked already, tell what a frame takes through all stages; the first run tells what is done
once for a home. A trajectory has 150 frames and a home 100 of them, as in InternData-N1. What counts is wall time; the
figure that compares backends in the report is left out. OpenGL draws each pixel once, ``rendering.gl.supersampling`` of
1: on a CPU, the default of 2 takes more than twice as long. The last line is one JSON object.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from rounding import rounded
from timed_run import timed_run

DAY = 86_400.0
TRAJECTORIES, FRAMES = 100, 150
LEAST = {"baked": 2_500.0, "gl": 10_000.0}
"""Trajectories a day."""
BACKENDS: dict[str, dict[str, Any]] = {
    "baked": {"backend": "blender"},
    "gl": {"backend": "gl", "gl": {"supersampling": 1}},
}
HOMES, QUICK_HOMES = 2, 1
FEW, MORE = 1, 4
A_TASK = 2
"""Walks of one task: both workers are to end at about the same time, as they do when a home has a hundred."""


def parameters(backend: str, homes: int, pairs: int) -> dict[str, Any]:
    """Return what differs from conf/base."""
    rig = {"name": "d435i", "motion": "continuous", "camera": "d435i", "height": 0.6, "pitches": [15]}
    return {
        "scenes": {"procedural": {"count": homes}},
        "sampling": {"pairs": pairs, "min_distance": 3.0, "max_distance": 5.0},
        "rendering": {**BACKENDS[backend], "compared_views": 0, "rigs": [rig], "trajectories_per_task": A_TASK},
        "export": {"dialects": ["vln_n1"], "versions": ["v2.1"]},
    }


def rate(backend: str, homes: int, folder: Path) -> dict[str, float]:
    """Return trajectories a day and what they follow from."""
    first = timed_run(folder / "few", "datagen", parameters(backend, homes, FEW))
    _share_light(folder / "few", folder / "again")
    again = timed_run(folder / "again", "datagen", parameters(backend, homes, FEW))
    _share_light(folder / "few", folder / "more")
    long = timed_run(folder / "more", "datagen", parameters(backend, homes, MORE))
    few, many = (_frames(folder / name) for name in ("again", "more"))
    frame = (long.seconds - again.seconds) / (many - few)
    once = (first.seconds - few * frame) / homes
    return {
        "trajectories_per_day": DAY / (FRAMES * frame + once / TRAJECTORIES),
        "seconds_per_frame": frame,
        "seconds_per_home": once,
        "frames": many,
        **{
            f"of_a_frame_{node}": (seconds - again.by_node[node]) / (many - few)
            for node, seconds in long.by_node.items()
        },
    }


def _share_light(source: Path, target: Path) -> None:
    """Let a run find the baked light of another."""
    (target / "data").mkdir(parents=True)
    (target / "data" / "cache").symlink_to(source / "data" / "cache")


def _frames(folder: Path) -> int:
    return sum(1 for _ in (folder / "data" / "05_footage" / "items").glob("*/**/rgb/*.jpg"))


def main() -> None:
    """Run, print each backend's figures and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one home instead of two")
    homes = QUICK_HOMES if parser.parse_args().quick else HOMES
    found = {}
    for backend in BACKENDS:
        with tempfile.TemporaryDirectory() as folder:
            found[backend] = rate(backend, homes, Path(folder))
        print(f"{backend}:", rounded(found[backend]), flush=True)
    rates = {backend: figures["trajectories_per_day"] for backend, figures in found.items()}
    print(
        json.dumps(
            rounded(
                {
                    "name": "daily_rate",
                    "value": rates["baked"],
                    "unit": "baked trajectories a day, two workers, all stages, 480 x 270, 150 frames",
                    "baseline": f"{LEAST['baked']:.0f} a day, and {LEAST['gl']:.0f} with gl",
                    "ratio": min(rates[backend] / least for backend, least in LEAST.items()),
                    "target": 1.0,
                    "ok": all(rates[backend] >= least for backend, least in LEAST.items()),
                    "detail": found,
                }
            )
        )
    )


if __name__ == "__main__":
    main()
