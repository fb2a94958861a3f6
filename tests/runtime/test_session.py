from pathlib import Path

import pytest
from kedro.framework.startup import bootstrap_project

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.session import RUN_ID_VARIABLE, PinnedSession

ROOT = Path(__file__).parents[2]


def test_the_run_id_can_be_given(monkeypatch):
    """Kedro 1.7 keeps the id in a private store; this fails when an update moves it."""
    bootstrap_project(ROOT)
    monkeypatch.setenv(RUN_ID_VARIABLE, "2026-01-31T09.30.00.000Z")
    with PinnedSession.create(ROOT) as session:
        assert session.store["session_id"] == session.session_id == "2026-01-31T09.30.00.000Z"


@pytest.mark.parametrize("wrong", ["mine", "2026-01-31", "2026-01-31T09.30.00.000Z/../x"])
def test_an_id_that_does_not_sort_by_time_is_refused(monkeypatch, wrong):
    bootstrap_project(ROOT)
    monkeypatch.setenv(RUN_ID_VARIABLE, wrong)
    with pytest.raises(DataError, match=RUN_ID_VARIABLE):
        PinnedSession.create(ROOT)
