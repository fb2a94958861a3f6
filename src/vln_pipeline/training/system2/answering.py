"""What a model answers to samples whose right answers are known."""

from collections.abc import Collection
from typing import Any

import torch
from torch import Tensor

from vln_pipeline.models.system2.context import Context
from vln_pipeline.models.system2.greedy import say
from vln_pipeline.models.system2.latents import embed
from vln_pipeline.models.system2.processing import IGNORE, Encoded


@torch.no_grad()
def answers(model: Any, encoded: Encoded, ends: Collection[int], limit: int) -> list[list[int]]:
    """Return the tokens of the model's greedy answer to every question, given the right answers to those before.

    One pass over the whole sample tells the likeliest token at every place; as far as those are the right ones, they
    are what would be said, and only from the first wrong one on there is more to compute.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration``.
        encoded: the sample.
        ends: tokens that end an answer.
        limit: tokens of an answer at most.
    """
    context = Context(model)
    states = context.read(embed(model, encoded), encoded.input_ids, encoded.positions)
    said = []
    for right in reversed(taught_spans(encoded.labels)):
        begin = right.start
        likeliest = model.lm_head(states[begin - 1 : right.stop - 1]).argmax(dim=-1).cpu()
        wrong = (likeliest != encoded.input_ids[right]).nonzero()
        agreed = int(wrong[0]) if len(wrong) else right.stop - begin
        tokens = encoded.input_ids[begin : begin + agreed].tolist()
        ending = next((place for place, token in enumerate(tokens) if token in ends), None)
        if ending is not None:
            said.append(tokens[:ending])
            continue
        here = begin + agreed
        context.forget(len(context.identities) - here)
        said.append(tokens + say(model, context, states[here - 1], ends, limit - agreed))
    return said[::-1]


def taught_spans(labels: Tensor) -> list[slice]:
    """Return where the runs of taught tokens are, one for each answer.

    Args:
        labels: (L,).
    """
    edges = torch.diff((labels != IGNORE).int(), prepend=torch.zeros(1, dtype=torch.int), append=torch.zeros(1).int())
    places = edges.nonzero().flatten().tolist()
    return [slice(begin, stop) for begin, stop in zip(places[::2], places[1::2], strict=True)]
