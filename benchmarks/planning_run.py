"""CPU-seconds of ``kedro run --pipelines=planning`` for one scan: loading, mapping, sampling, planning and writing.

    python benchmarks/planning_run.py [--quick]

The scan house of 900 k triangles lies as a GLB; one worker plans 1,000 pairs in it. Counted is all that the command
and its worker use, imports and compiled code from the cache included, after one small run that fills that cache. The
last line is one JSON object.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import trimesh

from rounding import rounded
from scan_house import scan_house

PROJECT = Path(__file__).resolve().parents[1]
PAIRS, QUICK_PAIRS = 1000, 200
REPEATS = 3
BASELINE = 24.1
"""CPU-seconds of 1,000 pairs at commit 6b9974e, on two cores of an AMD EPYC with nothing else to do."""
TARGET = 1.6
"""Times less than that; the quick form has the same bar for a fifth of the pairs."""


def cpu_seconds(scan: Path, data: Path, pairs: int) -> float:
    """Run the planning stages into an empty folder; return what the command and its workers used."""
    parameters = f"scenes.source=mesh,scenes.mesh.path={scan},sampling.pairs={pairs},workers=1"
    command = [sys.executable, "-m", "kedro", "run", "--pipelines=planning", f"--params={parameters}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=PROJECT, env={**os.environ, "VLN_DATA": str(data)}, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run, print the repeats and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the pairs, once")
    quick = parser.parse_args().quick
    pairs, repeats = (QUICK_PAIRS, 1) if quick else (PAIRS, REPEATS)
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(folder) / "scan_house.glb"
        mesh = scan_house().mesh
        trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(scan)
        cpu_seconds(scan, Path(folder) / "compiled", 4)
        found = [cpu_seconds(scan, Path(folder) / f"data_{i}", pairs) for i in range(repeats)]
    seconds = min(found)
    print(f"{pairs} pairs:", rounded(found))
    print(
        json.dumps(
            rounded(
                {
                    "name": "planning_run",
                    "value": seconds,
                    "unit": f"CPU-seconds for {pairs} pairs, all of planning",
                    "baseline": BASELINE,
                    "ratio": BASELINE / seconds,
                    "target": TARGET,
                    "ok": BASELINE / seconds >= TARGET,
                    "detail": {"repeats": found},
                }
            )
        )
    )


if __name__ == "__main__":
    main()
