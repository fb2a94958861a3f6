"""The losses of NavDP, each on its own (Cai et al. 2025; weights of the public training code)."""

from collections.abc import Mapping, Sequence

from torch import Tensor
from torch.nn.functional import mse_loss

from vln_pipeline.training.navdp.config import LossConfig


def denoising(
    no_goal: Tensor, no_goal_target: Tensor, goal: Tensor, goal_target: Tensor, heading: float = 1.0
) -> Tensor:
    """Return the mean squared error of what was denoised without and with goals, half of each.

    Args:
        no_goal: (B, T, 3) prediction without goals.
        no_goal_target: (B, T, 3) noise, or clean actions, that it stands for.
        goal: (B, T, 3) prediction with goals.
        goal_target: (B, T, 3) noise, or clean actions, that it stands for.
        heading: weight of the third component; that of x and of y is 1.
    """
    weights = goal.new_tensor([1.0, 1.0, heading])
    errors = 0.5 * (no_goal - no_goal_target).square() + 0.5 * (goal - goal_target).square()
    return (errors.mean(dim=(0, 1)) * weights).sum() / weights.sum()


def critic(value: Tensor, label: Tensor, augmented: Tensor, augmented_label: Tensor) -> Tensor:
    """Return the sum of the mean squared errors of two judged paths.

    Args:
        value: (B,) judgement of the walked path.
        label: (B,) its value.
        augmented: (B,) judgement of the path turned about the robot.
        augmented_label: (B,) its value.
    """
    return mse_loss(value, label) + mse_loss(augmented, augmented_label)


def auxiliary_goals(readings: Sequence[tuple[Tensor, Tensor]], point: Tensor) -> Tensor:
    """Return half the sum of the mean squared errors of the goal as read off its image, and off the marked image.

    Args:
        readings: per kind of goal that is read, (B, 3) x, y, theta, and (B,) bool, whether the goal is shown: a sample
            without a mark has nothing to read and does not count.
        point: (B, 3) the goal.
    """
    return 0.5 * sum((_mean_where(read, shown, point) for read, shown in readings), start=point.new_zeros(()))


def total(parts: Mapping[str, Tensor], weights: LossConfig) -> Tensor:
    """Return the weighted sum of ``denoising``, ``critic`` and ``auxiliary_goals``, by these names."""
    return (
        weights.denoising * parts["denoising"]
        + weights.critic * parts["critic"]
        + weights.auxiliary_goals * parts["auxiliary_goals"]
    )


def _mean_where(read: Tensor, shown: Tensor, point: Tensor) -> Tensor:
    """Return the mean squared error over the samples that are shown, 0 where none is."""
    errors = (read - point).square().mean(dim=1)
    return (errors * shown).sum() / shown.sum().clamp(min=1)
