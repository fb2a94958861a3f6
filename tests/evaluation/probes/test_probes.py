"""A user trained NavDP for 10,000 steps on labels turned by 90 degrees before anybody saw that it always drove right.

Each planner here has one such fault, and the probes tell them apart.
"""

import numpy as np
import probed_planners as planners
import pytest
from walled_rooms import u_room

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.probes import archive
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.probes.examination import examine
from vln_pipeline.evaluation.probes.figures import figures
from vln_pipeline.evaluation.probes.places import draw_places
from vln_pipeline.evaluation.probes.questions import Question
from vln_pipeline.evaluation.probes.verdict import SOUND, verdict
from vln_pipeline.evaluation.system1.agents.team import Soloists

CONFIG = ExamineSystem1Config(places=10)


def asked(truth, planner, config=CONFIG, seed=7):
    team = Soloists(planner, kinds=frozenset({GoalKind.POINT}), depth=True, rgb=True)
    return list(examine([truth], team, planner.__name__, config, seed))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return a function that gives figures and verdict of a planner."""
    from vln_pipeline.evaluation.system1.agents.team import Truth
    from vln_pipeline.evaluation.world.builtin import BuiltinWorld
    from vln_pipeline.evaluation.world.config import WorldConfig

    world = BuiltinWorld(lambda _: u_room(), WorldConfig(), seed=0, cache=tmp_path_factory.mktemp("cache"))
    world.load("u_room")
    truth, known = Truth(world, u_room()[1]), {}

    def of(planner):
        if planner not in known:
            told = figures(asked(truth, planner), 0.2)
            known[planner] = told, verdict(told, CONFIG.bars)
        return known[planner]

    of.truth = truth
    return of


def test_a_planner_without_fault_is_sound(found):
    told, words = found(planners.Careful)
    assert words == SOUND, (told, words)
    assert told["ahead_x"] == pytest.approx(1.5, abs=0.05)
    assert abs(told["ahead_y"]) < 0.05


def test_labels_turned_by_90_degrees_are_told_with_angle_and_side(found):
    told, words = found(planners.Turned)
    assert told["turned"] == pytest.approx(-90, abs=3)
    assert "paths are turned 90 degrees to the right of their goals" in words


def test_a_planner_that_never_looks_at_depth_is_told(found):
    assert found(planners.Blind)[0]["touching"] > found(planners.Careful)[0]["touching"]
    assert "does not look at depth" in found(planners.Blind)[1]


def test_a_critic_that_draws_lots_is_told(found):
    assert found(planners.Careful)[0]["critic"] > 0.4
    assert "its critic does not rank by clearance" in found(planners.Deaf)[1]


def test_one_that_leans_to_a_side_differs_in_the_mirrored_view(found):
    assert found(planners.Sided)[0]["mirror"] > found(planners.Careful)[0]["mirror"] + CONFIG.bars.mirror
    assert "it prefers a side" in found(planners.Sided)[1]


def test_one_that_stands_still_does_not_drive(found):
    told, words = found(planners.Still)
    assert np.isnan(told["turned"])
    assert "drives forward to a free goal straight ahead in 0% of places only" in words


def test_what_is_no_path_is_refused(found):
    with pytest.raises(DataError, match="not finite"):
        asked(found.truth, planners.Broken)


def test_places_are_what_they_are_called(found):
    nav = found.truth.nav
    places = draw_places(nav, CONFIG, 7)
    assert [place.free for place in places] == [True] * 10 + [False] * 10
    for place in places:
        bearings = (0.0, CONFIG.side, -CONFIG.side) if place.free else (0.0,)
        length = CONFIG.distance if place.free else CONFIG.detour
        free = []
        for bearing in bearings:
            angle = place.pose[3] + np.radians(bearing)
            steps = np.arange(0.05, length, 0.05)[:, None] * [np.cos(angle), np.sin(angle), 0.0]
            free.append(all(found.truth.world.clearance(place.pose[:3] + step) >= 0.2 for step in steps))
        assert all(free) == place.free


def test_a_seed_gives_its_own_places_and_the_same_answers(found):
    one, other = (draw_places(found.truth.nav, CONFIG, seed) for seed in (7, 8))
    assert not np.allclose(one[0].pose, other[0].pose)
    few = CONFIG.model_copy(update={"places": 2})
    first, again = (asked(found.truth, planners.Careful, few) for _ in range(2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.path, b.path)


def test_a_scene_without_such_places_says_what_to_change(found):
    far = CONFIG.model_copy(update={"distance": 30.0, "detour": 30.0, "tries": 20})
    with pytest.raises(DataError, match=r"lower examine_system1\.distance and detour"):
        asked(found.truth, planners.Careful, far)


def test_the_archive_gives_back_what_it_took(found, tmp_path):
    answers = asked(found.truth, planners.Still, CONFIG.model_copy(update={"places": 1}))
    told = figures(answers, 0.2)
    archive.write(answers, told, "words", tmp_path)
    probed = archive.read(tmp_path)
    assert probed.verdict() == "words"
    assert probed.figures() == pytest.approx(told, nan_ok=True)
    assert set(probed.answers()["question"]) == {str(question) for question in Question}
    with pytest.raises(DataError, match="holds no probes"):
        archive.read(tmp_path / "none")


@pytest.mark.parametrize(
    ("agents", "cause"),
    [
        ({"baselines": ["shortest_path"]}, "straight_line"),
        ({"servers": [{"name": "served", "kinds": ["pixel"]}]}, "served takes no point goals"),
    ],
)
def test_who_cannot_be_asked_is_refused(agents, cause):
    with pytest.raises(ValueError, match=cause):
        ExamineSystem1Config.model_validate({"agents": agents})
