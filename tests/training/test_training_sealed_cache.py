"""Caches that trainings share are verified before they are used, and made by one process at a time."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from vln_pipeline.durable import SEAL
from vln_pipeline.training.sealed_cache import is_usable, make


def fill(folder: Path) -> None:
    folder.mkdir()
    (folder / "frames.bin").write_bytes(bytes(range(256)))


@pytest.fixture
def pack(tmp_path):
    make(tmp_path / "pack", fill)
    return tmp_path / "pack"


@pytest.mark.parametrize("name", ["frames.bin", SEAL])
def test_a_flipped_byte_is_told_and_the_folder_made_again(pack, name, caplog):
    """Frames with a flipped byte were trained on."""
    content = (pack / name).read_bytes()
    (pack / name).write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    assert not is_usable(pack, contents=True)
    assert name in caplog.text
    assert "it is made again" in caplog.text
    make(pack, fill)
    assert is_usable(pack, contents=True)
    assert (pack / "frames.bin").read_bytes() == bytes(range(256))


def test_a_neighbour_in_its_place_is_told_and_the_folder_made_again(pack, caplog):
    """Two folders of the cache had changed names: both were sound, and frames of another scene were trained on."""
    make(pack.with_name("other"), lambda folder: (folder.mkdir(), (folder / "frames.bin").write_bytes(b"other")))
    shutil.rmtree(pack)
    pack.with_name("other").rename(pack)
    assert not is_usable(pack, contents=False)
    assert "pack: holds another folder (" in caplog.text
    make(pack, fill)
    assert (pack / "frames.bin").read_bytes() == bytes(range(256))


def test_sizes_are_checked_without_reading(pack):
    (pack / "frames.bin").write_bytes(b"")
    assert not is_usable(pack, contents=False)


def test_of_two_that_make_the_same_one_makes_it(tmp_path):
    made = []

    def slowly(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.5)
        fill(folder)

    threads = [threading.Thread(target=make, args=(tmp_path / "pack", slowly)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert is_usable(tmp_path / "pack", contents=True)
