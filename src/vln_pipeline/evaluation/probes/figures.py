"""What the answers come to, in numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.probes.examination import Answer
from vln_pipeline.evaluation.probes.questions import Question

_STILL = 0.1
"""A path that gets no farther than this from the robot has no bearing, metres."""
_LOOK = 0.75
"""Distance from the robot at which the bearing of a path is taken, metres."""
_POINTS = 24
"""Points at which two paths are compared."""


def figures(answers: Sequence[Answer], radius: float) -> dict[str, float]:
    """Return figures by name; NaN where nothing was asked that shows one.

    * ``forward``: share of paths to the free goal ahead that lead at least half of the way forward; ``ahead_x`` and
      ``ahead_y``: medians of where these paths end, metres, forward and left.
    * ``turned``: angle by which paths are turned against their free goals, degrees counter-clockwise, as the direction
      of the mean unit vector; ``turned_together``: its length, 1 where all are turned by the same angle.
    * ``side``: share of paths to goals on either side that end on the goal's side.
    * ``mirror``: median distance of a path from the mirrored path of the mirrored view; ``draws``: of two draws of the
      same question, metres.
    * ``behind_ahead``: share of paths to a goal behind that end more than half of its distance ahead.
    * ``depth``, ``colour``: median distance of paths around something with the image blanked from those with it;
      ``detour_draws``: of two draws with it, metres.
    * ``touching``, ``touching_blind``: share of those paths that touch something in view, with depth and without;
      ``clearance``: median of their least clearance, metres.
    * ``critic``: mean rank correlation of values with true clearance among the candidates of a detour.

    Args:
        answers: of one agent.
        radius: of the body that touches, metres.
    """
    by = {name: {(a.scene, a.place): a for a in answers if a.question is name} for name in Question}
    ahead = list(by[Question.AHEAD].values())
    sides = [*by[Question.LEFT].values(), *by[Question.RIGHT].values()]
    turned, together = _turned([*ahead, *sides])
    detours = list(by[Question.DETOUR].values())
    return {
        "places": len(ahead) + len(detours),
        "forward": _share([a.path[-1, 0] >= a.goal[0] / 2 for a in ahead]),
        "ahead_x": _median([a.path[-1, 0] for a in ahead]),
        "ahead_y": _median([a.path[-1, 1] for a in ahead]),
        "turned": turned,
        "turned_together": together,
        "side": _share([a.path[-1, 1] * a.goal[1] > 0 for a in sides]),
        "mirror": _apart(by[Question.LEFT], by[Question.RIGHT_MIRRORED], mirrored=True),
        "draws": _apart(by[Question.LEFT], by[Question.LEFT_AGAIN]),
        "behind_ahead": _share([a.path[-1, 0] > -a.goal[0] / 2 for a in by[Question.BEHIND].values()]),
        "depth": _apart(by[Question.DETOUR], by[Question.NO_DEPTH]),
        "colour": _apart(by[Question.DETOUR], by[Question.NO_COLOUR]),
        "detour_draws": _apart(by[Question.DETOUR], by[Question.DETOUR_AGAIN]),
        "touching": _touching(detours, radius),
        "touching_blind": _touching(list(by[Question.NO_DEPTH].values()), radius),
        "clearance": _median([a.clearance for a in detours]),
        "critic": _mean([a.critic for a in detours]),
    }


def _turned(answers: Sequence[Answer]) -> tuple[float, float]:
    angles = [
        bearing - np.arctan2(answer.goal[1], answer.goal[0])
        for answer in answers
        if (bearing := _bearing(answer.path)) is not None
    ]
    if not angles:
        return float("nan"), float("nan")
    mean = np.exp(1j * np.array(angles)).mean()
    return float(np.degrees(np.angle(mean))), float(np.abs(mean))


def _bearing(path: NDArray[np.float64]) -> float | None:
    """Return the direction of the first waypoint far enough away, or of the farthest, radians; None for none."""
    distances = np.linalg.norm(path, axis=1)
    if distances.max() < _STILL:
        return None
    x, y = path[int((distances >= _LOOK).argmax()) if distances.max() >= _LOOK else int(distances.argmax())]
    return float(np.arctan2(y, x))


def _apart(
    first: dict[tuple[str, int], Answer], second: dict[tuple[str, int], Answer], *, mirrored: bool = False
) -> float:
    """Return the median over places of the mean distance between two paths at equal shares of their waypoints."""
    sign = np.array([1.0, -1.0 if mirrored else 1.0])
    both = first.keys() & second.keys()
    return _median(
        [
            float(np.linalg.norm(_even(first[key].path) - _even(second[key].path) * sign, axis=1).mean())
            for key in sorted(both)
        ]
    )


def _even(path: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.vstack([np.zeros((1, 2)), path])
    at, share = np.linspace(0.0, 1.0, _POINTS), np.linspace(0.0, 1.0, len(whole))
    return np.column_stack([np.interp(at, share, whole[:, axis]) for axis in (0, 1)])


def _touching(answers: Sequence[Answer], radius: float) -> float:
    return _share([a.clearance < radius for a in answers if np.isfinite(a.clearance)])


def _share(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else float("nan")


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
