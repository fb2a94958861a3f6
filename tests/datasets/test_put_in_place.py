"""What somebody put in the place of finished work: a folder, a pipe, a link, a neighbour's files."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import store_tasks as tasks
from small_stores import FIRST, SECOND, store

from vln_pipeline.datasets import item as item_module
from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.soundness import damages, lost_manifests, sealed_wholes
from vln_pipeline.durable import seal
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.record import RECORDS, RunRecord, read_records


@pytest.fixture(autouse=True)
def _new_process(monkeypatch):
    """Each test reads for the first time in a run."""
    monkeypatch.setattr(item_module, "_sound", set())


def words(log: Path) -> dict[str, Task]:
    return {key: Task(tasks.make, key, number, str(log)) for number, key in enumerate(("s0", "s1"))}


def told(folder: Path) -> list[str]:
    return [damage.told for whole in sealed_wholes(folder) for damage in damages(whole)]


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link(path: Path) -> None:
    elsewhere = path.parents[3] / "elsewhere.txt"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


@pytest.mark.parametrize("change", [a_pipe, a_folder, a_link])
def test_no_file_in_the_place_of_a_file_is_told(tmp_path, change: Callable[[Path], None]):
    """fsck, and the run that took the item over, waited for ever for the other end of a named pipe.

    A link out of the store passed as the file itself.
    """
    log = tmp_path / "log.txt"
    store(tmp_path).save(words(log))
    change(store(tmp_path).load()["s1"].directory / "text.txt")
    [line] = told(tmp_path)
    assert line.startswith("text.txt is a ")
    store(tmp_path, SECOND).save(words(log))
    assert log.read_text().split() == ["s0", "s1", "s1"]


@pytest.mark.parametrize("change", [a_pipe, a_folder])
@pytest.mark.parametrize("name", ["seal.json", "manifest.json", "plan.json"])
def test_no_file_in_the_place_of_a_list_is_told(tmp_path, change: Callable[[Path], None], name: str):
    """A named pipe under the name of a list blocked fsck and all runs."""
    here = store(tmp_path)
    here.save(words(tmp_path / "log.txt"))
    item = here.load()["s1"].directory
    change(item / name if name == "seal.json" else tmp_path / "store" / FIRST / "store" / name)
    assert any(line.startswith(name) for line in told(tmp_path)) or list(lost_manifests(tmp_path))


def test_another_list_in_the_place_of_a_seal_is_told(tmp_path, caplog):
    """A manifest copied over a seal, sound in itself, ended in a traceback that named a key."""
    log = tmp_path / "log.txt"
    here = store(tmp_path)
    here.save(words(log))
    shutil.copy(tmp_path / "store" / FIRST / "store" / "manifest.json", here.load()["s1"].directory / "seal.json")
    assert "seal.json is no list of a folder's files: another file was put there" in told(tmp_path)
    store(tmp_path, SECOND).save(words(log))
    assert log.read_text().split() == ["s0", "s1", "s1"]


def test_a_manifest_of_another_version_is_told(tmp_path):
    """A manifest copied from another version was read as this one's: other homes, without a word."""
    for run, count in ((FIRST, 1), (SECOND, 2)):
        store(tmp_path, run).save(dict(list(words(tmp_path / "log.txt").items())[:count]))
    one, other = (tmp_path / "store" / run / "store" / "manifest.json" for run in (FIRST, SECOND))
    shutil.copy(one, other)
    assert told(tmp_path) == [f"manifest.json is that of another version (store {FIRST})"]
    with pytest.raises(Exception, match=r"manifest\.json: is that of another version"):
        store(tmp_path, SECOND).load()


def test_a_link_that_leads_to_another_item_is_told(tmp_path):
    """A version's links, by which people and trainings elsewhere find its items, were not looked at."""
    here = store(tmp_path)
    here.save(words(tmp_path / "log.txt"))
    version = tmp_path / "store" / FIRST / "store"
    lines = {item.key: f"its link {item.key} does not lead to its item" for item in here.load().values()}
    target = (version / "s0").readlink()
    (version / "s1").unlink()
    (version / "s1").symlink_to(target)
    assert [line.partition(" (")[0] for line in told(tmp_path)] == [lines["s1"]]
    (version / "s0").unlink()
    (version / "s2").symlink_to(target)
    assert [line.partition(" (")[0] for line in told(tmp_path)] == [*lines.values(), "s2 was put there later"]


