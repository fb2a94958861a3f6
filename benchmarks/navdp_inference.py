"""CPU seconds of one control step of the full-size NavDP network, against the plain implementation.

    python benchmarks/navdp_inference.py [--quick]

Every weight is perturbed: fresh networks have equal layers and trivial norms, and would hide mistakes. The policy has
driven before, so it remembers the tokens of seven of its eight images; the plain implementation encodes all eight, as
the published programs do. All variants draw the same noise and take turns, and the least of their times counts. The
last line is one JSON object.
"""

import argparse
import json
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch

from plain_navdp import perturb, plain_plan
from rounding import rounded
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PolicyConfig, Sampler

VARIANTS = {
    "fp32": {},
    "bf16": {"bfloat16": True},
    "bf16_ddim_4": {"bfloat16": True, "sampler": Sampler.DDIM, "steps": 4},
    "bf16_dpm_solver_4": {"bfloat16": True, "sampler": Sampler.DPM_SOLVER, "steps": 4},
}
TARGETS = {"fp32": 2.0, "bf16": 3.4, "bf16_ddim_4": 6.0, "bf16_dpm_solver_4": 6.0}
LIMITS = {"fp32": 1e-4, "bf16": 0.03}
"""Largest difference from the plain implementation's paths, metres; another sampler draws other paths."""
GOAL = np.array([3.0, -1.0])
SEED = 7


def drive(size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return eight images and depth maps, smooth as those of a camera are."""
    draw = np.random.default_rng(SEED)
    ramp = np.linspace(0, 2 * np.pi, size)
    seen = []
    for _ in range(8):
        phase, wave = draw.uniform(0, 6, 6), draw.uniform(0.5, 4, 6)
        planes = [np.sin(wave[i] * ramp[:, None] + phase[i]) * np.cos(wave[i + 3] * ramp + phase[i]) for i in range(3)]
        rgb = np.stack(planes, axis=-1) * 127 + 128
        seen.append((rgb.astype(np.uint8), (planes[0] * 2 + 2.5).astype(np.float32)))
    return seen


@torch.inference_mode()
def step(policy: NavdpPolicy, seen: list[tuple[np.ndarray, np.ndarray]], goal: NavdpGoal):
    """Return the CPU seconds of the eighth control step, and its plan."""
    policy.reset(SEED)
    for rgb, _ in seen[:-1]:
        policy.memory.remember(torch.from_numpy(rgb).movedim(-1, 0)[None].float() / 255)
    policy.noise.manual_seed(SEED)
    start = time.process_time()
    plan = policy.plan(*seen[-1], goal)
    return time.process_time() - start, plan


def plain_step(network: NavdpNetwork, seen: list[tuple[np.ndarray, np.ndarray]], samples: int):
    """Return the CPU seconds of the plain implementation, its paths and their values."""
    rgb = torch.from_numpy(np.stack([rgb for rgb, _ in seen])).movedim(-1, 1)[None].float() / 255
    depth = torch.from_numpy(seen[-1][1])[None, None]
    depth = torch.where((depth >= 0.1) & (depth <= 5), depth, 0)
    start = time.process_time()
    with torch.no_grad():
        goal = network.point_encoder(torch.tensor([[*GOAL, 0.0]]).float())
    noise = torch.Generator().manual_seed(SEED)
    paths, values = plain_plan(network, rgb, depth, [goal] * 3, samples, noise)
    return time.process_time() - start, paths.numpy(), values.numpy()


def compare(plan, paths: np.ndarray, values: np.ndarray) -> dict[str, float | bool]:
    """Return how far candidates are from the plain paths they belong to, metres, and whether the choice is the same."""
    apart = np.abs(plan.candidates[:, None] - paths[None])
    partner = apart.max(axis=(2, 3)).argmin(axis=1)
    paired = len(set(partner.tolist())) == len(paths)
    return {
        "max_difference": float(apart[np.arange(len(paths)), partner, :, :2].max()),
        "same_choice": bool(paired and partner[0] == values.argmax()),
        "value_difference": float(np.abs(plan.values - values[partner]).max()),
    }


def measure(network: NavdpNetwork, samples: int, rounds: int) -> dict[str, object]:
    """Time all variants by turns."""
    seen, goal = drive(network.config.image_size), NavdpGoal(point=GOAL)
    # A path that ends near stands still in the policy alone, which is no matter of speed.
    policies = {
        name: NavdpPolicy(network, PolicyConfig(samples=samples, short_path=0, **settings))
        for name, settings in VARIANTS.items()
    }
    times: dict[str, list[float]] = {name: [] for name in ("plain", *VARIANTS)}
    found = {}
    for _ in range(rounds):
        seconds, paths, values = plain_step(network, seen, samples)
        times["plain"].append(seconds)
        for name, policy in policies.items():
            seconds, plan = step(policy, seen, goal)
            times[name].append(seconds)
            found[name] = compare(plan, paths, values)
    least = {name: min(seconds) for name, seconds in times.items()}
    report: dict[str, object] = {"plain_s": least["plain"], "path_spread": float(paths.std())}
    for name, target in TARGETS.items():
        result = {"s": least[name], "ratio": least["plain"] / least[name], "target": target}
        result["ok"] = result["ratio"] >= target
        if name in LIMITS:
            result |= found[name]
            result["ok"] = result["ok"] and result["max_difference"] <= LIMITS[name] and result["same_choice"]
        report[name] = result
    return report


def main() -> None:
    """Run, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="16 samples and one round")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    network = NavdpNetwork(NavdpConfig()).eval()
    perturb(network, torch.Generator().manual_seed(SEED))
    reports = {}
    for samples in (16,) if quick else (16, 32):
        reports[samples] = rounded(measure(network, samples, 1 if quick else 3))
        for name, report in reports[samples].items():
            print(f"{samples} samples, {name}: {report}")
    first = reports[16]
    print(
        json.dumps(
            {
                "name": "navdp_inference",
                "value": first["fp32"]["s"],
                "unit": "CPU seconds per control step, 16 samples, 10 steps, fp32, one thread",
                "baseline": first["plain_s"],
                "ratio": first["fp32"]["ratio"],
                "target": TARGETS["fp32"],
                "ok": all(report[name]["ok"] for report in reports.values() for name in VARIANTS),
                "detail": {"by_samples": reports},
            }
        )
    )


if __name__ == "__main__":
    main()
