"""Every command of docs/how-to/scale-out.md, run as it stands there, in small homes."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from command import ROOT, dataset_hash, latest

from object_server import BUCKET, KEYS, needs_s3
from vln_pipeline.export.digest import digest

pytestmark = pytest.mark.slow
needs_ray = pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="ray is not installed")

SMALL = """
scenes: {procedural: {count: 2, texture_size: 64}}
sampling: {pairs: 2, max_distance: 4.0}
rendering:
  backend: raycast
  compared_views: 0
  trajectories_per_task: 1
  rigs:
    - {name: d435i, motion: continuous, camera: d435i, scale: 0.2, height: 0.6, pitches: [15]}
    - {name: habitat, motion: discrete, camera: habitat, scale: 0.2, height: 1.25, pitches: [0]}
labelling: {labeller: template}
train_system1: {steps: 2, batch_size: 4, validation_batches: 1, schedule: {warmup_steps: 0}}
"""
"""Says all that conf/full says of data generation, too."""

SBATCH = """#!/bin/bash
# sbatch --array=A-B --wrap=COMMAND, by a loop; the second job is killed, as where its machine dies.
for word in "$@"; do case $word in
    --array=*) range=${word#*=} ;;
    --wrap=*) command=${word#*=} ;;
esac; done
for SLURM_ARRAY_TASK_ID in $(seq "${range%-*}" "${range#*-}"); do
    export SLURM_ARRAY_TASK_ID
    if [ "$SLURM_ARRAY_TASK_ID" = 1 ]; then timeout --signal=KILL 2 bash -c "$command"; else bash -c "$command"; fi
done
ls "$VLN_DATA/05_footage/items" | wc -l > "$VLN_DATA/filmed_by_the_array"
"""


def commands():
    """Return the blocks of commands by heading."""
    parts = re.split(r"^## (.+)$", (ROOT / "docs" / "how-to" / "scale-out.md").read_text(), flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {name: re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) for name, text in texts.items()}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """What a shell of a user has, with small homes in the user's own configuration."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "conf").mkdir()
    (folder / "conf" / "parameters.yml").write_text(SMALL)
    (folder / "sbatch").write_text(SBATCH)
    (folder / "sbatch").chmod(0o755)
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"PATH": path, "HOME": str(folder), "VLN_LOCAL_CONF": str(folder / "conf"), "KEDRO_DISABLE_TELEMETRY": "1"}
    return {**os.environ, **own}


