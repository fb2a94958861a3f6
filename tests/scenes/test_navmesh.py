import struct

import mp3d_fixture
import numpy as np
import pytest
from navmesh_fixture import navmesh, rectangle

from vln_pipeline.errors import DataError
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.scenes import archive
from vln_pipeline.scenes.mp3d.config import Mp3dConfig
from vln_pipeline.scenes.mp3d.source import Mp3dSource
from vln_pipeline.scenes.navmesh import read
from vln_pipeline.scenes.report import SceneReport, report
from vln_pipeline.scenes.walkability import agreement

TWO_ROOMS = [rectangle((0, 4), (0, 5), neighbours=(0, 2, 0, 0)), rectangle((4, 8), (0, 5), neighbours=(0, 0, 0, 1))]


def written(tmp_path, data):
    (tmp_path / "x.navmesh").write_bytes(data)
    return read(tmp_path / "x.navmesh")


@pytest.mark.parametrize("version", [1, 2])
def test_polygons_come_back_z_up(tmp_path, version):
    mesh = written(tmp_path, navmesh([[rectangle((1, 3), (2, 6), 0.25)]], version))
    assert {tuple(v) for v in mesh.vertices[mesh.triangles].reshape(-1, 3)} == {
        (1, 2, 0.25),
        (3, 2, 0.25),
        (3, 6, 0.25),
        (1, 6, 0.25),
    }
    assert mesh.areas.sum() == pytest.approx(8)
    assert np.isnan(mesh.radius) if version == 1 else mesh.radius == pytest.approx(0.1)


def test_islands_by_neighbours_the_largest_first(tmp_path):
    alone = rectangle((20, 21), (0, 1))
    mesh = written(tmp_path, navmesh([[alone, *([(c, [n + 1 if n else 0 for n in ns]) for c, ns in TWO_ROOMS])]]))
    assert mesh.island.tolist().count(0) == 4 and mesh.island.tolist().count(1) == 2
    assert mesh.areas[mesh.island == 0].sum() == pytest.approx(40)


def test_tiles_are_joined_at_their_border(tmp_path):
    left = rectangle((0, 4), (0, 5), neighbours=(0, 0x8000, 0, 0))
    right = rectangle((4, 8), (0, 5), neighbours=(0, 0, 0, 0x8004))
    assert set(written(tmp_path, navmesh([[left], [right]])).island.tolist()) == {0}


def test_the_detail_mesh_tells_where_the_floor_is(tmp_path):
    """Detail meshes were left out: a split level whose floor lies between -0.39 and 1.41 m was told as flat at 0.007 m.

    Areas were those of the ground plan, and slopes counted too little.
    """
    mesh = written(tmp_path, navmesh([TWO_ROOMS], middles=(1.5, -0.5)))
    assert len(mesh.triangles) == 8
    assert (mesh.vertices[mesh.triangles][..., 2].min(), mesh.vertices[mesh.triangles][..., 2].max()) == (-0.5, 1.5)
    assert {*mesh.island.tolist()} == {0}
    # Each fan is four triangles whose heights are slant: edge x sqrt(half the other edge squared + rise squared) / 2.
    slant = sum(
        length * np.hypot(across / 2, rise)
        for length, across, rise in ((4, 5, 1.5), (5, 4, 1.5), (4, 5, 0.5), (5, 4, 0.5))
    )
    assert mesh.areas.sum() == pytest.approx(slant)


def test_a_polygon_without_a_detail_mesh_stays_flat(tmp_path):
    mesh = written(tmp_path, navmesh([TWO_ROOMS], middles=(1.5,)))
    assert len(mesh.triangles) == 4 + 2
    assert {*mesh.island.tolist()} == {0}


