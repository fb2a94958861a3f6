"""Lamps at the ceiling of each room, and daylight at its windows."""

import numpy as np

from vln_pipeline.scenes.procedural.furniture.lighting import flush_lamp, pendant_lamp
from vln_pipeline.scenes.procedural.joinery import wall_pose
from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.placement import RoomSpace
from vln_pipeline.scenes.procedural.plan import Plan
from vln_pipeline.scenes.scene import Light

WARM = (1.0, 0.86, 0.69)
"""Linear colour of a lamp of about 3500 K."""
SKY = (0.86, 0.94, 1.0)
"""Linear colour of an overcast sky."""
WATTS_PER_AREA = 3.0
DAYLIGHT = 12.0
"""Power of a window, watts per square metre of pane."""


def lamps(space: RoomSpace, rng: np.random.Generator) -> tuple[list[tuple[Model, Pose]], list[Light]]:
    """Return ceiling lamps, one per 14 square metres, and the light each gives, heights above the room's floor."""
    x0, y0, x1, y1 = space.rect
    width, depth = space.size
    count = max(1, round(width * depth / 14), round(max(width, depth) / 5))
    # A stairwell is lit from its top, so it gets the light of the storeys it passes through.
    storeys_high = space.height / 2.6
    power = float(np.clip(WATTS_PER_AREA * width * depth * storeys_high / count, 25, 80))
    hanging = space.label in ("living room", "dining room", "bedroom") and rng.random() < 0.6
    lamp, drop = pendant_lamp(rng) if hanging else flush_lamp(rng)
    fixtures, lights = [], []
    for share in ((np.arange(count) + 0.5) / count).tolist():
        x, y = (x0 + share * width, (y0 + y1) / 2) if width > depth else ((x0 + x1) / 2, y0 + share * depth)
        fixtures.append((lamp, Pose(x, y, space.height)))
        lights.append(Light("area", (x, y, space.height - drop - 0.02), power, WARM, 0.6 if not hanging else 0.35))
    return fixtures, lights


def daylight(plan: Plan) -> list[Light]:
    """Return one area light per window, just inside its pane and shining into the room."""
    lights = []
    for o in plan.openings:
        if o.kind != "window":
            continue
        pose = wall_pose(o, plan.level(o.storey))
        width, height = o.end - o.start, o.top - o.bottom
        inward = np.array([-np.sin(pose.yaw), np.cos(pose.yaw), 0.0])
        # Columns: the light's x axis along the wall, its y axis up, and its z axis outdoors, since it shines along -z.
        rotation = np.stack([np.cross([0.0, 0.0, 1.0], -inward), [0.0, 0.0, 1.0], -inward], axis=1)
        position = (pose.x - 0.06 * inward[0], pose.y - 0.06 * inward[1], pose.z + (o.bottom + o.top) / 2)
        lights.append(Light("area", position, DAYLIGHT * width * height, SKY, min(width, height) * 0.94, rotation))
    return lights
