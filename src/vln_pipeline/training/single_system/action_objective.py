"""What Seq2Seq and CMA are to become good at: the expert's action, and how much of the way is behind."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from vln_pipeline.models.single_system.observation import Steps, frames_of
from vln_pipeline.models.single_system.sequences import in_rows
from vln_pipeline.training.sequence_batch import SequenceBatch
from vln_pipeline.training.single_system.config import ActionTraining


class ActionObjective:
    """Cross-entropy with inflection weights, and the progress monitor (Krantz et al. 2020).

    Args:
        config: of the training.
        device: of the network.
    """

    def __init__(self, config: ActionTraining, device: torch.device) -> None:
        self._losses, self._own, self._device = config.losses, config.own_actions, device

    def __call__(self, model: nn.Module, batch: SequenceBatch) -> dict[str, Tensor]:
        """Return the total as "loss", its parts, and the share of steps at which the expert's action is most likely.

        A step weighs more where the expert's action is another than its last one (VLN-CE's rule), in roll-outs, too.

        Of each walk the mean over its steps counts, by their weights, and of a batch the mean over its walks.
        """
        drawn = torch.rand(len(batch.actions)) < self._own
        batch = batch.to(self._device)
        frames = frames_of(batch.rgb, batch.depth)
        previous = batch.previous
        if self._own:
            with torch.no_grad():
                meant: Steps = model(frames, batch.lengths, batch.tokens, previous)
            own = torch.cat([previous[:1], meant.logits.argmax(dim=1)[:-1] + 1])
            previous = torch.where(drawn.to(self._device) & (previous > 0), own, previous)
        steps: Steps = model(frames, batch.lengths, batch.tokens, previous)
        wanted = batch.expert_actions
        turning = (batch.previous == 0) | (wanted != wanted.roll(1))  # the first step of a walk, too
        weights = torch.where(turning, self._losses.inflection, 1.0)
        action = _mean(cross_entropy(steps.logits.float(), wanted, reduction="none"), weights, batch.lengths)
        progress = _mean((steps.progress.float() - batch.progress).square(), weights, batch.lengths)
        right = (steps.logits.argmax(dim=1) == wanted).float().mean()
        return {
            "loss": action + self._losses.progress * progress,
            "action_loss": action.detach(),
            "progress_loss": progress.detach(),
            "action_accuracy": right,
        }


def _mean(values: Tensor, weights: Tensor, lengths: tuple[int, ...]) -> Tensor:
    """Return the mean over walks of the weighted mean over the steps of each."""
    sums, totals = (in_rows(part, lengths).sum(dim=1) for part in (values * weights, weights))
    return (sums / totals).mean()
