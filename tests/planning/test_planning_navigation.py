import sys
from pathlib import Path

import numpy as np
import pytest
from box_scene import at, box, room_scene, scene_of, sheet, walls
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.errors import DataError
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.scenes.scene import Room

CONFIG = EsdfConfig(radius=0.2)


def only_floor(scene, **changes):
    nav = build_navigation_map(scene, CONFIG.model_copy(update=changes))
    assert len(nav.floors) == 1
    return nav.floors[0]


def posts(pitch):
    return [box(x, y, 0, x + 0.05, y + 0.05, 1) for x in np.arange(0, 4, pitch) for y in np.arange(0, 3, pitch)]


def table(x0, y0, x1, y1, height=0.75):
    legs = [box(x, y, 0, x + 0.05, y + 0.05, height) for x in (x0, x1 - 0.05) for y in (y0, y1 - 0.05)]
    return [box(x0, y0, height - 0.04, x1, y1, height), *legs]


def test_an_empty_room_has_its_analytic_clearance_and_area():
    floor = only_floor(room_scene())
    assert floor.height == pytest.approx(0.0, abs=1e-3)
    assert at(floor, floor.ground, 2, 1.5) == pytest.approx(0.0, abs=1e-3)
    assert 1.5 - 0.12 <= at(floor, floor.esdf, 2.025, 1.525) <= 1.5
    assert floor.navigable.sum() * floor.cell**2 == pytest.approx(3.6 * 2.6, rel=0.07)
    assert np.isnan(floor.ground[floor.esdf < 0]).all()
    assert (floor.esdf[floor.navigable] >= 0.2).all()


def test_a_table_top_is_no_floor_and_its_whole_footprint_blocks():
    floor = only_floor(room_scene(*table(1, 1, 2.2, 1.8)))
    for x in np.linspace(1.05, 2.15, 8):
        assert at(floor, floor.esdf, x, 1.4) < 0
    assert at(floor, floor.esdf, 3.0, 1.4) > 0.6


def test_a_lamp_above_the_robot_does_not_block_and_one_within_its_height_does():
    high = only_floor(room_scene(box(2, 1.5, 1.5, 2.3, 1.8, 2.0)))
    low = only_floor(room_scene(box(2, 1.5, 1.1, 2.3, 1.8, 2.0)))
    assert at(high, high.esdf, 2.15, 1.65) > 1.0
    assert at(low, low.esdf, 2.15, 1.65) < 0


def test_what_is_lower_than_a_step_does_not_block_and_what_is_higher_does():
    low = only_floor(room_scene(box(1, 1, 0, 2, 2, 0.15)))
    high = only_floor(room_scene(box(1, 1, 0, 2, 2, 0.3)))
    assert at(low, low.navigable, 1.5, 1.5)
    assert at(low, low.ground, 1.5, 1.5) == pytest.approx(0.15, abs=1e-3)
    assert at(high, high.esdf, 1.5, 1.5) < 0


@pytest.mark.parametrize(("width", "passes"), [(0.38, False), (0.6, True)])
def test_a_doorway_is_passed_when_it_is_wider_than_the_robot(width, passes):
    lower, upper = 1.5 - width / 2, 1.5 + width / 2
    divider = [box(1.95, 0, 0, 2.05, lower, 2.5), box(1.95, upper, 0, 2.05, 3, 2.5)]
    lintel = box(1.95, lower, 2.05, 2.05, upper, 2.5)
    floor = only_floor(room_scene(*divider, lintel), min_floor_area=2.0)
    assert bool(at(floor, floor.navigable, 2.0, 1.5)) is passes
    assert at(floor, floor.navigable, 1, 1.5) and at(floor, floor.navigable, 3, 1.5)


def test_a_wall_of_one_sheet_stays():
    vertices = np.array([(2, 0, 0), (2, 2, 0), (2, 2, 2), (2, 0, 2)], dtype=float)
    floor = only_floor(room_scene((vertices, np.array([(0, 1, 2), (0, 2, 3)]))))
    assert at(floor, floor.esdf, 2.0, 1.0) < 0
    assert at(floor, floor.esdf, 2.3, 1.0) <= 0.3


@pytest.mark.parametrize(("edge", "closed"), [(0.6, True), (1.2, False)])
def test_a_small_hole_in_the_floor_closes_and_a_large_one_stays(edge, closed):
    x0, x1, y0, y1 = 2 - edge / 2, 2 + edge / 2, 1.5 - edge / 2, 1.5 + edge / 2
    floor_pieces = [sheet(0, 0, x0, 3, 0), sheet(x1, 0, 4, 3, 0), sheet(x0, 0, x1, y0, 0), sheet(x0, y1, x1, 3, 0)]
    floor = only_floor(scene_of(*floor_pieces, *walls(0, 0, 4, 3)), max_gap=0.0)
    assert bool(at(floor, floor.esdf, 2, 1.5) > 0) is closed
    if closed:
        assert at(floor, floor.ground, 2, 1.5) == pytest.approx(0.0, abs=0.03)


