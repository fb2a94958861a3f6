"""Each failed episode has one first cause: hand-made drives for each, in a room of 8 x 6 m."""

import math

import numpy as np
import pytest
from wide_room import episode, wide_room

from vln_pipeline.evaluation.vln.agents.agent import Call, Intent
from vln_pipeline.evaluation.vln.diagnosis.cause import Cause
from vln_pipeline.evaluation.vln.diagnosis.decision import on_obstacle, wrong_answer
from vln_pipeline.evaluation.vln.diagnosis.diagnose import diagnose
from vln_pipeline.evaluation.vln.diagnosis.table import counts, diagnosis_table
from vln_pipeline.evaluation.vln.drive import Drive, DriveSet
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.planning.trajectory import Action

RULES = Rules(PROTOCOLS["internnav"], scale=0.1)
FLOOR = wide_room()[1].floors[0]
ASKED = episode((1.0, 1.0), 0.0, ((6.0, 1.0), (6.0, 5.5)))
"""Five metres straight on, then left for four and a half."""
AT_THE_TURN = 20
"""Steps of 0.25 m to the corner."""
CENTRE, ABOVE = np.array([0.5, 0.5]), np.array([0.5, 0.23])
"""Pixel goals 2.2 m and 6 m ahead on the floor."""


def driven(*corners, stopped=True, calls=(), intents=(), contacts=(), rests=0, asked=ASKED):
    """Return a drive from the start along corners in steps of 0.25 m, which stays at the last for some steps more."""
    track, here = [(*asked.start[:2], 0.0, asked.start[3])], asked.start[:2]
    for corner in corners:
        way = np.array(corner) - here
        yaw, count = math.atan2(way[1], way[0]), round(np.linalg.norm(way) / 0.25)
        track += [(*(here + way * n / count), 0.0, yaw) for n in range(1, count + 1)]
        here = np.array(corner)
    track = np.array([*track, *[track[-1]] * rests])
    collided = np.zeros(len(track) - 1, bool)
    collided[list(contacts)] = True
    return Drive(
        episode=asked,
        track=track,
        to_goal=np.linalg.norm(track[:, :2] - asked.goal[:2], axis=1),
        actions=np.full(len(track) - 1, Action.FORWARD, np.int8),
        collided=collided,
        looks=0,
        stopped=stopped,
        shortest=9.5,
        calls=tuple(Call("system2", step, 0.1, 0.1, said) for step, said in calls),
        intents=tuple(Intent(step, step, pixel, np.zeros((0, 2))) for step, pixel in intents),
    )


GOAL = ("↓", "320 240")
FAILED = {
    "it was at the goal and drove on": (
        driven((6, 1), (6, 5.5), (6, 1.5)),
        (Cause.PASSED_GOAL, 20 + 18 + 11),
    ),
    "it stood at the goal and said no STOP": (
        driven((6, 1), (6, 5.5), stopped=False),
        (Cause.OUT_OF_STEPS, 38),
    ),
    "it was on its way when the steps were used up": (
        driven((4, 1), stopped=False),
        (Cause.OUT_OF_STEPS, 12),
    ),
    "it said STOP half way": (
        driven((4, 1), calls=[(0, GOAL), (12, ("STOP",))]),
        (Cause.STOPPED_EARLY, 12),
    ),
    "it said nothing that means anything": (
        driven((4, 1), calls=[(0, GOAL), (12, ("well", "hm", "I do not know"))]),
        (Cause.WRONG_KIND, 12),
    ),
    "it turned on the spot where the way goes straight on": (
        driven((4, 1), calls=[(0, GOAL), (12, ("←←←←←←",))], rests=20),
        (Cause.WRONG_KIND, 12),
    ),
    "it touched something and did not get away": (
        driven((4, 1), stopped=False, contacts=(5, 12, 14), rests=20),
        (Cause.STUCK, 12),
    ),
    "the same, towards a goal on free floor": (
        driven((4, 1), stopped=False, contacts=(12,), rests=20, calls=[(8, GOAL)], intents=[(8, CENTRE)]),
        (Cause.STUCK, 12),
    ),
    "the same, towards a goal on a wall": (
        driven((4, 1), stopped=False, contacts=(12,), rests=20, calls=[(8, GOAL)], intents=[(8, ABOVE)]),
        (Cause.GOAL_ON_OBSTACLE, 8),
    ),
    "a pixel goal straight on where the way turns": (
        driven((8, 1), calls=[(0, GOAL), (AT_THE_TURN, GOAL)]),
        (Cause.WRONG_KIND, AT_THE_TURN),
    ),
    "it says right where the way turns left": (
        driven((6, 1), (6, -1), calls=[(0, GOAL), (AT_THE_TURN, ("→→→→",))]),
        (Cause.WRONG_SIDE, AT_THE_TURN),
    ),
    "it drives right where the way turns left, for reasons of its own": (
        driven((6, 1), (6, -1)),
        (Cause.WRONG_SIDE, AT_THE_TURN + 1),
    ),
    "it takes the turn and loses the way behind it": (
        driven((6, 1), (6, 2.25), (8.5, 2.25)),
        (Cause.LOST_AFTER_TURN, AT_THE_TURN + 5 + 1),
    ),
    "it misses the turn": (
        driven((8, 1)),
        (Cause.LOST_AFTER_TURN, AT_THE_TURN + 1),
    ),
    "it leaves a straight way": (
        driven((2, 1), (2, 3.5), calls=[(0, GOAL)], intents=[(0, CENTRE)]),
        (Cause.LEFT_WAY, 5),
    ),
    "it leaves a straight way for a goal on a wall": (
        driven((2, 1), (2, 3.5), calls=[(4, GOAL)], intents=[(4, ABOVE)]),
        (Cause.GOAL_ON_OBSTACLE, 4),
    ),
}


