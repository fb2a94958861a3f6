"""Share of a run's CPU time that checksums and syncing to the disk take.

    python benchmarks/durability.py [--quick] [--env=system1] [--params=...]

Runs ``kedro run --pipelines=datagen`` into a temporary folder, then reads its data once more by ``fsck`` in this
process. In every process of the run a ``sitecustomize`` of ours measures the CPU time within the functions of
``vln_pipeline.durable`` that the stores call; the baseline is all CPU time of the same run, children included. The last
line is one JSON object.
"""

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from rounding import rounded
from vln_pipeline.datasets.soundness import damages, sealed_wholes

ROOT = Path(__file__).parents[1]
MOST_SHARE = 0.03
_SET_CHILD_SUBREAPER = 36  # of linux/prctl.h
QUICK = "--params=scenes.procedural.count=2,sampling.pairs=3,rendering.backend=raycast,rendering.compared_views=0"
MEASURED = ("seal", "require_sound", "read_seal", "write_checked", "read_checked", "rename", "sync_tree")
PROBE = """
import functools, os, threading, time

import vln_pipeline.durable as durable

inside = threading.local()


def measured(name, function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        if getattr(inside, "yes", False):  # counted by who called it
            return function(*args, **kwargs)
        inside.yes, start = True, time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            inside.yes = False
            line = f"{name} {time.process_time() - start:.9f}\\n"
            with open(os.environ["VLN_DURABILITY_LOG"], "a") as log:
                log.write(line)
    return call


for name in {names}:
    setattr(durable, name, measured(name, getattr(durable, name)))
"""


def run(folder: Path, options: list[str]) -> tuple[dict[str, float], float]:
    """Run data generation; return CPU seconds by measured function, and CPU seconds of all processes."""
    (folder / "probe").mkdir()
    (folder / "probe" / "sitecustomize.py").write_text(PROBE.replace("{names}", repr(MEASURED)))
    log = folder / "log.txt"
    log.touch()
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder / "probe"), str(ROOT / "src")]),
        "VLN_DATA": str(folder / "data"),
        "VLN_DURABILITY_LOG": str(log),
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [Path(sys.executable).parent / "kedro", "run", "--pipelines=datagen", *options]
    # Workers are forked from a server that outlives the run for a moment: it is to become a child of this process, or
    # the time of all workers would be lost.
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    spent = dict.fromkeys(MEASURED, 0.0)
    for line in log.read_text().splitlines():
        name, seconds = line.split()
        spent[name] += float(seconds)
    return spent, total


def main() -> None:
    """Run, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two homes, ray-cast frames")
    parser.add_argument("--env", help="as of kedro run")
    parser.add_argument("--params", help="as of kedro run")
    told = parser.parse_args()
    options = [QUICK] if told.quick else []
    options += [f"--{name}={value}" for name in ("env", "params") if (value := getattr(told, name))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spent, total = run(folder, options)
        start = time.process_time()
        wholes = list(sealed_wholes(folder / "data"))
        damaged = [damage for whole in wholes for damage in damages(whole)]
        fsck = time.process_time() - start
        size = sum(path.stat().st_size for path in (folder / "data").rglob("*") if path.is_file())
    for name, seconds in spent.items():
        print(f"{name:<14} {seconds:8.3f} CPU-s")
    share = sum(spent.values()) / total
    print(f"{share:.2%} of {total:.1f} CPU-s; fsck of {size / 1e6:.0f} MB in {len(wholes)} folders {fsck:.2f} CPU-s")
    line = {
        "name": "durability",
        "value": share,
        "unit": "share of a run's CPU time that sealing and locking take",
        "baseline": "the whole run",
        "ratio": share,
        "target": MOST_SHARE,
        "ok": share <= MOST_SHARE and not damaged,
        "detail": {"run": options, "spent": spent, "total": total, "fsck": fsck, "bytes": size},
    }
    print(json.dumps(rounded(line)))


if __name__ == "__main__":
    main()
