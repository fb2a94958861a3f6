"""One ``kedro run`` with parameters of its own, timed from outside."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

PROJECT = Path(__file__).resolve().parents[1]
PLANNING = ("scenes.load", "esdf.map", "sampling.sample", "trajectories.plan")
"""Nodes of the pipeline ``planning``, as the record of a run names them."""
FILMING = ("rendering.film",)
SMALL_HOME: dict[str, Any] = {"floor_area": [45, 70], "rooms": [5, 6], "two_storey_probability": 0, "texture_size": 64}


@dataclass(frozen=True)
class TimedRun:
    """What a run took.

    Attributes:
        seconds: wall time, from the command to its end.
        driver: most memory of the command's own process, bytes; that of its workers does not count.
        by_node: wall seconds of each node.
    """

    seconds: float
    driver: int
    by_node: dict[str, float]

    def of(self, nodes: tuple[str, ...]) -> float:
        """Return the wall seconds of some nodes together."""
        return sum(self.by_node[node] for node in nodes)


def timed_run(
    folder: Path, pipelines: str, parameters: dict[str, Any], options: str = "workers=2", cpus: int = 2
) -> TimedRun:
    """Run pipelines into ``folder/data``.

    Args:
        folder: where data and parameters lie; items of an earlier run in it are taken over.
        pipelines: names, separated by commas.
        parameters: what differs from conf/base.
        options: for ``--params``.
        cpus: how many CPUs the run is bound to; a worker that has two would use both.

    Raises:
        SystemExit: the run failed; its last lines are told.
    """
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    (conf / "parameters.yml").write_text(yaml.safe_dump(parameters), encoding="utf-8")
    own = {"VLN_DATA": str(folder / "data"), "VLN_LOCAL_CONF": str(conf), "KEDRO_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "kedro", "run", f"--pipelines={pipelines}", f"--params={options}"]
    log = folder / "log.txt"
    started = time.monotonic()
    with log.open("w") as printed:
        run = subprocess.Popen(
            ["taskset", "--cpu-list", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cpus])), *command],
            cwd=PROJECT,
            env={**os.environ, **own},
            stdout=printed,
            stderr=printed,
        )
    driver, most = psutil.Process(run.pid), 0
    while run.poll() is None:
        try:
            most = max(most, driver.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.1)
    if run.wait() != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text()[-2000:]}")
    seconds = time.monotonic() - started
    record = max((folder / "data" / "runs").glob("*.json"))
    return TimedRun(seconds, most, json.loads(record.read_text())["seconds"])
