"""Sealing a folder of thousands of small frames took 9 % of a run, since each file was synced by itself."""

import errno
import os

import pytest

from vln_pipeline import durable, file_system_sync
from vln_pipeline.durable import require_sound, seal


@pytest.fixture
def frames(tmp_path):
    for number in range(100):
        (tmp_path / f"{number}.png").write_bytes(bytes([number]) * number)
    return tmp_path


def test_a_folder_of_many_files_is_synced_once(frames, monkeypatch):
    synced = []
    monkeypatch.setattr(durable, "sync_file_system", lambda folder: synced.append(folder) or True)
    made = seal(frames)
    assert synced == [frames]
    assert len(made.files) == 100 and require_sound(frames, contents=True) == made


def test_where_that_cannot_be_relied_on_each_file_is_synced(frames, monkeypatch):
    synced = []
    monkeypatch.setattr(file_system_sync, "_kind", lambda _: "fuse.s3fs")
    monkeypatch.setattr(os, "fsync", synced.append)
    seal(frames)
    assert len(synced) > 100


def test_what_cannot_be_written_is_an_error(frames, monkeypatch):
    def fails(_):
        file_system_sync.ctypes.set_errno(errno.EIO)
        return -1

    monkeypatch.setattr(file_system_sync, "_kind", lambda _: "ext4")
    monkeypatch.setattr(file_system_sync, "_syncfs", lambda: fails)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        seal(frames)
    assert not (frames / "seal.json").exists()


@pytest.mark.parametrize("release", ["5.4.0-generic", "4.19.0", "unknown"])
def test_an_old_kernel_is_not_relied_on(frames, monkeypatch, release):
    told = os.uname()
    monkeypatch.setattr(os, "uname", lambda: type("told", (), {"sysname": told.sysname, "release": release})())
    file_system_sync._syncfs.cache_clear()
    assert file_system_sync.sync_file_system(frames) is False
    file_system_sync._syncfs.cache_clear()