def test_a_jump_is_no_surface(tmp_path):
    data = bytearray(navmesh([[TWO_ROOMS[0], rectangle((30, 31), (0, 1))]]))
    data[-1] = 1 << 6
    mesh = written(tmp_path, bytes(data))
    assert mesh.areas.sum() == pytest.approx(20)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda d: d[:7], "cut off in its header"),
        (lambda d: b"JUNK" + d[4:], "no navigation mesh of version 1 or 2"),
        (lambda d: d[:4] + struct.pack("<i", 9) + d[8:], "no navigation mesh of version 1 or 2"),
        (lambda d: d[:60], "cut off in its settings"),
        (lambda d: d[:-40], "cut off: a tile claims"),
        (lambda d: navmesh([TWO_ROOMS], middles=(1, 1))[:-4] + b"\x09\0\0\0", "a triangle refers to corners"),
        (lambda d: d[:8] + struct.pack("<i", 10**9) + d[12:], "cut off: claims 1000000000 tiles"),
        (lambda d: d[:8] + struct.pack("<i", 0) + d[12:], "holds no walkable polygon"),
        (lambda d: d[:104] + b"JUNK" + d[108:], "a tile is no Detour tile of version 7"),
        (lambda d: d[:-28] + b"\xff" * 12 + d[-16:], "refers to corners that do not exist"),
        (lambda d: d[:204] + struct.pack("<f", float("nan")) + d[208:], "not finite"),
    ],
)
def test_faults_are_one_line(tmp_path, damage, said):
    with pytest.raises(DataError, match=f"x.navmesh: .*{said}"):
        written(tmp_path, damage(navmesh([TWO_ROOMS])))


def storey(low: float, high: float, height: float = 0.0) -> FloorMap:
    """Free from x = low to x = high in a map of 10 x 6 m."""
    shape = (60, 100)
    navigable = np.zeros(shape, dtype=bool)
    navigable[5:55, int(low * 10) : int(high * 10)] = True
    ground = np.full(shape, height, dtype=np.float32)
    esdf, room = np.zeros(shape, np.float32), np.full(shape, -1, np.int16)
    return FloorMap(0, height, 0.1, np.array([0.0, -0.5]), esdf, ground, navigable, room)


def test_agreement_of_free_space():
    corners = np.array([[0, 0, 0], [8, 0, 0], [8, 5, 0], [0, 5, 0.0]])
    walkable = np.stack([corners[[0, 1, 2]], corners[[0, 2, 3]]])
    (found,) = agreement(walkable, [storey(2, 10)])
    assert (found.shared, found.published, found.ours) == pytest.approx((30, 10, 10))
    assert found.overlap == pytest.approx(0.6)
    upstairs = agreement(walkable, [storey(2, 10), storey(0, 8, 2.9)])[1]
    assert (upstairs.shared, upstairs.published, upstairs.ours) == pytest.approx((0, 0, 40))


def test_a_mesh_beyond_the_map_counts():
    corners = np.array([[0, 0, 0], [20, 0, 0], [20, 5, 0], [0, 5, 0.0]])
    (found,) = agreement(np.stack([corners[[0, 1, 2]], corners[[0, 2, 3]]]), [storey(0, 10)])
    assert (found.shared, found.published, found.ours) == pytest.approx((50, 50, 0))


def test_report_tells_the_agreement_of_a_scene(tmp_path):
    folder = mp3d_fixture.write(tmp_path)
    (folder / f"{mp3d_fixture.SCENE}.navmesh").write_bytes(navmesh([TWO_ROOMS]))
    source = Mp3dSource(Mp3dConfig(path=str(tmp_path)))
    scene = source.load(source.discover()[0])
    (tmp_path / "archive").mkdir()
    archive.write(scene, tmp_path / "archive")
    again = archive.read(tmp_path / "archive")
    np.testing.assert_array_equal(again.walkable, scene.walkable)
    found = report(again, NavigationMap(scene.id, (storey(2, 8),), 0.2))
    assert found.storeys[0].overlap == pytest.approx(0.75)
    assert "75% as in the published navigation mesh" in found.text()
    assert SceneReport.from_json(found.to_json()) == found


def test_damaged_mesh_costs_the_comparison_not_the_scene(tmp_path):
    folder = mp3d_fixture.write(tmp_path)
    (folder / f"{mp3d_fixture.SCENE}.navmesh").write_bytes(b"JUNK" * 9)
    source = Mp3dSource(Mp3dConfig(path=str(tmp_path)))
    scene = source.load(source.discover()[0])
    assert scene.walkable is None
    assert "navigation mesh: no navigation mesh of version 1 or 2" in scene.defects
