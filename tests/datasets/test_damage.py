"""What happens to finished work is noticed: at taking over by sizes, at reading by checksums, by fsck all of it."""

import dataclasses
import json
import logging
import pickle
from pathlib import Path

import numpy as np
import pytest
import store_tasks as tasks
from small_stores import RUNS, store

from vln_pipeline import durable
from vln_pipeline.datasets import item as item_module
from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.soundness import damages, sealed_wholes, set_damage_aside
from vln_pipeline.errors import DataError


@pytest.fixture(autouse=True)
def _new_process(monkeypatch):
    """Each test reads for the first time in a run."""
    monkeypatch.setattr(item_module, "_sound", set())


def words(log: Path, count: int = 3) -> dict[str, Task]:
    return {f"s{i}": Task(tasks.make, f"s{i}", i, str(log)) for i in range(count)}


def flip(path: Path, generator: np.random.Generator) -> None:
    content = bytearray(path.read_bytes())
    content[generator.integers(len(content))] ^= 1 << int(generator.integers(8))
    path.write_bytes(content)


def named(folder: Path) -> list[Path]:
    return [damage.whole for whole in sealed_wholes(folder) for damage in damages(whole)]


def test_a_power_cut_leaves_empty_files_which_are_made_again_and_told(tmp_path, caplog):
    """After a power cut 159 of 2,645 files had 0 bytes, and the same command said "already made"."""
    log = tmp_path / "log.txt"
    here = store(tmp_path)
    here.save(words(log))
    (here.load()["s1"].directory / "text.txt").write_bytes(b"")
    (here.load()["s2"].directory / "seal.json").write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        again = store(tmp_path, RUNS[1])
        again.save(words(log))
    assert log.read_text().split() == ["s0", "s1", "s2", "s1", "s2"]
    assert [item() for item in again.load().values()] == ["s0=0", "s1=1", "s2=2"]
    assert "text.txt has 0 bytes, not 4; it is set aside and made again" in caplog.text
    assert "seal.json: is missing or damaged" in caplog.text
    assert len(list((tmp_path / "store" / "items").glob(".damaged-*"))) == 2


def test_a_flipped_bit_is_told_by_whoever_reads_it_and_not_built_on(tmp_path):
    """A flipped bit in a finished item went into all that was made from it, with exit code 0."""
    log = tmp_path / "log.txt"
    above = store(tmp_path / "up")
    above.save(words(log, 2))
    flip(above.load()["s1"].directory / "text.txt", np.random.default_rng(1))
    below = store(tmp_path / "down")
    below.save({key: Task(tasks.twice, item) for key, item in above.load().items()})
    assert list(below.load()) == ["s0"]
    [quarantined] = below.manifest().quarantined
    assert "text.txt has other content than was written; vln-pipeline fsck --remake" in quarantined.cause


def test_a_command_compares_an_item_once_in_all_its_processes_and_the_next_command_again(tmp_path, monkeypatch):
    """The frames of a home were compared in labelling, filtering and export anew: 4 % of a run's CPU time."""
    here = store(tmp_path)
    here.save(words(tmp_path / "log.txt", 1))
    read = []
    monkeypatch.setattr(durable, "mark_file", lambda path, mark=durable.mark_file: read.append(path) or mark(path))
    item = here.load()["s0"]
    for other in (item, pickle.loads(pickle.dumps(item)), dataclasses.replace(item, command="another")):
        monkeypatch.setattr(item_module, "_sound", set())  # as another process begins
        other()
    assert len(read) == 2
    flip(item.directory / "text.txt", np.random.default_rng(1))
    monkeypatch.setattr(item_module, "_sound", set())
    with pytest.raises(DataError, match="other content"):
        item()


def test_a_process_that_was_told_of_a_sound_item_still_sees_that_it_lost_bytes(tmp_path, monkeypatch):
    here = store(tmp_path)
    here.save(words(tmp_path / "log.txt", 1))
    item = here.load()["s0"]
    item()
    (item.directory / "text.txt").write_bytes(b"")
    monkeypatch.setattr(item_module, "_sound", set())
    with pytest.raises(DataError, match="0 bytes"):
        item()


def test_fsck_finds_every_flip_and_truncation_and_the_same_command_makes_those_again(tmp_path):
    log = tmp_path / "log.txt"
    here = store(tmp_path)
    here.save(words(log))
    right = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()}
    right = {p: content for p, content in right.items() if content and not p.is_symlink() and ".locks" not in p.parts}
    assert {p.name for p in right} == {"text.txt", "seal.json", "plan.json", "journal.jsonl", "manifest.json"}
    assert named(tmp_path) == []
    generator = np.random.default_rng(7)
    for path, content in right.items():
        for damage in ("flip", "cut", "flip", "empty"):
            if damage == "flip":
                flip(path, generator)
            else:
                path.write_bytes(content[: generator.integers(1, len(content))] if damage == "cut" else b"")
            found = named(tmp_path)
            assert found and all(path.is_relative_to(whole) for whole in found), (path, damage, found)
            path.write_bytes(content)
    flip(here.load()["s1"].directory / "text.txt", generator)
    for whole in named(tmp_path):
        set_damage_aside(whole)
    assert named(tmp_path) == [tmp_path / "store" / RUNS[0] / "store"], "its version tells that an item is missing"
    log.unlink()
    store(tmp_path, RUNS[1]).save(words(log))
    assert log.read_text().split() == ["s1"]
    assert named(tmp_path) == []


