"""What the page on lerobot promises, with the real library in environments of its own."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import drawn_room
import pyarrow.parquet as pq
import pytest

from vln_pipeline.export.config import ExportConfig, V30Config
from vln_pipeline.export.export import export_scene
from vln_pipeline.export.join import join
from vln_pipeline.export.reader import ExportedDataset

ROOT = Path(__file__).parents[2]
DIALECTS = ("vln_n1", "vln_ce")
PYTHONS = [Path(name) for name in os.environ.get("VLN_LEROBOT_PYTHONS", "").split(os.pathsep) if name]
REASON = "set VLN_LEROBOT_PYTHONS to the interpreters of environments with lerobot (docs/how-to/use-in-lerobot.md)"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PYTHONS, reason=REASON)]


def run(folder, name, more=0, **options):
    """Export two scenes, with some frames more, and join them; returns the joined dataset of each dialect."""
    config, parts = ExportConfig(versions=("v3.0",), v30=V30Config(masks=("semantic", "instance"), **options)), []
    for number, scene in enumerate(("attic", "barn")):
        trajectories = [
            drawn_room.trajectory(
                2 * number + n,
                frames=24 + 3 * n + more,
                start=(1.0 + n, 2.0, 0.0, len(name) * 0.3),
                actions=drawn_room.ROUND_THE_PILLAR[: 14 + number + more],
            )
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


def in_lerobot(python, cache, *words, cwd=None):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(cache), "PYTHONPATH": ""}
    done = subprocess.run(
        [str(python), str(ROOT / "tests/lerobot/run_with_cpu_torch.py"), *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.mark.parametrize("python", PYTHONS, ids=str)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_script_of_the_page_works(runs, tmp_path, python, dialect):
    told = in_lerobot(python, tmp_path, ROOT / "scripts/use_in_lerobot.py", *(run[dialect] for run in runs))
    assert "depth: observation.depth" in told and "all of it worked" in told
    assert ("instruction.clip: Walk ahead." in told) == (dialect == "vln_n1")


def first_and_last(root):
    """Return what tells the rows of a dataset from those of another, as the parquet files have it."""
    rows = pq.read_table(root / "data")
    return [len(rows), rows["instruction.wordings"][0].as_py(), rows["observation.state"][-1].as_py()]


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_each_load_gives_its_own_rows(tmp_path, python):
    """Every export had the folder name of its scene and one configuration, so later loads gave the first one's rows.

    Here one process loads six exports, most of them in folders of one name, made anew twice at the same place.
    """
    expected = []
    for more in range(3):
        made = tmp_path / f"generation {more}"
        run(made, "one", more)
        parts = [made / f"{scene} of one/{dialect}/v3.0" for scene in ("attic", "barn") for dialect in DIALECTS]
        roots = [*parts, *(made / f"{dialect}_one" for dialect in DIALECTS)]
        expected += [[str(root.relative_to(made)), *first_and_last(root)] for root in roots]
    script = tmp_path / "load.py"
    script.write_text(
        "import datasets, json, pathlib, sys\n"
        "place = pathlib.Path('made')\n"
        "for generation in sys.argv[1:4]:\n"
        "    pathlib.Path(generation).rename(place)\n"
        "    for name in sys.argv[4:]:\n"
        "        rows = datasets.load_dataset(str(place / name), split='train')\n"
        "        told = rows['instruction.wordings'][0], rows['observation.state'][-1]\n"
        "        print('loaded', json.dumps([name, len(rows), *told]))\n"
        "    place.rename(generation + ' looked at')\n"
    )
    names = [name for name, *_ in expected[:6]]
    generations = [f"generation {more}" for more in range(3)]
    told = in_lerobot(python, tmp_path / "cache", script, *generations, *names, cwd=tmp_path)
    found = [json.loads(line[7:]) for line in told.splitlines() if line.startswith("loaded ")]
    assert found == expected
    assert len({str(rows) for _, *rows in expected}) == 18


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_the_newest_lerobot_resolves_words_in_its_own_form(tmp_path, python):
    root = run(tmp_path, "one", language=True)["vln_n1"]
    script = tmp_path / "resolve.py"
    script.write_text(
        "import sys\n"
        "from lerobot.datasets.lerobot_dataset import LeRobotDataset\n"
        "try:\n"
        "    from lerobot.datasets.language_render import active_at\n"
        "except ImportError:\n"
        "    sys.exit(print('has no such form'))\n"
        "dataset = LeRobotDataset('local/words', root=sys.argv[1])\n"
        "for index in range(len(dataset)):\n"
        "    item = dataset[index]\n"
        "    said = item['language_persistent']\n"
        "    clip = active_at(float(item['timestamp']), persistent=said, style='subtask')\n"
        "    assert clip['content'] == item['instruction.clip'], (index, clip)\n"
        "    others = [row['content'] for row in said if row['style'] == 'task_aug']\n"
        "    assert [item['task'], *others] == item['instruction.wordings'].split('<INSTRUCTION_SEP>')\n"
        "print('resolved', len(dataset))\n"
    )
    told = in_lerobot(python, tmp_path / "cache", script, root)
    if "has no such form" in told:
        pytest.skip("this lerobot is older than 0.6")
    assert f"resolved {ExportedDataset(root).info['total_frames']}" in told
