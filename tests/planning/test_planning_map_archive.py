import json
import pickle

import numpy as np
import pytest
from box_scene import box, room_scene

from vln_pipeline.errors import DataError
from vln_pipeline.planning import map_archive
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map


@pytest.fixture(scope="module")
def nav():
    return build_navigation_map(room_scene(box(1, 1, 0, 2, 2, 0.8)), EsdfConfig())


def test_round_trip_keeps_every_value_and_type(nav, tmp_path):
    map_archive.write(nav, tmp_path / "map")
    back = map_archive.read(tmp_path / "map")
    assert (back.scene, back.radius, len(back.floors)) == (nav.scene, nav.radius, len(nav.floors))
    for one, other in zip(nav.floors, back.floors, strict=True):
        assert (one.index, one.height, one.cell) == (other.index, other.height, other.cell)
        for name in ("origin", "esdf", "ground", "navigable", "room"):
            before, after = getattr(one, name), getattr(other, name)
            assert before.dtype == after.dtype
            assert np.array_equal(before, after, equal_nan=before.dtype.kind == "f")


def test_the_same_map_gives_the_same_bytes(nav, tmp_path, monkeypatch):
    map_archive.write(nav, tmp_path / "a")
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2040, 1, 2, 3, 4, 5, 0, 0, 0))
    map_archive.write(map_archive.read(tmp_path / "a"), tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["floor_0.npz", "map.json"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("name", ["map.json", "floor_0.npz"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage"])
def test_a_damaged_map_is_named(nav, tmp_path, name, damage):
    map_archive.write(nav, tmp_path / "broken")
    path = tmp_path / "broken" / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40] if damage == "truncated" else b"\x80garbage")
    with pytest.raises(DataError, match="broken"):
        map_archive.read(tmp_path / "broken")


def test_a_pickle_in_place_of_an_array_is_refused(nav, tmp_path):
    map_archive.write(nav, tmp_path / "map")
    (tmp_path / "map" / "floor_0.npz").write_bytes(pickle.dumps({"esdf": 1}))
    with pytest.raises(DataError):
        map_archive.read(tmp_path / "map")


def test_arrays_of_different_shapes_are_refused(nav, tmp_path):
    map_archive.write(nav, tmp_path / "map")
    floor = nav.floors[0]
    np.savez_compressed(
        tmp_path / "map" / "floor_0.npz",
        esdf=floor.esdf[1:],
        ground=floor.ground,
        navigable=floor.navigable,
        room=floor.room,
    )
    with pytest.raises(DataError, match="shape"):
        map_archive.read(tmp_path / "map")


def test_the_record_says_what_it_is(nav, tmp_path):
    map_archive.write(nav, tmp_path)
    record = json.loads((tmp_path / "map.json").read_text())
    assert record["scene"] == "boxes"
    assert record["floors"][0]["cell"] == 0.05
