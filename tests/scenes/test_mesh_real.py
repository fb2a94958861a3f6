"""The real scenes beside the project."""

import numpy as np
import pytest
from mesh_rooms import load

from vln_pipeline.scenes.report import report

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("file", "extent", "triangles", "textures", "some"),
    [
        (
            "aws_small_house/small_house.glb",
            (19.0, 11.4, 3.0),
            145_840,
            63,
            {
                "chair": 8,
                "window": 9,
                "door": 5,
                "bed": 1,
                "sofa": 1,
                "refrigerator": 1,
                "kitchen counter": 1,
                "wall": 2,
            },
        ),
        (
            "aws_hospital/hospital.glb",
            (25.1, 57.1, 6.0),
            151_661,
            28,
            {"curtain": 16, "elevator": 2, "nurses station": 1, "picture": 31, "sofa": 3, "wall": 1, "floor": 1},
        ),
        ("turtlebot3_house/turtlebot3_house.glb", (15.2, 10.7, 2.5), 660, 0, {"wall": 21, "floor": 1}),
        ("habitat_test_assets/scenes/simple_room.glb", (10.5, 10.9, 2.2), 84, 0, {"floor": 1, "wall": 1}),
        ("habitat_test_assets/scenes/stage_floor1.glb", (20.0, 20.0, 1.9), 2048, 0, {"floor": 1}),
    ],
)
def test_real_scene_is_read_as_it_is(real_scenes, file, extent, triangles, textures, some):
    scene = load(real_scenes / file)
    found = report(scene)
    np.testing.assert_allclose(found.extent, extent, atol=0.06)
    assert (found.triangles, found.textures) == (triangles, textures)
    assert {name: found.categories.get(name) for name in some} == some
    if "habitat" not in file:
        assert "unknown" not in found.categories
    assert all(p.uv is not None for p in scene.parts if scene.materials[p.material].texture is not None)
    assert not [d for d in scene.defects if "texture" in d or "unit" in d]


def test_single_object_is_no_scene(real_scenes):
    with pytest.raises(Exception, match=r"chair.glb: an extent of .* set scenes.mesh.unit"):
        load(real_scenes / "habitat_test_assets/objects/chair.glb")
