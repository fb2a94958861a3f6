"""The user's own command, with all stores in a folder of the test's."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.export.digest import digest

ROOT = Path(__file__).parents[2]
SMALL = ",".join(
    [
        "scenes.procedural.count=1",
        "scenes.procedural.texture_size=64",
        "sampling.pairs=3",
        "sampling.max_distance=4",
        "rendering.backend=raycast",
        "rendering.compared_views=0",
        "rendering.trajectories_per_task=2",
        "labelling.verify.min_probability=0",  # of so few walks none is to be left out
    ]
)
"""Parameters of a run of about a minute, with frames by the ray caster."""


@dataclass(frozen=True)
class Run:
    data: Path
    code: int
    output: str


def kedro_run(data: Path, *words: str, **variables: str) -> Run:
    """Run ``kedro run`` as a user does, with all stores in a folder of its own."""
    program = Path(sys.executable).with_name("kedro")
    environment = {**os.environ, "VLN_DATA": str(data), "KEDRO_DISABLE_TELEMETRY": "1", **variables}
    done = subprocess.run(
        [str(program), "run", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return Run(data, done.returncode, done.stdout + done.stderr)


def latest(store: Path) -> Path:
    """Return the folder of a store's latest version."""
    return max(p for p in store.iterdir() if p.name != "items") / store.name


def sealed(store: Path) -> dict[str, int]:
    """Return when each of a store's items was finished, by its fingerprint."""
    return {seal.parent.name: seal.stat().st_mtime_ns for seal in store.glob("items/*/seal.json")}


def dataset_hash(data: Path) -> str:
    """Return one hash of a run's datasets."""
    return digest(latest(data / "08_lerobot"))
