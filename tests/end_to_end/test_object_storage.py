"""The user's own commands with all stores in object storage: the same datasets, and each command works or refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT, SMALL, dataset_hash, kedro_run

from object_server import BUCKET, needs_s3
from vln_pipeline.export.digest import digest
from vln_pipeline.object_storage import Bucket

pytestmark = [pytest.mark.slow, needs_s3]

TINY = f"{SMALL},sampling.pairs=1,rendering.rigs.0.scale=0.1"
DATA = f"s3://{BUCKET}/home/data"


def command(*words: str, code: int = 0) -> str:
    """Run ``vln-pipeline`` as a user does; return what it printed."""
    program = Path(sys.executable).with_name("vln-pipeline")
    environment = {**os.environ, "VLN_DATA": DATA, "KEDRO_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [str(program), *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def remote_run(connection, tmp_path_factory):
    """A whole data generation at an address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLN_COPIES", str(tmp_path_factory.mktemp("copies")))
        run = kedro_run(DATA, "--pipeline=datagen", f"--params={TINY},executor=serial")
        assert run.code == 0, run.output
        yield run


def test_the_datasets_are_those_of_a_run_in_a_folder(remote_run, tmp_path):
    local = kedro_run(tmp_path / "data", "--pipeline=datagen", f"--params={TINY},executor=serial")
    assert local.code == 0, local.output
    command("download", "lerobot", str(tmp_path / "datasets"))
    assert digest(tmp_path / "datasets") == dataset_hash(tmp_path / "data")
    assert not (ROOT / "s3:").exists()


def test_commands_work_there_or_say_that_they_do_not(remote_run, tmp_path):
    assert f"lerobot  {DATA}/08_lerobot/" in command("where")
    assert f"report   {DATA}/09_report/report.html/" in command("where")
    assert "1 items, " in command("versions", "lerobot")
    assert "0 damaged" in command("fsck")
    assert f"{DATA} is an address, and this needs a folder" in command("prune", code=1)
    assert f"{DATA} is an address, and this needs a folder" in command("join", "--node=1", code=1)


def test_the_same_command_makes_what_was_lost(remote_run):
    """fsck names a lost object of a frame; the run after --remake makes that slice, and what follows is as it was."""
    footage = Bucket(f"{DATA}/05_footage")
    lost = next(name for name in footage.sizes("items") if name.endswith(".png"))
    footage.delete(f"items/{lost}")
    told = command("fsck", "--remake")
    assert f"the object {lost.split('/', 2)[2]} is lost" in told
    assert "1 damaged" in told
    again = kedro_run(DATA, "--pipeline=datagen", f"--params={TINY},executor=serial")
    assert again.code == 0, again.output
    assert len([name for name in footage.children("items") if not name.startswith(".")]) == 1
    assert "0 damaged" in command("fsck")
