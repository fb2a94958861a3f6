"""Scores of agents as a table."""

from collections.abc import Mapping, Sequence

from vln_pipeline.evaluation.system1.results import RADII, radius_name
from vln_pipeline.evaluation.system1.summary import Score
from vln_pipeline.inspection.estimate_cell import estimate_cell
from vln_pipeline.inspection.page import Table, table_of

_HUNDRED, _TWO, _ONE = (100, 0), (1, 2), (1, 1)
_GOAL_METRICS = {
    **{radius_name("success", radius): (f"SR {radius:g} m [%]", *_HUNDRED) for radius in RADII},
    radius_name("spl", RADII[0]): (f"SPL {RADII[0]:g} m", *_TWO),
    radius_name("spl_straight", RADII[0]): (f"SPL {RADII[0]:g} m, straight", *_TWO),
    "success_navdp": ("SR, NavDP's benchmark [%]", *_HUNDRED),
    "spl_navdp": ("SPL, NavDP's benchmark", *_TWO),
}
_METRICS = {
    **_GOAL_METRICS,
    "explored": ("explored [m2]", *_ONE),
    "collided": ("episodes with a contact [%]", *_HUNDRED),
    "contacts": ("contacts", *_ONE),
    "blocked_steps": ("blocked steps", *_ONE),
    "duration": ("time [s]", *_ONE),
}
COLUMNS = tuple(_METRICS)
"""Metrics that are shown."""


def score_table(scores: Sequence[Score], latency: Mapping[str, tuple[float, float]]) -> Table:
    """Return one row per score, each metric with its 95 % interval.

    Args:
        scores: all of one kind of goal.
        latency: mean and 95th percentile of a plan by agent, seconds.
    """
    shown = [name for name in COLUMNS if any(name in score.metrics for score in scores)]
    head = ["agent", "recovery", "episodes", *(_METRICS[name][0] for name in shown), "plan, mean / p95 [ms]"]
    rows = []
    for score in scores:
        mean, late = latency.get(score.agent, (float("nan"),) * 2)
        of = f" x {score.agents}" if score.agents > 1 else ""
        cells = [
            estimate_cell(score.metrics[name], *_METRICS[name][1:]) if name in score.metrics else "" for name in shown
        ]
        time = f"{1000 * mean:.1f} / {1000 * late:.1f}"
        rows.append([score.agent, "yes" if score.recovery else "no", f"{score.episodes}{of}", *cells, time])
    return table_of(head, rows)
