import dataclasses
import itertools

import numpy as np
import psutil
import pytest
import torch

import plain_navdp_data
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.training.navdp_data.batches import collate, open_batches
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.dataset import NavdpDataset
from vln_pipeline.training.navdp_data.frame_reader import DecodedFrames
from vln_pipeline.training.navdp_data.walk_index import read_index

PUBLISHED = NavdpDataConfig(
    critic_metric="l1", headings="wrapped", goal_heading="path", mark={"off_screen": "nothing"}, repeats=4
)


def dataset(root, config, network, seed=3):
    index = read_index([root], config)
    return NavdpDataset(index, DecodedFrames(index.walks, network.image_size), config, network, seed)


def batches(root, config, network, workers=0, cache=None, seed=3, size=4):
    index = read_index([root], config)
    return open_batches(index, config, network, seed=seed, batch_size=size, workers=workers, cache=cache)


def taken(stream, count):
    return list(itertools.islice(stream, count))


def same(a, b):
    return all(torch.equal(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))


@pytest.mark.parametrize("size", [28, 70])
def test_samples_equal_those_of_a_plain_reader(exported, size):
    network = NavdpConfig(image_size=size, patch_size=14, memory_size=4, predict_size=8)
    root = exported / "vln_n1/v2.1"
    samples = dataset(root, PUBLISHED, network)
    trajectories = plain_navdp_data.trajectories(root)
    marked = 0
    for number in range(30):
        sample = samples[number]
        draw = sample.draw
        chosen = plain_navdp_data.Choices(draw.marked, draw.current, draw.target, draw.angle, draw.half_size)
        plain = plain_navdp_data.item(trajectories[draw.walk], chosen, size, memory=4, predict=8)
        batch = collate([sample], network)
        inputs = batch.inputs()
        assert np.array_equal(batch.rgb[0], np.rint(255 * plain["rgb"]))
        np.testing.assert_allclose(inputs.image_goal[0].movedim(0, -1), plain["image_goal"], atol=1e-6)
        np.testing.assert_allclose(inputs.pixel_goal[0].movedim(0, -1), plain["pixel_goal"], atol=1e-6)
        np.testing.assert_allclose(batch.depth[0], plain["depth"], atol=6e-5)
        for name in ("point_goal", "label", "augmented", "critic", "augmented_critic"):
            np.testing.assert_allclose(getattr(batch, name)[0], plain[name], atol=1e-4, err_msg=name)
        marked += plain["pixel_goal"][..., 3].any()
    assert marked > 5


def test_draws_keep_their_order_and_cover_the_walk(exported, network):
    samples = dataset(exported / "vln_n1/v2.1", NavdpDataConfig(repeats=200, goals=("point",)), network)
    draws = [samples[number].draw for number in range(0, len(samples), 3)]
    assert {draw.walk for draw in draws} == {0}
    assert all(0 <= d.marked < 45 and d.marked <= d.current < d.target <= 88 for d in draws)
    assert max(d.target for d in draws) == 88
    assert max(abs(d.angle) for d in draws) <= np.pi / 3
    assert {d.stride for d in draws} == {4}
    strides = dataset(exported / "vln_n1/v2.1", NavdpDataConfig(random_stride=(2, 7)), network)
    assert {strides[number].draw.stride for number in range(100)} == {2, 3, 4, 5, 6, 7}


def test_a_share_of_goals_are_the_end_of_the_walk(exported, network):
    config = NavdpDataConfig(repeats=200, goals=("point",), end_goals=0.5)
    samples = dataset(exported / "vln_n1/v2.1", config, network)
    draws = [samples[number].draw for number in range(0, len(samples), 3)]
    assert all(d.marked <= d.current < d.target <= 88 for d in draws)
    to_end = [d for d in draws if d.target == 88]
    assert len(to_end) / len(draws) == pytest.approx(0.5, abs=0.15)
    assert max(d.target - d.current for d in to_end) > 60