def test_a_hole_with_something_standing_in_it_stays():
    pieces = [sheet(0, 0, 1.7, 3, 0), sheet(2.3, 0, 4, 3, 0), sheet(1.7, 0, 2.3, 1.2, 0), sheet(1.7, 1.8, 2.3, 3, 0)]
    floor = only_floor(scene_of(*pieces, *walls(0, 0, 4, 3), box(1.9, 1.4, 0.3, 2.1, 1.6, 0.9)), max_gap=0.0)
    assert at(floor, floor.esdf, 2, 1.5) < 0


@pytest.mark.parametrize(("gap", "joined"), [(0.25, True), (0.7, False)])
def test_a_threshold_that_the_source_left_out_is_bridged(gap, joined):
    west, east = 2 - gap / 2, 2 + gap / 2
    jambs = [box(west, 0, 0, east, 1, 2.5), box(west, 2, 0, east, 3, 2.5)]
    scene = scene_of(sheet(0, 0, west, 3, 0), sheet(east, 0, 4, 3, 0), *walls(0, 0, 4, 3), *jambs)
    floor = only_floor(scene, max_hole_area=0.0, min_floor_area=2.0)
    assert bool(at(floor, floor.navigable, 2, 1.5)) is joined
    assert at(floor, floor.navigable, 1, 1.5) and at(floor, floor.navigable, 3, 1.5)


def test_the_edge_of_a_floor_without_a_wall_is_not_over_stated():
    floor = only_floor(scene_of(sheet(0.013, 0.021, 4.017, 3.038, 0)))
    rows, columns = np.nonzero(floor.esdf > 0)
    centres = floor.to_world(np.stack([rows, columns], axis=1))
    truth = np.minimum(centres - [0.013, 0.021], [4.017, 3.038] - centres).min(axis=1)
    assert (floor.esdf[rows, columns] <= truth).all()


def staircase(x0, y0, width, rise=0.18, tread=0.25, steps=16):
    return [box(x0 + i * tread, y0, 0, x0 + (i + 1) * tread, y0 + width, (i + 1) * rise) for i in range(steps)]


def two_storeys():
    """Ground floor of 8 x 4 m, stairs up to an upper floor at 2.88 m over its far half."""
    upper = box(4.5, 0, 2.68, 8, 4, 2.88)
    top = box(-0.1, -0.1, 5.5, 8.1, 4.1, 5.6)
    return room_scene(*staircase(0.5, 0, 1.0), upper, top, *walls(0, 0, 8, 4, 2.5, 3.0), width=8.0, depth=4.0)


def test_storeys_are_found_and_stairs_excluded_by_default():
    nav = build_navigation_map(two_storeys(), CONFIG)
    assert [round(floor.height, 2) for floor in nav.floors] == [0.0, 2.88]
    assert [floor.index for floor in nav.floors] == [0, 1]
    ground, upper = nav.floors
    assert at(ground, ground.esdf, 2.0, 0.5) < 0
    assert at(ground, ground.navigable, 6, 2) and at(upper, upper.navigable, 6, 2)
    assert not at(upper, upper.navigable, 2, 2)
    assert np.nanmax(ground.ground) <= CONFIG.max_step + 0.03


def test_linked_stairs_belong_to_each_storey_up_to_half_way():
    nav = build_navigation_map(two_storeys(), CONFIG.model_copy(update={"stairs": "link"}))
    ground, upper = nav.floors
    assert at(ground, ground.navigable, 1.4, 0.5)
    assert at(ground, ground.ground, 1.4, 0.5) == pytest.approx(4 * 0.18, abs=0.01)
    assert at(upper, upper.navigable, 3.9, 0.5)
    assert 1.1 < np.nanmax(ground.ground) < 1.5
    assert 1.4 < np.nanmin(upper.ground) < 1.9


def test_a_ramp_belongs_to_its_storey():
    ramp = np.array([(1, 1, 0), (3.5, 1, 0.6), (3.5, 2.5, 0.6), (1, 2.5, 0)], dtype=float)
    platform = box(3.5, 1, 0, 4.5, 2.5, 0.6)
    scene = room_scene((ramp, np.array([(0, 1, 2), (0, 2, 3)])), platform, width=6.0, depth=4.0)
    floor = only_floor(scene)
    assert at(floor, floor.navigable, 4.0, 1.75)
    assert at(floor, floor.ground, 2.25, 1.75) == pytest.approx(0.3, abs=0.02)
    assert at(floor, floor.esdf, 3.5, 2.65) < 0.25


def test_a_roof_is_no_storey():
    roof = box(-0.5, -0.5, 2.5, 4.5, 3.5, 2.7)
    floor = only_floor(room_scene(roof))
    assert floor.height == pytest.approx(0.0, abs=1e-3)


def test_outdoor_ground_counts_only_when_asked_for():
    door = [box(0, -0.1, 0, 1.5, 0, 2.5), box(2.4, -0.1, 0, 4, 0, 2.5)]
    house = [*door, *walls(0, 0, 4, 3)[1:], sheet(-4, -4, 8, 7, 0)]
    indoors = only_floor(scene_of(*house))
    assert at(indoors, indoors.navigable, 2, 1.5)
    assert not at(indoors, indoors.navigable, -2, 1.5)
    everywhere = only_floor(scene_of(*house), outdoors="include")
    assert at(everywhere, everywhere.navigable, 2, 1.5) and at(everywhere, everywhere.navigable, -2, 1.5)


