from pathlib import Path

import numpy as np
import pytest
import yaml
from walled_rooms import drive_of

from vln_pipeline.evaluation.system1 import metrics
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.system1.drive_set import DriveSet
from vln_pipeline.evaluation.system1.results import results_table

ROOT = Path(__file__).parents[3]
DETOUR = [(0, 0), (0, 2.5), (2.5, 2.5)]
"""5 m of way."""


@pytest.mark.parametrize(
    ("remaining", "near", "far"), [(0.99, 1, 1), (1.0, 0, 1), (1.49, 0, 1), (1.5, 0, 0), (9, 0, 0)]
)
def test_success_is_ending_within_the_radius(remaining, near, far):
    drive = drive_of(DETOUR, remaining=remaining)
    assert (metrics.success(drive, 1.0), metrics.success(drive, 1.5)) == (near, far)


def test_an_unreachable_end_is_no_success():
    assert metrics.success(drive_of(DETOUR, remaining=np.inf), 1.5) == 0


def test_spl_by_hand():
    drive = drive_of(DETOUR, geodesic=4.0, straight=3.0)
    assert metrics.path_length(drive) == pytest.approx(5.0)
    assert metrics.spl(drive, 1.0) == pytest.approx(4 / 5)
    assert metrics.spl_straight(drive, 1.0) == pytest.approx(3 / 5)
    assert metrics.spl(drive_of(DETOUR, remaining=2.0), 1.0) == 0


def test_navdps_spl_by_hand():
    """Its benchmark: a straight radius of 1.5 m, and the straight distance over the way driven, 1 at most."""
    near = drive_of([(0, 0), (0, 2.0), (2.0, 1.0)], straight=3.0, remaining=9.0)
    away = metrics.path_length(near)
    assert metrics.success_straight(near, 1.5) == 1
    assert metrics.spl_navdp(near, 1.5) == pytest.approx(3 / away)
    assert metrics.spl_navdp(drive_of([(0, 0), (2, 0)], straight=3.0), 1.5) == 1
    assert metrics.spl_navdp(drive_of([(0, 0), (1.5, 0)], straight=3.0), 1.5) == 0


def test_the_environment_navdp_has_the_constants_of_its_benchmark():
    told = yaml.safe_load((ROOT / "conf/navdp/parameters.yml").read_text())["evaluate_system1"]
    config = EvaluateSystem1Config.model_validate(told)
    drive, lens = config.drive, config.drive.eye.setting()
    assert (drive.arrival, drive.arrival_distance, drive.arrival_speed) == (1.0, "straight", 0.5)
    assert (drive.time_limit, drive.stuck_time, drive.stuck_distance) == (120.0, 4.5, 0.1)
    assert (drive.motion.period, drive.motion.max_speed, drive.motion.max_turn_rate) == (0.15, 0.5, 0.5)
    assert (lens.intrinsics.width, lens.intrinsics.height, lens.height, lens.pitch) == (640, 360, 0.3, 0.0)
    # focal length 1.4 over an aperture of 1.88
    assert lens.intrinsics.fx == pytest.approx(640 * 1.4 / 1.88, rel=1e-3)


def test_spl_is_never_above_one():
    assert metrics.spl(drive_of([(0, 0), (2, 0)], geodesic=3.0, straight=3.0), 1.0) == 1
    assert metrics.spl_straight(drive_of([(0, 0), (2, 0)], geodesic=3.0, straight=3.0), 1.0) == 1


def test_contacts_are_runs_of_touching_steps():
    track = [(0.1 * n, 0) for n in range(9)]
    drive = drive_of(track, contact=(1, 2, 3, 6), blocked=(2, 3))
    assert metrics.contacts(drive) == 2
    assert metrics.blocked_steps(drive) == 2
    assert metrics.collided(drive) == 1
    assert metrics.collided(drive_of(track)) == 0
    assert metrics.contacts(drive_of(track, contact=(0,))) == 1


def test_time_is_simulated():
    assert metrics.duration(drive_of(DETOUR)) == pytest.approx(1.0)


def test_exploring_has_no_success_to_ask_for():
    explored = drive_of(DETOUR, explored=12.5)
    assert metrics.explored_area(explored) == 12.5
    with pytest.raises(ValueError, match="has no goal"):
        metrics.success(explored, 1.0)


def test_results_hold_every_metric_of_every_drive():
    driven = DriveSet("home", "navdp.seed_1", True, (drive_of(DETOUR), drive_of(DETOUR, explored=3.0)), np.array([0.1]))
    table = results_table([driven])
    assert list(table["family"]) == ["navdp", "navdp"]
    assert table["spl_1.0m"].tolist()[0] == pytest.approx(0.8)
    assert table["success_1.5m"].tolist()[0] == 1
    assert table["explored"].tolist()[1] == 3.0
    assert table.loc[1, ["success_1.0m", "spl_1.0m", "geodesic", "remaining"]].isna().all()
