import pytest
from drawn_footage import box, film, flat, walk_of
from drawn_path import legs

ROOMS = (("bedroom", -2.0, 3.0), ("hallway", 3.0, 20.0))
THINGS = [box("armchair", 1.6, 1.1), box("desk", 4.6, -0.6), box("sofa", 3.9, 4.9), box("plant", 2.6, 2.6, 0.4)]


def home(directory, mirror=1):
    """Return scene, map, walks and footage: two and a half metres ahead, left, three metres on; or its mirror image."""
    path, yaw = legs(3.0, (0.45, 90.0), 3.0)
    walk = walk_of(path[::2] * [1, mirror, 1], yaw[::2] * mirror)
    things = [(name, (x, mirror * y, z), size) for name, (x, y, z), size in THINGS]
    return *flat(ROOMS), (walk,), film(directory, things, [walk])


@pytest.fixture(scope="session")
def left_home(tmp_path_factory):
    return home(tmp_path_factory.mktemp("left"))


@pytest.fixture(scope="session")
def right_home(tmp_path_factory):
    return home(tmp_path_factory.mktemp("right"), mirror=-1)
