import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn_floor import RADIUS, house, map_of, two_rooms

from vln_pipeline.errors import DataError
from vln_pipeline.planning import pairs_archive, trajectory_archive
from vln_pipeline.planning.clearance import bilinear
from vln_pipeline.planning.discretise import replay
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.quality import coverage, measures, summary
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig

CONFIG = TrajectoryConfig()


@pytest.fixture(scope="module")
def nav():
    return map_of(house(), two_rooms(), scene="drawn_house")


@pytest.fixture(scope="module")
def pairs(nav):
    return sample_endpoints(nav, SamplingConfig(pairs=120, starts_per_goal=8), seed=11)


@pytest.fixture(scope="module")
def plans(nav, pairs):
    return plan_trajectories(nav, pairs, CONFIG, seed=0)


def test_nearly_every_pair_gives_a_walk_and_the_others_are_counted(pairs, plans):
    assert len(plans.trajectories) >= 0.95 * len(pairs.pairs)
    assert len(plans.trajectories) + sum(plans.rejected.values()) == len(pairs.pairs)
    assert len({walk.id for walk in plans.trajectories}) == len(plans.trajectories)
    assert plans.trajectories[0].id == "drawn_house_00000"


def test_every_frame_and_every_action_is_clear(nav, plans):
    for walk in plans.trajectories:
        floor = nav.floors[walk.floor]
        assert walk.clearance.min() >= RADIUS
        forwards = np.concatenate(
            [np.linspace(a, b, 26) for a, b in zip(walk.poses[:-1, :2], walk.poses[1:, :2], strict=True)]
        )
        for x, y in np.vstack([walk.path[:, :2], forwards]) - floor.origin - 0.5 * floor.cell:
            assert bilinear(floor.esdf, floor.cell, x, y)[0] >= RADIUS
        for points in (walk.path, walk.poses):
            cells = np.rint(floor.to_cell(points[:, :2])).astype(int)
            assert floor.navigable[cells[:, 0], cells[:, 1]].all()


def test_discrete_walks_may_start_facing_any_way(nav, pairs, plans):
    config = CONFIG.model_copy(update={"discrete_start": 180.0})
    turned = plan_trajectories(nav, pairs, config, seed=0).trajectories
    plain = {walk.id: walk for walk in plans.trajectories}
    off = [
        np.degrees(np.angle(np.exp(1j * (walk.poses[0, 3] - plain[walk.id].poses[0, 3]))))
        for walk in turned
        if walk.id in plain
    ]
    assert len(off) >= 0.95 * len(plain)
    assert np.allclose(np.array(off) / CONFIG.turn, np.rint(np.array(off) / CONFIG.turn), atol=1e-6)
    assert np.abs(off).max() > 150
    assert all(np.array_equal(walk.path, plain[walk.id].path) for walk in turned if walk.id in plain)
    again = plan_trajectories(nav, pairs, config, seed=0).trajectories
    assert all(np.array_equal(one.poses, other.poses) for one, other in zip(turned, again, strict=True))


def test_every_frame_is_within_the_limits(nav, plans):
    for walk in plans.trajectories:
        found = measures(walk, nav.floors[walk.floor])
        assert found["max_step"] <= CONFIG.step + 1e-12
        assert found["max_turn"] <= CONFIG.max_turn + 1e-9
        assert found["max_curvature"] <= 1 / CONFIG.min_turning_radius + 1e-9
        assert found["end_error"] < CONFIG.end_tolerance


def test_replay_from_the_first_pose_gives_the_poses(plans):
    for walk in plans.trajectories:
        assert len(walk.poses) == len(walk.actions) + 1
        np.testing.assert_array_equal(walk.poses[0, [0, 1, 2, 3]], [*walk.path[0], walk.yaw[0]])
        again = replay(walk.actions, walk.poses[0, [0, 1, 3]], CONFIG.forward, np.radians(CONFIG.turn))
        np.testing.assert_allclose(again, walk.poses[:, [0, 1, 3]], atol=1e-9)


def test_walks_join_their_endpoints_on_the_ground(nav, pairs, plans):
    by_id = {f"drawn_house_{pair.index:05d}": pair for pair in pairs.pairs}
    for walk in plans.trajectories:
        pair = by_id[walk.id]
        np.testing.assert_allclose(walk.path[[0, -1]], [pair.start, pair.goal], atol=1e-9)
        np.testing.assert_allclose(walk.path[:, 2], nav.floors[walk.floor].height)
        assert walk.geodesic == pair.geodesic
        assert 0.97 * walk.geodesic < walk.length < 1.6 * walk.geodesic


