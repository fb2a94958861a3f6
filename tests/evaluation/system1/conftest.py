import pytest
from walled_rooms import empty_room, u_room

from vln_pipeline.evaluation.system1.agents.team import Truth
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig


@pytest.fixture
def open_room(tmp_path):
    """Return a function that opens a room by name as world and map."""
    rooms = {"empty_room": empty_room, "u_room": u_room}

    def open_(name):
        world = BuiltinWorld(lambda scene: rooms[scene](), WorldConfig(), seed=0, cache=tmp_path)
        world.load(name)
        return Truth(world, rooms[name]()[1])

    return open_
