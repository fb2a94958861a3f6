import numpy as np
from mesh_rooms import SIZE, load, write_glb

from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.scenes.report import SceneReport, report


def navigation(scene: str) -> NavigationMap:
    ground = np.full((10, 20), 0.0, dtype=np.float32)
    ground[0] = np.nan
    navigable = np.zeros((10, 20), dtype=bool)
    navigable[2:6, 3:8] = True
    floor = FloorMap(
        0, 0.0, 0.1, np.zeros(2), np.zeros((10, 20), np.float32), ground, navigable, np.full((10, 20), -1, np.int16)
    )
    return NavigationMap(scene, (floor,), 0.25)


def test_figures_of_a_room(tmp_path):
    scene = load(write_glb(tmp_path / "room.glb"))
    found = report(scene, navigation("room"))
    np.testing.assert_allclose(found.extent, np.add(SIZE, (0, 0, 0.2)), atol=1e-6)
    assert (found.triangles, found.parts, found.textures, found.lights) == (7 * 12 + 2, 8, 1, 0)
    assert next(iter(found.categories.items())) == ("wall", 4)
    assert sum(found.categories.values()) == 8
    (storey,) = found.storeys
    assert np.isclose(storey.floor_area, 9 * 20 * 0.01) and np.isclose(storey.free_area, 4 * 5 * 0.01)


def test_json_round_trip(tmp_path):
    scene = load(write_glb(tmp_path / "room.glb", matrix=np.eye(4)))
    found = report(scene, navigation("room"))
    assert found.defects
    assert SceneReport.from_json(found.to_json()) == found


def test_text_tells_extent_storey_categories_and_defects(tmp_path):
    scene = load(write_glb(tmp_path / "room.glb", matrix=np.eye(4)))
    text = report(scene, navigation("room")).text()
    for phrase in ("room (mesh: room.glb)", "6.0 x 5.0 x 2.9 m", "0.2 m2 free", "4 wall", "1 chair", "up axis: z"):
        assert phrase in text
    assert "storey" not in report(scene).text()
