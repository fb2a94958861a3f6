from pathlib import Path

import pytest
from kedro.framework.startup import bootstrap_project

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.session import RUN_ID_VARIABLE, ProjectSession, after_newest

ROOT = Path(__file__).parents[2]


def test_the_run_id_can_be_given(monkeypatch):
    """Kedro 1.7 keeps the id in a private store; this fails when an update moves it."""
    bootstrap_project(ROOT)
    monkeypatch.setenv(RUN_ID_VARIABLE, "2026-01-31T09.30.00.000Z")
    with ProjectSession.create(ROOT) as session:
        assert session.store["session_id"] == session.session_id == "2026-01-31T09.30.00.000Z"


@pytest.mark.parametrize("wrong", ["mine", "2026-01-31", "2026-01-31T09.30.00.000Z/../x", "2027-02-30T00.00.00.000Z"])
def test_an_id_that_does_not_sort_by_time_is_refused(monkeypatch, wrong):
    bootstrap_project(ROOT)
    monkeypatch.setenv(RUN_ID_VARIABLE, wrong)
    with pytest.raises(DataError, match=RUN_ID_VARIABLE):
        ProjectSession.create(ROOT)


def test_a_run_after_the_clock_was_set_back_is_still_the_latest(tmp_path, monkeypatch, caplog):
    """The greatest id is taken for the latest version: the next command would have built on older results."""
    monkeypatch.delenv(RUN_ID_VARIABLE, raising=False)
    monkeypatch.setenv("VLN_DATA", str(tmp_path))
    (tmp_path / "01_scenes" / "2099-12-31T23.59.59.999Z").mkdir(parents=True)
    (tmp_path / "01_scenes" / "items").mkdir()
    bootstrap_project(ROOT)
    with ProjectSession.create(ROOT) as session:
        assert session.store["session_id"] == "2100-01-01T00.00.00.000Z"
    assert "the clock says" in caplog.text


def test_folders_that_no_run_made_are_no_versions():
    """A version of the 30th of February ended every later run in a traceback."""
    names = ["2097-02-30T00.00.00.000Z", "2098-13-01T00.00.00.000Z", "items", "mine"]
    assert after_newest("2026-01-31T09.30.00.000Z", names) == "2026-01-31T09.30.00.000Z"
    with pytest.raises(DataError, match="last version that there can be"):
        after_newest("2026-01-31T09.30.00.000Z", [*names, "9999-12-31T23.59.59.999Z"])
