from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.scene_split import held_out
from vln_pipeline.training.navdp.held_out import hold_out, scene_of
from vln_pipeline.training.navdp_data.report import ReadReport
from vln_pipeline.training.navdp_data.walk import Walk
from vln_pipeline.training.navdp_data.walk_index import WalkIndex


def index(*names: tuple[str, int]) -> WalkIndex:
    """Return an index of walks by name and number of their folder."""
    camera = Intrinsics(fx=1.0, fy=1.0, cx=0.0, cy=0.0, width=4, height=4)
    walks = tuple(
        Walk(name, scene, SimpleNamespace(), np.zeros((5, 3)), np.zeros(5), np.eye(3), 1.0, camera, False)
        for name, scene in names
    )
    folders = tuple(Path(f"f{n}") for n in range(1 + max(scene for _, scene in names)))
    return WalkIndex(folders, walks, ReadReport())


def test_whole_scenes_are_held_out():
    whole = index(*((f"home_{s}/{w}", s) for s in range(10) for w in range(3)))
    learned, held = hold_out(whole, 0.2, seed=1)
    assert (len(learned.walks), len(held.walks)) == (24, 6)
    assert not {scene_of(w) for w in learned.walks} & {scene_of(w) for w in held.walks}
    assert {scene_of(w) for w in held.walks} == held_out([f"home_{s}" for s in range(10)], 0.2, seed=1)


def test_walks_keep_their_folders_under_new_numbers():
    whole = index(*((f"home_{s}/{w}", s) for s in range(4) for w in range(2)))
    for part in hold_out(whole, 0.25, seed=1):
        assert {part.folders[w.scene].name for w in part.walks} == {f.name for f in part.folders}
        assert all(part.folders[w.scene].name == f"f{scene_of(w)[-1]}" for w in part.walks)


def test_two_datasets_of_one_scene_are_not_parted():
    whole = index(("a/0", 0), ("a/1", 1), ("b/0", 2))
    for part in hold_out(whole, 0.5, seed=1):
        assert len({scene_of(w) for w in part.walks}) == 1


def test_the_seed_alone_decides():
    whole = index(*((f"home_{s}/0", s) for s in range(20)))
    held = [{w.name for w in hold_out(whole, 0.2, seed)[1].walks} for seed in (1, 1, 2)]
    assert held[0] == held[1] != held[2]


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_neither_part_is_empty(share):
    parts = hold_out(index(("a/0", 0), ("b/0", 1), ("c/0", 2)), share, seed=1)
    assert all(part.walks for part in parts)


def test_of_one_scene_walks_are_held_out():
    learned, held = hold_out(index(("a/0", 0), ("a/1", 0), ("a/2", 0)), 0.3, seed=1)
    assert (len(learned.walks), len(held.walks)) == (2, 1)


def test_a_single_walk_is_refused():
    with pytest.raises(DataError, match="one walk cannot be learned from and validated on"):
        hold_out(index(("a/0", 0)), 0.1, seed=1)
