"""Estimates in tables."""

from vln_pipeline.evaluation.system1.bootstrap import Estimate


def estimate_cell(estimate: Estimate, factor: float, digits: int) -> str:
    """Return "mean [low, high]".

    Args:
        estimate: to be shown.
        factor: that it is multiplied by, 100 for percent.
        digits: after the point.
    """
    mean, low, high = (f"{factor * value:.{digits}f}" for value in (estimate.mean, estimate.low, estimate.high))
    return f"{mean} [{low}, {high}]"
