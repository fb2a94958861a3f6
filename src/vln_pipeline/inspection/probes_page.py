"""The report of System 1's probes."""

from collections.abc import Mapping

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vln_pipeline.evaluation.probes.archive import Probed
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.probes.questions import Question
from vln_pipeline.inspection.page import Page, Picture, Section, table_of

_SHOWN = (Question.AHEAD, Question.LEFT, Question.RIGHT, Question.BEHIND, Question.DETOUR, Question.NO_DEPTH)
_SIZE, _METRES = 220, 3.5
"""Edge of a drawing, pixels, and what it shows to either side of the robot, metres."""
_PAPER, _RING, _PATH, _GOAL, _ROBOT = (250, 250, 250), (222, 226, 232), (94, 129, 172), (46, 160, 67), (59, 66, 82)
_FIGURES = {
    "forward": "goal ahead: paths that lead forward",
    "ahead_x": "where they end, forward [m]",
    "ahead_y": "where they end, left [m]",
    "turned": "turned against the goal [degrees left]",
    "turned_together": "all by the same angle (0 to 1)",
    "side": "paths that end on the goal's side",
    "mirror": "mirrored view: paths apart [m]",
    "draws": "two draws: paths apart [m]",
    "behind_ahead": "goal behind: paths that lead ahead",
    "depth": "without depth: paths apart [m]",
    "colour": "without colour: paths apart [m]",
    "detour_draws": "two draws of a detour: paths apart [m]",
    "touching": "detours that touch in view",
    "touching_blind": "the same without depth",
    "clearance": "least clearance of detours, median [m]",
    "critic": "critic against clearance (rank correlation)",
    "places": "places",
}


def probes_page(figures: pd.DataFrame, probes: Mapping[str, Probed], config: ExamineSystem1Config, seed: int) -> Page:
    """Return the page.

    Args:
        figures: one row per agent.
        probes: by agent.
        config: of the run.
        seed: of the run.
    """
    agents = list(figures["agent"])
    eye = config.eye.setting()
    lens = eye.intrinsics
    verdicts = table_of(["agent", "verdict"], list(zip(agents, figures["verdict"], strict=True)))
    rows = [(label, *(float(value) for value in figures[name])) for name, label in _FIGURES.items()]
    facts = table_of(
        ["", ""],
        [
            ("split, seed", f"{config.split}, {seed}"),
            ("camera", f"{lens.width} x {lens.height}, {eye.height:g} m high, {eye.pitch:g} degrees down"),
            ("goals", f"{config.distance:g} m away, to the sides by {config.side:g} degrees"),
            ("goals with something in the way", f"{config.detour:g} m straight ahead"),
        ],
    )
    text = "Paths of all places, seen from above: the robot in the middle looks up. Rings are a metre apart."
    drawings = tuple(
        Picture(_strip(one.answers()), f"{name}: {', '.join(map(str, _SHOWN))}") for name, one in probes.items()
    )
    sections = (
        Section("Verdicts", table=verdicts),
        Section("Figures", table=table_of(["", *agents], rows)),
        Section("Paths", text, pictures=drawings),
        Section("Run", table=facts),
    )
    lead = "Questions whose right answer is known before any training, asked in homes that no training saw."
    return Page("System 1, probed", lead, sections)


def _strip(answers: pd.DataFrame) -> bytes:
    """Return a PNG with one drawing per question, side by side."""
    drawings = []
    for question in _SHOWN:
        asked = answers[answers["question"] == str(question)]
        pairs = zip(asked["path"], asked["goal"], strict=True)
        drawings.append(_drawing([(np.reshape(path, (-1, 2)), np.asarray(goal)) for path, goal in pairs]))
    done, image = cv2.imencode(".png", np.hstack(drawings)[..., ::-1])
    if not done:
        raise ValueError("the drawing cannot be encoded")
    return image.tobytes()


def _drawing(paths: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> NDArray[np.uint8]:
    image = np.full((_SIZE, _SIZE, 3), _PAPER, np.uint8)
    middle = (_SIZE // 2, _SIZE // 2)
    for ring in range(1, int(_METRES) + 1):
        cv2.circle(image, middle, round(ring * _SIZE / 2 / _METRES), _RING, 1, cv2.LINE_AA)
    for path, _ in paths:
        points = np.array([_pixel(point) for point in np.vstack([np.zeros((1, 2)), path])])
        cv2.polylines(image, [points], False, _PATH, 1, cv2.LINE_AA)
    for goal in {tuple(goal) for _, goal in paths}:
        cv2.drawMarker(image, _pixel(np.array(goal)), _GOAL, cv2.MARKER_STAR, 10, 2)
    cv2.circle(image, middle, 4, _ROBOT, -1, cv2.LINE_AA)
    cv2.line(image, middle, (middle[0], middle[1] - 10), _ROBOT, 2, cv2.LINE_AA)
    return image


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    """Return column and row of a place in the body frame: x is up, y is left."""
    scale = _SIZE / 2 / _METRES
    column, row = _SIZE / 2 - scale * point[1], _SIZE / 2 - scale * point[0]
    return int(np.clip(round(column), -_SIZE, 2 * _SIZE)), int(np.clip(round(row), -_SIZE, 2 * _SIZE))
