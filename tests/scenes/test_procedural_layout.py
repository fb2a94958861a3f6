import numpy as np
import pytest
from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.layout import ROOMS, draw_plan
from vln_pipeline.scenes.procedural.openings import LINING
from vln_pipeline.scenes.procedural.placement import overlap
from vln_pipeline.scenes.procedural.plan import WALL, Plan
from vln_pipeline.scenes.procedural.stairs import riser_count

CONFIG = ProceduralConfig(two_storey_probability=0.4)


@pytest.fixture(scope="module", params=range(25))
def plan(request) -> Plan:
    return draw_plan(np.random.default_rng(request.param), CONFIG)


def area(rect):
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def test_rooms_do_not_overlap(plan):
    for a in plan.cells:
        for b in plan.cells:
            if a is not b and (a.storey == b.storey or "staircase" in (a.label, b.label)):
                assert not overlap(a.rect, b.rect), (a.name, b.name)


def test_storeys_fill_the_same_outline_and_its_area_is_as_asked(plan):
    stairs = sum(area(c.rect) for c in plan.cells if c.label == "staircase")
    areas = [sum(area(c.rect) for c in plan.cells if c.storey == s) for s in range(plan.storeys)]
    assert CONFIG.floor_area[0] * 0.8 <= areas[0] <= CONFIG.floor_area[1] * 1.01
    if plan.storeys == 2:
        assert areas[1] + stairs == pytest.approx(areas[0])


def test_the_entrance_storey_has_the_rooms_asked_for(plan):
    labels = [c.label for c in plan.cells if c.storey == 0 and c.label != "staircase"]
    assert CONFIG.rooms[0] <= len(labels) <= CONFIG.rooms[1]
    assert {"hallway", "living room", "kitchen", "bedroom", "bathroom"} <= set(labels)
    assert len({c.name for c in plan.cells}) == len(plan.cells)


def test_rooms_along_the_hallway_keep_to_their_sizes(plan):
    for cell in plan.cells:
        if cell.label in ROOMS and not any(
            o.kind == "passage" and cell.name in (o.room, o.other) for o in plan.openings
        ):
            low, high, narrow = ROOMS[cell.label]
            width = cell.rect[2] - cell.rect[0]
            assert width >= narrow - 0.02
            assert low - 0.1 <= area(cell.rect) <= high + 0.1 or width == pytest.approx(narrow, abs=0.02)


def test_every_room_is_joined_to_the_entrance(plan):
    reached, frontier = set(), [o.room for o in plan.openings if o.kind == "entrance"]
    assert len(frontier) == 1
    while frontier:
        name = frontier.pop()
        reached.add(name)
        for o in plan.openings:
            if o.other and name in (o.room, o.other):
                frontier += {o.room, o.other} - reached
    assert reached == {c.name for c in plan.cells}


def test_doors_are_wide_enough_and_lie_in_the_wall_between_their_rooms(plan):
    cells = {c.name: c for c in plan.cells}
    for o in plan.openings:
        room = cells[o.room].rect
        assert o.line in (room[1 - o.axis], room[3 - o.axis])
        assert room[o.axis] + WALL / 2 <= o.start + 1e-9
        assert o.end <= room[o.axis + 2] - WALL / 2 + 1e-9
        if o.kind == "window":
            assert o.bottom > 0.3
            continue
        clear = o.end - o.start - 2 * LINING
        assert clear >= 0.8
        assert o.top - o.bottom >= 2.0
        if o.kind == "door":
            assert CONFIG.door_width[0] <= clear + 1e-9
            assert clear <= CONFIG.door_width[1] + 1e-9
            other = cells[o.other].rect
            assert o.line in (other[1 - o.axis], other[3 - o.axis])


def test_windows_face_outdoors(plan):
    for o in plan.openings:
        if o.kind not in ("window", "entrance"):
            continue
        middle = np.array([(o.start + o.end) / 2, o.line - o.side * 0.3])
        x, y = middle if o.axis == 0 else middle[::-1]
        for c in plan.cells:
            if c.storey == o.storey or c.label == "staircase":
                assert not (c.rect[0] < x < c.rect[2] and c.rect[1] < y < c.rect[3])


def test_living_rooms_and_bedrooms_have_windows(plan):
    lit = {o.room for o in plan.openings if o.kind == "window"}
    assert {c.name for c in plan.cells if c.label in ("living room", "bedroom")} <= lit


@pytest.mark.parametrize("rise", [2.6, 2.7, 2.8, 2.9, 3.05, 3.2, 3.8])
def test_risers_can_be_climbed(rise):
    assert 0.155 <= rise / riser_count(rise) <= 0.195


def test_the_default_ceilings_give_risers_of_about_175_millimetres():
    for height in np.arange(2.5, 2.76, 0.01):
        assert 0.165 <= (height + 0.3) / riser_count(height + 0.3) <= 0.185


def test_bands_that_no_plan_fits_are_named():
    with pytest.raises(DataError, match="floor_area"):
        draw_plan(np.random.default_rng(0), ProceduralConfig(floor_area=(40, 40), rooms=(14, 14)))


@pytest.mark.parametrize(
    "bad",
    [{"door_width": (0.5, 0.9)}, {"rooms": (9, 6)}, {"floor_area": (10, 50)}, {"storeys": 3}, {"texture_size": 7}],
)
def test_senseless_parameters_are_refused(bad):
    with pytest.raises(ValidationError, match=next(iter(bad))):
        ProceduralConfig(**bad)
