"""The case "mend": a dataset whose ``meta`` was a link to another dataset's ``meta``.

``vln-pipeline check --mend`` rewrote the other dataset's ``info.json``, with the numbers of the first.
"""

import shutil

import published_folders as folders
import pytest
from click.testing import CliRunner

from vln_pipeline.commands.check import check as command


def mended(folder):
    run = CliRunner().invoke(command, [str(folder), "--mend"])
    return run.exit_code, run.stdout


@pytest.fixture
def two(pristine, tmp_path):
    """Two datasets beside each other, the first with a fault that could be mended."""
    given = tmp_path / "given"
    for folder in (given / "first", tmp_path / "other"):
        shutil.copytree(pristine["vln_n1"], folder)
    folders.alter_info(given / "first", total_frames=1)
    return given, given / "first", tmp_path / "other"


def refused(given, untouched):
    before = {path: path.read_bytes() for path in untouched.rglob("*") if path.is_file()}
    code, said = mended(given)
    assert code == 1
    assert "total_frames" in said and "but it is not changed" in said and "reached by a link" in said
    assert {path: path.read_bytes() for path in untouched.rglob("*") if path.is_file()} == before


def test_meta_that_is_a_link_to_another_datasets_is_not_rewritten(two):
    given, first, other = two
    shutil.rmtree(first / "meta")
    folders.alter_info(other, total_frames=1)
    (first / "meta").symlink_to(other / "meta")
    refused(given, other)


def test_nor_is_that_of_a_neighbour_below_the_given_folder(two):
    given, first, other = two
    neighbour = given / "second"
    other.rename(neighbour)
    shutil.rmtree(first / "meta")
    (first / "meta").symlink_to("../second/meta")
    before = (neighbour / "meta/info.json").read_bytes()
    (first / "data/chunk-000/episode_000000.parquet").unlink()
    code, said = mended(first)
    assert code == 1 and "not changed" in said
    assert (neighbour / "meta/info.json").read_bytes() == before


def test_a_dataset_that_a_link_brings_into_the_given_folder_is_not_rewritten(two):
    given, first, _ = two
    first.rename(given.parent / "elsewhere")
    first.symlink_to(given.parent / "elsewhere")
    refused(given, given.parent / "elsewhere")


def test_a_given_folder_that_is_a_link_itself_is_mended(two):
    given, first, _ = two
    link = given.parent / "link"
    link.symlink_to(given)
    assert mended(link)[0] == 0
    assert folders.info(first)["total_frames"] != 1


def test_a_file_that_is_a_link_is_replaced_and_its_target_left_alone(two):
    given, first, other = two
    target = other / "meta/info.json"
    before = target.read_bytes()
    (first / "meta/info.json").rename(target)
    (first / "meta/info.json").symlink_to(target)
    assert mended(given)[0] == 0
    assert folders.info(first)["total_frames"] != 1
    assert folders.info(other)["total_frames"] == 1
    assert target.read_bytes() != before and not (first / "meta/info.json").is_symlink()
