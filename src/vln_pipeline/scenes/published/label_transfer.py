"""Labels of an annotated surface, carried over to the surface that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.published.surface_samples import sample

UNLABELLED = -1
"""Label of a face that nothing annotated lies near."""
_EDGE = 0.1
"""Both surfaces are sampled by pieces whose edges are no longer, metres."""
_WITNESSES = 8
"""How many annotated points must agree for a label to divide a face; at the seam of two objects they do not."""
_SAME = 1e-3
"""An annotated point this near is the same point, and needs no witnesses, metres."""
_FINEST = 0.1
"""Faces of several labels are divided until their longest edge is no longer than this, metres."""
_DIVISIONS = 8
"""Most divisions of one face; stray faces of absurd extent stay coarse."""
_TURNED = 0.1
"""Distance that surfaces which face opposite ways are apart by that alone, metres.

The two sides of a thin wall, and a floor under a box, lie closer together than two scans of one surface.
"""


@dataclass(frozen=True)
class LabelledPoints:
    """Points on annotated surfaces.

    Attributes:
        points: (N, 3) metres.
        normals: (N, 3) unit vectors.
        labels: (N,) object ids.
    """

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    labels: NDArray[np.int64]

    @classmethod
    def of(cls, surface: Surface, labels: NDArray[np.int64]) -> "LabelledPoints":
        """Return points on a surface of which each face has one label."""
        found = sample(surface.vertices, surface.faces, _EDGE)
        return cls(found.points, found.normals, labels[found.face])

    @classmethod
    def joined(cls, several: Sequence["LabelledPoints"]) -> "LabelledPoints":
        """Return the points of several surfaces."""
        return cls(
            np.concatenate([s.points for s in several]),
            np.concatenate([s.normals for s in several]),
            np.concatenate([s.labels for s in several]),
        )


def transfer(
    source: LabelledPoints, surfaces: Sequence[Surface], reach: float
) -> tuple[list[Surface], list[NDArray[np.int64]]]:
    """Return the surfaces, and the label of each of their faces.

    A face takes the label of the nearest annotated points that face the same way. One on which several labels meet, as
    where a picture is drawn on a wall, is divided; one that cannot be divided any further takes the commonest.

    Args:
        source: where labels are known.
        surfaces: what is to be labelled, in the same frame.
        reach: a face farther than this from every annotated point has label ``UNLABELLED``, metres.
    """
    tree = cKDTree(np.hstack([source.points, source.normals * (_TURNED / 2)]), balanced_tree=False)
    found = [_transferred(tree, source, surface, reach) for surface in surfaces]
    return [surface for surface, _ in found], [labels for _, labels in found]


def _transferred(
    tree: cKDTree, source: LabelledPoints, surface: Surface, reach: float
) -> tuple[Surface, NDArray[np.int64]]:
    sound = surface.sound_faces()
    surface = replace(surface, faces=sound)
    done: list[NDArray[np.int64]] = []
    done_labels: list[NDArray[np.int64]] = []
    for division in range(_DIVISIONS + 1):
        label, mixed = _labels(tree, source, surface, reach)
        corners = surface.vertices[surface.faces]
        longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1, initial=0)
        mixed &= (longest > _FINEST) & (division < _DIVISIONS)
        done.append(surface.faces[~mixed])
        done_labels.append(label[~mixed])
        surface = _divided(replace(surface, faces=surface.faces[mixed]))
    return replace(surface, faces=np.concatenate(done)), np.concatenate(done_labels)


def _labels(
    tree: cKDTree, source: LabelledPoints, surface: Surface, reach: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the commonest label of each face, and whether it surely has several."""
    samples = sample(surface.vertices, surface.faces, _EDGE)
    place = np.hstack([samples.points, samples.normals * (_TURNED / 2)])
    distance, nearest = _nearest(tree, source, samples.points, place, 1)
    label = np.where(distance > reach, UNLABELLED, source.labels[nearest[:, 0]])
    common, mixed = _commonest(samples.face, label, len(surface.faces))
    doubtful = mixed[samples.face]
    _, near = _nearest(tree, source, samples.points[doubtful], place[doubtful], min(_WITNESSES, len(source.points)))
    agreed = (source.labels[near] == source.labels[near[:, :1]]).all(axis=1)
    sure = np.flatnonzero(doubtful)[agreed | (distance[doubtful] < _SAME)]
    surely, mixed = _commonest(samples.face[sure], label[sure], len(surface.faces))
    common[samples.face[sure]] = surely[samples.face[sure]]
    return common, mixed


def _nearest(
    tree: cKDTree, source: LabelledPoints, points: NDArray[np.float64], place: NDArray[np.float64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the distance in space to the nearest annotated point, metres, and the (N, count) nearest ones."""
    near = np.asarray(tree.query(place, k=range(1, count + 1))[1], dtype=np.int64).reshape(len(points), count)
    return np.linalg.norm(source.points[near[:, 0]] - points, axis=1), near


def _commonest(
    face: NDArray[np.int64], label: NDArray[np.int64], faces: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the commonest label of each face, and whether it has several."""
    # One number a pair of face and label: rows sort several times slower.
    base = int(label.max(initial=UNLABELLED)) + 2
    pair, count = np.unique(face * base + (label + 1), return_counts=True)
    order = np.lexsort((pair, -count, pair // base))
    owner, first, several = np.unique(pair[order] // base, return_index=True, return_counts=True)
    common = np.full(faces, UNLABELLED, dtype=np.int64)
    common[owner] = pair[order[first]] % base - 1
    mixed = np.zeros(faces, dtype=bool)
    mixed[owner] = several > 1
    return common, mixed


def _divided(surface: Surface) -> Surface:
    """Return a surface whose faces are each divided into four at the middles of their edges."""
    faces = surface.faces
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    ab, bc, ca = (index.ravel() + len(surface.vertices)).reshape(3, -1)
    a, b, c = faces.T
    quarters = np.concatenate([np.stack(q, axis=1) for q in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])

    def middled(values: NDArray) -> NDArray:
        middle = values[unique].astype(np.float64).mean(axis=1)
        middle = np.rint(middle) if np.issubdtype(values.dtype, np.integer) else middle
        return np.concatenate([values, middle.astype(values.dtype)])

    return replace(
        surface,
        vertices=middled(surface.vertices),
        faces=quarters,
        uv=None if surface.uv is None else middled(surface.uv),
        colors=None if surface.colors is None else middled(surface.colors),
    )
