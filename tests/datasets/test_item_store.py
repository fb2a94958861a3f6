import errno
import json
import threading
import time
from pathlib import Path

import pytest
import store_tasks as tasks
from kedro.io.core import DatasetError
from small_stores import FIRST, SECOND, store

from vln_pipeline.datasets.item import Task


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


def finished(folder: Path) -> list[Path]:
    return [item for item in sorted((folder / "store" / "items").iterdir()) if not item.name.startswith(".")]


def numbers(log: Path, count: int = 3) -> dict[str, Task]:
    return {f"s{i}": Task(tasks.make, f"s{i}", i, str(log)) for i in range(count)}


def done(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_saves_by_running_and_loads_handles(tmp_path, log, executor):
    here = store(tmp_path, executor=executor, workers=2)
    here.save(numbers(log))
    assert {key: item() for key, item in here.load().items()} == {"s0": "s0=0", "s1": "s1=1", "s2": "s2=2"}


def test_an_item_made_by_an_older_run_is_not_made_again(tmp_path, log):
    store(tmp_path, FIRST).save(numbers(log))
    store(tmp_path, SECOND).save(numbers(log, 4))
    assert done(log) == ["s0", "s1", "s2", "s3"]
    assert len(finished(tmp_path)) == 4


def test_what_a_twin_has_finished_is_copied_unless_it_is_damaged(tmp_path, log):
    """Two benchmarks have the same homes, and each made them for itself; now the second copies them."""
    store(tmp_path, name="one").save(numbers(log))
    (tmp_path / "one" / FIRST / "one" / "s1" / "text.txt").write_text("s1=9")
    two = store(tmp_path, name="two", twin=str(tmp_path / "one"))
    two.save(numbers(log, 4))
    assert done(log) == ["s0", "s1", "s2", "s1", "s3"]
    assert [item() for item in two.load().values()] == ["s0=0", "s1=1", "s2=2", "s3=3"]
    assert not list((tmp_path / "two" / "items").glob(".*"))


def test_a_changed_argument_makes_a_new_item_and_keeps_the_old_version(tmp_path, log):
    store(tmp_path, FIRST).save({"a": Task(tasks.make, "a", 1, str(log))})
    store(tmp_path, SECOND).save({"a": Task(tasks.make, "a", 2, str(log))})
    assert store(tmp_path, FIRST).load()["a"]() == "a=1"
    assert store(tmp_path, SECOND).load()["a"]() == "a=2"


def test_a_changed_input_changes_what_is_made_from_it(tmp_path, log):
    upstream, downstream = tmp_path / "up", tmp_path / "down"
    for number, run in ((1, FIRST), (2, SECOND)):
        above = store(upstream, run)
        above.save({"a": Task(tasks.make, "a", number, str(log))})
        store(downstream, run).save({"a": Task(tasks.twice, above.load()["a"])})
    assert store(downstream, FIRST).load()["a"]() == "a=1a=1"
    assert store(downstream, SECOND).load()["a"]() == "a=2a=2"


def test_a_task_without_writer_fills_the_folder_itself(tmp_path):
    here = store(tmp_path, writer=None)
    here.save({"a": Task(tasks.write_by_itself, "a")})
    assert here.load()["a"]() == "a"


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_a_refused_scene_is_quarantined_and_the_others_go_on(tmp_path, log, executor):
    here = store(tmp_path, executor=executor, workers=2)
    here.save({**numbers(log), "bad": Task(tasks.refuse, "bad"), "bug": Task(tasks.stumble, "bug")})
    assert sorted(here.load()) == ["s0", "s1", "s2"]
    causes = {q.key: q.cause for q in here.manifest().quarantined}
    assert causes["bad"] == "scene bad: no floor found; check the up axis"
    assert causes["bug"] == "bug: unexpected ZeroDivisionError: a bug"
    journal = [json.loads(x) for x in (tmp_path / "store" / FIRST / "store" / "journal.jsonl").read_text().splitlines()]
    assert "Traceback" in next(line["detail"] for line in journal if line["key"] == "bug")


def test_a_killed_worker_is_one_failed_item(tmp_path, log):
    here = store(tmp_path, executor="processes", workers=2)
    here.save({**numbers(log), "dead": Task(tasks.die, "dead")})
    assert sorted(here.load()) == ["s0", "s1", "s2"]
    assert "killed" in here.manifest().quarantined[0].cause


def test_what_a_killed_process_left_is_removed(tmp_path, log):
    """A half-written folder would otherwise stay for ever; it is never taken for an item, as it has no final name."""
    here = store(tmp_path, executor="processes", workers=1)
    here.save({**numbers(log), "dead": Task(tasks.die, "dead")})
    assert list((tmp_path / "store" / "items").glob(".part-*"))
    store(tmp_path, SECOND).save(numbers(log))
    assert not list((tmp_path / "store" / "items").glob(".part-*"))


def test_an_interrupted_item_goes_on_from_its_state_which_is_removed_at_the_end(tmp_path):
    with pytest.raises(DatasetError, match="interrupted"):
        store(tmp_path).save({"a": Task(tasks.go_on)})
    left = list((tmp_path / "store" / "items").glob(".state-*/step.txt"))
    assert len(left) == 1
    again = store(tmp_path, SECOND)
    again.save({"a": Task(tasks.go_on)})
    assert again.load()["a"]() == "went on at 12"
    assert not left[0].parent.exists()


def test_too_many_failures_stop_the_run(tmp_path, log):
    bad = {f"b{i}": Task(tasks.refuse, f"b{i}") for i in range(3)}
    with pytest.raises(DatasetError, match="no floor found"):
        store(tmp_path, max_failures=2).save({**bad, **numbers(log)})
    assert not store(tmp_path).exists()


def test_nothing_made_is_an_error_that_names_the_first_cause(tmp_path):
    with pytest.raises(DatasetError, match=r"no scene could be made.*no floor found"):
        store(tmp_path).save({"bad": Task(tasks.refuse, "bad")})


def test_a_store_that_may_be_empty_is_complete_without_items(tmp_path):
    here = store(tmp_path, may_be_empty=True)
    here.save({})
    assert here.load() == {}


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "is full"), (errno.EDQUOT, "is full"), (errno.EROFS, "is read-only")]
)
def test_a_disk_that_takes_nothing_more_stops_the_run_at_once(tmp_path, log, code, said):
    with pytest.raises(DatasetError) as raised:
        store(tmp_path).save({"a": Task(tasks.fail_to_write, "a", code), **numbers(log)})
    assert f"the disk {said}" in str(raised.value.__cause__)
    assert done(log) == []


