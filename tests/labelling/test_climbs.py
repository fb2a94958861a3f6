"""Stairs in words: a walk that changes storey says so, up or down, where it begins to climb."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_footage import film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.climbs import find_climbs
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.keyframes import arc_length
from vln_pipeline.labelling.label import label_footage
from vln_pipeline.labelling.verify.config import VerifyConfig

WORDS = {
    "en": ((" up", "climb the", "ascend", "mount"), (" down", "descend")),
    "de": (("hoch", "hinauf", "oben"), ("hinunter", "hinab", "unten")),
}
"""Words for up and for down; one of the former tells every flight that leads up."""


def climbing(*knots, length=10.0):
    """A straight walk whose height is drawn between (metres walked, height)."""
    path, yaw = legs(length)
    x, z = zip(*knots, strict=True)
    path[:, 2] = np.interp(arc_length(path), x, z)
    return path, yaw


def test_a_flight_is_found_where_it_is():
    path, _ = climbing((3, 0), (7, 2.88))
    (climb,) = find_climbs(path)
    assert climb.rise == pytest.approx(2.88, abs=0.1)
    assert path[climb.start, 0] == pytest.approx(3, abs=0.3) and path[climb.end, 0] == pytest.approx(7, abs=0.3)
    (down,) = find_climbs(path * [1, 1, -1])
    assert down.rise == pytest.approx(-2.88, abs=0.1)


def test_a_landing_parts_no_flight_and_a_threshold_is_none():
    (climb,) = find_climbs(climbing((2, 0), (4, 1.4), (5.5, 1.4), (7.5, 2.8))[0])
    assert climb.rise == pytest.approx(2.8, abs=0.1)
    up, down = find_climbs(climbing((1, 0), (3, 1.4), (6, 1.4), (8, 0))[0])
    assert up.rise > 0 > down.rise
    assert not find_climbs(climbing((4, 0), (4.2, 0.18))[0])
    assert not find_climbs(climbing((0, 0), (10, 0.5))[0])


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("rise", [2.88, -2.88])
def test_every_wording_tells_the_stairs_and_which_way(tmp_path, language, rise):
    """No instruction told stairs, since no walk had any: "walk straight on for eight metres" led up a flight."""
    path, yaw = climbing((3, 0), (7, rise))
    walk = walk_of(path[::3], yaw[::3])
    rooms = (("hallway", -2, 3), ("bedroom", 7, 20))
    scene, nav = flat(rooms)
    config = LabellingConfig(variants=4, language=language, verify=VerifyConfig(enabled=False))
    footage = film(tmp_path, [], [walk])
    (labels,) = label_footage(scene.rooms, lambda: scene, nav, [walk], footage, config, tmp_path, 3).kept
    right, wrong = WORDS[language] if rise > 0 else WORDS[language][::-1]
    for text in (labels.sum_instruction, *labels.variants):
        told = text.lower()
        assert any(word in told for word in right), text
        assert not any(word in told for word in wrong), text
    level = replace(walk, path=walk.path * [1, 1, 0])
    (flat_labels,) = label_footage(scene.rooms, lambda: scene, nav, [level], footage, config, tmp_path, 3).kept
    assert "stair" not in flat_labels.sum_instruction and "Treppe" not in flat_labels.sum_instruction
