"""Every byte of finished work and of saved states counts: whichever changes, fsck names it."""

import random
import time
from pathlib import Path

import pytest
from case import run_words
from private_project import PATIENCE, Project
from subjects import SUBJECTS
from undisturbed import Undisturbed

from vln_pipeline.datasets.soundness import damages, sealed_wholes

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

FLIPS, TRUNCATIONS, SEED = 200, 50, 7
UNFINISHED = (".lock", ".compared", ".state-")
"""What nobody builds on: locks, notes of what was compared, and what an interrupted training has beside its states."""


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Stores of data generation, a trained System 1, and saved states of a System 2 that was killed."""
    folder = tmp_path_factory.mktemp("bytes")
    project = Project(folder / "project")
    data = Undisturbed(project, folder).run(SUBJECTS[1], SEED).data
    attempt = project.start(data, run_words("train_system2", SEED, ("executor=serial",)), folder / "system2.log")
    deadline = time.monotonic() + PATIENCE
    while len(list(data.glob("11_system2/items/.state-*/step-*"))) < 2:
        assert attempt.process.poll() is None and time.monotonic() < deadline, attempt.output()[-3000:]
        time.sleep(0.02)
    attempt.clear()
    return data


def test_fsck_names_every_flip_and_truncation_of_stores_states_and_checkpoints(data):
    draw = random.Random(SEED)
    groups: dict[str, list[tuple[Path, Path]]] = {}
    covered = set()
    for whole in sealed_wholes(data):
        assert not list(damages(whole)), whole
        files = [whole] if whole.is_file() else [p for p in whole.rglob("*") if p.is_file() and not p.is_symlink()]
        covered.update(files)
        parts = whole.relative_to(data).parts
        group = f"{parts[0]} {'states' if any(part.startswith('.state-') for part in parts) else ''}"
        groups.setdefault(group, []).extend((path, whole) for path in files if path.stat().st_size)
    assert {"10_system1 ", "11_system2 states", "08_lerobot ", "09_report ", "runs "} <= groups.keys()
    others = {p for p in data.rglob("*") if p.is_file() and not p.is_symlink()} - covered
    unread = [p for p in others if not any(part.startswith(UNFINISHED) for part in p.relative_to(data).parts)]
    assert not unread, "files that nothing checks"
    names = sorted(groups)
    for number in range(FLIPS + TRUNCATIONS):
        path, whole = draw.choice(groups[names[number % len(names)]])  # by store, or nearly all would be frames
        right = path.read_bytes()
        if number < FLIPS:
            wrong = bytearray(right)
            wrong[draw.randrange(len(wrong))] ^= 1 << draw.randrange(8)
        else:
            wrong = right[: draw.randrange(len(right))]
        path.write_bytes(wrong)
        assert list(damages(whole)), f"{path.relative_to(data)} is another, and nothing tells it"
        path.write_bytes(right)