def test_a_house_that_lacks_a_wall_keeps_its_floor():
    floor = only_floor(scene_of(sheet(0, 0, 4, 3, 0), *walls(0, 0, 4, 3)[1:]))
    assert floor.navigable.sum() * floor.cell**2 > 8


def test_the_hollow_of_a_cupboard_is_blocked_without_a_ridge():
    floor = only_floor(room_scene(*walls(1, 0.5, 2.6, 2.1, height=2.0, thickness=0.02), width=6.0, depth=4.0))
    assert at(floor, floor.esdf, 1.8, 1.3) < -0.5
    assert at(floor, floor.room, 1.8, 1.3) == -1


def test_inverted_faces_still_make_a_floor():
    scene = room_scene()
    flipped = scene_of(*[(part.vertices, part.faces[:, ::-1]) for part in scene.parts])
    one_sided = scene_of(sheet(0, 0, 4, 3, 0, up=False), *walls(0, 0, 4, 3))
    for candidate in (flipped, one_sided):
        floor = only_floor(candidate)
        assert floor.height == pytest.approx(0.0, abs=0.11)
        assert at(floor, floor.navigable, 2, 1.5)


def test_rooms_come_from_the_scene_or_from_its_walls():
    square = np.array([(0, 0), (2, 0), (2, 3), (0, 3)], dtype=float)
    rooms = [Room("a", "hall", square, 0, 2.5), Room("b", "kitchen", square + np.array([2, 0]), 0, 2.5)]
    divider = [box(1.95, 0, 0, 2.05, 1.1, 2.5), box(1.95, 1.9, 0, 2.05, 3, 2.5)]
    named, anonymous = only_floor(room_scene(*divider, rooms=rooms)), only_floor(room_scene(*divider))
    assert (at(named, named.room, 1, 1.5), at(named, named.room, 3, 1.5)) == (0, 1)
    assert {at(anonymous, anonymous.room, 1, 1.5), at(anonymous, anonymous.room, 3, 1.5)} == {0, 1}


placed = st.tuples(st.floats(0.2, 3.2), st.floats(0.2, 2.2), st.floats(0.05, 0.6), st.floats(0.05, 0.6))


@settings(max_examples=15)
@given(st.lists(placed, min_size=1, max_size=4), st.sampled_from(["edt", "fmm"]))
def test_clearance_never_exceeds_the_distance_to_the_exact_geometry(obstacles, backend):
    boxes = [(x, y, x + dx, y + dy) for x, y, dx, dy in obstacles]
    scene = room_scene(*[box(x0, y0, 0, x1, y1, 1.0) for x0, y0, x1, y1 in boxes])
    floor = only_floor(scene, backend=backend, min_floor_area=0.5)
    rows, columns = np.nonzero(floor.esdf > 0)
    points = floor.to_world(np.stack([rows, columns], axis=1))
    truth = np.minimum(points, [4, 3] - points).min(axis=1)
    for x0, y0, x1, y1 in boxes:
        gap = np.maximum(np.maximum([x0, y0] - points, points - [x1, y1]), 0)
        truth = np.minimum(truth, np.linalg.norm(gap, axis=1))
    assert (floor.esdf[rows, columns] <= truth + 1e-6).all()


def test_the_same_scene_gives_the_same_map():
    one, other = (only_floor(room_scene(*table(1, 1, 2, 2))) for _ in range(2))
    for name in ("esdf", "ground", "navigable", "room"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


@pytest.mark.parametrize(
    ("scene", "cause"),
    [
        (scene_of(*walls(0, 0, 4, 3), name="no_floor"), "no floor"),
        (scene_of(sheet(0, 0, 1, 1, 0), name="tiny"), "no floor"),
        (scene_of(sheet(0, 0, 4, 3, 0), sheet(0, 0, 4, 3, 1.0, up=False), name="low"), "no floor"),
        (room_scene(*posts(0.3)), "no free space"),
        (scene_of(sheet(0, 0, 4000, 3000, 0), name="millimetres"), "too large"),
        (scene_of((np.array([(0, 0, 0), (1, 0, 0), (np.nan, 1, 0)]), np.array([(0, 1, 2)])), name="nan"), "not finite"),
    ],
)
def test_a_scene_that_cannot_be_used_is_named_with_the_cause(scene, cause):
    with pytest.raises(DataError, match=cause) as error:
        build_navigation_map(scene, CONFIG)
    assert error.value.subject == scene.id
    assert error.value.mend


def test_the_storeys_and_rooms_of_a_whole_house_are_found():
    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    from scan_house import PITCH, clean_house

    nav = build_navigation_map(clean_house(), EsdfConfig(radius=0.2, height=1.2))
    assert [floor.height for floor in nav.floors] == pytest.approx([0, PITCH, 2 * PITCH], abs=0.01)
    for floor in nav.floors:
        assert 16 <= len(np.unique(floor.room[floor.navigable])) <= 22
