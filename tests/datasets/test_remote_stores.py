"""Stores in object storage: what is there is whole and of one writer; what is lost is named and made again."""

import json
import logging
import os
import threading
from pathlib import Path

import pytest
import store_tasks as tasks
from small_stores import FIRST, SECOND, store

from object_server import BUCKET, Connection, needs_s3
from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.remote_items import RemoteItems
from vln_pipeline.datasets.remote_soundness import remote_wholes
from vln_pipeline.durable import seal
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage import Bucket, lease
from vln_pipeline.object_storage.copies import Copies
from vln_pipeline.object_storage.lease import leased

GB = 10**9


@pytest.fixture(params=[pytest.param("s3", marks=needs_s3), "file"])
def data(request, machine, tmp_path) -> str:
    """Address that no other test uses; of S3, and of files, which need no client."""
    if request.param == "file":
        return f"file://{tmp_path}/objects"
    request.getfixturevalue("connection")
    return f"s3://{BUCKET}/{request.node.name.translate(str.maketrans('[]/.', '____'))}"


def at(data: str, run: str = FIRST, **options):
    return store(Path(), run, **({"filepath": f"{data}/store", "cache": f"{data}/cache"} | options))


def words(log: Path, count: int = 3) -> dict[str, Task]:
    return {f"s{i}": Task(tasks.make, f"s{i}", i, str(log)) for i in range(count)}


def objects(data: str, ending: str) -> list[str]:
    return sorted(name for name in Bucket(data).sizes("") if name.endswith(ending))


def test_another_machine_reads_what_one_made_and_makes_nothing_twice(data, machine, tmp_path):
    """VLN_DATA=s3://bucket/data "succeeded", and wrote a local folder of that name."""
    log = tmp_path / "log.txt"
    at(data).save(words(log))
    assert not Path("s3:").exists()
    machine("two")
    assert [item() for item in at(data).load().values()] == ["s0=0", "s1=1", "s2=2"]
    again = at(data, SECOND)
    again.save(words(log))
    assert log.read_text().split() == ["s0", "s1", "s2"]
    assert again.load().keys() == {"s0", "s1", "s2"}
    assert [Path(version).parent.name for version in again._get_versions()] == [SECOND, FIRST]
    assert len(objects(data, "journal.jsonl")) == 1, "the second run ran nothing"


def test_a_lost_object_is_named_and_made_again(data, machine, tmp_path, caplog):
    log = tmp_path / "log.txt"
    at(data).save(words(log))
    lost = at(data).load()["s1"].directory.name
    Bucket(data).delete(next(name for name in objects(data, "text.txt") if lost in name))
    machine("two")
    with pytest.raises(DataError, match=r"://.*the object text.txt is lost; run the stage that makes it again"):
        at(data).load()["s1"]()
    with caplog.at_level(logging.WARNING):
        at(data, SECOND).save(words(log))
    assert "the object text.txt is lost; it is set aside and made again" in caplog.text
    assert log.read_text().split() == ["s0", "s1", "s2", "s1"]
    assert at(data, SECOND).load()["s1"]() == "s1=1"


def test_changed_bytes_are_told_by_whoever_reads_them_and_by_fsck(data, machine, tmp_path):
    log = tmp_path / "log.txt"
    at(data).save(words(log))
    Bucket(data).write(objects(data, "text.txt")[0], b"s9=9")
    machine("two")
    told = []
    for item in at(data).load().values():
        try:
            item()
        except DataError as error:
            told.append(str(error))
    assert len(told) == 1
    assert "text.txt has other content than was written" in told[0]
    damaged = {whole: list(whole.faults()) for whole in remote_wholes(data)}
    [(whole, faults)] = [(whole, found) for whole, found in damaged.items() if found]
    assert faults == ["text.txt has other content than was written"]
    whole.set_aside()
    at(data, SECOND).save(words(log))
    assert len(log.read_text().split()) == 4


@needs_s3
def test_a_short_cut_of_the_connection_is_bridged(connection: Connection, machine, tmp_path):
    cuts = connection.cuts
    for size in (100, 1500, 4000):
        connection.drop_after(size)
        data = f"s3://{BUCKET}/cut-{size}"
        at(data).save(words(tmp_path / "log.txt", 2))
        assert [item() for item in at(data).load().values()] == ["s0=0", "s1=1"]
    assert connection.cuts == cuts + 3


@needs_s3
def test_what_could_not_be_sent_is_sent_by_the_same_command_and_not_made_again(connection, machine, monkeypatch):
    """Hours of rendering would be lost where the connection is cut at their end."""
    items = RemoteItems(f"s3://{BUCKET}/unsent/store", GB)
    items.folder.mkdir(parents=True)
    part = items.folder / ".part-abc-1"
    part.mkdir()
    (part / "text.txt").write_text("hours")
    made = seal(part, {"key": "a", "fingerprint": "abc"})
    monkeypatch.setattr(RemoteItems, "bucket", property(lambda self: Bucket(self.address, pauses=())))
    connection.cut()
    try:
        with pytest.raises(DataError, match=r"s3://.*cannot be reached .*the same command goes on"):
            items.publish(part, "abc", made)
    finally:
        connection.mend()
    assert items.sound(["abc"]) == {}
    assert items.taken_up("abc")
    assert items.sound(["abc"]) == {"abc": made}
    assert not items.taken_up("abc")


