"""The commands that look at what lies on the disk: versions, fsck, prune."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from command import ROOT, SMALL, Run, kedro_run

from vln_pipeline.datasets.soundness import damages, sealed_wholes


def command(data: Path, *words: str) -> Run:
    program = Path(sys.executable).with_name("vln-pipeline")
    environment = {**os.environ, "VLN_DATA": str(data), "KEDRO_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [str(program), *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return Run(data, done.returncode, done.stdout + done.stderr)


@pytest.fixture
def data(small_run, tmp_path) -> Path:
    """A copy of the finished run, to be damaged."""
    return Path(shutil.copytree(small_run.data, tmp_path / "data", symlinks=True))


NOTES = {".locks", ".compared"}
"""Folders of what running processes tell each other; nothing is lost with them."""


def written(data: Path) -> Iterator[Path]:
    """Yield all files that a run leaves and that may be damaged."""
    for path in sorted(data.rglob("*")):
        if path.is_file() and not path.is_symlink() and NOTES.isdisjoint(path.parts) and path.stat().st_size:
            yield path


def seals(data: Path) -> dict[Path, int]:
    """Return what tells a finished item from one that was made again."""
    return {seal.parent: seal.stat().st_ino for seal in data.glob("*/items/[!.]*/seal.json")}


def test_all_random_flips_and_truncations_are_found(data):
    """A flipped bit in a finished table, label or video went on into the next stage, and nothing named it."""
    generator, stores = np.random.default_rng(7), {}
    for path in written(data):
        stores.setdefault(path.relative_to(data).parts[0], []).append(path)
    assert len(stores) >= 10
    wholes = list(sealed_wholes(data))
    for number in range(250):
        store = sorted(stores)[number % len(stores)]  # else nearly all would hit frames
        path = stores[store][generator.integers(len(stores[store]))]
        right = path.read_bytes()
        if number % 5 == 0:
            wrong = right[: generator.integers(len(right))]
        else:
            wrong = bytearray(right)
            wrong[generator.integers(len(wrong))] ^= 1 << int(generator.integers(8))
        path.write_bytes(wrong)
        whole = next(whole for whole in wholes if path.is_relative_to(whole))
        assert list(damages(whole)), path
        path.write_bytes(right)
        assert not list(damages(whole)), path


def test_what_fsck_sets_aside_the_same_command_makes_again(data, small_run):
    assert command(data, "fsck").code == 0
    video = next(path for path in written(data) if path.suffix == ".mp4")
    walks = next(path for path in written(data) if path.name == "trajectories.parquet")
    for path in (video, walks):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    before = seals(data)
    told = command(data, "fsck")
    assert told.code == 1
    assert f"{video.name} has other content" in told.output and f"{walks.name} has other content" in told.output
    again = command(data, "fsck", "--remake")
    assert again.code == 0 and "now run again: kedro run --pipeline=datagen" in again.output
    run = kedro_run(data, "--pipeline=datagen", f"--params={SMALL}")
    assert run.code == 0, run.output
    assert {path for path, seal in seals(data).items() if before.get(path) != seal} == {video.parents[5], walks.parent}
    assert command(data, "fsck").code == 0
    digests = {command(folder, "digest").output for folder in (data, small_run.data)}
    assert len(digests) == 1


def test_versions_tells_seeds_sizes_parents_and_users(small_run):
    told = command(small_run.data, "versions")
    assert told.code == 0
    run = next(small_run.data.glob("01_scenes/2*")).name
    assert f"scenes:{run}  seed 7, 1 items, " in told.output
    assert f"made from selection:{run}" in told.output and f"used by esdf:{run}" in told.output
    assert "no store label; " not in told.output
    assert "no store label;" in command(small_run.data, "versions", "label").output


def test_prune_leaves_what_versions_refer_to(data):
    before = sorted(data.glob("*/items/*"))
    told = command(data, "prune", "--yes")
    assert told.code == 0 and "0 folders, 0 B, can go" in told.output
    for version in (data / "08_lerobot").glob("2*"):  # other tests may have run the command again
        shutil.rmtree(version)
    told = command(data, "prune", "--yes")
    assert "referred to by no version" in told.output
    assert sorted(data.glob("*/items/*")) == [item for item in before if "08_lerobot" not in item.parts]
    assert "no run is interrupted" in command(data, "prune", "--run=2026-01-01T00.00.00.000Z").output
