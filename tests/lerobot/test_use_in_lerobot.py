"""What the page on lerobot promises, with the real library in environments of its own."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import drawn_room
import pytest

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene
from vln_pipeline.export.join import join
from vln_pipeline.export.reader import ExportedDataset

ROOT = Path(__file__).parents[2]
PYTHONS = [Path(name) for name in os.environ.get("VLN_LEROBOT_PYTHONS", "").split(os.pathsep) if name]
REASON = "set VLN_LEROBOT_PYTHONS to the interpreters of environments with lerobot (docs/how-to/use-in-lerobot.md)"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PYTHONS, reason=REASON)]


def run(folder, name, **options):
    """Export two scenes and join them; returns the joined dataset of each dialect."""
    config, parts = ExportConfig(versions=("v3.0",), v30=options), []
    for number, scene in enumerate(("attic", "barn")):
        trajectories = [
            drawn_room.trajectory(2 * number + n, frames=24 + 3 * n, start=(1.0 + n, 2.0, 0.0, len(name) * 0.3))
            for n in range(2)
        ]
        walks = drawn_room.walks_of(folder / f"footage of {name} {scene}", trajectories)
        part = folder / f"{scene} of {name}"
        room = replace(drawn_room.scene(), id=scene)
        export_scene(walks, room, drawn_room.navigation(), config, part, seed=7, provenance={})
        parts.append(part)
    for dialect in config.dialects:
        datasets = [ExportedDataset(part / dialect / "v3.0") for part in parts]
        join(datasets, config, folder / f"{dialect}_{name}", seed=7, provenance={})
    return {dialect: folder / f"{dialect}_{name}" for dialect in config.dialects}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [run(folder, name) for name in ("first", "second one")]


def in_lerobot(python, cache, *words):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(cache), "PYTHONPATH": ""}
    done = subprocess.run(
        [str(python), str(ROOT / "tests/lerobot/run_with_cpu_torch.py"), *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.mark.parametrize("python", PYTHONS, ids=str)
@pytest.mark.parametrize("dialect", ["vln_n1", "vln_ce"])
def test_the_script_of_the_page_works(runs, tmp_path, python, dialect):
    told = in_lerobot(python, tmp_path, ROOT / "scripts/use_in_lerobot.py", *(run[dialect] for run in runs))
    assert "depth: observation.depth" in told and "all of it worked" in told
    assert ("instruction.clip: Walk ahead." in told) == (dialect == "vln_n1")


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_each_load_gives_its_own_rows(tmp_path, python):
    """Every export had the folder name of its scene and one configuration, so later loads gave the first one's rows."""
    roots = [root for name in ("a", "bb", "ccc") for root in run(tmp_path, name).values()]
    script = tmp_path / "load.py"
    script.write_text(
        "import datasets, sys\n"
        "for path in sys.argv[1:]:\n"
        "    rows = datasets.load_dataset(path, split='train')\n"
        "    print(path, len(rows), rows.column_names[2])\n"
    )
    told = in_lerobot(python, tmp_path / "cache", script, *roots, *roots)
    for line, root in zip(told.strip().splitlines(), [*roots, *roots], strict=True):
        dataset = ExportedDataset(root)
        assert line.startswith(f"{root} {dataset.info['total_frames']} ")
        assert line.endswith(list(dataset.info["features"])[2])
