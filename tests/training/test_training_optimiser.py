import math

import pytest
import torch
from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.training.config import OptimiserConfig, ScheduleConfig
from vln_pipeline.training.optimiser import build_optimiser, rate_of_each, scale_rates
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.schedule import factor

NAMES = ["encoder.weight", "encoder.bias", "head.weight"]


def test_the_last_matching_pattern_counts():
    rates = rate_of_each(NAMES, {"*": 1.0, "encoder.*": 2.0, "*.bias": 3.0})
    assert rates == {"encoder.weight": 2.0, "encoder.bias": 3.0, "head.weight": 1.0}


@pytest.mark.parametrize(
    ("rates", "cause"),
    [
        ({"*": 1.0, "decoder.*": 2.0}, r'learning_rates\["decoder.\*"\]: unused: it matches no trained parameter'),
        ({"head.*": 1.0, "*": 2.0}, r'learning_rates\["head.\*"\]: unused: a later pattern decides'),
        ({"encoder.*": 1.0}, "no pattern matches head.weight"),
    ],
)
def test_every_rate_reaches_a_parameter_and_every_parameter_has_one(rates, cause):
    with pytest.raises(DataError, match=cause):
        rate_of_each(NAMES, rates)


def model() -> nn.ModuleDict:
    return nn.ModuleDict({"encoder": nn.Linear(3, 4), "head": nn.Linear(4, 1)})


def test_a_rate_for_frozen_parameters_is_unused():
    ours = model()
    ours["encoder"].requires_grad_(False)
    with pytest.raises(DataError, match="encoder"):
        build_optimiser(ours, OptimiserConfig(learning_rates={"*": 1.0, "encoder.*": 2.0}))


def test_groups_have_their_rates_and_only_matrices_decay():
    config = OptimiserConfig(learning_rates={"*": 1e-3, "head.*": 1e-4}, weight_decay=0.1)
    optimiser = build_optimiser(model(), config)
    told = {(g["lr"], g["weight_decay"], g["params"][0].ndim) for g in optimiser.param_groups}
    assert told == {(1e-3, 0.1, 2), (1e-3, 0.0, 1), (1e-4, 0.1, 2), (1e-4, 0.0, 1)}
    scale_rates(optimiser, 0.5)
    scale_rates(optimiser, 0.5)
    assert {g["lr"] for g in optimiser.param_groups} == {5e-4, 5e-5}


def test_betas_reach_the_optimiser():
    optimiser = build_optimiser(model(), OptimiserConfig(betas=(0.5, 0.6)))
    assert {group["betas"] for group in optimiser.param_groups} == {(0.5, 0.6)}


def test_without_decay_a_step_is_the_published_trainings_adam():
    torch.manual_seed(0)
    ours, theirs = model(), model()
    theirs.load_state_dict(ours.state_dict())
    pairs = [(ours, build_optimiser(ours, OptimiserConfig())), (theirs, torch.optim.Adam(theirs.parameters(), lr=1e-4))]
    for net, optimiser in pairs:
        for step in range(3):
            optimiser.zero_grad()
            net["head"](net["encoder"](torch.full((2, 3), 1.0 + step))).sum().backward()
            optimiser.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-8)


def test_the_published_schedule_halves_the_rate_over_ten_thousand_steps():
    schedule = ScheduleConfig()
    assert [factor(step, 10**6, schedule) for step in (0, 5_000, 10_000, 50_000)] == [1.0, 0.75, 0.5, 0.5]


def test_cosine_with_warm_up():
    schedule = ScheduleConfig(kind="cosine", warmup_steps=10, decay_steps=None, final=0.0)
    factors = [factor(step, 110, schedule) for step in range(110)]
    assert factors[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert factors[10] == 1.0
    assert factors[60] == pytest.approx(0.5)
    assert factors[35] == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert factors[-1] < 1e-3


def test_the_running_mean_is_the_exponential_average():
    net = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(net.weight)
    mean = RunningMean(net, 0.5)
    nn.init.ones_(net.weight)
    shares = []
    for step in range(1, 8):
        mean.update(net, step)
        shares.append(mean.model.weight.item())
    expected, value = [], 0.0
    for step in range(1, 8):
        decay = min(0.5, (1 + step) / (10 + step))
        value = decay * value + (1 - decay)
        expected.append(value)
    assert shares == pytest.approx(expected)
    assert not mean.model.weight.requires_grad
