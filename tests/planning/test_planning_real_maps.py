import numpy as np
import pytest
import trimesh
from box_scene import scene_of

from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "area", "rooms"),
    [
        ("aws_small_house/small_house.glb", (117, 129), (3, 8)),
        ("aws_hospital/hospital.glb", (955, 1055), (22, 40)),
        ("turtlebot3_house/turtlebot3_house.glb", (115, 130), (4, 8)),
    ],
)
def test_real_scenes_have_one_floor_of_the_known_area(real_scenes, path, area, rooms):
    mesh = trimesh.load_scene(real_scenes / path, process=False).to_mesh()
    vertices = mesh.vertices[:, [0, 2, 1]] * [1, -1, 1]
    nav = build_navigation_map(scene_of((vertices, np.asarray(mesh.faces))), EsdfConfig(radius=0.2))
    assert len(nav.floors) == 1
    floor = nav.floors[0]
    assert floor.height == pytest.approx(0.0, abs=0.01)
    assert area[0] <= floor.navigable.sum() * floor.cell**2 <= area[1]
    assert rooms[0] <= len(np.unique(floor.room[floor.navigable])) <= rooms[1]
