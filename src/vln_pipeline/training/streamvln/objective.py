"""What StreamVLN is to become good at: saying the right actions word by word."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.training.streamvln_batch import StreamVlnBatch


class StreamVlnObjective:
    """The cross-entropy of the next token where one is taught.

    Args:
        device: of the model.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def __call__(self, model: nn.Module, batch: StreamVlnBatch) -> dict[str, Tensor]:
        """Return the mean over all taught tokens as "loss", and two shares that the model would say itself.

        "token_accuracy" is that of tokens, "strings" that of whole answers, given the right ones before: what a greedy
        model says, as the first wrong token is where it leaves the right answer. "weight" is the number of tokens: a
        step of many small batches then teaches each token as much as one of a large batch.
        """
        batch = batch.to(self._device)
        labels = pad(batch.labels[:, 1:], (0, 1), value=IGNORE)
        taught = labels != IGNORE
        logits = model(batch.input_ids, batch.images, batch.kept, taught).float()
        wanted = labels[taught]
        right = logits.argmax(dim=-1) == wanted
        return {
            "loss": cross_entropy(logits, wanted),
            "token_accuracy": right.float().mean(),
            "strings": _whole(right, taught),
            "weight": taught.sum().float(),
        }


def _whole(right: Tensor, taught: Tensor) -> Tensor:
    """Return the share of runs of taught tokens of which all are right.

    Args:
        right: (n,) of all taught tokens, row by row.
        taught: (B, L) where they are.
    """
    begins = taught & ~pad(taught[:, :-1], (1, 0), value=False)
    run = begins.flatten().cumsum(0)[taught.flatten()] - 1
    whole = torch.ones(int(begins.sum()), device=right.device).scatter_reduce(0, run, right.float(), "amin")
    return whole.mean()
