"""Names of weights: those of published checkpoints, and those here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HABITAT = "net."
"""What VLN-CE's own checkpoints put before most names."""


@dataclass(frozen=True)
class Rule:
    """A part of a name that differs.

    Attributes:
        before: regular expression of what comes before it.
        published: the part in published checkpoints.
        own: the part here.
    """

    before: str
    published: str
    own: str


_RGB, _DEPTH = r"rgb_encoder\.cnn\.", r"(?:image_encoder\.)?depth_encoder\."
_BLOCK = rf"{_RGB}stages\.\d+\.\d+\."
_STAGES = range(4)

RESNETS: Sequence[Rule] = (
    *(Rule(_RGB, f"{place}.", f"stem.{place}.") for place in (0, 1)),
    *(Rule(_RGB, f"{4 + stage}.", f"stages.{stage}.") for stage in _STAGES),
    *(Rule(_BLOCK, f"conv{number}.", f"convs.{3 * number - 3}.") for number in (1, 2, 3)),
    *(Rule(_BLOCK, f"bn{number}.", f"convs.{3 * number - 2}.") for number in (1, 2, 3)),
    Rule(_DEPTH, "visual_encoder.compression.", "compression."),
    Rule(_DEPTH, "visual_encoder.backbone.conv1.", "cnn.stem."),
    *(Rule(_DEPTH, f"visual_encoder.backbone.layer{1 + stage}.", f"cnn.stages.{stage}.") for stage in _STAGES),
)
"""torchvision's ResNet-50 as a sequence of its parts, and DD-PPO's."""


def own_name(published: str, rules: Iterable[Rule]) -> str:
    """Return the name here of a published weight."""
    name = published.removeprefix(_HABITAT)
    for rule in rules:
        name = re.sub(f"^({rule.before}){re.escape(rule.published)}", rf"\g<1>{rule.own}", name)
    return name


def published_name(own: str, rules: Sequence[Rule]) -> str:
    """Return the name that InternNav has for a weight here."""
    name = own
    for rule in reversed(rules):
        name = re.sub(f"^({rule.before}){re.escape(rule.own)}", rf"\g<1>{rule.published}", name)
    return name
