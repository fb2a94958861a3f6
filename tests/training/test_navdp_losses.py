import pytest
import torch

from vln_pipeline.training.navdp.config import LossConfig
from vln_pipeline.training.navdp.losses import auxiliary_goals, critic, denoising, total


def test_denoising_is_half_of_each_mean():
    zeros = torch.zeros(2, 4, 3)
    # 24 numbers: errors of 1 in one of them, of 2 in all of them
    one = zeros.clone()
    one[0, 0, 0] = 1
    assert denoising(one, zeros, zeros + 2, zeros).item() == pytest.approx(0.5 / 24 + 0.5 * 4)


def test_the_critic_sums_the_errors_of_both_paths():
    label, augmented = torch.tensor([1.0, -5.0]), torch.tensor([0.0, 0.5])
    loss = critic(torch.tensor([0.0, -5.0]), label, torch.tensor([2.0, 0.5]), augmented)
    assert loss.item() == pytest.approx(1 / 2 + 4 / 2)


def test_headings_may_weigh_less():
    target = torch.zeros(2, 4, 3)
    turned = target + torch.tensor([0.0, 0.0, 1.0])
    assert denoising(turned, target, turned, target, heading=0.0).item() == 0
    assert denoising(turned, target, turned, target, heading=0.5).item() == pytest.approx(0.5 / 2.5)


def test_goals_are_read_off_image_and_mark_in_halves():
    point = torch.tensor([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0]])
    shown = torch.tensor([True, True])
    loss = auxiliary_goals([(point + 1, shown), (point - torch.tensor([3.0, 0.0, 0.0]), shown)], point)
    assert loss.item() == pytest.approx(0.5 * 1 + 0.5 * 9 / 3)


def test_a_goal_that_is_not_shown_does_not_count():
    point = torch.zeros(2, 3)
    read = torch.tensor([[1.0, 1.0, 1.0], [100.0, 100.0, 100.0]])
    first, none = torch.tensor([True, False]), torch.tensor([False, False])
    assert auxiliary_goals([(read, first), (read, first)], point).item() == pytest.approx(1.0)
    assert auxiliary_goals([(read, none), (read, none)], point).item() == 0


def test_a_goal_that_is_not_shown_gives_no_gradient():
    read = torch.ones(2, 3, requires_grad=True)
    auxiliary_goals([(read, torch.tensor([True, False]))], torch.zeros(2, 3)).backward()
    assert read.grad[0].abs().min() > 0
    assert read.grad[1].abs().max() == 0


def test_a_network_that_reads_no_goals_has_nothing_to_lose():
    assert auxiliary_goals([], torch.zeros(2, 3)).item() == 0


def test_the_total_is_weighted_as_the_public_training_does():
    parts = {"denoising": torch.tensor(1.0), "critic": torch.tensor(10.0), "auxiliary_goals": torch.tensor(100.0)}
    assert total(parts, LossConfig()).item() == pytest.approx(0.8 + 2.0 + 50.0)
    assert total(parts, LossConfig(denoising=0, critic=0, auxiliary_goals=1)).item() == 100.0
