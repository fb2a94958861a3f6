"""Writes PLY files whose faces bear object ids."""

import numpy as np

_KINDS = {"<f4": "float", "|u1": "uchar", "<i4": "int"}


def instance_ply(
    vertices: np.ndarray,
    faces: np.ndarray,
    ids: np.ndarray | None = None,
    colors: np.ndarray | None = None,
    normals: bool = False,
) -> bytes:
    """Pack (V, 3) vertices and (F, 3 or 4) faces as binary little-endian PLY."""
    names = ["x", "y", "z", *(["nx", "ny", "nz"] if normals else [])]
    channels = ["red", "green", "blue"] if colors is not None else []
    rows = np.zeros(len(vertices), [(n, "<f4") for n in names] + [(n, "u1") for n in channels])
    for axis, name in enumerate("xyz"):
        rows[name] = vertices[:, axis]
    for channel, name in enumerate(channels):
        rows[name] = colors[:, channel]
    polygons = np.zeros(
        len(faces), [("n", "u1"), ("v", "<i4", faces.shape[1]), *([("id", "<i4")] if ids is not None else [])]
    )
    polygons["n"], polygons["v"] = faces.shape[1], faces
    if ids is not None:
        polygons["id"] = ids
    header = [
        "ply",
        "format binary_little_endian 1.0",
        f"element vertex {len(rows)}",
        *(f"property {_KINDS[rows.dtype[n].str]} {n}" for n in rows.dtype.names),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        *(["property int object_id"] if ids is not None else []),
        "end_header",
    ]
    return ("\n".join(header) + "\n").encode() + rows.tobytes() + polygons.tobytes()
