"""What System 2 is to become good at: saying the right answers word by word."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.training.system2_batch import System2Batch


class System2Objective:
    """The cross-entropy of the next token where one is taught.

    Args:
        device: of the model.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def __call__(self, model: nn.Module, batch: System2Batch) -> dict[str, Tensor]:
        """Return the mean over all taught tokens as "loss", and the share of them that the model would say itself.

        "weight" is their number: a step of many small batches then teaches each token as much as one of a large batch.
        """
        batch = batch.to(self._device)
        labels = pad(batch.labels[:, 1:], (0, 1), value=IGNORE)
        taught = labels != IGNORE
        # Only taught tokens meet the vocabulary: the logits of all others would take most of the memory.
        logits = model(
            input_ids=batch.input_ids,
            position_ids=batch.positions,
            pixel_values=batch.pixel_values,
            image_grid_thw=batch.image_grid,
            logits_to_keep=taught,
            use_cache=False,
        ).logits.float()
        wanted = labels[taught]
        right = (logits.argmax(dim=-1) == wanted).float().mean()
        count = taught.sum().float()
        return {"loss": cross_entropy(logits, wanted), "token_accuracy": right, "weight": count}
