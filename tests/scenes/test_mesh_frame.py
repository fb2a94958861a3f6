import numpy as np
import pytest
import trimesh
from mesh_rooms import SIZE, Z_TO_Y_UP, load, room, write_glb, write_obj
from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.orientation import detect_up, to_z_up
from vln_pipeline.scenes.mesh.units import detect_unit, headroom

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
    assert detect_up(meshes, custom)[0] == up


def test_up_of_a_cube_is_the_custom():
    cube = trimesh.creation.box((4, 4, 4))
    assert detect_up([(cube.vertices, cube.faces)], "y")[0] == "y"


def test_z_up_glb_is_righted_and_told(tmp_path):
    scene = load(write_glb(tmp_path / "scan.glb", matrix=np.eye(4)))
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), np.add(SIZE, (0, 0, 0.2)), atol=1e-6)
    assert scene.decisions[0].startswith("up axis: z, by level surface over height is ")
    assert scene.decisions[0].endswith("times as large along z, though y is the custom of its format")


def test_declared_axis_is_obeyed(tmp_path):
    scene = load(write_glb(tmp_path / "scan.glb", matrix=np.eye(4)), up="y")
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), (6, 2.9, 5), atol=1e-6)


@pytest.mark.parametrize(
    ("unit", "told"), [(0.01, "centimetres"), (0.001, "millimetres"), (0.0254, "inches")], ids=["cm", "mm", "inch"]
)
def test_unit_is_found_and_told(tmp_path, unit, told):
    scene = load(write_obj(tmp_path, unit))
    np.testing.assert_allclose(np.ptp(scene.bounds, axis=0), np.add(SIZE, (0, 0, 0.2)), atol=1e-4)
    assert scene.decisions[1].startswith(f"unit: {told}, by ")
    assert "are 6.0 x 5.0 x 2.9 m with storeys of 2.7 m so, and no building in metres" in scene.decisions[1]


def test_metres_are_the_custom_and_told_so(tmp_path):
    assert (
        "unit: metres, by the custom of its format, and 6 x 5 x 2.9 m is a building"
        in load(write_obj(tmp_path)).decisions
    )


@pytest.mark.parametrize(
    ("extent", "storey", "unit"),
    [
        ((60, 50, 45), 45, "metres"),
        ((39.4, 32.8, 8.9), 8.9, "metres"),
        ((1.9, 1.9, 2.4), 2.4, "metres"),
        ((190, 190, 240), 240, "centimetres"),
        ((1200, 1000, 560), 280, "centimetres"),
        ((4000, 3000, 400), 380, "centimetres"),
        ((6000, 5000, 2600), 2600, "millimetres"),
        ((400, 300, 220), 106, "inches"),
        ((236, 197, 102), 102, "inches"),
    ],
)
def test_unit_follows_the_height_of_a_storey(extent, storey, unit):
    """An atrium was taken for feet, and a bathroom in centimetres for inches: the first unit that fitted was taken."""
    assert detect_unit(np.array(extent, dtype=float), storey, "a.obj")[0] == unit


@pytest.mark.parametrize(
    ("extent", "storey", "both"),
    [((450, 300, 0), 0, "inches .* or in centimetres"), ((190, 190, 190), 190, "inches .* or in centimetres")],
)
def test_two_plausible_units_are_refused_by_both_names(extent, storey, both):
    with pytest.raises(DataError, match=rf"a.obj: .* {both} .*; set scenes.mesh.unit to 0.\d+ or to 0.\d+"):
        detect_unit(np.array(extent, dtype=float), storey, "a.obj")


def test_storeys_too_low_to_stand_in_name_the_nearest_guess():
    """A dungeon 1.0 m high was taken for inches and refused for its headroom, and nothing named that guess."""
    with pytest.raises(DataError, match=r"no building in any common unit; the nearest is inches, .*storeys of 1.0 m"):
        detect_unit(np.array([300.0, 200, 40]), 40, "dungeon.obj")


def test_headroom_is_between_floors_and_not_between_a_floor_and_a_table():
    meshes = [(m.vertices * 100, m.faces) for m in room().values()]
    assert headroom(meshes) == pytest.approx(270, abs=3)
    triangle = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0.0]])
    assert headroom([(triangle, np.array([[0, 1, 2]]))]) == 0
    far = np.concatenate([triangle - np.array([0, 0, 1.7e308]), triangle + np.array([0, 0, 1.7e308]), triangle * 1e200])
    assert headroom([(far, np.arange(9).reshape(3, 3))]) == 0


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
        detect_unit(np.array(extent), extent[2], "room.obj")


def test_frames_of_all_formats_agree(tmp_path):
    glb = load(write_glb(tmp_path / "a.glb", Z_TO_Y_UP))
    obj = load(write_obj(tmp_path))
    np.testing.assert_allclose(glb.bounds, obj.bounds, atol=1e-6)
