import numpy as np
import pytest
from tiny_stream import CAMERA

from vln_pipeline.models.streamvln.config import PruningConfig
from vln_pipeline.models.streamvln.pruning import Voxels, kept_tokens, voxels
from vln_pipeline.models.streamvln.shape import SO400M, Shape

SHAPE = Shape(SO400M, {"hidden_size": 3584})


def frame(*ids):
    """Return a frame whose tokens lie in voxels along one axis; None for one that is not measured."""
    places = np.array([[0 if number is None else number, 0, 0] for number in ids])
    return Voxels(places, np.array([number is not None for number in ids]))


def by_the_book(frames, config):
    """Return what the paper's pseudo-code keeps, loop by loop."""
    latest = {}
    for t, one in enumerate(frames):
        for x, (place, measured) in enumerate(zip(one.ids.tolist(), one.measured, strict=True)):
            if measured:
                latest[t // config.period, tuple(place)] = (t, x)
    kept = np.zeros((len(frames), len(frames[0].measured)), dtype=bool)
    for place in latest.values():
        kept[place] = True
    for row in kept:
        if row.sum() < config.least_share * len(row):
            row[:] = False
    return kept


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("period", "share"), [(1, 0.0), (3, 0.0), (4, 0.3), (8, 0.6)])
def test_what_is_kept_is_what_the_paper_keeps(seed, period, share):
    draw = np.random.default_rng(seed)
    frames = [frame(*[None if n == 9 else int(n) for n in draw.integers(0, 10, 7)]) for _ in range(8)]
    config = PruningConfig(period=period, least_share=share)
    np.testing.assert_array_equal(kept_tokens(frames, config), by_the_book(frames, config))


def test_nothing_measured_is_nothing_kept():
    assert not kept_tokens([frame(None, None)] * 2, PruningConfig()).any()


def test_tokens_lie_where_the_depth_camera_saw_them():
    """A wall 2 m ahead of a robot that looks along +y: all tokens are at y = 2 + 1, and left of the image is -x."""
    config = PruningConfig(voxel=0.1)
    found = voxels(np.full((48, 64), 2.0, np.float32), np.array([5.0, 1.05, np.pi / 2]), CAMERA, SHAPE, config)
    assert found.measured.all()
    assert set(found.ids[:, 1]) == {30}
    x, z = found.ids[:, 0].reshape(14, 14) * 0.1, found.ids[:, 2].reshape(14, 14) * 0.1
    assert (np.diff(x, axis=1) > 0).all()
    assert (np.diff(z, axis=0) < 0).all()
    assert x[7, 6] < 5.0 < x[7, 8]
    assert abs(z[6:8].mean() - 1.25) < 0.15


@pytest.mark.parametrize("metres", [0.0, 0.01, 11.0, np.inf, np.nan])
def test_depth_out_of_range_is_no_place(metres):
    found = voxels(np.full((48, 64), metres, np.float32), np.zeros(3), CAMERA, SHAPE, PruningConfig())
    assert not found.measured.any()
