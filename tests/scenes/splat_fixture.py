"""Writes splats in the layouts of others, row by row."""

import numpy as np

from vln_pipeline.scenes.scene import Splat

SH_C0 = 0.28209479177387814


def standard_ply(splat: Splat, normals: bool = True, comments: tuple[str, ...] = ()) -> bytes:
    """As the reference implementation writes it: f_rest holds all of red, then of green, then of blue."""
    count, bands = splat.sh.shape[0], splat.sh.shape[1]
    opacity = splat.opacities.astype(np.float64)
    with np.errstate(divide="ignore"):
        logits, scales = np.log(opacity / (1 - opacity)), np.log(splat.scales.astype(np.float64))
    columns = {axis: splat.means[:, i] for i, axis in enumerate("xyz")}
    columns |= {f"n{axis}": np.zeros(count) for axis in "xyz"} if normals else {}
    columns |= {f"f_dc_{i}": splat.sh[:, 0, i] for i in range(3)}
    columns |= {f"f_rest_{c * (bands - 1) + k}": splat.sh[:, k + 1, c] for c in range(3) for k in range(bands - 1)}
    columns |= {"opacity": logits} | {f"scale_{i}": scales[:, i] for i in range(3)}
    columns |= {f"rot_{i}": 3 * splat.quats[:, i] for i in range(4)}
    return ply({"vertex": columns}, comments)


def ply(elements: dict[str, dict[str, np.ndarray]], comments: tuple[str, ...] = (), kind: str = "<f4") -> bytes:
    """A binary PLY file of columns of floats, or of uint32 and uint8 where an array has that type."""
    header, body = ["ply", "format binary_little_endian 1.0", *(f"comment {c}" for c in comments)], b""
    names = {"f4": "float", "u4": "uint", "u1": "uchar"}
    for element, columns in elements.items():
        kinds = {n: c.dtype.str if c.dtype.kind == "u" else kind for n, c in columns.items()}
        rows = np.zeros(len(next(iter(columns.values()))), list(kinds.items()))
        for name, column in columns.items():
            rows[name] = column
        header += [f"element {element} {len(rows)}", *(f"property {names[k[1:]]} {n}" for n, k in kinds.items())]
        body += rows.tobytes()
    return "\n".join([*header, "end_header", ""]).encode() + body


def compressed_ply(splat: Splat) -> bytes:
    """As PlayCanvas packs it, in chunks of 256."""
    count = len(splat.means)
    scales = np.log(splat.scales.astype(np.float64))
    rgb = splat.sh[:, 0].astype(np.float64) * SH_C0 + 0.5
    values = {"x": splat.means[:, 0], "y": splat.means[:, 1], "z": splat.means[:, 2]}
    values |= {f"scale_{a}": scales[:, i] for i, a in enumerate("xyz")} | {c: rgb[:, i] for i, c in enumerate("rgb")}
    starts = np.arange(0, count, 256)
    low = {n: np.minimum.reduceat(v, starts) for n, v in values.items()}
    high = {n: np.maximum.reduceat(v, starts) for n, v in values.items()}
    chunk = {f"min_{n}": v for n, v in low.items()} | {f"max_{n}": v for n, v in high.items()}
    index = np.arange(count) // 256

    def share(name: str, bits: int) -> np.ndarray:
        span = np.maximum(high[name] - low[name], 1e-12)[index]
        return np.round((values[name] - low[name][index]) / span * (2**bits - 1)).astype(np.uint32)

    def packed(names: tuple[str, str, str]) -> np.ndarray:
        return share(names[0], 11) << 21 | share(names[1], 10) << 11 | share(names[2], 11)

    largest = np.argmax(np.abs(splat.quats), axis=1)
    quats = splat.quats * np.sign(splat.quats[np.arange(count), largest])[:, None]
    others = np.array([np.delete(q, k) for q, k in zip(quats, largest, strict=True)])
    fields = np.round((others / np.sqrt(2) + 0.5) * 1023).clip(0, 1023).astype(np.uint32)
    rotation = largest.astype(np.uint32) << 30 | fields[:, 0] << 20 | fields[:, 1] << 10 | fields[:, 2]
    alpha = np.round(255 * splat.opacities).astype(np.uint32)
    vertex = {
        "packed_position": packed(("x", "y", "z")),
        "packed_rotation": rotation,
        "packed_scale": packed(("scale_x", "scale_y", "scale_z")),
        "packed_color": share("r", 8) << 24 | share("g", 8) << 16 | share("b", 8) << 8 | alpha,
    }
    elements = {"chunk": chunk, "vertex": vertex}
    bands = splat.sh.shape[1] - 1
    if bands:
        coefficients = splat.sh[:, 1:].astype(np.float64).transpose(0, 2, 1).reshape(count, -1)
        steps = np.floor((coefficients / 8 + 0.5) * 256).clip(0, 255).astype(np.uint8)
        elements["sh"] = {f"f_rest_{i}": steps[:, i] for i in range(3 * bands)}
    return ply(elements)


def dot_splat(splat: Splat) -> bytes:
    """As antimatter15's converter writes it, 32 bytes each."""
    rows = np.zeros(len(splat.means), [("p", "<f4", 3), ("s", "<f4", 3), ("c", "u1", 4), ("q", "u1", 4)])
    rows["p"], rows["s"] = splat.means, splat.scales
    rgb = splat.sh[:, 0].astype(np.float64) * SH_C0 + 0.5
    rows["c"] = np.round(255 * np.column_stack([rgb, splat.opacities])).clip(0, 255)
    rows["q"] = np.round(splat.quats * 128 + 128).clip(0, 255)
    return rows.tobytes()
