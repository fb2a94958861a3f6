"""Which packs there are, and making those that are missing."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

import cv2
from tqdm import tqdm

from vln_pipeline.lifelines import end_with_parent
from vln_pipeline.training.navdp_data.packed_frames import PackedFrames, content, write_pack
from vln_pipeline.training.navdp_data.walk import Walk
from vln_pipeline.training.navdp_data.walk_index import WalkIndex
from vln_pipeline.training.sealed_cache import is_usable, make

_LAYOUT = 2


def packed(index: WalkIndex, size: int, cache: Path, workers: int, *, verify: bool = True) -> PackedFrames:
    """Return packed frames of an index, packing the scenes that are not packed yet.

    A pack is found by names, sizes and times of its dataset's files, so a dataset that changed is packed anew. One that
    is no longer what was written is told, and packed again.

    Args:
        index: walks.
        size: edge of the letterboxed square, pixels.
        cache: folder of the packs; runs may share it.
        workers: processes that pack; 0 or 1 for this one.
        verify: whether every byte of packs that are there is checked, and not only sizes; one process of several does.

    Raises:
        DataError: what was written reads back as something else.
        OSError: the disk is full, for instance.
    """
    cache.mkdir(parents=True, exist_ok=True)
    by_scene = [list(walks) for _, walks in groupby(index.walks, key=lambda walk: walk.scene)]
    packs = [cache / _key(folder, walks, size) for folder, walks in zip(index.folders, by_scene, strict=True)]
    missing = [
        (walks, size, pack) for walks, pack in zip(by_scene, packs, strict=True) if not is_usable(pack, contents=verify)
    ]
    with tqdm(total=len(missing), desc="packing frames", unit=" scene", disable=not missing) as bar:
        if min(workers, len(missing)) <= 1:
            for job in missing:
                _make(*job)
                bar.update()
        else:
            with ProcessPoolExecutor(
                min(workers, len(missing)), mp_context=get_context("spawn"), initializer=end_with_parent
            ) as pool:
                for done in as_completed([pool.submit(_make, *job) for job in missing]):
                    done.result()
                    bar.update()
    return PackedFrames(index.walks, size, packs)


def _make(walks: list[Walk], size: int, pack: Path) -> None:
    cv2.setNumThreads(1)
    make(pack, partial(write_pack, walks, size))


def _key(folder: Path, walks: list[Walk], size: int) -> str:
    digest = hashlib.sha256(f"{_LAYOUT} {size}".encode())
    for walk in walks:
        digest.update(f"{walk.name} {len(walk)} {content(walk, size)}\n".encode())
    for part in ("data", "videos"):
        for line in _listed(folder / part):
            digest.update(line.encode())
    return digest.hexdigest()[:24]


def _listed(folder: Path | str) -> Iterator[str]:
    """Yield name, size and time of every file, folder by folder."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield f"{entry.name}/"
            yield from _listed(entry.path)
        else:
            stat = entry.stat()
            yield f"{entry.name} {stat.st_size} {stat.st_mtime_ns}\n"