def test_of_two_writers_of_an_item_the_first_counts_whole(data, machine):
    """The files of an item were those of one writer or the other, where both wrote under one name."""
    for name in ("one", "two"):
        machine(name)
        items = RemoteItems(f"{data}/store", GB)
        part = items.folder / ".part-abc-1"
        part.mkdir(parents=True)
        for file in ("a.txt", "b.txt"):
            (part / file).write_text(name)
        items.publish(part, "abc", seal(part, {"key": "a", "fingerprint": "abc"}))
    for name in ("one", "two", "three"):
        machine(name)
        folder = RemoteItems(f"{data}/store", GB).open("abc")
        assert {(folder / file).read_text() for file in ("a.txt", "b.txt")} == {"one"}
    assert len(objects(data, "a.txt")) == 1, "the second writer's objects are gone"


def test_a_second_writer_waits_and_takes_over(data, machine, caplog):
    place, order = Bucket(f"{data}/store"), []

    def second() -> None:
        with leased(place, ".locks/abc", "store, a", "another machine"):
            order.append("second")

    with caplog.at_level(logging.WARNING), leased(place, ".locks/abc", "store, a", "this machine"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=2)
        order.append("first")
    waiting.join(timeout=20)
    assert order == ["first", "second"]
    assert f"store, a: waits for process {os.getpid()} on " in caplog.text
    assert place.sizes(".locks") == {}


def test_the_lease_of_a_dead_writer_ends(data, monkeypatch, caplog):
    monkeypatch.setattr(lease, "LEASE_SECONDS", 2.0)
    place = Bucket(f"{data}/store")
    place.write(
        ".locks/abc", json.dumps({"owner": "x", "who": "process 7 on a dead machine", "place": "there"}).encode()
    )
    with caplog.at_level(logging.WARNING), leased(place, ".locks/abc", "store, a", "here"):
        pass
    assert "process 7 on a dead machine did not renew its lease and is taken for dead" in caplog.text
    place.write(".locks/abc", json.dumps({"owner": "x", "who": "process 8", "place": "here"}).encode())
    with leased(place, ".locks/abc", "store, a", "here"):  # its process would hold the lock of this machine
        assert "process 8" not in caplog.text


def test_a_living_writer_keeps_its_lease(data, monkeypatch):
    monkeypatch.setattr(lease, "LEASE_SECONDS", 1.5)
    place, taken = Bucket(f"{data}/store"), []

    def second() -> None:
        with leased(place, ".locks/abc", "store, a", "another machine"):
            taken.append(True)

    with leased(place, ".locks/abc", "store, a", "this machine"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=4)
        assert not taken
    waiting.join(timeout=20)
    assert taken


def test_copies_that_were_not_used_for_longest_go_first(data, machine, tmp_path):
    at(data).save(words(tmp_path / "log.txt", 4))
    machine("two")
    size = len("s0=0")
    small = at(data, copies_gb=2.5 * size / GB)
    for item in small.load().values():
        item()
        item.remote.release()
    there = {path.name for path in small._items.folder.iterdir() if not path.name.startswith(".")}
    assert there == {item.directory.name for item in list(small.load().values())[2:]}


def test_copies_in_use_stay_and_the_excess_is_told(tmp_path, caplog):
    folder = tmp_path / "s3" / "bucket" / "store" / "items" / "abc"
    folder.mkdir(parents=True)
    (folder / "text.txt").write_text("0123456789")
    seal(folder)
    one, other = Copies(tmp_path, 5), Copies(tmp_path, 5)
    assert one.hold(folder)
    with caplog.at_level(logging.WARNING):
        other.make_room(0)
    assert folder.is_dir()
    assert "more than copies_gb" in caplog.text
    one.release()
    other.make_room(0)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../outside", "/outside"])
def test_an_item_that_names_files_outside_of_it_is_refused(data, name):
    from vln_pipeline.durable import checked_text

    told = {"attempt": "abc", "files": {name: [1, "0" * 32]}, "told": {}, "links": {}}
    Bucket(f"{data}/store").write("items/f/item.json", checked_text(told).encode())
    with pytest.raises(DataError, match="names a file outside of the item"):
        RemoteItems(f"{data}/store", GB).open("f")


def test_links_inside_an_item_are_there_on_other_machines(data, machine):
    """InternNav finds scenes by links inside of exported items, and objects are no links."""
    items = RemoteItems(f"{data}/store", GB)
    part = items.folder / ".part-abc-1"
    (part / "vln_n1" / "v2.1").mkdir(parents=True)
    (part / "vln_n1" / "v2.1" / "text.txt").write_text("x")
    (part / "navdp_data").mkdir()
    (part / "navdp_data" / "group").symlink_to(Path("..", "vln_n1", "v2.1"), target_is_directory=True)
    items.publish(part, "abc", seal(part, {"key": "a", "fingerprint": "abc"}))
    machine("two")
    folder = items.open("abc")
    assert (folder / "navdp_data" / "group").is_symlink()
    assert (folder / "navdp_data" / "group" / "text.txt").read_text() == "x"
