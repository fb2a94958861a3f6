import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trimesh
from command import ROOT, SMALL, dataset_hash, kedro_run, latest

from vln_pipeline.export.validate import validate


def test_the_exported_datasets_are_valid(small_run):
    roots = [p for p in latest(small_run.data / "08_lerobot").glob("*/v*/*") if p.is_dir()]
    assert sorted("/".join(r.parts[-3:-1]) for r in roots) == [
        "vln_ce/v2.1",
        "vln_ce/v3.0",
        "vln_n1/v2.1",
        "vln_n1/v3.0",
    ]
    assert not [problem for root in roots for problem in validate(root)]


def test_the_run_leaves_a_record_and_a_page(small_run):
    record = json.loads(next((small_run.data / "runs").glob("*.json")).read_text())
    assert record["made"]["lerobot"] == 1
    assert record["parameters"]["seed"] == 7
    assert record["error"] == ""
    page = (latest(small_run.data / "09_report" / "report.html").parent / "report.html").read_text()
    assert "data:image/jpeg;base64," in page
    assert "home_0000" in page


def test_a_second_run_makes_nothing_anew(small_run):
    before = {p: p.stat().st_mtime_ns for p in small_run.data.glob("*/items/*")}
    run = kedro_run(small_run.data, "--pipelines=datagen", f"--params={SMALL}")
    assert run.code == 0, run.output
    assert {p: p.stat().st_mtime_ns for p in small_run.data.glob("*/items/*")} == before


def test_a_job_that_a_batch_system_gives_again_under_its_own_id_ends_well(small_run):
    """Slurm requeues a killed job with its environment, run id included.

    Kedro refused to write the page of that id again.
    """
    page = latest(small_run.data / "09_report" / "report.html").parent
    (page / "report.html").write_text("half a page")
    (page / "seal.json").unlink()
    run = kedro_run(small_run.data, "--pipelines=datagen", f"--params={SMALL}", VLN_RUN_ID=page.name)
    assert run.code == 0, run.output
    assert "home_0000" in (page / "report.html").read_text()
    assert (page / "seal.json").exists()


def test_thresholds_are_tuned_without_rendering_again(small_run):
    frames = set((small_run.data / "05_footage" / "items").iterdir())
    run = kedro_run(small_run.data, "--pipelines=filtering", f"--params={SMALL},filtering.min_entropy=0.05")
    assert run.code == 0, run.output
    assert set((small_run.data / "05_footage" / "items").iterdir()) == frames


@pytest.mark.slow
@pytest.mark.parametrize("where", ["executor=serial", "executor=processes,workers=2"])
def test_the_same_seed_gives_the_same_dataset_wherever_it_runs(small_run, tmp_path, where):
    run = kedro_run(tmp_path, "--pipelines=datagen", f"--params={SMALL},{where}")
    assert run.code == 0, run.output
    assert dataset_hash(tmp_path) == dataset_hash(small_run.data)


@pytest.mark.slow
def test_a_run_killed_in_mid_rendering_goes_on_where_it_stopped(small_run, tmp_path):
    words = ["run", "--pipelines=datagen", f"--params={SMALL},workers=1"]
    program = Path(sys.executable).with_name("kedro")
    environment = {**os.environ, "VLN_DATA": str(tmp_path)}
    killed = subprocess.Popen([str(program), *words], cwd=ROOT, env=environment, start_new_session=True)
    items = tmp_path / "05_footage" / "items"
    deadline = time.monotonic() + 300
    while not (items.is_dir() and len([p for p in items.iterdir() if not p.name.startswith(".")]) == 1):
        assert killed.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    finished = {p: p.stat().st_mtime_ns for p in items.iterdir() if not p.name.startswith(".")}
    run = kedro_run(tmp_path, *words[1:])
    assert run.code == 0, run.output
    assert {p: p.stat().st_mtime_ns for p in finished} == finished
    assert not list(items.glob(".part-*"))
    assert dataset_hash(tmp_path) == dataset_hash(small_run.data)


def test_corrupt_files_beside_a_good_one_are_quarantined_each_with_its_cause(tmp_path):
    """The command ends with its own code, 3, so that a batch job notices; the good scene is there."""
    folder = tmp_path / "scenes"
    folder.mkdir()
    room = trimesh.Scene()
    for name, extents, place in [
        ("floor", (6, 5, 0.1), (0, 0, -0.05)),
        ("wall_1", (6, 0.1, 2.6), (0, 2.5, 1.3)),
        ("wall_2", (6, 0.1, 2.6), (0, -2.5, 1.3)),
        ("wall_3", (0.1, 5, 2.6), (3, 0, 1.3)),
        ("wall_4", (0.1, 5, 2.6), (-3, 0, 1.3)),
        ("table", (1, 0.6, 0.7), (0.5, 1.2, 0.35)),
        ("sofa", (0.8, 1.6, 0.7), (-2.3, 0, 0.35)),
        ("chair", (0.5, 0.5, 0.9), (2.2, -1.6, 0.45)),
    ]:
        box = trimesh.creation.box(extents)
        box.apply_translation(place)
        box.apply_transform(trimesh.transformations.rotation_matrix(-1.5707963267948966, (1, 0, 0)))
        room.add_geometry(box, node_name=name)
    good = room.export(file_type="glb")
    (folder / "good.glb").write_bytes(good)
    for number in range(5):
        (folder / f"cut_{number}.glb").write_bytes(good[: 20 + 150 * number])
    (folder / "empty.glb").write_bytes(b"")
    (folder / "noise.ply").write_bytes(bytes(range(256)) * 8)
    (folder / "text.obj").write_text("this is no mesh\n")
    (folder / "nan.obj").write_text("v nan nan nan\nv 0 0 nan\nv 1 0 nan\nf 1 2 3\n")
    (folder / "tiny.obj").write_text("v 0 0 0\nv 1e-9 0 0\nv 0 1e-9 0\nf 1 2 3\n")
    small = SMALL.replace("scenes.procedural.count=1,scenes.procedural.texture_size=64", "scenes.source=mesh")
    small = small.replace("sampling.max_distance=4", "sampling.min_distance=1,sampling.max_distance=4")
    thresholds = (
        "filtering.min_categories=0,filtering.max_structural=1,filtering.min_entropy=0,filtering.min_landmark=0"
    )
    run = kedro_run(
        tmp_path / "data", "--pipelines=datagen", f"--params={small},scenes.mesh.path={folder},{thresholds}"
    )
    assert run.code == 3, run.output
    journal = (latest(tmp_path / "data" / "01_scenes") / "journal.jsonl").read_text().splitlines()
    causes = {line["key"]: line["cause"] for line in map(json.loads, journal) if "cause" in line}
    assert len(causes) == 10
    assert all(causes.values())
    assert "good" not in causes
    assert (latest(tmp_path / "data" / "08_lerobot") / "vln_n1" / "v2.1" / "good").is_dir()
    assert all(f"quarantined {key}" in run.output for key in causes)
