"""Latency and throughput of a served NavDP checkpoint: eight robots at once beside one.

    python benchmarks/serving.py [--quick] [--minutes=10] [--together=1]

A server of a small perturbed network is started as a user starts it. Each robot drives the same walk of a few steps
again and again, from a reset with a seed of its own, and compares every path with that of the policy in this process.
An answer for another robot, or a session that was lost, would be another path. The server's memory is read after the
first tenth and at the end. The last line is one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import cv2
import httpx
import numpy as np
import psutil
import torch

from plain_navdp import perturb
from vln_pipeline.models.navdp.checkpoint import save
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PolicyConfig

SMALL = NavdpConfig(
    image_size=56, position_grid=4, vit_dim=96, vit_depth=4, vit_heads=3, token_dim=96, decoder_depth=4, heads=3,
    feedforward=256, former_feedforward=256,
)  # fmt: skip
ROBOTS, STEPS, PORT, GROWTH, TARGET = 8, 4, 8899, 1.1, 0.8
POINT = {"goal_x": [3.0], "goal_y": [-1.0]}
DRAW = np.random.default_rng(7)
VIEWS = [cv2.GaussianBlur(DRAW.integers(0, 255, (72, 96, 3), dtype=np.uint8), (9, 9), 0) for _ in range(STEPS)]
DEPTHS = [np.full((72, 96), 15000 + 3000 * step, np.uint16) for step in range(STEPS)]


def requests() -> list[dict]:
    """Return the steps of the walk as the contract has them; PNG, so that both sides see the same pixels."""
    return [
        {
            "files": {
                "image": ("image", cv2.imencode(".png", view)[1].tobytes()),
                "depth": ("depth", cv2.imencode(".png", depth)[1].tobytes()),
            },
            "data": {"goal_data": json.dumps(POINT)},
        }
        for view, depth in zip(VIEWS, DEPTHS, strict=True)
    ]


def expected(policy: NavdpPolicy, robot: int) -> list[np.ndarray]:
    """Return the paths of a robot's walk."""
    policy.reset(robot)
    goal = NavdpGoal(point=np.array([3.0, -1.0]))
    scale = np.float32(1e-4)
    return [policy.plan(v, d.astype(np.float32) * scale, goal).path for v, d in zip(VIEWS, DEPTHS, strict=True)]


def drive(url: str, robot: int, paths: list[np.ndarray], end: float, seconds: list[float], wrong: list[str]) -> None:
    """Ask until the time is up; note what each step took, and what was not answered as it should be."""
    steps, head = requests(), {"X-Robot": f"robot{robot}"}
    with httpx.Client(base_url=url, timeout=60, headers=head) as client:
        while time.monotonic() < end:
            client.post("/navigator_reset", json={"intrinsic": np.eye(3).tolist(), "seed": robot}).raise_for_status()
            for step, path in zip(steps, paths, strict=True):
                begun = time.monotonic()
                answer = client.post("/pointgoal_step", **step)
                seconds.append(time.monotonic() - begun)
                if answer.status_code != 200 or np.abs(np.array(answer.json()["trajectory"][0]) - path).max() > 1e-6:
                    wrong.append(f"robot {robot}: HTTP {answer.status_code}")


def measure(url: str, server: psutil.Process, paths: list[list[np.ndarray]], length: float) -> dict[str, float]:
    """Return latency, seconds, throughput, plans per second, and the growth of memory with some robots at once."""
    end, seconds, wrong = time.monotonic() + length, [], []
    threads = [
        threading.Thread(target=drive, args=(url, robot, told, end, seconds, wrong)) for robot, told in enumerate(paths)
    ]
    for thread in threads:
        thread.start()
    time.sleep(length / 10)
    before = server.memory_info().rss
    for thread in threads:
        thread.join()
    return {
        "p50": float(np.percentile(seconds, 50)),
        "p99": float(np.percentile(seconds, 99)),
        "per_second": len(seconds) / length,
        "plans": len(seconds),
        "wrong": len(wrong),
        "memory_growth": server.memory_info().rss / before,
    }


def main() -> None:
    """Print a table, and the object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="seconds rather than minutes")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--together", type=int, default=1, help="robots that are planned for in one run")
    options = parser.parse_args()
    length = 10.0 if options.quick else 60 * options.minutes
    torch.set_num_threads(1)
    torch.manual_seed(7)
    network = NavdpNetwork(SMALL).eval()
    perturb(network, torch.Generator().manual_seed(7), 0.2)
    policy = NavdpPolicy(network, PolicyConfig())
    paths = [expected(policy, robot) for robot in range(ROBOTS)]
    with tempfile.TemporaryDirectory() as folder:
        save(network, Path(folder) / "network")
        words = ["serve", f"{folder}/network", f"--port={PORT}", "--threads=1", f"--together={options.together}"]
        server = subprocess.Popen([sys.executable, "-m", "vln_pipeline", *words], cwd=Path(__file__).parents[1])
        try:
            url = f"http://127.0.0.1:{PORT}"
            _wait(url, server)
            process = psutil.Process(server.pid)
            one = measure(url, process, paths[:1], length / 5)
            many = measure(url, process, paths, length)
        finally:
            server.terminate()
            server.wait(30)
    for name, figures in (("1 robot", one), (f"{ROBOTS} robots", many)):
        print(name, " ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    ratio = many["per_second"] / one["per_second"]
    sound = not one["wrong"] and not many["wrong"] and many["memory_growth"] < GROWTH
    told = {
        "name": "plans per second of eight robots beside one",
        "value": round(many["per_second"], 2),
        "unit": "1/s",
        "baseline": round(one["per_second"], 2),
        "ratio": round(ratio, 2),
        "target": TARGET,
        "ok": sound and ratio >= TARGET,
        "detail": {"one": one, "eight": many},
    }
    print(json.dumps(told))
    sys.exit(0 if told["ok"] else 1)


def _wait(url: str, server: subprocess.Popen) -> None:
    while server.poll() is None:
        try:
            httpx.get(f"{url}/health").raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
