"""Robots that ask at the same time are planned for in one run of the decoder; each is answered as if it were alone."""

import asyncio
import threading

import numpy as np
import pytest
from running import POLICY

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.conditioned_decoder import ConditionedDecoder
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.planned_together import planned_together
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.planner import Planner
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.worker import Worker

DRAW = np.random.default_rng(4)
VIEWS = [DRAW.integers(0, 255, size, dtype=np.uint8) for size in ((36, 48, 3), (48, 64, 3), (36, 48, 3), (30, 30, 3))]
DEPTHS = [DRAW.uniform(0.3, 4, view.shape[:2]).astype(np.float32) for view in VIEWS]
POINT, NOWHERE = np.array([2.0, -1.0]), np.array([np.nan, 0.0])
GOALS = [NavdpGoal(point=POINT), NavdpGoal(), NavdpGoal(pixel=np.array([20.0, 15.0])), NavdpGoal(image=VIEWS[0])]
POSES = [np.array([0.1 * n, 0.0, 0.2]) for n in range(4)]


def robots(network, config=POLICY):
    shared = NavdpPolicy(network, config)
    made = [shared.another(None) for _ in GOALS]
    for seed, robot in enumerate(made):
        robot.reset(seed)
    return made


def asked(robot, number):
    return robot.planning(VIEWS[number], DEPTHS[number], GOALS[number], POSES[number])


@pytest.fixture
def runs(monkeypatch):
    """Return how many paths each run of the decoder was about."""
    counts = []
    for name in ("denoise", "judge"):
        run = getattr(ConditionedDecoder, name)

        def counted(self, actions, *others, run=run):
            counts.append(len(actions))
            return run(self, actions, *others)

        monkeypatch.setattr(ConditionedDecoder, name, counted)
    return counts


@pytest.mark.parametrize("changes", [{}, {"sampler": "dpm_solver", "steps": 3}, {"keep_path": True}])
def test_plans_made_together_are_those_made_alone(network, runs, changes):
    config = POLICY.model_copy(update=changes)
    alone, group = robots(network, config), robots(network, config)
    for _ in range(3):
        expected = [robot.plan(VIEWS[n], DEPTHS[n], GOALS[n], POSES[n]) for n, robot in enumerate(alone)]
        runs.clear()
        plans = planned_together(group[0].decoder, [asked(robot, n) for n, robot in enumerate(group)])
        assert {*runs[: config.steps]} == {len(GOALS) * config.samples}
        assert len(runs) <= config.steps + 2  # robots that keep a path have one more to be judged than others
        for plan, here in zip(plans, expected, strict=True):
            np.testing.assert_allclose(plan.path, here.path, atol=1e-6)
            np.testing.assert_allclose(plan.candidates, here.candidates, atol=1e-6)
            np.testing.assert_allclose(plan.values, here.values, atol=1e-6)
    assert not np.allclose(expected[0].path, expected[1].path, atol=1e-2)


def test_a_robot_whose_goal_makes_no_sense_disturbs_no_other(network):
    group, alone = robots(network), robots(network)[1]
    wrong = group[0].planning(VIEWS[0], DEPTHS[0], NavdpGoal(point=NOWHERE))
    fault, plan = planned_together(group[0].decoder, [wrong, asked(group[1], 1)])
    assert isinstance(fault, DataError)
    np.testing.assert_allclose(plan.path, alone.plan(VIEWS[1], DEPTHS[1], GOALS[1], POSES[1]).path, atol=1e-6)


def held(worker):
    """Keep the worker busy until the returned event is set."""
    go_on = threading.Event()
    worker._thread.submit(go_on.wait, 60)
    return go_on


def test_those_who_wait_are_answered_together_and_those_who_left_not_at_all(network, runs):
    group, alone = robots(network), robots(network)
    worker = Worker(8, Metrics())
    planner = Planner(group[0].decoder, worker, 2)

    async def ask():
        go_on = held(worker)
        waiting = [asyncio.create_task(planner.plans([asked(robot, n)])) for n, robot in enumerate(group)]
        wrong = group[0].another(None).planning(VIEWS[0], DEPTHS[0], NavdpGoal(point=NOWHERE))
        waiting.append(asyncio.create_task(planner.plans([wrong])))
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, left, third, fourth, fault = asyncio.run(ask())
    worker.close()
    assert isinstance(left, asyncio.CancelledError)
    assert isinstance(fault, DataError)
    assert {*runs[: POLICY.steps + 1]} == {2 * POLICY.samples}  # the first and the third
    for number, made in ((0, first), (2, third), (3, fourth)):
        plan = alone[number].plan(VIEWS[number], DEPTHS[number], GOALS[number], POSES[number])
        np.testing.assert_allclose(made[0].path, plan.path, atol=1e-6)
    assert not group[1].memory.frames  # nobody waited for it, so it has seen nothing


def test_a_fault_of_the_network_is_told_to_everyone_who_was_planned_for(network):
    worker = Worker(2, Metrics())
    group = robots(network)
    planner = Planner(group[0].decoder, worker, 8)

    def broken():
        yield from ()
        raise RuntimeError("out of memory")

    async def ask():
        go_on = held(worker)
        waiting = [asyncio.create_task(planner.plans([planning])) for planning in (broken(), asked(group[1], 1))]
        await asyncio.sleep(0)
        with pytest.raises(RefusedRequestError, match="waiting already"):
            await planner.plans([asked(group[2], 2)])
        go_on.set()
        faults = await asyncio.gather(*waiting, return_exceptions=True)
        return faults, await planner.plans([asked(group[3], 3)])

    faults, after = asyncio.run(ask())
    worker.close()
    assert [str(fault) for fault in faults] == ["out of memory"] * 2
    assert len(after) == 1
