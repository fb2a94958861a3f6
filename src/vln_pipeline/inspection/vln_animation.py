"""An agent at work: the instruction, what it sees, where it means to go, and where it is."""

import textwrap
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vln_pipeline.evaluation.vln.agents.agent import Intent
from vln_pipeline.evaluation.vln.drive import Drive
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.planar import out_of
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.inspection.drive_map import DriveMap
from vln_pipeline.inspection.markers import draw_pixel_goal
from vln_pipeline.inspection.moving_picture import moving_picture
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.seeding import generator

_FRAMES = 24
_VIEW, _MAP = 200, 300
"""Width of what the robot sees and longer edge of the map, pixels."""
_LETTERS, _LINE = 84, 15
"""Letters to a line of the instruction, and its height, pixels."""


def animate_instruction(drive: Drive, floor: FloorMap, world: World, rules: Rules) -> bytes:
    """Return a GIF of frames spread evenly over the drive.

    Above stands the instruction; on the left what the robot sees and, below, the floor that System 2 saw with its
    pixel goal; on the right the map with the way told (green), driven (blue) and meant (orange).

    Args:
        drive: the drive.
        floor: the storey.
        world: with the scene loaded.
        rules: of the protocol.
    """
    plan = DriveMap(
        floor,
        drive.track,
        drive.collided,
        drive.episode.goal,
        radius=rules.protocol.radius,
        arrival=rules.protocol.success_distance,
        size=_MAP,
        reference=drive.episode.reference,
    )
    banner = _banner(drive.episode.instruction, _VIEW + _MAP)
    frames = []
    for step in np.unique(np.linspace(0, len(drive.track) - 1, _FRAMES).round().astype(int)).tolist():
        intent = next((intent for intent in reversed(drive.intents) if intent.step <= step), None)
        views = [_seen(world, drive.track[step], rules, None)]
        if intent is not None:
            views.append(_seen(world, drive.track[intent.asked], rules, intent.pixel))
        frames.append(_frame(banner, views, plan.draw(step, _meant(drive, intent))))
    return moving_picture(frames)


def _meant(drive: Drive, intent: Intent | None) -> NDArray[np.float64] | None:
    """Return (K, 2) the way that the agent meant to take, world, metres."""
    return None if intent is None else out_of(drive.track[0, [0, 1, 3]], intent.path)


def _seen(
    world: World, pose: NDArray[np.float64], rules: Rules, pixel: NDArray[np.float64] | None
) -> NDArray[np.uint8]:
    """Return what the robot sees, small; with a pixel goal what it sees of the floor, and the goal in it."""
    robot = Robot(world, pose, rules.motion, generator(0, "unused"))
    if pixel is not None:
        robot.act(Action.LOOK_DOWN)
    view = robot.see(rules.camera, rgb=True).rgb
    if view is None:
        raise ValueError("the world gave no colour image")
    size = (_VIEW, round(view.shape[0] * _VIEW / view.shape[1]))
    small = np.asarray(cv2.resize(view, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if pixel is None:
        return small
    column, row = np.clip(pixel * size, 0, np.array(size) - 1).astype(int).tolist()
    return draw_pixel_goal(small, (column, row))


def _banner(text: str, width: int) -> NDArray[np.uint8]:
    """Return the words on white; letters that the font lacks are boxes, the caption has them."""
    lines = textwrap.wrap(text, _LETTERS)[:4] or [""]
    image = Image.new("RGB", (width, _LINE * len(lines) + 6), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(11)
    for number, line in enumerate(lines):
        pen.text((4, 3 + _LINE * number), line, fill="black", font=font)
    return np.asarray(image, dtype=np.uint8)


def _frame(banner: NDArray[np.uint8], views: Sequence[NDArray[np.uint8]], plan: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return everything on white; frames with and without a goal are of one size."""
    top, high = len(banner), len(views[0])
    frame = np.full((top + max(len(plan), 2 * high), _VIEW + max(_MAP, plan.shape[1]), 3), 255, dtype=np.uint8)
    frame[:top, : banner.shape[1]] = banner
    for number, view in enumerate(views):
        frame[top + number * high : top + (number + 1) * high, :_VIEW] = view
    frame[top : top + len(plan), _VIEW : _VIEW + plan.shape[1]] = plan
    return frame
