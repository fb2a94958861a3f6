"""What one training step of System 2 is given, and what its answers are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import torch
from torch import Tensor
from torch.nn.functional import pad

from vln_pipeline.models.system2.processing import IGNORE, Encoded
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.training.loop import Batches, SkippingBatches


class SampleKind(StrEnum):
    """What the right answer is."""

    PIXEL = "pixel"
    TURN = "turn"
    STOP = "stop"


@dataclass(frozen=True)
class Asked:
    """What an answer to a sample is judged by; small, unlike the sample with its images.

    Attributes:
        kind, goal_size, camera, name: see ``System2Sample``.
    """

    kind: SampleKind
    goal_size: tuple[int, int]
    camera: CameraSetting | None
    name: str


@dataclass(frozen=True)
class System2Sample:
    """One conversation with its right answers.

    Attributes:
        encoded: as the model takes it, by ``Processor.encode``.
        kind: what the right answer is.
        goal_size: width and height that the pixel goal is told in.
        camera: the look-down camera, at any resolution; None where it is not known, and then errors are told in
            pixels only.
        name: the episode and frame it is taken from, for a person who looks for a bad one.
    """

    encoded: Encoded
    kind: SampleKind
    goal_size: tuple[int, int]
    camera: CameraSetting | None
    name: str

    @property
    def asked(self) -> Asked:
        """What answers to it are judged by."""
        return Asked(self.kind, self.goal_size, self.camera, self.name)


@dataclass(frozen=True)
class System2Batch:
    """Conversations in rows: B rows of L tokens, each row one conversation or several, one after the other.

    Attributes:
        input_ids: (B, L) int64; padding may hold any text token.
        labels: (B, L) int64; ``IGNORE`` where nothing is learned, and at the first token of each conversation.
        positions: (4, B, L) int64: place in the conversation, from 0 wherever one begins, then time, height and width
            as of ``rope_positions``. A token looks at those before it in its conversation, and where one ends follows
            from the places; padding at the end of a row goes on counting.
        pixel_values: (P, C) float32 patches of all images, row by row.
        image_grid: (N, 3) int64 frames, rows and columns of the patches of each image.
    """

    input_ids: Tensor
    labels: Tensor
    positions: Tensor
    pixel_values: Tensor
    image_grid: Tensor

    def to(self, device: torch.device) -> "System2Batch":
        """Return the batch on a device."""
        return replace(self, **{name: getattr(self, name).to(device, non_blocking=True) for name in vars(self)})


def padded(conversations: Sequence[Encoded], pad_token: int) -> System2Batch:
    """Return conversations as one batch, each in a row of its own, padded on the right.

    Args:
        conversations: B of them.
        pad_token: fills the rows.
    """
    length = max(len(one.input_ids) for one in conversations)
    rope = torch.stack([_filled(one.positions, length, 0) for one in conversations], dim=1)
    places = torch.arange(length).expand(1, len(conversations), length)
    return System2Batch(
        input_ids=torch.stack([_filled(one.input_ids, length, pad_token) for one in conversations]),
        labels=torch.stack([_filled(one.labels, length, IGNORE) for one in conversations]),
        positions=torch.cat([places, rope]),
        pixel_values=torch.cat([one.pixel_values for one in conversations]),
        image_grid=torch.cat([one.image_grid for one in conversations]),
    )


def _filled(values: Tensor, length: int, filling: int) -> Tensor:
    return pad(values, (0, length - values.shape[-1]), value=filling)


@dataclass(frozen=True)
class System2Data:
    """What one training of System 2 learns from and is validated on.

    Attributes:
        batches: what is learned from.
        validation: of other scenes.
        questions: samples of the validation that the model answers, to be judged.
        report: lines that tell what was read, what was skipped and why, which scenes were held out.
        cameras: through which is seen what is learned from.
    """

    batches: SkippingBatches[System2Batch]
    validation: Batches[System2Batch]
    questions: Sequence[System2Sample]
    report: Sequence[str]
    cameras: TrainedCameras
