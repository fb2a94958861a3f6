import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.training.grouped_order import GroupedOrder

TASKS = {"walks": 23, "videos": 9, "pages": 14}


def task(number):
    place = number % 46
    return "walks" if place < 23 else "videos" if place < 32 else "pages"


def test_every_step_is_of_one_task_and_an_epoch_has_no_sample_twice():
    order = GroupedOrder(TASKS, 2, 2, seed=3)
    steps = [[*order.batch(2 * step), *order.batch(2 * step + 1)] for step in range(5 + 2 + 3)]
    assert all(len({task(number) for number in step}) == 1 for step in steps)
    kinds = [task(step[0]) for step in steps]
    assert {kind: kinds.count(kind) for kind in TASKS} == {"walks": 5, "videos": 2, "pages": 3}
    assert kinds != sorted(kinds), "steps of the tasks are shuffled"
    samples = [number for step in steps for number in step]
    assert len(set(samples)) == len(samples) == 40
    assert set(samples) <= set(range(46))


def test_the_next_epoch_has_another_order_and_other_numbers():
    order = GroupedOrder(TASKS, 2, 2, seed=3)
    first, second = ([order.batch(epoch * 20 + n) for n in range(20)] for epoch in (0, 1))
    assert [[number % 46 for number in batch] for batch in second] != first
    assert all(46 <= number < 92 for batch in second for number in batch)


def test_a_batch_follows_from_its_number_alone():
    assert GroupedOrder(TASKS, 2, 2, 3).batch(33) == GroupedOrder(TASKS, 2, 2, 3).batch(33)
    assert GroupedOrder(TASKS, 2, 2, 3).batch(33) != GroupedOrder(TASKS, 2, 2, 4).batch(33)


def test_two_processes_take_what_one_takes_in_turn():
    """A step of two processes is the same samples as one of one process with twice the accumulation."""
    order = GroupedOrder(TASKS, 2, 4, seed=0)
    step = [order.batch(8 + rank) for rank in range(4)]
    assert len({task(number) for batch in step for number in batch}) == 1


def test_a_task_too_small_for_a_step_is_told():
    with pytest.raises(DataError, match=r"task videos: has 9 samples, fewer than the 12 of one step"):
        GroupedOrder(TASKS, 4, 3, 0)
