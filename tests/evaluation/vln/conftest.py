import pytest
from wide_room import wide_room

from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig


@pytest.fixture
def open_room(tmp_path):
    """Return a function that opens the room for a protocol, and the protocol's rules with small images."""

    def open_(protocol="internnav"):
        rules = Rules(PROTOCOLS[protocol], scale=0.1)
        world = BuiltinWorld(lambda _: wide_room(), WorldConfig(body=rules.body), seed=0, cache=tmp_path)
        world.load("wide_room")
        return world, rules

    return open_