def test_a_damaged_manifest_is_one_line_that_names_it(tmp_path):
    here = store(tmp_path)
    here.save(words(tmp_path / "log.txt"))
    path = tmp_path / "store" / RUNS[0] / "store" / "manifest.json"
    for content in (b"", path.read_bytes()[:40]):
        path.write_bytes(content)
        with pytest.raises(Exception, match=r"manifest\.json: is (missing or )?damaged"):
            here.load()


def test_an_item_outside_a_seal_is_not_read(tmp_path):
    (tmp_path / "text.txt").write_text("a")
    with pytest.raises(DataError, match=r"seal\.json"):
        item_module.Item("a", "content", tmp_path, "store_tasks.read_text")()


def test_the_seal_tells_what_an_item_was_made_from(tmp_path):
    above, below = store(tmp_path / "up"), store(tmp_path / "down")
    above.save(words(tmp_path / "log.txt", 1))
    below.save({"s0": Task(tasks.twice, above.load()["s0"])})
    told = json.loads((below.load()["s0"].directory / "seal.json").read_text())["told"]
    assert told["parents"] == {"store/s0": above.load()["s0"].content}


def test_what_gave_the_same_bytes_is_not_built_on_again(tmp_path):
    """An item made in another way, but of equal content, leaves what was made from it as it is."""
    log = tmp_path / "log.txt"
    for run, key in zip(RUNS, ("a", "b"), strict=False):
        above = store(tmp_path / "up", run)
        above.save({"s": Task(tasks.same, key)})
        store(tmp_path / "down", run).save({"s": Task(tasks.twice_noted, above.load()["s"], str(log))})
    assert log.read_text().split() == ["s"]


def test_files_that_differ_from_run_to_run_do_not_count_in_the_content(tmp_path):
    contents = set()
    for run in RUNS[:2]:
        here = store(tmp_path / run, writer=None, volatile=["time.txt"])
        here.save({"a": Task(tasks.write_with_time, "a")})
        contents.add(here.load()["a"].content)
    assert len(contents) == 1


def test_items_that_were_swapped_are_seen(tmp_path, caplog):
    """Two finished items had changed places: one home was read as the other, and fsck found nothing."""
    log = tmp_path / "log.txt"
    here = store(tmp_path)
    here.save(words(log, 2))
    one, other = (item.directory for item in here.load().values())
    one.rename(tmp_path / "x")
    other.rename(one)
    (tmp_path / "x").rename(other)
    with pytest.raises(DataError, match="is not the s0 that version"):
        here.load()["s0"]()
    assert {one, other} <= set(named(tmp_path))
    store(tmp_path, RUNS[1]).save(words(log, 2))
    assert "holds another item (s1); it is set aside and made again" in caplog.text
    assert [item() for item in store(tmp_path, RUNS[1]).load().values()] == ["s0=0", "s1=1"]


def test_a_store_on_another_disk_is_checked_too(tmp_path):
    """A store behind a link was left out, with 0 damaged."""
    here = store(tmp_path / "data")
    here.save(words(tmp_path / "log.txt"))
    (tmp_path / "data" / "store").rename(tmp_path / "elsewhere")
    (tmp_path / "data" / "store").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "loop").symlink_to(tmp_path / "data")
    flip(here.load()["s1"].directory / "text.txt", np.random.default_rng(1))
    assert len(named(tmp_path / "data")) == 1
    assert len(list(sealed_wholes(tmp_path / "data"))) == 4, "each once"


def test_what_was_put_into_an_item_later_is_told(tmp_path):
    here = store(tmp_path)
    here.save(words(tmp_path / "log.txt"))
    (here.load()["s1"].directory / "more.txt").write_text("of another dataset")
    assert [damage.told for whole in sealed_wholes(tmp_path) for damage in damages(whole)] == [
        "more.txt was put there later"
    ]


def test_quarantined_items_are_tried_again_under_the_same_run_id(tmp_path):
    here = store(tmp_path)
    given = {"a": Task(tasks.same, "a"), "b": Task(tasks.go_on)}
    here.save(given)
    assert [q.key for q in here.manifest().quarantined] == ["b"]
    store(tmp_path).save(given)
    assert store(tmp_path).load()["b"]() == "went on at 12"
    assert not store(tmp_path).manifest().quarantined