def test_what_another_run_made_meanwhile_is_taken_over_and_journalled_so(tmp_path):
    """Of two runs at a time both journals said that they had made the item, though one had waited for the other."""
    here = store(tmp_path)
    here.save({"a": Task(tasks.let_another_run_make, str(tmp_path), "b"), "b": Task(tasks.same, "b")})
    journal = tmp_path / "store" / FIRST / "store" / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [(line["key"], line.get("found", False)) for line in lines] == [("a", False), ("b", True)]
    assert here.load()["b"]() == "same"


def test_shards_fill_one_version_and_the_last_run_seals_it(tmp_path, log):
    for shard in ("0/2", "1/2"):
        store(tmp_path, shard=shard).save(numbers(log, 5))
    assert sorted(done(log)) == ["s0", "s1", "s2", "s3", "s4"]
    assert len(store(tmp_path).load()) == 5


def test_one_shard_alone_does_not_seal(tmp_path, log):
    here = store(tmp_path, shard="0/2")
    here.save(numbers(log, 5))
    assert done(log) == ["s0", "s2", "s4"]
    assert not here.exists()


def test_a_version_links_to_its_items_by_key(tmp_path, log):
    store(tmp_path).save(numbers(log))
    link = tmp_path / "store" / FIRST / "store" / "s1"
    assert (link / "text.txt").read_text() == "s1=1"
    assert not link.readlink().is_absolute()


def test_a_version_is_immutable(tmp_path, log):
    store(tmp_path).save(numbers(log))
    with pytest.raises(DatasetError, match="made by another command with the same run id"):
        store(tmp_path).save(numbers(log, 4))


def test_a_second_command_of_the_same_run_id_finds_its_version_complete(tmp_path, log):
    """A Slurm recipe gives one id to several commands; the second, of the same tasks, stopped at "must not exist"."""
    store(tmp_path).save(numbers(log))
    store(tmp_path).save(numbers(log))
    assert done(log) == ["s0", "s1", "s2"]


def test_a_second_run_waits_for_who_makes_an_item_and_takes_over_what_it_made(tmp_path, log, caplog):
    """The same training started twice shared its state; one failed, the other took every step twice."""
    first = store(tmp_path)
    tasks_of_both = {"a": Task(tasks.take_time, "a", str(log))}
    thread = threading.Thread(target=first.save, args=(tasks_of_both,))
    thread.start()
    while not log.exists():
        time.sleep(0.01)
    second = store(tmp_path, SECOND)
    second.save(tasks_of_both)
    thread.join()
    assert done(log) == ["a"]
    assert second.load()["a"]() == first.load()["a"]() == "a"
    assert "store, a: waits for" in caplog.text


def test_half_written_folders_of_a_live_writer_stay(tmp_path, log):
    """A run in another container, where process numbers are others, swept what the first one was writing."""
    first = store(tmp_path)
    thread = threading.Thread(target=first.save, args=({"a": Task(tasks.take_time, "a", str(log))},))
    thread.start()
    while not log.exists():
        time.sleep(0.01)
    store(tmp_path, SECOND).save({"b": Task(tasks.same, "b")})
    assert list((tmp_path / "store" / "items").glob(".part-*"))
    thread.join()
    assert first.load()["a"]() == "a"
