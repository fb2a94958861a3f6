"""The command, its discovery of datasets, mending, and damage of any kind."""

import os
import shutil

import drawn_room
import numpy as np
import published_folders as folders
import pytest
from click.testing import CliRunner

from vln_pipeline.commands.check import check as command
from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene
from vln_pipeline.upstream.check import check, dataset_folders
from vln_pipeline.upstream.finding import Rewrite
from vln_pipeline.upstream.mend import mend


def test_datasets_are_found_under_a_folder_once(pristine, tmp_path):
    root = tmp_path / "data"
    for name, folder in pristine.items():
        shutil.copytree(folder, root / name / "traj_data/house")
    (root / "again").symlink_to(root / "vln_n1", target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    found = dataset_folders(root)
    assert len(found) == 3 and {check(folder).dialect for folder in found} == {"vln_n1", "vln_ce", "vln_pe"}
    assert dataset_folders(found[0]) == [found[0]]


def test_a_folder_without_datasets_names_its_archives(tmp_path):
    (tmp_path / "kujiale_0000.tar.gz").touch()
    with pytest.raises(DataError, match="no dataset in or under it; unpack its 1 archives"):
        dataset_folders(tmp_path)


def test_a_layout_of_nobody_is_one_line(tmp_path):
    (tmp_path / "meta").mkdir()
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match="no dialect of InternData-N1"):
        check(tmp_path)


def test_the_command_names_mends_and_counts(pristine, tmp_path):
    root = tmp_path / "data"
    for name, folder in pristine.items():
        shutil.copytree(folder, root / name / "house")
    doubled = lambda row: row | {"length": 2 * row["length"]}  # noqa: E731
    folders.alter_lines(root / "vln_n1/house", "episodes.jsonl", doubled)
    joined = lambda row: row | {"tasks": ["Go.<INSTRUCTION_SEP>Walk."]}  # noqa: E731
    folders.alter_lines(root / "vln_ce/house", "episodes.jsonl", joined)
    run = CliRunner().invoke(command, [str(root)])
    assert run.exit_code == 1
    assert [line.split(":")[0] for line in run.stdout.splitlines()] == [
        "vln_ce/house/meta/episodes.jsonl",
        "vln_n1/house/meta/episodes.jsonl",
        "vln_n1/house/data/chunk-*/episode_*.parquet",  # the note on its axes
    ]
    assert "1 vln_ce, 1 vln_n1, 1 vln_pe: 1 faults, 0 mended, 2 notes" in run.stderr
    run = CliRunner().invoke(command, [str(root), "--mend"])
    assert run.exit_code == 0 and "mended: length is now the number of rows; the original is" in run.stdout
    run = CliRunner().invoke(command, [str(root / "vln_n1")])
    assert run.exit_code == 0 and "camera to ground, x right, y forward" in run.stdout


def test_a_folder_that_cannot_be_written_is_said(copied, monkeypatch):
    folder = copied("vln_n1")
    folders.alter_info(folder, total_frames=1)

    def refuse(*_, **__):
        raise PermissionError("read-only")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    run = CliRunner().invoke(command, [str(folder), "--mend"])
    assert run.exit_code == 1 and "the folder cannot be written (PermissionError)" in run.stdout
    assert folders.info(folder)["total_frames"] == 1


def test_a_first_original_is_kept_and_a_shared_blob_left_alone(tmp_path):
    blob, path = tmp_path / "blob", tmp_path / "info.json"
    blob.write_text("first")
    path.symlink_to(blob)
    for text in ("second", "third"):
        mend(Rewrite(path, text, "nothing"))
    assert (path.read_text(), (tmp_path / "info.json.orig").read_text(), blob.read_text()) == (
        "third",
        "first",
        "first",
    )
    assert {path.name for path in tmp_path.iterdir()} == {"blob", "info.json", "info.json.orig"}


def test_an_interrupted_mend_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "info.json"
    path.write_text("first")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        mend(Rewrite(path, "second", "nothing"))
    assert path.read_text() == "first" and list(tmp_path.iterdir()) == [path]


def test_our_own_folders_are_validated(tmp_path):
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta/dialect.json").write_text("{}")
    report = check(tmp_path)
    assert report.dialect == "ours" and "not a readable dataset" in report.findings[0].line()


@pytest.mark.parametrize("name", ["vln_n1", "vln_ce", "vln_pe"])
def test_damage_of_any_kind_ends_in_lines(pristine, tmp_path, name):
    """Files truncated, emptied or with flipped bits: findings, never a crash."""
    random = np.random.default_rng(7)
    told = 0
    for trial in range(12):
        folder = shutil.copytree(pristine[name], tmp_path / str(trial))
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.is_file() and path.suffix in (".jsonl", ".json", ".parquet", ".npy")
        )
        path = files[random.integers(len(files))]
        data = bytearray(path.read_bytes())
        kind = random.integers(3)
        if kind == 0:
            data = data[: random.integers(len(data))]
        elif kind == 1:
            for place in random.integers(len(data), size=8):
                data[place] ^= 1 << int(random.integers(8))
        else:
            data = bytearray(b"[null, {}]\n1\n")
        path.write_bytes(data)
        try:
            findings = check(folder).findings
        except DataError:
            told += 1
            continue
        lines = [finding.line() for finding in findings]
        assert all("\n" not in line and line.count(": ") for line in lines)
        told += bool(lines)
        shutil.rmtree(folder)
    assert told >= 7


def test_our_own_export_has_no_fault_in_the_eyes_of_others(tmp_path):
    """What this project writes, read as if InternData-N1 had written it: only the joined wordings are remarked."""
    walks = drawn_room.walks_of(tmp_path / "footage", (drawn_room.trajectory(0), drawn_room.trajectory(1, frames=34)))
    room, nav = drawn_room.scene(), drawn_room.navigation()
    export_scene(iter(walks), room, nav, ExportConfig(), tmp_path / "e", seed=7, provenance={"command": "pytest"})
    for name in ("vln_n1", "vln_ce"):
        folder = tmp_path / "e" / name / "v2.1"
        assert check(folder).findings == ()
        (folder / "meta/dialect.json").unlink()
        report = check(folder)
        assert report.dialect == name and not [f.line() for f in report.findings if not f.is_note]
        assert len(report.findings) == 1  # joined wordings, or the axes
