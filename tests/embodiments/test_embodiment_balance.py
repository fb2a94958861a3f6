"""The pendulum against its own closed form, and the rhythm of steps."""

import math

import numpy as np
import pytest
from profiles import profiles

from vln_pipeline.embodiments.balance import Balance
from vln_pipeline.embodiments.embodiment import BalanceConfig, GaitConfig
from vln_pipeline.embodiments.gait import Gait

FULL = (1.0, 1.0)


def test_a_push_swings_and_dies_out_as_a_damped_oscillator():
    config = BalanceConfig(height=0.8, frequency=0.5, damping=0.3)
    balance = Balance(config, np.random.default_rng(0))
    balance.push(np.array([-0.4, 0.0]))
    omega, rate = math.pi, 0.4 / 0.8
    swing = omega * math.sqrt(1 - 0.3**2)
    for n in range(1, 61):
        balance.advance(0.05, np.zeros(2))
        time = 0.05 * n
        expected = rate / swing * math.exp(-0.3 * omega * time) * math.sin(swing * time)
        assert balance.lean[0] == pytest.approx(expected, abs=2e-3)
        assert balance.lean[1] == 0


def test_who_is_stopped_pitches_forwards_and_who_is_kicked_left_rolls_right():
    """Right side down is positive."""
    balance = Balance(BalanceConfig(height=1.0), np.random.default_rng(0))
    balance.push(np.array([-1.0, 1.0]))
    balance.advance(0.02, np.zeros(2))
    assert (balance.lean > 0).all()


def test_whoever_accelerates_leans_back_by_the_static_deflection():
    config = BalanceConfig(height=0.8, frequency=1.0, damping=1.0)
    balance = Balance(config, np.random.default_rng(0))
    for _ in range(100):
        balance.advance(0.05, np.array([0.5, 0.2]))
    stiffness = (2 * math.pi) ** 2 * 0.8
    np.testing.assert_allclose(balance.lean, [-0.5 / stiffness, 0.2 / stiffness], rtol=1e-3)


def test_unrest_is_the_standard_deviation_that_is_kept_up():
    balance = Balance(BalanceConfig(height=1.0, frequency=1.0, damping=0.5, unrest=2.0), np.random.default_rng(1))
    seen = []
    for _ in range(6000):
        balance.advance(0.05, np.zeros(2))
        seen.append(balance.lean)
    np.testing.assert_allclose(np.degrees(np.std(seen[200:], axis=0)), 2.0, rtol=0.1)


@pytest.mark.parametrize(
    ("pitch", "roll", "lift", "falls"),
    [(34, 0, 0, False), (36, 0, 0, True), (-36, 0, 0, True), (0, 14, 0, False), (0, -16, 0, True), (0, 0, -0.46, True)],
)
def test_falls_are_those_of_vln_pe(pitch, roll, lift, falls):
    """Roll beyond 15 degrees, pitch beyond 35, or the base of H1 below 0.5 m."""
    balance = Balance(profiles()["h1"].balance, np.random.default_rng(0))
    assert balance.fallen(math.radians(pitch), math.radians(roll), lift) is falls


def test_a_body_bobs_twice_and_rocks_once_a_cycle():
    gait = Gait(GaitConfig(cycle=0.8, cycle_turn=60, bob=0.02, lean=2, pitch=1, roll=3), phase=0.0)
    for _ in range(400):  # it falls into step; whole cycles
        gait.advance(0.05, 0.05, 0.0, FULL)
    offsets = [gait.advance(0.01, 0.01, 0.0, FULL) for _ in range(80)]
    lift, pitch, roll = (np.array([getattr(o, name) for o in offsets]) for name in ("lift", "pitch", "roll"))
    spectrum = {name: np.abs(np.fft.rfft(v)) / 40 for name, v in (("lift", lift), ("pitch", pitch), ("roll", roll))}
    assert spectrum["lift"][2] == pytest.approx(0.02, rel=1e-6)
    assert np.degrees(spectrum["pitch"][2]) == pytest.approx(1, rel=1e-6)
    assert np.degrees(spectrum["roll"][1]) == pytest.approx(3, rel=1e-6)
    assert np.degrees(pitch.mean()) == pytest.approx(2, rel=1e-6)


def test_wheels_and_standing_legs_do_not_bob():
    assert Gait(None, 0.3).advance(0.05, 0.05, 0.1, FULL).lift == 0
    legs = Gait(GaitConfig(cycle=1.0, cycle_turn=60, bob=0.02, roll=3), 0.3)
    assert legs.advance(0.05, 0.0, 0.0, FULL).roll == 0
