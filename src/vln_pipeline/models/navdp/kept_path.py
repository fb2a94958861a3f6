"""What is left of a path that was chosen earlier, as a candidate beside new ones."""

import numpy as np
from numpy.typing import NDArray


def rest_of(path: NDArray[np.float64], short: float) -> NDArray[np.float64] | None:
    """Return (T, 3) differences x, y, heading from the robot along the waypoints ahead; zeros beyond the last.

    Waypoints behind the one nearest to the robot are done with.

    Args:
        path: (T, 2) in the current body frame, metres.
        short: a rest that ends nearer than this, metres, is None.
    """
    nearest = int(np.hypot(*path.T).argmin())
    ahead = path[nearest + 1 :]
    if not len(ahead) or np.hypot(*ahead[-1]) < short:
        return None
    steps = np.diff(ahead, axis=0, prepend=np.zeros((1, 2)))
    angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    rest = np.zeros((len(path), 3))
    rest[: len(steps), :2] = steps
    rest[1 : len(steps), 2] = np.diff(angles)
    return rest
