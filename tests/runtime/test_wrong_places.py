"""Commands whose folder of stores, or whose versions to read, are not there: told in one line, not by a traceback."""

import pytest
from invoked import kedro_run


@pytest.mark.parametrize("target", ["nowhere/at/all", "data"])
def test_a_data_folder_that_leads_nowhere_is_told(tmp_path, target):
    """A link without a target passed the check, and the first thing written ended in a traceback."""
    (tmp_path / "data").symlink_to(target)
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes"])
    assert done.code == 2
    assert len(done.lines) == 1
    assert "data is not a folder; set VLN_DATA" in done.lines[0]


def test_a_home_that_the_shell_did_not_expand_is_told(tmp_path):
    """VLN_DATA='~/data' made a folder of the name ~ in the project."""
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes"], VLN_DATA="~/data")
    assert done.code == 2
    assert len(done.lines) == 1
    assert "'~/data': only a shell knows ~" in done.lines[0]


def test_names_that_are_too_long_are_told(tmp_path):
    """Names longer than a file system takes ended in a traceback."""
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes"], VLN_RUN_ID="2026-01-31T09.30.00.000Z" + "a" * 300)
    assert done.code == 1
    assert done.lines[0].startswith("VLN_RUN_ID: ")
    done = kedro_run(tmp_path / ("d" * 300), ["--pipelines=scenes"])
    assert done.code in (1, 2)
    assert done.lines[0].endswith("File name too long; give it a shorter name")


def test_a_stage_without_what_it_reads_is_told_before_anything_is_written(tmp_path):
    """`--pipelines=esdf` in an empty folder ended in Kedro's traceback, and left a record."""
    done = kedro_run(tmp_path / "data", ["--pipelines=esdf,labelling"])
    assert done.code == 2
    assert done.lines == [
        "footage: there is no version of it yet; run first: kedro run --pipelines=rendering",
        "scenes: there is no version of it yet; run first: kedro run --pipelines=scenes",
        "trajectories: there is no version of it yet; run first: kedro run --pipelines=trajectories",
    ]
    assert not done.data.exists()


def test_a_version_that_is_not_there_is_told(tmp_path):
    """A mistyped run id was called a damaged manifest, and ``fsck`` the mend."""
    done = kedro_run(tmp_path / "data", ["--pipelines=esdf", "--load-versions=scenes:2026-01-31T09.30.00.000Z"])
    assert done.code == 2
    assert done.lines == [
        "--load-versions=scenes:2026-01-31T09.30.00.000Z: there is no such version;"
        " vln-pipeline versions lists those that there are"
    ]
    assert not done.data.exists()


@pytest.mark.parametrize("name", ["runs", "01_scenes"])
def test_a_file_in_the_place_of_a_folder_is_told(tmp_path, name):
    """What lay in the way of a store or of the records ended in a traceback."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text("")
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes", "--params=executor=serial,scenes.procedural.count=1"])
    assert done.code == 1
    assert len(done.lines) == 1
    assert str(tmp_path / "data" / name) in done.lines[0]
    assert done.lines[0].endswith("move away what lies there, or set VLN_DATA to another folder")
