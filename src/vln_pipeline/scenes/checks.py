"""What every scene must satisfy before a later stage sees it, whatever its source."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Part, Scene
from vln_pipeline.scenes.topology import Topology, topology
from vln_pipeline.scenes.triangles import area_vectors, corners_of, lengths, of_all, used_vertices
from vln_pipeline.scenes.winding import mend_winding

_EXTENT = (0.5, 2000.0)
"""Least and greatest extent of a scene, metres."""
_MAX_INSTANCES = 65535
"""Instance masks are 16 bits deep."""
_BROKEN = 0.5
"""Share of unusable faces above which a scene is refused rather than mended."""
_OPEN = 0.02
"""Share of open edges from which holes are reported."""


def check(scene: Scene) -> Scene:
    """Return the scene without what cannot be used, its defects recorded.

    Faces that refer to vertices that do not exist or are not finite, faces without area, and parts without faces are
    dropped. Parts of one object that disagree on its category get the category of the largest one. Closed parts that
    are wound inwards are turned, but for shells of rooms, which are meant to be seen from inside; holes stay.

    Raises:
        DataError: nothing, or less than half, of the scene can be used, or its extent is absurd, or it has more objects
            than an instance mask can tell apart, or a part refers to a material that does not exist.
    """
    subject = scene.origin or scene.id
    defects = list(scene.defects)
    total = sum(len(p.faces) for p in scene.parts)
    if total == 0:
        raise DataError(subject, "holds no triangles", "export it with its meshes")
    for part in scene.parts:
        if not 0 <= part.material < len(scene.materials):
            raise DataError(subject, f"part {part.name!r} has no material {part.material}", "export it again")
        if part.instance < 1:
            raise DataError(subject, f"part {part.name!r} has instance {part.instance}", "instances start at 1")

    parts = _mended(scene.parts, total, subject, defects)
    instances = len({p.instance for p in parts})
    if instances > _MAX_INSTANCES or max(p.instance for p in parts) > _MAX_INSTANCES:
        raise DataError(subject, f"{instances} objects, ids above {_MAX_INSTANCES}", "merge small objects")
    parts = _agreed(parts, defects)
    checked = replace(scene, parts=tuple(parts))
    extent = np.ptp(checked.bounds, axis=0)
    if not _EXTENT[0] <= extent.max() <= _EXTENT[1]:
        size = " x ".join(f"{e:.4g}" for e in extent)
        raise DataError(subject, f"an extent of {size} m is no building", "check unit and stray geometry of the source")
    shape = topology(checked.mesh)
    checked, turned = mend_winding(checked, shape)
    defects += _described(checked, shape)
    decisions = (*scene.decisions, *([turned] if turned else []))
    return replace(checked, defects=tuple(dict.fromkeys(defects)), decisions=decisions)


def _mended(parts: tuple[Part, ...], total: int, subject: str, defects: list[str]) -> list[Part]:
    """Return the parts without unusable faces."""
    counts = {"indexes out of range": 0, "vertices that are not finite": 0, "no area": 0}
    kept, dropped = [], []
    for part in parts:
        bad = _bad_faces(part)
        for cause, mask in bad.items():
            counts[cause] += int(mask.sum())
        good = ~np.logical_or.reduce(list(bad.values()))
        if good.any():
            kept.append(_with_faces(part, good))
        else:
            dropped.append(part.name)
    broken = counts["indexes out of range"] + counts["vertices that are not finite"]
    if not kept or broken > _BROKEN * total:
        causes = ", ".join(f"{count} with {cause}" for cause, count in counts.items() if count)
        raise DataError(subject, f"unusable triangles: {causes} of {total}", "export it again")
    defects += [f"{count} triangles dropped: {cause}" for cause, count in counts.items() if count]
    if dropped:
        names = ", ".join(dropped[:5]) + (" ..." if len(dropped) > 5 else "")
        defects.append(f"{len(dropped)} parts dropped, no usable triangle: {names}")
    return kept


def _bad_faces(part: Part) -> dict[str, NDArray[np.bool_]]:
    """Return a (F,) mask of unusable faces per cause; a face counts once."""
    faces, vertices = part.faces, part.vertices
    outside: NDArray[np.bool_] = np.any((faces < 0) | (faces >= len(vertices)), axis=1)
    if len(vertices) == 0:
        nothing = np.zeros(len(faces), dtype=bool)
        return {"indexes out of range": outside, "vertices that are not finite": nothing, "no area": nothing}
    safe = np.where(outside[:, None], 0, faces)
    infinite = ~of_all(np.asarray(np.isfinite(vertices).all(axis=1)), safe) & ~outside
    area = lengths(area_vectors(corners_of(np.nan_to_num(vertices, nan=0, posinf=0, neginf=0), safe)))
    return {
        "indexes out of range": outside,
        "vertices that are not finite": infinite,
        "no area": (area == 0) & ~outside & ~infinite,
    }


def _with_faces(part: Part, good: NDArray[np.bool_]) -> Part:
    """Return a part with some of its faces, the vertices these use, and finite texture coordinates."""
    faces = part.faces[good]
    used = used_vertices(len(part.vertices), faces)
    uv = part.uv
    if uv is not None and not np.isfinite(uv).all():
        uv = np.nan_to_num(uv, nan=0, posinf=0, neginf=0)
    if good.all() and used.all():
        return part if uv is part.uv else replace(part, uv=uv)
    new_index = np.cumsum(used) - 1
    return replace(
        part,
        vertices=part.vertices[used],
        faces=new_index[faces].astype(np.int32),
        uv=None if uv is None else uv[used],
        colors=None if part.colors is None else part.colors[used],
    )


def _agreed(parts: list[Part], defects: list[str]) -> list[Part]:
    """Return the parts with one category per object."""
    by_instance: dict[int, list[Part]] = {}
    for part in parts:
        by_instance.setdefault(part.instance, []).append(part)
    category = {i: max(group, key=lambda p: len(p.faces)).category for i, group in by_instance.items()}
    for instance, group in by_instance.items():
        told = sorted({p.category for p in group})
        if len(told) > 1:
            defects.append(f"object {instance} is told to be {' and '.join(told)}; taken for {category[instance]}")
    return [p if p.category == category[p.instance] else replace(p, category=category[p.instance]) for p in parts]


def _described(scene: Scene, shape: Topology) -> list[str]:
    """Return defects that are told and left."""
    found = []
    if shape.open_edges > _OPEN:
        found.append(f"holes: {shape.open_edges:.0%} of the edges are open")
    bare = sum(scene.materials[p.material].texture is not None and p.uv is None for p in scene.parts)
    if bare:
        found.append(f"{bare} textured parts have no texture coordinates")
    return found