def test_links_of_groups_are_told_too(tmp_path):
    here = store(tmp_path, writer=None, group_depth=1)
    here.save({"a": Task(tasks.write_groups, "a")})
    assert told(tmp_path) == []
    (tmp_path / "store" / FIRST / "store" / "one" / "a").unlink()
    assert [line.partition(" (")[0] for line in told(tmp_path)] == ["its link one/a does not lead to its item"]


def test_a_link_inside_an_item_that_was_changed_is_told(tmp_path):
    """InternNav reads an export by links in it; one that led to another dataset was not noticed."""
    item = tmp_path / "items" / "f"
    for name in ("one", "two"):
        (item / name).mkdir(parents=True)
        (item / name / "text.txt").write_text(name)
    (item / "usual").symlink_to("one")
    seal(item, {"fingerprint": "f"})
    assert told(tmp_path) == []
    (item / "usual").unlink()
    (item / "usual").symlink_to("two")
    (item / "more").symlink_to("one")
    assert told(tmp_path) == ["usual is not the link to one that was made", "more was put there later"]


@pytest.mark.parametrize("dangling", [True, False])
def test_what_is_no_folder_is_no_item_and_does_not_stay_in_the_way(tmp_path, caplog, dangling):
    """A dangling link or a file under an item's name let every later run fail: it could not be replaced."""
    log = tmp_path / "log.txt"
    store(tmp_path).save(words(log))
    item = store(tmp_path).load()["s1"].directory
    shutil.rmtree(item)
    if dangling:
        item.symlink_to("nowhere")
    else:
        item.write_text("")
    again = store(tmp_path, SECOND)
    again.save(words(log))
    assert again.load()["s1"]() == "s1=1"
    assert "it is set aside and made again" in caplog.text


def test_a_version_that_lost_its_manifest_is_told(tmp_path):
    """Without its manifest a version looked interrupted, and the next run built on the one before it."""
    log = tmp_path / "log.txt"
    for run in (FIRST, SECOND):
        store(tmp_path / "up", run).save(words(log))
        below = {"t": Task(tasks.twice_noted, store(tmp_path / "up", run).load()["s0"], str(log))}
        store(tmp_path / "up", run, name="down").save(below)
    record = RunRecord(FIRST, [], {}, stores={"d": "down"})
    record.write(tmp_path / "up" / RECORDS)
    for run, name in ((SECOND, "store"), (FIRST, "down")):
        (tmp_path / "up" / name / run / name / "manifest.json").unlink()
    lines = [f"{d.whole.parts[-1]} {d.whole.parts[-2]}: {d.told}" for d in lost_manifests(tmp_path / "up")]
    missing = "manifest.json is missing, though the version was complete"
    assert lines == [f"down {FIRST}: {missing}", f"store {SECOND}: {missing}"]


def test_a_record_of_another_run_is_told_and_not_read(tmp_path):
    """The record of another run, or a list of another kind, was taken for a run's record."""
    for run in (FIRST, SECOND):
        RunRecord(run, [], {"seed": 7}).write(tmp_path / RECORDS)
    shutil.copy(tmp_path / RECORDS / f"{FIRST}.json", tmp_path / RECORDS / f"{SECOND}.json")
    assert told(tmp_path) == [f"{SECOND}.json is not the record of this run, but of {FIRST}"]
    assert [record["run_id"] for record in read_records(tmp_path / RECORDS)] == [FIRST]


def test_a_damaged_version_that_was_set_aside_is_still_read(tmp_path):
    """What ``prune`` keeps for the same command is told by manifests of versions that were set aside."""
    from vln_pipeline.datasets.manifest import Manifest

    store(tmp_path).save(words(tmp_path / "log.txt"))
    aside = tmp_path / "store" / f".damaged-{FIRST}-2"
    (tmp_path / "store" / FIRST).rename(aside)
    assert set(Manifest.read(aside / "store").items) == {"s0", "s1"}
    with pytest.raises(DataError):
        Manifest.read(Path(shutil.move(aside, tmp_path / "store" / SECOND)) / "store")
