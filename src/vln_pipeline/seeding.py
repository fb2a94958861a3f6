"""Random draws that do not depend on worker count, order or resume."""

import hashlib

import numpy as np


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of one draw, named by what it is drawn for.

    Args:
        seed: the run's seed.
        names: what the draw belongs to, from coarse to fine, for instance scene id, stage, item.

    >>> generator(7, "house_0", "sampling").integers(100) == generator(7, "house_0", "sampling").integers(100)
    True
    """
    digest = hashlib.sha256("\x1f".join(map(str, (seed, *names))).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest[:16], dtype="<u4"))
