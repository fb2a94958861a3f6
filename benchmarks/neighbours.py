"""Samples a second of a training with two threads, alone and beside a process that computes.

    python benchmarks/neighbours.py [--quick]

System 1 of conf/base learns from random batches, in a process that is started as a run starts its workers. The
neighbour wants one of the two cores all the time, so that half of what they do together is its share. Each figure is
the median of several windows, alone and beside taken in turns. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from rounding import rounded
from vln_pipeline.runtime.executors import Outcome, open_executor

if TYPE_CHECKING:
    import torch

    from vln_pipeline.models.navdp.config import NavdpConfig
    from vln_pipeline.training.navdp_batch import NavdpBatch

CONF = Path(__file__).resolve().parents[1] / "conf" / "base" / "parameters.yml"
TARGET = 0.45
"""Share of its speed that a training keeps beside one process on two cores; that process's share is half of a core
of each thread."""
WINDOWS, QUICK_WINDOWS = 5, 2
SECONDS = 10.0
THREADS = 2


def main() -> None:
    """Run, print the windows and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter windows")
    quick = parser.parse_args().quick
    cores = sorted(os.sched_getaffinity(0))[:THREADS]
    if len(cores) < THREADS:
        raise SystemExit(f"needs {THREADS} cores, has {len(cores)}")
    os.sched_setaffinity(0, cores)
    windows, seconds = (QUICK_WINDOWS, SECONDS / 2) if quick else (WINDOWS, SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "steps.txt"
        run = open_executor("processes", 1).run([("training", Training("training", told))])
        with ThreadPoolExecutor(1) as pool:
            training = pool.submit(lambda: [outcome.failure for outcome in run])
            while not told.exists() and not training.done():
                time.sleep(0.1)
            load = os.getloadavg()[0]
            alone, beside = zip(*(_windows(told, seconds) for _ in range(windows)), strict=True)
            told.with_suffix(".end").touch()
            failure = training.result()[0]
    if failure is not None or not all(alone):
        raise SystemExit("no step in a window" if failure is None else failure.cause)
    kept = [there / here for here, there in zip(alone, beside, strict=True)]
    print("samples a second alone", rounded(list(alone)), "beside", rounded(list(beside)))
    print(
        json.dumps(
            rounded(
                {
                    "name": "neighbours",
                    "value": statistics.median(beside),
                    "unit": f"samples per second of a training with {THREADS} threads beside a busy process",
                    "baseline": statistics.median(alone),
                    "ratio": statistics.median(kept),
                    "target": TARGET,
                    "ok": statistics.median(kept) >= TARGET,
                    "detail": {"alone": alone, "beside": beside, "load_average": load},
                }
            )
        )
    )


@dataclass(frozen=True)
class Training:
    """A worker's job: steps until a file tells it to end, and a line per step with the time it was done."""

    key: str
    told: Path

    def __call__(self) -> Outcome:
        """Train."""
        import torch

        from vln_pipeline.models.navdp.network import NavdpNetwork
        from vln_pipeline.training.learner import fresh_learner
        from vln_pipeline.training.navdp.config import TrainSystem1Config
        from vln_pipeline.training.navdp.objective import NavdpObjective

        torch.set_num_threads(THREADS)
        config = TrainSystem1Config.model_validate(yaml.safe_load(CONF.read_text())["train_system1"])
        torch.manual_seed(0)
        learner = fresh_learner(NavdpNetwork(config.network), config.optimiser)
        objective = NavdpObjective(config.network, config.losses, torch.device("cpu"))
        batch = random_batch(config.network, config.batch_size)
        with self.told.open("a") as steps:
            while not self.told.with_suffix(".end").exists():
                learner.optimiser.zero_grad()
                objective(learner.model, batch)["loss"].backward()
                learner.optimiser.step()
                steps.write(f"{time.monotonic()} {config.batch_size}\n")
                steps.flush()
        return Outcome(self.key, 0.0)


def random_batch(network: NavdpConfig, size: int) -> NavdpBatch:
    """Return a batch of the shapes that the network takes."""
    import torch

    from vln_pipeline.training.navdp_batch import NavdpBatch

    edge, path = network.image_size, (size, network.predict_size, 3)

    def image(*shape: int) -> torch.Tensor:
        return torch.randint(256, shape, dtype=torch.uint8)

    return NavdpBatch(
        rgb=image(size, network.memory_size, edge, edge, 3),
        depth=torch.rand(size, edge, edge),
        point_goal=torch.randn(size, 3),
        image_goal=image(size, edge, edge, 6),
        pixel_goal=image(size, edge, edge, 4),
        label=torch.randn(path),
        augmented=torch.randn(path),
        critic=torch.randn(size),
        augmented_critic=torch.randn(size),
    )


def _windows(told: Path, seconds: float) -> tuple[float, float]:
    """Return samples a second without, then with the neighbour."""
    alone = _rate(told, seconds)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as neighbour:
        try:
            time.sleep(0.2)
            return alone, _rate(told, seconds)
        finally:
            neighbour.kill()


def _rate(told: Path, seconds: float) -> float:
    """Return samples a second between the first and the last step of a window."""
    begin = time.monotonic()
    time.sleep(seconds)
    lines = (line.split() for line in told.read_text().splitlines())
    done = [(float(when), int(samples)) for when, samples in lines if float(when) >= begin]
    return sum(samples for _, samples in done[1:]) / (done[-1][0] - done[0][0]) if len(done) > 1 else 0.0


if __name__ == "__main__":
    main()
