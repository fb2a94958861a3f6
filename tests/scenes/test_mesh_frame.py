import numpy as np
import pytest
import trimesh
from mesh_rooms import SIZE, Z_TO_Y_UP, load, room, write_glb, write_obj
from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.orientation import detect_up, to_z_up
from vln_pipeline.scenes.mesh.units import detect_unit

AXES = {"x": 0, "y": 1, "z": 2}


@pytest.mark.parametrize("up", ["x", "y", "z", "-x", "-y", "-z"])
def test_to_z_up_is_a_rotation_that_lifts_the_axis(up):
    turn = to_z_up(up)
    axis = np.zeros(3)
    axis[AXES[up[-1]]] = -1 if up.startswith("-") else 1
    np.testing.assert_array_equal(turn @ axis, [0, 0, 1])
    np.testing.assert_array_equal(turn @ turn.T, np.eye(3))
    assert np.linalg.det(turn) == 1


def test_y_up_becomes_x_minus_z_y():
    np.testing.assert_array_equal(to_z_up("y") @ [1, 2, 3], [1, -3, 2])


@pytest.mark.parametrize("custom", ["y", "z"])
@pytest.mark.parametrize("up", ["x", "y", "z"])
def test_up_is_found_whatever_the_custom(up, custom):
    turn = to_z_up(up).T
    meshes = [(m.vertices @ turn.T, m.faces) for m in room().values()]
    assert detect_up(meshes, custom) == up


def test_up_of_a_cube_is_the_custom():
    cube = trimesh.creation.box((4, 4, 4))
    assert detect_up([(cube.vertices, cube.faces)], "y") == "y"


def test_z_up_glb_is_righted_and_told(tmp_path):
    scene = load(write_glb(tmp_path / "scan.glb", matrix=np.eye(4)))
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), np.add(SIZE, (0, 0, 0.2)), atol=1e-6)
    assert "up axis: z by the geometry, y by the format" in scene.defects


def test_declared_axis_is_obeyed(tmp_path):
    scene = load(write_glb(tmp_path / "scan.glb", matrix=np.eye(4)), up="y")
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), (6, 2.9, 5), atol=1e-6)


@pytest.mark.parametrize(
    ("unit", "told"), [(0.01, "centimetres"), (0.001, "millimetres"), (0.0254, "inches")], ids=["cm", "mm", "inch"]
)
def test_unit_is_found_and_told(tmp_path, unit, told):
    scene = load(write_obj(tmp_path, unit))
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), np.add(SIZE, (0, 0, 0.2)), atol=1e-4)
    assert f"unit: taken for {told} by the extent" in scene.defects


def test_metres_are_not_told(tmp_path):
    assert not [d for d in load(write_obj(tmp_path)).defects if d.startswith(("unit", "up axis"))]


def test_declared_unit_is_obeyed(tmp_path):
    scene = load(write_obj(tmp_path), unit=2.0)
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), 2 * np.add(SIZE, (0, 0, 0.2)), atol=1e-6)


@pytest.mark.parametrize("wrong", [{"unit": 0}, {"unit": -1}, {"unit": "feet"}, {"up": "w"}, {"upp": "z"}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        MeshConfig(**wrong)


@pytest.mark.parametrize("extent", [(1e-3, 1e-3, 1e-3), (1e7, 1e7, 1e6)], ids=["dust", "planet"])
def test_absurd_extent_names_the_parameter(extent):
    with pytest.raises(DataError, match=r"room.obj: an extent of .*set scenes.mesh.unit"):
        detect_unit(np.array(extent), "room.obj")


def test_frames_of_all_formats_agree(tmp_path):
    glb = load(write_glb(tmp_path / "a.glb", Z_TO_Y_UP))
    obj = load(write_obj(tmp_path))
    np.testing.assert_allclose(glb.bounds, obj.bounds, atol=1e-6)