def run(block, environment, data, **variables):
    """Run a block in a shell of its own; return what it printed."""
    told = {**environment, "VLN_DATA": str(data), **variables}
    done = subprocess.run(["bash", "-c", block], cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def by_processes(environment, tmp_path_factory):
    """Folder of data that the first command of the page made."""
    data = tmp_path_factory.mktemp("processes")
    run(commands()["This machine"][0], environment, data)
    return data


def test_these_tests_know_all_commands_of_the_page():
    found = {name: len(blocks) for name, blocks in commands().items() if blocks}
    assert found == {
        "This machine": 2,
        "A Ray cluster": 6,
        "Object storage": 2,
        "A batch system": 1,
        "Several machines for one training": 2,
        "What it will cost": 1,
        "Beside other programs": 1,
        "To debug": 1,
    }


def test_an_environment_changes_values_only(by_processes, environment, tmp_path):
    run(commands()["This machine"][1], environment, tmp_path)
    assert dataset_hash(tmp_path) == dataset_hash(by_processes)


def test_one_process_gives_the_same(by_processes, environment, tmp_path):
    run(commands()["To debug"][0], environment, tmp_path)
    assert dataset_hash(tmp_path) == dataset_hash(by_processes)


@needs_ray
def test_a_cluster_of_two_nodes_gives_the_same_though_one_dies(by_processes, environment, tmp_path):
    from ray.util import get_node_ip_address

    token, first, other, command, status, _ = commands()["A Ray cluster"]
    folder = tempfile.mkdtemp(prefix="ray")  # sockets lie there, whose paths may not be long
    told = {**environment, "FIRST": get_node_ip_address(), "RAY_TMPDIR": folder, "RAY_USAGE_STATS_ENABLED": "0"}
    try:
        run(token, told, tmp_path)
        run(first, told, tmp_path)
        before = _raylets()
        run(other, told, tmp_path)
        (second,) = _raylets() - before
        words = {**told, "VLN_DATA": str(tmp_path)}
        output = (tmp_path / "output.txt").open("w")
        driver = subprocess.Popen(["bash", "-c", command], cwd=ROOT, env=words, stdout=output, stderr=output)
        items = tmp_path / "05_footage" / "items"
        while not (items.is_dir() and any(not item.name.startswith(".") for item in items.iterdir())):
            assert driver.poll() is None, (tmp_path / "output.txt").read_text()
            time.sleep(0.05)
        told_of_cpus = re.search(r"([\d.]+)/([\d.]+) CPU", run(status, told, tmp_path))
        second.kill()
        assert driver.wait() == 0, (tmp_path / "output.txt").read_text()
    finally:
        _end(folder)
    assert dataset_hash(tmp_path) == dataset_hash(by_processes)
    used, there = map(float, told_of_cpus.groups())
    assert used <= there, "tasks take what they ask for"


@needs_s3
def test_object_storage_gives_the_same(by_processes, environment, connection, tmp_path):
    copy = tmp_path / "datasets"
    told = {**_at_the_server(environment, connection), "VLN_COPIES": str(tmp_path / "copies"), "COPY": str(copy)}
    said = run(commands()["Object storage"][0], told, "nowhere")
    assert f"s3://{BUCKET}/data/08_lerobot/" in said
    assert digest(copy) == dataset_hash(by_processes)


@needs_ray
@needs_s3
def test_a_cluster_whose_nodes_share_no_folder_gives_the_same(by_processes, environment, connection, tmp_path):
    from ray.util import get_node_ip_address

    token, first, other, *_ = commands()["A Ray cluster"]
    folder = tempfile.mkdtemp(prefix="ray")
    told = {
        **_at_the_server(environment, connection),
        "FIRST": get_node_ip_address(),
        "RAY_TMPDIR": folder,
        "RAY_USAGE_STATS_ENABLED": "0",
        "COPY": str(tmp_path / "datasets"),
    }
    try:
        run(token, told, "nowhere")
        for name, block in (("one", first), ("two", other)):
            run(block, {**told, "VLN_COPIES": str(tmp_path / name)}, "nowhere")
        run(commands()["Object storage"][1], {**told, "VLN_COPIES": str(tmp_path / "driver")}, "nowhere")
    finally:
        _end(folder)
    assert digest(tmp_path / "datasets") == dataset_hash(by_processes)
    made = {name: len(list((tmp_path / name).glob("s3/*/*/*/items/*/seal.json"))) for name in ("one", "two")}
    assert all(made.values()), "both nodes worked, each in a folder of its own"


def _at_the_server(environment, connection):
    return {**environment, **KEYS, "AWS_ENDPOINT_URL": connection.address, "BUCKET": BUCKET}


def _end(folder):
    """End the cluster that lies in a folder."""
    for process in psutil.process_iter(["cmdline"]):
        if any(folder in word for word in process.info["cmdline"] or ()):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def _raylets():
    return {process for process in psutil.process_iter(["name"]) if process.info["name"] == "raylet"}


@needs_ray
def test_a_cluster_of_this_machine_gives_the_same(by_processes, environment, tmp_path):
    run(commands()["A Ray cluster"][-1], environment, tmp_path, RAY_USAGE_STATS_ENABLED="0")
    assert dataset_hash(tmp_path) == dataset_hash(by_processes)


def test_an_array_gives_the_same_though_a_job_dies(by_processes, environment, tmp_path):
    run(commands()["A batch system"][0], environment, tmp_path)
    assert int((tmp_path / "filmed_by_the_array").read_text()) < len(
        list(latest(by_processes / "05_footage").glob("home*"))
    )
    assert dataset_hash(tmp_path) == dataset_hash(by_processes)
    assert len(list((tmp_path / "runs").glob("*.json"))) > 2, "each command has a record of its own"


def test_two_machines_share_a_training(by_processes, environment):
    first, other = commands()["Several machines for one training"]
    told = {**environment, "VLN_DATA": str(by_processes), "FIRST": "127.0.0.1"}
    joined = subprocess.Popen(["bash", "-c", other], cwd=ROOT, env=told)
    try:
        run(first, told, by_processes)
        assert joined.wait(timeout=120) == 0
    finally:
        joined.kill()
    trained = latest(by_processes / "10_system1") / "seed_0"
    assert len((trained / "log.jsonl").read_text().splitlines()) == 2


def test_the_costs_are_told(environment, tmp_path):
    told = run(commands()["What it will cost"][0], environment, tmp_path)
    assert told.startswith("3000 scenes")


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_the_share_beside_another_program_is_told(environment, tmp_path):
    told = {**environment, "VLN_LOCAL_CONF": ""}
    block = commands()["Beside other programs"][0]
    done = subprocess.run(["bash", "-c", block], cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout.splitlines()[-1])["ratio"] > 0, done.stderr
