"""How good answers are: pixel goals, turns, stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vln_pipeline.models.system2.answer import Answer, PixelGoal, Stop, Unparsable, parse
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.rendering.camera import CameraSetting, camera_poses
from vln_pipeline.training.system2.answering import answers, taught_spans
from vln_pipeline.training.system2_batch import Asked, SampleKind, System2Sample

HORIZON = 10.0
"""Metres; a pixel that shows the floor farther away, or none, is taken to be that far."""


@dataclass(frozen=True)
class Judged:
    """One sample's answers beside the right ones.

    Attributes:
        sample: what was asked, without its images: of a full-size model those of a sample take tens of megabytes.
        said: one answer for each question.
        right: the right answers.
    """

    sample: Asked
    said: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether every answer is right to the letter."""
        return self.said == self.right


def ask(model: Any, processor: Processor, samples: Sequence[System2Sample], limit: int = 32) -> list[Judged]:
    """Return what a model answers to samples.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration`` in evaluation mode.
        processor: its processor.
        samples: the questions with their right answers.
        limit: tokens of an answer at most.
    """
    ends = {processor.end_token, processor.tokenizer.pad_token_id}
    judged = []
    for sample in samples:
        encoded = sample.encoded
        said = tuple(processor.decode(tokens) for tokens in answers(model, encoded, ends, limit))
        spans = (encoded.input_ids[span].tolist() for span in taught_spans(encoded.labels))
        right = tuple(processor.decode(tokens[: tokens.index(processor.end_token)]) for tokens in spans)
        judged.append(Judged(sample.asked, said, right))
    return judged


def judge(judged: Sequence[Judged]) -> dict[str, float]:
    """Return figures by name; those of a kind of which there is no sample are left out.

    ``exact``: share of samples with every answer right to the letter. ``parsed``: share of answers that mean
    something. ``turn_accuracy``: share of turn samples with all turns right. ``stop_precision``, ``stop_recall``: of
    STOP among all samples; precision is 0 where none was said. ``pixel_error``, ``pixel_error_m``: medians over pixel
    samples, pixels of the goal's image, and metres on a level floor; an answer that is no pixel goal counts as the
    image's diagonal, and as ``HORIZON``.
    """
    told = {"exact": _share([one.exact for one in judged])}
    meant = [[parse(text, one.sample.goal_size) for text in one.said] for one in judged]
    told["parsed"] = _share([not isinstance(answer, Unparsable) for each in meant for answer in each])
    kinds = np.array([one.sample.kind for one in judged])
    turns = [one.exact for one in judged if one.sample.kind is SampleKind.TURN]
    if turns:
        told["turn_accuracy"] = _share(turns)
    stops = kinds == SampleKind.STOP
    if stops.any():
        said = np.array([isinstance(each[0], Stop) for each in meant])
        told["stop_precision"] = float((said & stops).sum() / max(1, said.sum()))
        told["stop_recall"] = float((said & stops).sum() / stops.sum())
    pairs = [
        (one.sample, meant_last, parse(one.right[-1], one.sample.goal_size))
        for one, (*_, meant_last) in zip(judged, meant, strict=True)
        if one.sample.kind is SampleKind.PIXEL
    ]
    if pairs:
        told["pixel_error"] = float(np.median([_pixels(*pair) for pair in pairs]))
    seen = [pair for pair in pairs if pair[0].camera is not None]
    if seen:
        told["pixel_error_m"] = float(np.median([_metres(*pair) for pair in seen]))
    return told


def floor_point(pixel: tuple[float, float], camera: CameraSetting) -> np.ndarray:
    """Return (2,) where the ray of a pixel meets a level floor, x forward and y left of the camera, metres.

    A point farther away than ``HORIZON`` is drawn in to it along the ray's direction.

    Args:
        pixel: column and row; pixel centres are whole numbers.
        camera: what sees it.
    """
    pose = camera_poses(np.zeros((1, 3)), np.zeros(1), camera.height, camera.pitch)[0]
    lens = camera.intrinsics
    ray = pose[:3, :3] @ ((pixel[0] - lens.cx) / lens.fx, (pixel[1] - lens.cy) / lens.fy, 1.0)
    flat = float(np.hypot(ray[0], ray[1]))
    distance = camera.height * flat / -ray[2] if ray[2] < 0 else np.inf
    reach = min(distance, HORIZON) / flat if flat > 0 else 0.0
    return np.asarray(ray[:2] * reach)


def _pixels(sample: Asked, said: Answer, right: Answer) -> float:
    if not isinstance(said, PixelGoal) or not isinstance(right, PixelGoal):
        return float(np.hypot(*sample.goal_size))
    return float(np.hypot(said.column - right.column, said.row - right.row))


def _metres(sample: Asked, said: Answer, right: Answer) -> float:
    if not isinstance(said, PixelGoal) or not isinstance(right, PixelGoal) or sample.camera is None:
        return HORIZON
    lens = sample.camera.intrinsics
    points = [
        floor_point(goal.within(sample.goal_size, (lens.width, lens.height)), sample.camera) for goal in (said, right)
    ]
    return float(np.linalg.norm(points[0] - points[1]))


def _share(flags: Sequence[bool]) -> float:
    return float(np.mean(flags))
