"""Only what nobody can resume or read may go."""

from pathlib import Path

import pytest
import store_tasks as tasks
from kedro.io.core import DatasetError
from small_stores import FIRST, SECOND, store

from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.items import lock_of
from vln_pipeline.datasets.leftovers import being_made, leftovers
from vln_pipeline.durable import set_aside
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer


def told(folder: Path, *given_up: str) -> dict[str, str]:
    return {left.path.name: left.why for left in leftovers(folder / "store", given_up)}


def interrupt(folder: Path, run: str) -> None:
    """Leave a finished item and a saved state."""
    with pytest.raises(DatasetError, match="interrupted"):
        store(folder, run, max_failures=0).save({"a": Task(tasks.same, "a"), "b": Task(tasks.go_on)})


def test_an_interrupted_run_keeps_its_items_and_states_until_it_is_given_up(tmp_path):
    """prune --yes deleted the state of an interrupted training, and hours with it."""
    interrupt(tmp_path, FIRST)
    assert told(tmp_path) == {}
    assert set(told(tmp_path, FIRST).values()) == {
        "an interrupted run that is given up",
        "referred to by no version",
        "state of an interrupted run that is given up",
    }
    for left in list(leftovers(tmp_path / "store", [FIRST])):
        left.remove()
    assert not list((tmp_path / "store" / "items").iterdir())


def test_what_two_interrupted_runs_want_stays_until_both_are_given_up(tmp_path):
    interrupt(tmp_path, FIRST)
    (tmp_path / "store" / SECOND / "store").mkdir(parents=True)
    plan = (tmp_path / "store" / FIRST / "store" / "plan.json").read_bytes()
    (tmp_path / "store" / SECOND / "store" / "plan.json").write_bytes(plan)
    assert set(told(tmp_path, FIRST).values()) == {"an interrupted run that is given up"}
    assert len(told(tmp_path, FIRST, SECOND)) == 4


def test_items_of_deleted_versions_may_go(tmp_path):
    store(tmp_path, FIRST).save({"a": Task(tasks.same, "a"), "b": Task(tasks.same, "b")})
    assert told(tmp_path) == {}
    (tmp_path / "store" / FIRST / "store" / "plan.json").unlink()
    (tmp_path / "store" / FIRST / "store" / "manifest.json").unlink()
    assert set(told(tmp_path).values()) == {"referred to by no version"}


def test_half_written_folders_go_when_nobody_writes_them(tmp_path):
    items = tmp_path / "store" / "items"
    (items / ".part-abc-1x").mkdir(parents=True)
    with sole_writer(lock_of(items, "abc"), "a test"):
        pass
    assert told(tmp_path) == {".part-abc-1x": "half-written by a killed process"}


def test_a_damaged_manifest_stops_it(tmp_path):
    store(tmp_path).save({"a": Task(tasks.same, "a")})
    (tmp_path / "store" / FIRST / "store" / "manifest.json").write_text("{}")
    with pytest.raises(DataError, match="damaged"):
        list(leftovers(tmp_path / "store"))


def test_the_state_of_a_training_that_goes_on_stays_though_its_run_is_given_up(tmp_path):
    interrupt(tmp_path, FIRST)
    state = next((tmp_path / "store" / "items").glob(".state-*"))
    with sole_writer(lock_of(state.parent, state.name.removeprefix(".state-")), "a test"):
        assert state.name not in told(tmp_path, FIRST)
    assert state.name in told(tmp_path, FIRST)


def test_a_run_that_works_is_told_from_an_interrupted_one(tmp_path):
    """prune --run took the finished items of a run that was still making others, as neither had a manifest yet."""
    interrupt(tmp_path, FIRST)
    data = tmp_path / "store"
    (state,) = (data / "items").glob(".state-*")
    assert being_made(data, FIRST) == ""
    with sole_writer(lock_of(data / "items", state.name.removeprefix(".state-")), "b"):
        assert being_made(data, FIRST) == "b"
        assert being_made(data, SECOND) == ""


def test_a_version_that_was_set_aside_may_go_and_its_items_stay(tmp_path):
    """prune named a damaged manifest, and as mend the command that had set it aside."""
    store(tmp_path).save({"a": Task(tasks.same, "a")})
    set_aside(tmp_path / "store" / FIRST)
    assert told(tmp_path) == {f".damaged-{FIRST}-1": "damaged, set aside"}
    (tmp_path / "store" / f".damaged-{FIRST}-1" / "store" / "manifest.json").write_text("{")
    assert told(tmp_path)[f".damaged-{FIRST}-1"] == "damaged, set aside"


def test_what_somebody_began_to_write_meanwhile_stays(tmp_path):
    """Between listing and deleting the lock was free for a moment, and a run that took it lost its folder."""
    items = tmp_path / "store" / "items"
    part = items / ".part-abc-1"
    part.mkdir(parents=True)
    [leftover] = leftovers(tmp_path / "store")
    with sole_writer(lock_of(items, "abc"), "the item"):
        leftover.remove()
        assert part.exists()
    leftover.remove()
    assert not part.exists()
