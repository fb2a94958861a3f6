"""Whether Gaussians lie on the surface that was delivered beside them, and what would bring them there."""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Part, Splat
from vln_pipeline.scenes.splat.reading import OPAQUE
from vln_pipeline.scenes.triangles import area_vectors, corners_of, lengths
from vln_pipeline.seeding import generator

_NEAR = 0.1
"""Distance within which a Gaussian lies on the surface, metres."""
_LEAST, _DOUBTFUL, _FITS = 0.8, 0.95, 0.93
"""Share of opaque Gaussians on the surface below which a scene is refused, below which it is noted, and from which
another place for them is advised."""
_AS_GOOD = 0.03
"""Share by which a simpler change may be worse than the best."""
_TESTED, _TRIED = 20_000, 400
"""Gaussians that are measured, and that other places are tried with."""
_SAMPLES, _FEW = 400_000, 20_000
"""Points drawn from the surface, and those of them that all turns are tried on."""
_PROMISING, _STEPS = 5, 6
_CORE = (2.0, 98.0)


@dataclass(frozen=True)
class _Fit:
    share: float
    matrix: NDArray[np.float64]
    kind: str


def aligned(splat: Splat, parts: tuple[Part, ...], to_world: NDArray[np.float64], file: str) -> tuple[str, str | None]:
    """Return in words how well a splat fits its surface, and a defect where that is doubtful.

    Args:
        splat: the Gaussians.
        parts: the surface, world, metres.
        to_world: (4, 4) from the surface's file to the world, which the advice corrects.
        file: of the surface, for errors.

    Raises:
        DataError: less than 80 % of the opaque Gaussians lie within 10 cm of the surface; the mend names the shift,
            turn, scale or mirror that would bring them there, where there is one.
    """
    draw = generator(0, "splat alignment")
    samples = _on_surface(parts, draw)
    tree = KDTree(samples)
    opaque = splat.centres[splat.opacities > OPAQUE]
    tested = opaque[draw.permutation(len(opaque))[:_TESTED]]
    share = _share(tree, tested)
    told = f"alignment: {share:.0%} of the opaque Gaussians lie within {100 * _NEAR:.0f} cm of the surface"
    if share >= _LEAST:
        return told, None if share >= _DOUBTFUL else f"{told}: the two may be a few centimetres or degrees apart"
    cause = f"{share:.0%} of the opaque Gaussians lie within {100 * _NEAR:.0f} cm of it: splat and surface do not fit"
    raise DataError(file, cause, _advice(_best(samples, tested[:_TRIED]), to_world))


def _on_surface(parts: tuple[Part, ...], draw: np.random.Generator) -> NDArray[np.float64]:
    """Return points drawn evenly from the surface."""
    found = [corners_of(part.vertices, part.faces) for part in parts]
    a, b, c = (np.concatenate([corners[k] for corners in found]) for k in range(3))
    sound = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1) & np.isfinite(c).all(axis=1)
    a, b, c = a[sound], b[sound], c[sound]
    area = lengths(area_vectors((a, b, c)))
    face = draw.choice(len(area), _SAMPLES, p=area / area.sum())
    u, v = np.sqrt(draw.random((_SAMPLES, 1))), draw.random((_SAMPLES, 1))
    points: NDArray[np.float64] = (1 - u) * a[face] + u * (1 - v) * b[face] + u * v * c[face]
    return points


def _share(tree: KDTree, points: NDArray[np.float64]) -> float:
    return float(np.isfinite(tree.query(points, distance_upper_bound=_NEAR)[0]).mean())


def _best(samples: NDArray[np.float64], points: NDArray[np.float64]) -> _Fit:
    """Return what brings the points nearest to the surface; the simplest change of those about as good.

    All turns are tried on a few of the surface's points, and the most promising ones on all.
    """
    few, every = KDTree(samples[:_FEW]), KDTree(samples)
    ways = [(scaled, kind, turn) for scaled, (kind, turn) in product((False, True), _turns())]
    starts = [_laid_over(samples, points, turn, scaled) for scaled, _, turn in ways]
    tried = [_shifted(few, points, start) for start in starts]
    away = [np.minimum(few.query(_moved(points, matrix))[0], 1.0).mean() for matrix in tried]
    fits = []
    for way in sorted(np.argsort(away)[:_PROMISING].tolist()):
        scaled, kind, turn = ways[way]
        matrix = _shifted(every, points, tried[way])
        alone = scaled and (turn == np.eye(3)).all()
        fits.append(_Fit(_share(every, _moved(points, matrix)), matrix, "scaled" if alone else kind))
    most = max(fit.share for fit in fits)
    return next(fit for fit in fits if fit.share >= most - _AS_GOOD)


def _turns() -> list[tuple[str, NDArray[np.float64]]]:
    """Return the 48 ways to lay axes on axes: none, turns, and mirrors."""
    found = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[range(3), order] = signs
        mirrored = np.linalg.det(matrix) < 0
        kind = "shifted" if (matrix == np.eye(3)).all() else "mirrored" if mirrored else "turned"
        found.append((kind, matrix))
    rank = {"shifted": 0, "turned": 1, "mirrored": 2}
    return sorted(found, key=lambda entry: (rank[entry[0]], -float(np.trace(entry[1]))))


def _laid_over(
    samples: NDArray[np.float64], points: NDArray[np.float64], turn: NDArray[np.float64], scaled: bool
) -> NDArray[np.float64]:
    """Return the (4, 4) turn, with the scale and shift that lay the middle of the points on that of the surface."""
    low, high = np.percentile(samples, _CORE, axis=0)
    own_low, own_high = np.percentile(points @ turn.T, _CORE, axis=0)
    factor = float(np.median((high - low) / np.maximum(own_high - own_low, 1e-9))) if scaled else 1.0
    matrix = np.eye(4)
    matrix[:3, :3] = factor * turn
    matrix[:3, 3] = (low + high) / 2 - factor * (own_low + own_high) / 2
    return matrix


def _shifted(tree: KDTree, points: NDArray[np.float64], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a change with the shift that brings its points onto the surface (Besl and McKay 1992)."""
    matrix = start.copy()
    for _ in range(_STEPS):
        moved = _moved(points, matrix)
        away, index = (np.asarray(found) for found in tree.query(moved))
        # The nearer half tells where the rest belongs; the farther half may have no counterpart.
        near = away <= np.median(away)
        matrix[:3, 3] += (tree.data[index[near]] - moved[near]).mean(axis=0)
    return matrix


def _moved(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = points @ matrix[:3, :3].T + matrix[:3, 3]
    return moved


def _advice(fit: _Fit, to_world: NDArray[np.float64]) -> str:
    if fit.share < _FITS:
        return "no shift, quarter turn, scale or mirror mends it: check that both are of one building, or register them"
    if fit.kind == "mirrored":
        return f"one of them is mirrored ({fit.share:.0%} fit when mirrored): export it again without"
    rows = np.linalg.inv(fit.matrix) @ to_world
    matrix = "[" + ", ".join("[" + ", ".join(f"{x + 0.0:.4g}" for x in row) + "]" for row in rows) + "]"
    shift = ", ".join(f"{x:.2f}" for x in fit.matrix[:3, 3])
    factor = float(np.cbrt(np.linalg.det(fit.matrix[:3, :3])))
    how = {"shifted": f"shifted by ({shift}) m", "scaled": f"scaled by {factor:.4g}", "turned": "turned"}[fit.kind]
    return f"{fit.share:.0%} fit with the splat {how}: write {matrix} to a file, scenes.splat.collision_transform"
