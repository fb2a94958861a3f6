import numpy as np

from vln_pipeline.planning.rooms import rooms_from_polygons, rooms_from_walls
from vln_pipeline.scenes.scene import Room

CELL = 0.05


def two_rooms(door, height=3.0, width=3.0):
    """Two rooms side by side, walls of 0.1 m, a door of the given width in the middle."""
    rows, columns = round(height / CELL), round(width / CELL)
    space = np.zeros((rows + 2, 2 * columns + 4), dtype=bool)
    space[1:-1, 1 : columns + 1] = space[1:-1, columns + 3 : -1] = True
    half = round(door / CELL / 2)
    space[rows // 2 - half : rows // 2 + half, columns + 1 : columns + 3] = True
    return space


def regions(space):
    return rooms_from_walls(space, space, CELL)


def test_a_door_parts_two_rooms_in_its_middle():
    space = two_rooms(door=0.9)
    region = regions(space)
    assert set(np.unique(region)) == {-1, 0, 1}
    assert ((region < 0) == ~space).all()
    left, right = region[30, 30], region[30, 90]
    assert left != right
    assert (region[:, :60][space[:, :60]] == left).all()
    assert (region[:, 64:][space[:, 64:]] == right).all()


def test_a_wide_opening_parts_wide_rooms_but_not_narrow_ones():
    assert len(np.unique(regions(two_rooms(door=1.4)))) == 3
    assert len(np.unique(regions(two_rooms(door=1.4, height=2.0)))) == 2


def test_an_empty_room_and_a_room_with_a_pillar_are_one_region():
    space = np.zeros((80, 80), dtype=bool)
    space[1:-1, 1:-1] = True
    assert set(np.unique(regions(space))) == {-1, 0}
    space[38:42, 38:42] = False
    assert set(np.unique(regions(space))) == {-1, 0}


def test_a_niche_belongs_to_its_room():
    space = np.zeros((80, 80), dtype=bool)
    space[1:60, 1:-1] = True
    space[60:70, 30:46] = True
    assert set(np.unique(regions(space))) == {-1, 0}


def test_only_cells_inside_get_a_region():
    space = two_rooms(door=0.9)
    inside = space.copy()
    inside[:, 62:] = False
    assert set(np.unique(rooms_from_walls(space, inside, CELL))) == {-1, 0}


def test_polygons_go_to_the_storey_nearest_to_their_floor():
    x, y = np.meshgrid(np.arange(0.5, 6), np.arange(0.5, 4))
    centres = np.stack([x, y], axis=-1)
    square = np.array([(0, 0), (3, 0), (3, 4), (0, 4)], dtype=float)
    rooms = [
        Room("hall", "hall", square, 0.0, 2.5),
        Room("attic", "attic", square, 2.9, 5.0),
        Room("kitchen", "kitchen", square + np.array([3, 0]), 0.1, 2.5),
    ]
    ground = rooms_from_polygons(rooms, [0.0, 3.0], 0, centres)
    upper = rooms_from_polygons(rooms, [0.0, 3.0], 1, centres)
    assert ground.dtype == np.int16
    assert (ground[:, :3] == 0).all() and (ground[:, 3:] == 2).all()
    assert (upper[:, :3] == 1).all() and (upper[:, 3:] == -1).all()
