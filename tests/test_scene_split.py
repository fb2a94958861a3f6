from itertools import pairwise

from vln_pipeline.scene_split import held_out

HOMES = [f"home_{number:04d}" for number in range(30)]


def test_validation_has_scenes_of_its_own():
    held = held_out(HOMES, 0.1, seed=3)
    assert len(held) == 3 and held < set(HOMES)
    assert held == held_out([*HOMES[::-1], *HOMES], 0.1, seed=3) != held_out(HOMES, 0.1, seed=4)
    assert len(held_out(HOMES[:2], 0.1, seed=3)) == 1
    assert held_out(HOMES[:1], 0.1, seed=3) == held_out(HOMES, 0.0, seed=3) == frozenset()


def test_a_smaller_share_holds_out_some_of_those_of_a_larger_one():
    shares = [held_out(HOMES, share, seed=7) for share in (0.05, 0.1, 0.15, 0.5, 0.99)]
    assert all(smaller < larger for smaller, larger in pairwise(shares))
    assert len(shares[-1]) == 29