def test_samples_follow_from_seed_and_number_alone(exported, network, tmp_path):
    config = NavdpDataConfig(repeats=3)
    root = exported / "vln_n1/v2.1"
    here = taken(batches(root, config, network).read(0, 1), 5)
    assert all(map(same, here, taken(batches(root, config, network, workers=2).read(0, 1), 5)))
    assert all(map(same, here, taken(batches(root, config, network, cache=tmp_path / "cache").read(0, 1), 5)))
    other = taken(batches(root, config, network, seed=4).read(0, 1), 5)
    assert not any(map(same, here, other))


def test_reading_goes_on_from_any_batch_and_ranks_share_without_overlap(exported, network):
    config = NavdpDataConfig(repeats=4)
    all_of_them = taken(batches(exported / "vln_n1/v2.1", config, network).read(0, 1), 8)
    assert all(map(same, all_of_them[5:], taken(batches(exported / "vln_n1/v2.1", config, network).read(5, 1), 3)))
    for rank in (0, 1):
        part = taken(batches(exported / "vln_n1/v2.1", config, network).read(rank, 2), 4)
        assert all(map(same, all_of_them[rank::2], part))


def test_goals_that_are_not_asked_for_are_zeros(exported, network):
    config = NavdpDataConfig(goals=("pixel",), repeats=2)
    batch = next(batches(exported / "vln_n1/v2.1", config, network).read(0, 1))
    assert not batch.point_goal.any()
    assert not batch.image_goal.any()
    assert batch.image_goal.shape == (4, 28, 28, 6)
    assert batch.pixel_goal.any()


def test_asynchronous_pixel_goals_end_with_the_current_image(exported):
    network = NavdpConfig(image_size=28, memory_size=2, predict_size=6, pixel_channels=7)
    batch = next(batches(exported / "vln_n1/v2.1", NavdpDataConfig(), network).read(0, 1))
    assert torch.equal(batch.pixel_goal[..., 4:], batch.rgb[:, -1])
    current = NavdpDataConfig(mark={"frame": "current"})
    batch = next(batches(exported / "vln_n1/v2.1", current, network).read(0, 1))
    assert torch.equal(batch.pixel_goal[..., :3], batch.rgb[:, -1])


def test_both_versions_of_the_format_give_the_same_labels(exported, network):
    config = NavdpDataConfig(repeats=1)
    loose, stored = (dataset(exported / f"vln_n1/{version}", config, network) for version in ("v2.1", "v3.0"))
    for number in range(3):
        a, b = collate([loose[number]], network), collate([stored[number]], network)
        assert torch.equal(a.label, b.label)
        assert torch.equal(a.critic, b.critic)
        np.testing.assert_allclose(a.depth, b.depth, atol=2e-3)  # v3.0 keeps millimetres
        assert (a.rgb.int() - b.rgb.int()).abs().float().mean() < 12  # v3.0 keeps colours in a lossy video


def test_discrete_walks_become_paths_without_turns_on_the_spot(exported, network):
    config = NavdpDataConfig(dialects=("vln_ce",), repeats=20, discrete_step=0.05)
    index = read_index([exported / "vln_ce/v2.1"], config)
    assert {walk.name for walk in index.walks} >= {"room/episode_000000.125cm_0deg", "room/episode_000000.125cm_30deg"}
    assert index.report.without_cloud == len(index.walks) == 6
    samples = NavdpDataset(index, DecodedFrames(index.walks, 28), config, network, seed=1)
    far = 0
    for number in range(60):
        batch = collate([samples[number]], network)
        steps = batch.label[0, :, :2].norm(dim=-1)
        assert steps.max() <= 4 * 4 * 0.05 + 1e-5
        far += bool(steps[0] > 0.75)
        assert 0 < batch.depth.max() <= 5
    assert far > 20


def test_memory_stays_flat(exported, network, tmp_path):
    stream = batches(exported / "vln_n1/v2.1", NavdpDataConfig(), network, cache=tmp_path / "cache", size=20).read(0, 1)
    taken(stream, 20)
    process = psutil.Process()
    before = process.memory_info().rss
    for _ in range(100):
        next(stream)
    assert process.memory_info().rss - before < 4e6
