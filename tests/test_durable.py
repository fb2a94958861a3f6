"""Sealed folders name what is no longer what was written."""

from pathlib import Path

import numpy as np
import pytest

from vln_pipeline import durable
from vln_pipeline.durable import (
    SEAL,
    faults,
    read_checked,
    read_seal,
    replace_link,
    require_sound,
    seal,
    sync_tree,
    write_checked,
)
from vln_pipeline.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "item"
    (made / "inner").mkdir(parents=True)
    (made / "a.txt").write_text("one")
    (made / "inner" / "b.bin").write_bytes(bytes(range(256)) * 9000)
    (made / "empty").write_bytes(b"")
    seal(made, {"key": "home_0000"})
    return made


def test_a_sealed_folder_is_sound_and_tells_what_its_maker_told(folder):
    assert require_sound(folder, contents=True).told == {"key": "home_0000"}
    assert sorted(read_seal(folder).files) == ["a.txt", "empty", "inner/b.bin"]


def test_content_depends_on_bytes_and_names_only(folder, tmp_path):
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "inner").mkdir()
    for name in ("a.txt", "empty", "inner/b.bin"):
        (twin / name).write_bytes((folder / name).read_bytes())
    assert seal(twin, {"key": "other"}).content() == read_seal(folder).content()
    (twin / "a.txt").rename(twin / "c.txt")
    assert seal(twin).content() != read_seal(folder).content()


def test_every_flipped_bit_is_named(folder):
    generator = np.random.default_rng(7)
    for name in ("a.txt", "inner/b.bin"):
        path = folder / name
        right = path.read_bytes()
        for _ in range(40):
            wrong = bytearray(right)
            wrong[generator.integers(len(wrong))] ^= 1 << int(generator.integers(8))
            path.write_bytes(wrong)
            assert not list(faults(folder, read_seal(folder), contents=False)), "sizes do not tell a flipped bit"
            with pytest.raises(DataError, match=f"{name} has other content"):
                require_sound(folder, contents=True)
        path.write_bytes(right)


def test_every_flipped_bit_of_the_seal_itself_is_told(folder):
    """A flip in what the maker told, in a name or in a checksum must not pass as another truth."""
    path = folder / SEAL
    right = path.read_bytes()
    for place in range(len(right)):
        for bit in range(8):
            wrong = bytearray(right)
            wrong[place] ^= 1 << bit
            path.write_bytes(wrong)
            with pytest.raises(DataError):
                read_seal(folder)


def test_sizes_tell_what_a_power_cut_leaves(folder):
    (folder / "inner" / "b.bin").write_bytes(b"")
    with pytest.raises(DataError, match=r"inner/b.bin has 0 bytes"):
        require_sound(folder, contents=False)
    (folder / "a.txt").unlink()
    with pytest.raises(DataError, match=r"a.txt cannot be read .* \(and 1 more\)"):
        require_sound(folder, contents=False)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"check": "00",', b"\xff\xfe"])
def test_a_truncated_or_foreign_json_is_told_by_its_path(tmp_path, content):
    path = tmp_path / "told.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"told\.json: is (missing or )?damaged"):
        read_checked(path)


def test_checked_json_reads_back(tmp_path):
    told = {"b": [1, 2.5, None], "a": {"text": "é, {,}"}, "empty": {}}
    for value in (told, {}):
        write_checked(tmp_path / "told.json", value)
        assert read_checked(tmp_path / "told.json") == value


def test_a_file_that_another_process_renames_meanwhile_stops_nobody(folder, monkeypatch):
    """Two jobs of a batch array sealed one version at once; one synced the other's temporary file, which was gone."""

    def sync(path: Path) -> None:
        if path.name == "a.txt":
            path.unlink()
        synced(path)

    synced = durable.sync
    monkeypatch.setattr(durable, "sync", sync)
    sync_tree(folder)
    assert not (folder / "a.txt").exists()


def test_two_processes_may_make_one_link_at_once(tmp_path):
    """Between removing a link and making it, the other job had made it, and the first ended in a traceback."""
    link = tmp_path / "home_0000"
    link.symlink_to("older")
    for _ in range(2):
        replace_link(link, "items/abc")
    assert str(link.readlink()) == "items/abc"
    assert [path.name for path in tmp_path.iterdir()] == ["home_0000"]
