"""One procedural home from a seed."""

import numpy as np

from vln_pipeline.scenes.procedural.assembly import Assembly
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.envelope import carve
from vln_pipeline.scenes.procedural.furnishing import furnish
from vln_pipeline.scenes.procedural.joinery import baseboards, door_frame, front_door, hung_leaf, wall_pose, window
from vln_pipeline.scenes.procedural.layout import draw_plan
from vln_pipeline.scenes.procedural.lights import daylight, lamps
from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.palette import Palette
from vln_pipeline.scenes.procedural.placement import RoomSpace
from vln_pipeline.scenes.procedural.plan import Cell, Plan, Rect
from vln_pipeline.scenes.procedural.stairs import build_stairs
from vln_pipeline.scenes.scene import Light, Room, Scene
from vln_pipeline.seeding import generator

VERSION = 1
"""Raised whenever the same seed gives another home."""


def generate_home(config: ProceduralConfig, seed: int, index: int) -> Scene:
    """Generate home number ``index``; the same arguments give the same bytes.

    Raises:
        DataError: if no floor plan fits the configuration.
    """
    name = f"home_{index:04d}"
    plan = draw_plan(generator(seed, name, "plan"), config)
    assembly = Assembly(Palette(seed, name, config.texture_size))
    _shell(assembly, plan, generator(seed, name, "shell"))
    leaves = _joinery(assembly, plan, generator(seed, name, "joinery"))
    lights: list[Light] = []
    for cell in plan.cells:
        rng = generator(seed, name, "room", cell.name)
        level = plan.level(cell.storey)
        space = RoomSpace(cell, plan.openings_of(cell), leaves.get(cell.name, []), plan.ceiling(cell) - level)
        if cell.label == "staircase":
            build_stairs(assembly, plan, cell)
        else:
            furnish(space, rng, config.furniture_density)
        fixtures, bulbs = lamps(space, rng)
        for thing, pose in (*space.placed, *fixtures):
            assembly.add(thing, Pose(pose.x, pose.y, pose.z + level, pose.yaw), cell.name)
        lights += [
            Light(b.kind, (b.position[0], b.position[1], b.position[2] + level), b.power, b.color, b.size)
            for b in bulbs
        ]
    lights += daylight(plan)
    return Scene(
        id=name,
        parts=tuple(assembly.parts),
        materials=tuple(assembly.materials),
        lights=tuple(lights),
        rooms=tuple(_room(plan, cell) for cell in plan.cells),
        source="procedural",
        licence="Apache-2.0 (generated)",
        origin=f"seed {seed}, index {index}, generator version {VERSION}",
    )


def _room(plan: Plan, cell: Cell) -> Room:
    x0, y0, x1, y1 = cell.inner
    polygon = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)
    return Room(cell.name, cell.label, polygon, plan.level(cell.storey), plan.ceiling(cell))


def _finishes(rng: np.random.Generator, cell: Cell) -> tuple[str, str, str, int]:
    """Return the roles of floor, wall and accent wall, and which of the four walls is the accent."""
    accent_side = int(rng.integers(4))
    match cell.label:
        case "bathroom":
            return "bath floor", "tiled wall", "tiled wall", accent_side
        case "laundry room":
            return "bath floor", "wall", "wall", accent_side
        case "kitchen":
            return ("tiled floor", "wood floor")[rng.integers(2)], "wall", "wall", accent_side
        case "bedroom" | "study" | "living room" | "dining room":
            accent = f"accent wall {rng.integers(3)}" if rng.random() < 0.65 else "wall"
            carpeted = cell.label == "bedroom" and rng.random() < 0.3
            return "carpet" if carpeted else "wood floor", "wall", accent, accent_side
        case _:
            return "wood floor", "wall", "wall", accent_side


def _shell(assembly: Assembly, plan: Plan, rng: np.random.Generator) -> None:
    """Add walls, floors and ceilings, one instance of each per room, and the facade."""
    surfaces = carve(plan)
    outside = tuple(("facade", solid) for (cell, _, _), solid in surfaces.items() if cell < 0)
    assembly.add(Model("wall", outside), Pose(0, 0), None)
    for i, cell in enumerate(plan.cells):
        floor, wall, accent, side = _finishes(rng, cell)
        facing = ((1, 1), (0, -1), (1, -1), (0, 1))[side]
        walls = []
        for (owner, axis, direction), solid in surfaces.items():
            if owner != i:
                continue
            if axis == 2:
                kind, role = ("floor", floor) if direction > 0 else ("ceiling", "ceiling")
                assembly.add(Model(kind, ((role, solid),)), Pose(0, 0), cell.name)
            else:
                walls.append((accent if (axis, direction) == facing else wall, solid))
        assembly.add(Model("wall", tuple(walls)), Pose(0, 0), cell.name)


def _joinery(assembly: Assembly, plan: Plan, rng: np.random.Generator) -> dict[str, list[Rect]]:
    """Add doors, windows and baseboards; return the floor that open leaves take, by room."""
    cells = {cell.name: cell for cell in plan.cells}
    leaves: dict[str, list[Rect]] = {}
    paneled = bool(rng.random() < 0.6)
    for o in plan.openings:
        level = plan.level(o.storey)
        pose = wall_pose(o, level)
        cell = cells[o.room]
        if o.kind == "window":
            assembly.add(window(o, f"view {o.axis + o.side + 1}"), pose, cell.name)
            continue
        if cell.label == "staircase":
            continue
        assembly.add(door_frame(o), pose, cell.name)
        if o.kind == "entrance":
            assembly.add(front_door(o), pose, cell.name)
        elif o.kind == "door":
            leaf, hinge = hung_leaf(o, cell, level, rng.uniform(1.46, 1.6), paneled)
            space = RoomSpace(cell, plan.openings_of(cell), leaves.get(cell.name, []), plan.height)
            taken = space.footprint(leaf, hinge)
            # A leaf that would stand in the way of another door is left off, as people do.
            if space.walkable([taken]):
                assembly.add(leaf, hinge, cell.name)
                leaves.setdefault(cell.name, []).append(taken)
    for cell in plan.cells:
        if cell.label not in ("bathroom", "staircase"):
            assembly.add(baseboards(plan, cell), Pose(0, 0, plan.level(cell.storey)), cell.name)
    return leaves
