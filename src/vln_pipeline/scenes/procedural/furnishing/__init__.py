"""What stands in a room, one module a kind of room."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.bathroom import furnish_bathroom
from vln_pipeline.scenes.procedural.furnishing.bedroom import furnish_bedroom
from vln_pipeline.scenes.procedural.furnishing.dining import furnish_dining_room
from vln_pipeline.scenes.procedural.furnishing.kitchen import furnish_kitchen
from vln_pipeline.scenes.procedural.furnishing.living import furnish_living_room
from vln_pipeline.scenes.procedural.furnishing.service import furnish_closet, furnish_hallway, furnish_laundry_room
from vln_pipeline.scenes.procedural.furnishing.study import furnish_study
from vln_pipeline.scenes.procedural.furnishing.walls import dress_windows, pictures
from vln_pipeline.scenes.procedural.placement import RoomSpace

FURNISH = {
    "living room": furnish_living_room,
    "dining room": furnish_dining_room,
    "kitchen": furnish_kitchen,
    "bedroom": furnish_bedroom,
    "bathroom": furnish_bathroom,
    "study": furnish_study,
    "hallway": furnish_hallway,
    "closet": furnish_closet,
    "laundry room": furnish_laundry_room,
}


def furnish(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a room: what hangs at its windows, its furniture, then pictures on the walls that are left."""
    dress_windows(space, rng)
    FURNISH[space.label](space, rng, density)
    pictures(space, rng, density)
