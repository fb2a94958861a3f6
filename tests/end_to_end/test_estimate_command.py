import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT

from vln_pipeline.datasets.manifest import Manifest
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.sizing.estimate import estimate
from vln_pipeline.sizing.unit_costs import read_unit_costs

STORES = {
    "scenes": "01_scenes",
    "esdf": "02_esdf",
    "sampling": "03_pairs",
    "trajectories": "04_trajectories",
    "rendering": "05_footage",
    "labelling": "06_labels",
    "filtering": "07_selection",
    "export": "08_lerobot",
}


def first_version(store: Path) -> list[Path]:
    """Return the items of a store's oldest version; other tests may have run with other parameters since."""
    version = min(path for path in store.glob("2*")) / store.name
    return [store / "items" / made.fingerprint for made in Manifest.read(version).items.values()]


def test_an_estimate_is_within_a_factor_of_two_of_a_run(small_run):
    """Users could not tell whether their disk would hold what they asked for before it was full."""
    told = estimate(
        1,
        64,
        SamplingConfig(pairs=3, min_distance=2.5, max_distance=4.0),
        TrajectoryConfig(step=0.0376),
        RenderingConfig(backend="raycast", trajectories_per_task=2),
        ExportConfig(),
        model=False,
        units=read_unit_costs(),
    )
    counted: set[int] = set()
    size = 0
    for cost in told:
        files = [path for item in first_version(small_run.data / STORES[cost.stage]) for path in item.rglob("*")]
        files = [path for path in files if path.is_file()]
        assert cost.files / len(files) == pytest.approx(1.25, abs=0.75), cost.stage
        found = {path.stat().st_ino: path.stat().st_size for path in files}
        size += sum(count for node, count in found.items() if node not in counted)
        counted |= set(found)
    assert sum(cost.size for cost in told) / size == pytest.approx(1.25, abs=0.75)


def test_the_command_prints_every_stage_and_the_sum():
    program = Path(sys.executable).with_name("vln-pipeline")
    words = [str(program), "estimate", "--env=full", "--scenes=3000"]
    environment = {**os.environ, "KEDRO_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
    assert set(STORES) <= set(rows)
    assert re.search(r"\d TB", rows["in all"])
    assert "?" in rows["labelling"]  # by a model, on GPUs that were not measured
