"""What is made from several stores is made from versions that go together."""

from pathlib import Path

import pytest
import store_tasks as tasks
from kedro.io.core import DatasetError
from small_stores import RUNS, store

from vln_pipeline.datasets.ancestry import conflict, going_together
from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.item_store import ItemStore


def homes(folder: Path, run: str, seed: int, keys: str = "ab") -> ItemStore:
    made = store(folder, run, "scenes")
    made.save({key: Task(tasks.make, key, seed, str(folder / "log.txt")) for key in keys})
    return made


def on(folder: Path, name: str, run: str, *parents: ItemStore, **options) -> ItemStore:
    made = store(folder, run, name, **options)
    shared = set.intersection(*(set(parent.load()) for parent in parents))
    made.save({key: Task(tasks.joined, [p.load()[key] for p in parents]) for key in sorted(shared)})
    return made


def test_a_stage_refuses_inputs_of_two_ancestries(tmp_path):
    """After a run with another seed had made new scenes, instructions spoke of rooms of another house."""
    walks = on(tmp_path, "walks", RUNS[0], homes(tmp_path, RUNS[0], 7))
    other = homes(tmp_path, RUNS[1], 8)
    with pytest.raises(DatasetError, match="not of one ancestry: scenes has another a") as raised:
        on(tmp_path, "labels", RUNS[2], other, walks)
    assert RUNS[0] in str(raised.value) and RUNS[1] in str(raised.value)
    assert not (tmp_path / "labels" / "items").exists()


def test_a_new_version_of_the_same_content_goes_with_the_old(tmp_path):
    walks = on(tmp_path, "walks", RUNS[0], homes(tmp_path, RUNS[0], 7))
    more = homes(tmp_path, RUNS[1], 7, "abc")
    assert sorted(on(tmp_path, "labels", RUNS[2], more, walks).load()) == ["a", "b"]


def test_other_homes_altogether_do_not_go_together(tmp_path):
    walks = on(tmp_path, "walks", RUNS[0], homes(tmp_path, RUNS[0], 7))
    found = conflict(homes(tmp_path, RUNS[1], 7, "xy").version_to_load(), walks.version_to_load())
    assert found is not None and "no item in common" in str(found)


def test_ancestry_goes_back_over_several_stores(tmp_path):
    first = homes(tmp_path, RUNS[0], 7)
    last = on(tmp_path, "c", RUNS[0], on(tmp_path, "b", RUNS[0], on(tmp_path, "a", RUNS[0], first)))
    assert last.manifest().made_from == {"a": RUNS[0], "b": RUNS[0], "scenes": RUNS[0]}
    assert conflict(last.version_to_load(), homes(tmp_path, RUNS[1], 8).version_to_load()) is not None


def test_a_model_is_used_with_other_data_than_it_learned_from(tmp_path):
    """A joint training may follow a System 2 that learned elsewhere; but two models must agree on a third."""
    system2 = on(tmp_path, "system2", RUNS[0], homes(tmp_path, RUNS[0], 7), stands_alone=True)
    other = homes(tmp_path, RUNS[1], 8)
    joint = on(tmp_path, "joint", RUNS[1], other, system2, stands_alone=True)
    assert joint.manifest().made_from == {"scenes": RUNS[1], "system2": RUNS[0]}
    newer = on(tmp_path, "system2", RUNS[2], other, stands_alone=True)
    on(tmp_path, "drives", RUNS[3], homes(tmp_path, RUNS[3], 9), joint, system2)
    with pytest.raises(DatasetError, match="system2 has another a"):
        on(tmp_path, "drives", RUNS[4], joint, newer)


def test_the_newest_versions_that_go_together_are_found(tmp_path):
    walks = on(tmp_path, "walks", RUNS[0], homes(tmp_path, RUNS[0], 7))
    homes(tmp_path, RUNS[1], 8)
    newest = homes(tmp_path, RUNS[2], 9)
    found = going_together({"scenes": newest.sound_versions(), "walks": walks.sound_versions()})
    assert found is not None
    assert {name: version.version for name, version in found.items()} == {"scenes": RUNS[0], "walks": RUNS[0]}
    assert going_together({"scenes": [newest.version_to_load()], "walks": walks.sound_versions()}) is None