def test_low_caution_brings_walks_nearer_to_obstacles(nav):
    least = {}
    for caution in (1.0, 0.05):
        config = SamplingConfig(pairs=24, low_clearance_share=1, low_clearance_caution=caution)
        walks = plan_trajectories(nav, sample_endpoints(nav, config, seed=2), CONFIG, seed=0).trajectories
        least[caution] = np.mean([walk.clearance.min() for walk in walks])
    assert least[0.05] < least[1.0] - 0.02


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"min_length": 14.0}, "too_short"),
        ({"end_tolerance": 0.001}, "no_rollout"),
        ({"min_turning_radius": 30.0, "attempts": 1}, "sharp_bend"),
        ({"hard_weight": 0.0, "obstacle_weight": 0.0, "attempts": 1}, "near_obstacle"),
    ],
)
def test_each_reason_is_counted(nav, pairs, change, reason):
    assert plan_trajectories(nav, pairs, TrajectoryConfig(**change), seed=0).rejected[reason] > 10


def test_the_weight_of_curvature_makes_bends_wider(nav, pairs):
    limit = CONFIG.curvature_limit
    above = {}
    for weight in (0.0, 50.0):
        config = CONFIG.model_copy(update={"curvature_weight": weight, "attempts": 1})
        walks = plan_trajectories(nav, pairs, config, seed=0).trajectories
        turns = np.concatenate([np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(w.path[:, 1::-1].T))))) for w in walks])
        above[weight] = np.maximum(turns / CONFIG.step - limit, 0).mean()
    assert above[50.0] < 0.8 * above[0.0]


def test_failed_paths_are_repaired_by_more_control_points(nav, pairs):
    wide = {"spacing": 1.2, "hard_weight": 40.0}
    once = plan_trajectories(nav, pairs, TrajectoryConfig(**wide, attempts=1), seed=0)
    again = plan_trajectories(nav, pairs, TrajectoryConfig(**wide, attempts=4), seed=0)
    assert len(again.trajectories) > len(once.trajectories)


def test_summary_covers_the_walks(nav, plans):
    found = summary(plans.trajectories, {nav.scene: nav})
    assert found["trajectories"] == len(plans.trajectories)
    assert found["violations"] == 0
    assert 0.9 * CONFIG.step < found["step"] <= CONFIG.step
    assert 1.0 <= found["length_ratio_median"] < 1.2
    assert found["min_clearance_p05"] >= RADIUS
    few = coverage(plans.trajectories[:5], {nav.scene: nav})
    assert 0 < few < found["coverage"] <= 1


def test_pairs_round_trip_with_identical_bytes(pairs, tmp_path):
    pairs_archive.write(pairs, tmp_path / "a")
    found = pairs_archive.read(tmp_path / "a")
    pairs_archive.write(found, tmp_path / "b")
    assert found.scene == pairs.scene and found.rejected == pairs.rejected
    for here, there in zip(found.pairs, pairs.pairs, strict=True):
        for name, value in vars(there).items():
            np.testing.assert_array_equal(getattr(here, name), value)
    for name in ("pairs.parquet", "pairs.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_walks_round_trip_with_identical_bytes(plans, nav, pairs, tmp_path):
    trajectory_archive.write(plans, tmp_path / "a")
    trajectory_archive.write(plan_trajectories(nav, pairs, CONFIG, seed=0), tmp_path / "b")
    found = trajectory_archive.read(tmp_path / "a")
    assert trajectory_archive.count(tmp_path / "a") == len(plans.trajectories)
    assert found.scene == plans.scene and found.rejected == plans.rejected
    for here, there in zip(found.trajectories, plans.trajectories, strict=True):
        for name, value in vars(there).items():
            np.testing.assert_array_equal(getattr(here, name), value)
            assert getattr(getattr(here, name), "dtype", None) == getattr(value, "dtype", None)
    for name in ("trajectories.parquet", "trajectories.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    frame = pd.read_parquet(tmp_path / "a" / "trajectories.parquet")
    assert np.stack(frame.path[0]).shape == plans.trajectories[0].path.shape


@pytest.mark.parametrize("archive", [pairs_archive, trajectory_archive])
def test_a_broken_archive_is_refused(archive, pairs, plans, tmp_path):
    value, name = (pairs, "pairs") if archive is pairs_archive else (plans, "trajectories")
    with pytest.raises(DataError, match="not a readable set"):
        archive.read(tmp_path)
    archive.write(value, tmp_path)
    whole = (tmp_path / f"{name}.parquet").read_bytes()
    (tmp_path / f"{name}.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="not a readable set"):
        archive.read(tmp_path)
    (tmp_path / f"{name}.parquet").write_bytes(whole)
    (tmp_path / f"{name}.json").write_text(json.dumps({"scene": "x"}), encoding="utf-8")
    with pytest.raises(DataError, match="rejected"):
        archive.read(tmp_path)


def test_an_archive_of_another_kind_is_refused(plans, tmp_path):
    trajectory_archive.write(plans, tmp_path)
    pq.write_table(pa.table({"id": ["x"], "path": ["not a list"]}), tmp_path / "trajectories.parquet")
    with pytest.raises(DataError, match="not a readable set of trajectories"):
        trajectory_archive.read(tmp_path)
    (tmp_path / "trajectories.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="not a readable set of trajectories"):
        trajectory_archive.count(tmp_path)
