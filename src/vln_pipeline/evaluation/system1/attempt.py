"""One robot in the middle of an episode."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.evaluation.system1.drive import Drive, Ending
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.episode import Episode
from vln_pipeline.evaluation.system1.explored_floor import ExploredFloor
from vln_pipeline.evaluation.system1.recovery import Recovery
from vln_pipeline.evaluation.world.follow import PathFollower
from vln_pipeline.evaluation.world.planar import into
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.evaluation.world.sight import pixel_of
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.seeding import generator


class Attempt:
    """Senses for a robot, carries out its plans, and keeps the record.

    Args:
        world: the loaded world.
        episode: what is asked.
        config: robot, camera and rules.
        recovers: whether the robot backs off after a contact.
        scene: scene id, and
        seed: of the run: both name the draws of motion errors and of recovery.
    """

    def __init__(
        self, world: World, episode: Episode, config: DriveConfig, recovers: bool, scene: str, seed: int
    ) -> None:
        self.episode = episode
        self.ending: Ending | None = None
        self.robot = Robot(
            world, np.append(episode.start, episode.yaw), config.motion, generator(seed, scene, "motion", episode.id)
        )
        self._world, self._config = world, config
        self._camera = config.eye.setting()
        self._follower = PathFollower(config.follower, config.motion)
        self._recovery = Recovery(config, generator(seed, scene, "recovery", episode.id)) if recovers else None
        self._explored = ExploredFloor() if episode.target is None else None
        self._track = [self.robot.pose.copy()]
        self._contact: list[bool] = []
        self._blocked: list[bool] = []
        self._faces = self._turned = False
        self._image = self._goal_image()

    @property
    def plans(self) -> bool:
        """Whether the robot would follow a plan made now."""
        recovering = self._recovery is not None and self._recovery.running
        return self.ending is None and not recovering and not (self._faces and self._follower.turning)

    @property
    def turned(self) -> bool:
        """Whether the robot has just turned to face its path, which was planned for what it did not see."""
        return self._faces and self._turned

    def observe(self, *, depth: bool, rgb: bool) -> Observation:
        """Return what the robot sees; an image that is not asked for is empty."""
        view = None
        if depth or rgb or self._explored is not None:
            view = self.robot.see(self._camera, rgb=rgb)
        if self._explored is not None and view is not None:
            self._explored.add(view.depth, self.robot.pose, self._camera)
        return Observation(
            rgb=np.zeros((0, 0, 3), np.uint8) if view is None or view.rgb is None else view.rgb,
            depth=np.zeros((0, 0), np.float32) if view is None else view.depth,
            camera=self._camera,
            pose=self.robot.odometry.copy(),
            time=self.robot.time,
        )

    def goal(self) -> Goal:
        """Return the goal as it is told now: a place by odometry, a pixel by sight, or an image."""
        target, kind = self.episode.target, self.episode.kind
        if target is None:
            return Goal(kind)
        if kind is GoalKind.POINT:
            from_start = into(self._track[0][[0, 1, 3]], target.position[:2])
            return Goal(kind, point=into(self.robot.odometry, from_start))
        if kind is GoalKind.PIXEL:
            return Goal(kind, pixel=pixel_of(self.robot.pose[:3], self.robot.pose[3], target.position, self._camera))
        return Goal(kind, image=self._image)

    def follow(self, plan: Plan) -> None:
        """Take a plan made for where the robot is now."""
        if plan.stop:
            self.ending = Ending.STOPPED
        self._faces = plan.face
        self._follower.hold(plan.path, self.robot.odometry, face=plan.face)

    def step(self) -> None:
        """Drive one control period and see whether that ends the episode."""
        recovering = self._recovery is not None and self._recovery.running
        if self._recovery is not None and recovering:
            command = self._recovery.command()
        else:
            turning = self._follower.turning
            command = self._follower.command(self.robot.odometry)
            self._turned = turning and not self._follower.turning
        hindered = self.robot.contacts.blocked
        touched = self.robot.drive(*command)
        self._track.append(self.robot.pose.copy())
        self._contact.append(touched)
        self._blocked.append(self.robot.contacts.blocked > hindered)
        if touched and self._recovery is not None:
            self._recovery.begin()
            self._follower.reset()
        self.ending = self._end(touched)

    def drive(self) -> Drive:
        """Return the record of an episode that ended."""
        if self.ending is None:
            raise ValueError(f"{self.episode.id} is not over")
        return Drive(
            episode=self.episode,
            track=np.array(self._track),
            contact=np.array(self._contact, dtype=bool),
            blocked=np.array(self._blocked, dtype=bool),
            period=self._config.motion.period,
            ending=self.ending,
            remaining=self._remaining(),
            explored=math.nan if self._explored is None else self._explored.area,
        )

    def _end(self, touched: bool) -> Ending | None:
        rules = self._config
        if self._arrived():
            return Ending.ARRIVED
        if self.episode.target is None and touched and self._recovery is None:
            return Ending.TOUCHED
        if self.robot.time >= rules.time_limit - 1e-9:
            return Ending.TIME
        window = round(rules.stuck_time / rules.motion.period)
        if len(self._contact) >= window:
            recent = np.array(self._track[-1 - window :])[:, :2]
            if np.linalg.norm(recent - recent[0], axis=1).max() < rules.stuck_distance:
                return Ending.STUCK
        return None

    def _arrived(self) -> bool:
        rules, target = self._config, self.episode.target
        if target is None:
            return False
        if rules.arrival_speed is not None:
            moved = np.abs(self._track[-1][:2] - self._track[-2][:2]).sum()
            if moved / rules.motion.period >= rules.arrival_speed:
                return False
        if rules.arrival_distance == "straight":
            return bool(np.hypot(*(self._track[-1][:2] - target.position[:2])) < rules.arrival)
        return self._remaining() < rules.arrival

    def _remaining(self) -> float:
        if self.episode.target is None:
            return math.nan
        return self._world.distance(self.robot.pose[:3], self.episode.target.position)

    def _goal_image(self) -> NDArray[np.uint8] | None:
        if self.episode.kind is not GoalKind.IMAGE or self.episode.target is None:
            return None
        there = np.append(self.episode.target.position, self.episode.target.yaw)
        return self._world.render(there, self._camera, rgb=True).rgb
