"""What stands in a room, by its type."""

import numpy as np

from vln_pipeline.scenes.procedural.placement import RoomSpace


def furnish(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a room."""
