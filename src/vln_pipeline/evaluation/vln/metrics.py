"""Metrics of one episode, each defined once.

Sources: NE, SR, OSR and SPL by Anderson et al. 2018 (On Evaluation of Embodied Navigation Agents), nDTW and SDTW by
Ilharco et al. 2019 (General Evaluation for Instruction Conditioned Navigation), CLS by Jain et al. 2019 (Stay on the
Path). What differs between benchmarks is a ``Protocol``, not another function.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vln_pipeline.evaluation.vln.dtw import dtw, without_repeats
from vln_pipeline.evaluation.vln.protocol import Protocol
from vln_pipeline.evaluation.vln.trace import Trace


def score(trace: Trace, protocol: Protocol) -> dict[str, Any]:
    """Return every metric of an episode by its name in the field, with the definition's version."""
    error = protocol.distances(trace)
    success = protocol.succeeds(trace, error)
    positions, reference = (points[:, : 2 if protocol.planar else 3] for points in (trace.positions, trace.reference))
    length = path_length(positions)
    seen = error[1:] if protocol.planar and len(error) > 1 else error  # VLN-PE looks after actions only
    fidelity = _FIDELITIES[protocol.fidelity](positions, reference, protocol.success_distance)
    return {
        "definition": protocol.definition,
        "TL": length,
        "NE": float(error[-1]),
        "SR": float(success),
        "OSR": float(seen.min() < protocol.success_distance),
        "SPL": 0.0 if protocol.planar and length == 0 else spl(success, trace.shortest, length),
        "nDTW": fidelity,
        "SDTW": fidelity * success,
        "CLS": cls(trace.positions, trace.reference, protocol.success_distance),
        "CR": float(trace.collided.mean()) if trace.collided.size else 0.0,
        "collided": bool(trace.collided.any()),
        "steps": len(trace.positions) - 1,
    }


def path_length(path: NDArray[np.float64]) -> float:
    """Return the length of (N, D) points joined by lines, metres."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def spl(success: bool, shortest: float, length: float) -> float:
    """Return success weighted by path length: 1 for a success along the shortest path.

    An episode that starts at its goal has no length to compare and counts as walked along the shortest path.
    """
    longest = max(shortest, length)
    return float(success) * (shortest / longest if longest > 0 else 1.0)


def ndtw(walked: NDArray[np.float64], reference: NDArray[np.float64], threshold: float) -> float:
    """Return exp(-DTW / (|R| * threshold)) of (N, D) and (R, D) points, repeated points of both left out."""
    reference = without_repeats(reference)
    return math.exp(-dtw(without_repeats(walked), reference) / (len(reference) * threshold))


def cls(walked: NDArray[np.float64], reference: NDArray[np.float64], threshold: float) -> float:
    """Return coverage weighted by length score of (N, D) and (R, D) points.

    Coverage is the mean over reference points of exp(-distance to the nearest walked point / threshold); the length
    score compares the walked length with the reference's share that was covered.
    """
    nearest, _ = cKDTree(walked).query(reference)
    coverage = float(np.exp(-nearest / threshold).mean())
    expected = coverage * path_length(reference)
    # A walk and a reference that both have no length match.
    mismatch = expected + abs(expected - path_length(walked))
    return coverage * (expected / mismatch if mismatch > 0 else 1.0)


def nearness(walked: NDArray[np.float64], reference: NDArray[np.float64], threshold: float) -> float:
    """Return the mean over walked points of exp(-d^2 / (2 threshold^2)), d to the nearest reference point.

    The VLN-PE evaluator reports this under the name nDTW, with which it must not be compared.
    """
    nearest, _ = cKDTree(reference).query(walked)
    return float(np.exp(-(nearest**2) / (2 * threshold**2)).mean())


_FIDELITIES = {"dtw": ndtw, "nearness": nearness}
