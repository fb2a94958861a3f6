"""Annotated surfaces as parts of a scene."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.scene import UNKNOWN, Part

_HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class Annotated:
    """One object as its data set tells it.

    Attributes:
        name: what parts of it are called.
        category: in the common vocabulary.
        room: name of its room, or None.
    """

    name: str
    category: str
    room: str | None = None


def object_id(value: Any) -> int:
    """Return a number of a file as the id of an object.

    Raises:
        ValueError: it does not fit 32 bits, or is no number.
    """
    index = int(value) if not isinstance(value, float) or np.isfinite(value) else _HIGHEST + 1
    if abs(index) > _HIGHEST:
        raise ValueError(f"{str(value)[:40]} is no object id")
    return index


def parts(
    surfaces: Sequence[Surface], labels: Sequence[NDArray[np.integer]], objects: Mapping[int, Annotated]
) -> tuple[Part, ...]:
    """Return one part per surface and object; instances follow the order of the objects' ids.

    Args:
        surfaces: vertices in metres, z up.
        labels: (F,) object id of each face, per surface; ids that ``objects`` lacks are one unknown object.
        objects: by id.
    """
    known = np.array(sorted(objects), dtype=np.int64)
    nothing = int(known[-1]) + 1 if len(known) else 0
    kept = [np.where(np.isin(label, known), label.astype(np.int64), nothing) for label in labels]
    used = np.unique(np.concatenate(kept)) if kept else known
    instance = {int(i): number for number, i in enumerate(used, 1)}
    found = []
    for surface, label in zip(surfaces, kept, strict=True):
        for i, piece in split(surface, label):
            told = objects.get(i, Annotated("unlabelled", UNKNOWN))
            found.append(part(piece, told.name, told.category, instance[i], told.room))
    return tuple(found)


def part(surface: Surface, name: str, category: str, instance: int, room: str | None = None) -> Part:
    """Return a surface as a part."""
    return Part(
        name=name,
        vertices=surface.vertices,
        faces=surface.faces.astype(np.int32),
        material=surface.material,
        category=category,
        instance=instance,
        uv=surface.uv,
        colors=surface.colors,
        room=room,
    )


def split(surface: Surface, labels: NDArray[np.int64]) -> Iterator[tuple[int, Surface]]:
    """Yield each label with the faces that bear it and the vertices these use."""
    order = np.argsort(labels, kind="stable")
    values, starts = np.unique(labels[order], return_index=True)
    for value, members in zip(values.tolist(), np.split(order, starts[1:]), strict=True):
        faces = surface.faces[members]
        # Indexes out of range are left for the checks to tell.
        if faces.min() < 0 or faces.max() >= len(surface.vertices):
            yield value, replace(surface, faces=faces)
            continue
        used, compact = np.unique(faces, return_inverse=True)
        yield (
            value,
            replace(
                surface,
                vertices=surface.vertices[used],
                faces=compact.reshape(-1, 3),
                uv=None if surface.uv is None else surface.uv[used],
                colors=None if surface.colors is None else surface.colors[used],
            ),
        )