@pytest.mark.parametrize("name", FAILED)
def test_each_failure_has_one_first_cause(name):
    drive, expected = FAILED[name]
    found = diagnose(drive, RULES, FLOOR)
    assert (found.cause, found.step) == expected
    assert 0 <= found.done <= 1


def test_every_cause_is_tried():
    assert {cause for _, (cause, _) in FAILED.values()} == set(Cause)


def test_a_success_has_no_cause():
    assert diagnose(driven((6, 1), (6, 5.5)), RULES, FLOOR) is None
    ways = driven((6, 1), (6, 4.0), asked=ASKED)
    assert diagnose(ways, RULES, FLOOR) is None


@pytest.mark.parametrize(
    ("said", "bearing", "cause"),
    [
        ("320 240", 50, None),
        ("320 240", 70, Cause.WRONG_KIND),
        ("320 240", -170, Cause.WRONG_KIND),
        ("←", 0, None),
        ("←←←←←", 0, Cause.WRONG_KIND),
        ("↑↑", 10, None),
        ("←←←←", 90, None),
        ("→→→→", 90, Cause.WRONG_SIDE),
        ("→→→→", 170, None),
        ("↓", 0, Cause.WRONG_KIND),
        ("12", 0, Cause.WRONG_KIND),
        ("STOP", 90, None),
    ],
)
def test_an_answer_is_judged_by_where_the_way_goes_on(said, bearing, cause):
    assert wrong_answer(Call("system2", 0, 0.1, 0.1, (said,)), math.radians(bearing), math.radians(15)) is cause


@pytest.mark.parametrize(
    ("place", "yaw", "pixel", "expected"),
    [
        ((4.0, 1.0), 0.0, CENTRE, False),
        ((4.0, 1.0), 0.0, (0.5, 0.23), True),  # six metres ahead, behind the wall at four
        ((1.0, 1.0), 0.0, (0.5, 0.23), False),  # the same from farther away
        ((2.5, 4.5), 0.0, CENTRE, True),  # free floor, but behind the partition
        ((1.0, 1.0), 0.0, (0.5, -0.1), True),  # above the horizon
        ((1.0, 1.0), 0.0, (0.5, 0.999), False),
    ],
)
def test_a_goal_is_free_where_the_floor_to_it_is(place, yaw, pixel, expected):
    intent = Intent(0, 0, np.array(pixel), np.zeros((0, 2)))
    assert on_obstacle(intent, np.array([*place, 0.0, yaw]), RULES, FLOOR) is expected


def test_the_table_has_a_row_per_failure():
    drives = (driven((4, 1)), driven((6, 1), (6, 5.5)), driven((4, 1), stopped=False))
    sets = [DriveSet("wide_room", name, "internnav", drives) for name in ("one", "another")]
    table = diagnosis_table(sets, {"wide_room": lambda: wide_room()[1]}, RULES)
    assert list(table["agent"]) == ["one", "one", "another", "another"]
    assert list(table["cause"]) == ["stopped early", "ran out of steps"] * 2
    assert table["done"].between(0.3, 0.35).all()
    told = counts(table)
    assert list(told.index) == ["one", "another"]
    assert told.loc["one"].sum() == 2
    assert list(told.columns) == [cause.value for cause in Cause]
    none = diagnosis_table([], {}, RULES)
    assert none.empty
    assert counts(none).empty
