"""How large a piece of furniture is, which 3D-FRONT tells in several ways."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.front3d.frame import numbers


def box_size(record: dict[str, Any], child: dict[str, Any]) -> NDArray[np.float64] | None:
    """Return the (3,) width, height and depth of furniture in metres before it is scaled, or None.

    Args:
        record: of the furniture: ``size`` is width, depth, height; ``bbox`` is in the same order where ``size`` is
            there, too, and flat; otherwise, and where it is nested, it is width, height, depth.
        child: of the room: ``replace_bbox``, where another model was put in place, is in centimetres.

    Raises:
        ValueError: a size is no list of three numbers.
    """
    replaced = child.get("replace_bbox")
    if isinstance(replaced, dict):
        width, depth, height = numbers([replaced[key] for key in ("xLen", "yLen", "zLen")], 3) / 100
    elif record.get("size"):
        width, depth, height = numbers(record["size"], 3)
    elif record.get("bbox"):
        bbox = record["bbox"]
        width, height, depth = numbers(bbox[0] if isinstance(bbox[0], list) else bbox, 3)
    else:
        return None
    size = np.abs(np.array([width, height, depth]))
    return size if size.all() else None
