"""NavDP at the wheel: from what the robot sees, and a goal, to a path."""

import copy
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp import goals, ranking
from vln_pipeline.models.navdp.clear_paths import bent, blocked
from vln_pipeline.models.navdp.conditioned_decoder import Condition, ConditionedDecoder
from vln_pipeline.models.navdp.diffusion import sampling_schedule
from vln_pipeline.models.navdp.encoders import ImageGoalEncoder, PixelGoalEncoder, RgbdEncoder
from vln_pipeline.models.navdp.frame_memory import FrameMemory
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.kept_path import rest_of
from vln_pipeline.models.navdp.letterbox import letterbox_depth, letterbox_rgb
from vln_pipeline.models.navdp.network import GOALS, NavdpNetwork
from vln_pipeline.models.navdp.obstacle_memory import ObstacleMemory
from vln_pipeline.models.navdp.planned_together import Query, planned_together
from vln_pipeline.models.navdp.policy_config import AvoidanceConfig, PolicyConfig
from vln_pipeline.models.navdp.projection import project
from vln_pipeline.models.navdp.vit import VisionTransformer
from vln_pipeline.rendering.camera import CameraSetting

ACTION_SCALE = 4.0
"""Actions are differences of waypoints times this."""
_Drawn = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(S, T, 3) candidate paths and their (S,) values."""
_Drawing = Generator[Query, Tensor, _Drawn]


@dataclass(frozen=True)
class NavdpPlan:
    """What the policy proposes, in the body frame at the time of the observation; S samples, T waypoints.

    Attributes:
        path: (T, 3) x, y, metres, and heading, radians: what to drive.
        stuck: whether no sample is good enough, so that ``path`` turns in place.
        candidates: (S, T, 3) all that were ranked, best first.
        values: (S,) critic values in that order.
        scores: (S,) what they are ordered by.
    """

    path: NDArray[np.float64]
    stuck: bool
    candidates: NDArray[np.float64]
    values: NDArray[np.float64]
    scores: NDArray[np.float64]


class NavdpPolicy:
    """Plans with a trained network; remembers images from one control step to the next.

    Args:
        network: is copied; later changes of it go unnoticed.
        config: how to sample and rank.
    """

    @torch.inference_mode()
    def __init__(self, network: NavdpNetwork, config: PolicyConfig) -> None:
        if config.steps > network.config.diffusion_steps:
            limit = network.config.diffusion_steps
            raise DataError("steps", f"{config.steps} is more than the network was trained with", f"at most {limit}")
        self.config = config
        self.network = copy.deepcopy(network).eval()
        for module in self.network.modules():
            if config.bfloat16 and isinstance(module, RgbdEncoder | PixelGoalEncoder | ImageGoalEncoder):
                _halve(module)
        for module in self.network.modules():
            if isinstance(module, VisionTransformer):
                project(module)
        self.device = next(self.network.parameters()).device
        size = network.config.image_size
        self.decoder = ConditionedDecoder(self.network, config.bfloat16, config.compile)
        self.memory = FrameMemory(
            partial(self._encoded, self.network.rgbd_encoder.rgb_tokens),
            torch.zeros(1, 3, size, size, device=self.device),
            network.config.memory_size,
            config.memory_stride,
        )
        self.reset(0)

    def another(self, stop_threshold: float | None) -> "NavdpPolicy":
        """Return a policy for another robot, which shares the network and remembers for itself.

        Args:
            stop_threshold: in place of the configuration's.
        """
        other = copy.copy(self)
        other.config = self.config.model_copy(update={"stop_threshold": stop_threshold})
        other.memory = self.memory.another()
        other.reset(0)
        return other

    def reset(self, seed: int, camera: CameraSetting | None = None) -> None:
        """Forget what was seen.

        Args:
            seed: of every draw until the next reset.
            camera: that takes the images to come; ``avoidance`` has to know it.
        """
        self.memory.clear()
        self.noise = torch.Generator().manual_seed(seed)
        self.previous: NDArray[np.float64] | None = None
        self.side = 0.0
        rules = self.config.avoidance
        self.obstacles = None if rules is None or camera is None else ObstacleMemory(camera, rules.height, rules.reach)

    def plan(
        self,
        rgb: NDArray[np.uint8],
        depth: NDArray[np.float32],
        goal: NavdpGoal,
        pose: NDArray[np.float64] | None = None,
    ) -> NavdpPlan:
        """Return where to drive from here.

        Args:
            rgb: (h, w, 3) sRGB.
            depth: (h, w) metres along the optical axis, 0 where nothing was measured.
            goal: in the current body frame and image.
            pose: (3,) odometry x, y, metres, and yaw, radians, in any frame that stays in place.

        Raises:
            DataError: the goal is not a number, or of a kind that the network does not know, or the configuration asks
                for odometry, or for a camera, that is not given.
        """
        [plan] = planned_together(self.decoder, [self.planning(rgb, depth, goal, pose)])
        if isinstance(plan, DataError):
            raise plan
        return plan

    def planning(
        self,
        rgb: NDArray[np.uint8],
        depth: NDArray[np.float32],
        goal: NavdpGoal,
        pose: NDArray[np.float64] | None = None,
    ) -> Generator[Query, Tensor, NavdpPlan]:
        """Do what ``plan`` does, and leave it to the caller, for instance ``planned_together``, to ask the decoder."""
        if goal.point is not None and not np.isfinite(goal.point).all():
            raise DataError("point goal", f"{goal.point} is not finite")
        for kind in ("point", "image", "pixel"):
            if getattr(goal, kind) is not None and kind not in self.network.config.goals:
                known = ", ".join(self.network.config.goals)
                raise DataError(f"{kind} goal", f"this network was made for goals of the kind {known}")
        self._check_senses(pose)
        current = letterbox_rgb(rgb, self.network.config.image_size)
        scene = self._scene(current, depth)

        def draw(wanted: NavdpGoal, kept: NDArray[np.float64] | None = None) -> _Drawing:
            return self._draw(self.decoder.condition(self._slots(current, wanted, rgb.shape[:2]), scene), kept)

        previous = _transformed(self.previous, pose, inverse=True)
        kept = previous if self.config.keep_path else None
        paths, values = yield from draw(goal, None if kept is None else rest_of(kept, self.config.short_path))
        rules = self.config.avoidance
        if rules is not None and self.obstacles is not None and pose is not None:
            self.obstacles.see(depth, pose)
            paths, values = yield from self._avoid(rules, paths, values, goal, self.obstacles.around(pose), draw)
        if goal.explores:
            values = ranking.explorative(values, paths, self.config)
        else:
            paths = ranking.held_still(paths, self.config.short_path)
        return self._choose(paths, values, goal.point, previous, pose)

    def _check_senses(self, pose: NDArray[np.float64] | None) -> None:
        config = self.config
        if pose is None and (config.consistency_weight or config.keep_path or config.avoidance):
            mend = "set consistency_weight to 0, keep_path to false and avoidance to null"
            raise DataError("pose", "without odometry the last path and obstacles have no place", mend)
        if config.avoidance and self.obstacles is None:
            raise DataError(
                "camera", "without it depth images show no places", "give it to reset, or set avoidance to null"
            )

    def _scene(self, current: NDArray[np.uint8], depth: NDArray[np.float32]) -> Tensor:
        """Return the (N, token_dim) tokens of what is seen and remembered."""
        seen = torch.from_numpy(letterbox_depth(depth, len(current)))[None, None].to(self.device)
        encoder, remembered = self.network.rgbd_encoder, self.memory.remember(self._image(current))
        return self._encoded(encoder, remembered, self._encoded(encoder.depth_tokens, seen))[0]

    def _draw(self, condition: Condition, kept: NDArray[np.float64] | None) -> _Drawing:
        """Return paths drawn from noise, and what the critic says; last the one that is kept, (T, 3) differences."""
        shape, config = self.network.config, self.config
        schedule = sampling_schedule(shape, config.sampler, config.steps)
        actions = torch.randn((config.samples, shape.predict_size, 3), generator=self.noise).to(self.device)
        for step in schedule.timesteps:
            predicted = yield Query(actions, condition, int(step))
            actions = schedule.step(predicted, step, actions, generator=self.noise, return_dict=False)[0]
        if kept is not None:
            actions = torch.cat([actions, torch.from_numpy(ACTION_SCALE * kept).to(actions)[None]])
        judged = yield Query(actions, condition, None)
        values = judged.cpu().double().numpy()
        return np.cumsum(actions.cpu().double().numpy() / ACTION_SCALE, axis=1), values

    def _avoid(
        self,
        rules: AvoidanceConfig,
        paths: NDArray[np.float64],
        values: NDArray[np.float64],
        goal: NavdpGoal,
        obstacles: NDArray[np.float64],
        draw: Callable[[NavdpGoal], _Drawing],
    ) -> _Drawing:
        """Bend candidates away from obstacles, add ways out where all are blocked, and hold it against those that are.

        Args:
            rules: of avoidance.
            paths: (S, T, 3).
            values: (S,) of the critic.
            goal: where to go.
            obstacles: (N, 2) in the body frame.
            draw: draws candidates for another goal.
        """
        paths = bent(paths, obstacles, rules.distance)
        shares = blocked(paths, obstacles, rules.body)
        if not goal.explores and shares.min() > rules.explore:
            more, judged = yield from draw(NavdpGoal())
            more = bent(more, obstacles, rules.distance)
            paths, values = np.concatenate([paths, more]), np.concatenate([values, judged])
            shares = np.concatenate([shares, blocked(more, obstacles, rules.body)])
        values = values - rules.penalty * shares
        if goal.point is not None and np.hypot(*goal.point) > self.config.wander_distance:
            values -= rules.penalty * (np.hypot(paths[:, -1, 0], paths[:, -1, 1]) < self.config.short_path)
        return paths, values

    def _slots(self, current: NDArray[np.uint8], goal: NavdpGoal, shape: tuple[int, int]) -> Tensor:
        """Return the (3, token_dim) goal slots: the given goals by turns, zeros to explore."""
        network, kinds = self.network, []
        if goal.image is not None:
            images = goals.image_goal(goal.image, current)
            kinds.append(self._encoded(network.image_encoder, self._image(images)))
        if goal.pixel is not None:
            marked = goals.pixel_goal(goal.pixel, shape, current, network.config.pixel_channels, self.config)
            kinds.append(self._encoded(network.pixel_encoder, self._image(marked)))
        if goal.point is not None:
            point = torch.from_numpy(goals.point_goal(goal.point, self.config))[None].to(self.device)
            kinds.append(network.point_encoder(point))
        if not kinds:
            return torch.zeros(GOALS, network.config.token_dim, device=self.device)
        return torch.cat([kinds[slot % len(kinds)] for slot in range(GOALS)])

    def _choose(
        self,
        paths: NDArray[np.float64],
        values: NDArray[np.float64],
        point: NDArray[np.float64] | None,
        previous: NDArray[np.float64] | None,
        pose: NDArray[np.float64] | None,
    ) -> NavdpPlan:
        """Rank the candidates, and remember the best one in the frame of odometry."""
        scores = ranking.scores(values, paths, point, previous, self.config)
        order = np.argsort(-scores, kind="stable")
        paths, values, scores = paths[order], values[order], scores[order]
        threshold = self.config.stop_threshold
        stuck = threshold is not None and values.max() < threshold
        path = paths[0].copy()
        if stuck:  # turns on to the side it began with, and so sees all around
            self.side = self.side or (1.0 if path[:, 1].mean() >= 0 else -1.0)
            path[:, 0], path[:, 1] = 0.0, self.side
        else:
            self.side = 0.0
        self.previous = None if stuck else _transformed(path[:, :2], pose, inverse=False)
        return NavdpPlan(path, stuck, paths, values, scores)

    def _image(self, channels_last: NDArray[np.uint8]) -> Tensor:
        """Return (1, C, S, S) in [0, 1] of (S, S, C)."""
        return torch.from_numpy(channels_last).to(self.device).movedim(-1, 0)[None].float() / 255

    def _encoded(self, encode: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        """Return what an encoder makes of images or tokens, in float32 whatever it computes in."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.bfloat16):
            return encode(*inputs).float()


def _halve(module: nn.Module) -> None:
    """Keep the weights of matrix products in bfloat16, those of norms in float32."""
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Conv2d | nn.MultiheadAttention):
            part.to(torch.bfloat16)


def _transformed(
    points: NDArray[np.float64] | None, pose: NDArray[np.float64] | None, inverse: bool
) -> NDArray[np.float64] | None:
    """Return (K, 2) points of the body frame in the frame of the pose, or with ``inverse`` the other way round."""
    if points is None or pose is None:
        return None
    cosine, sine = np.cos(pose[2]), np.sin(pose[2])
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return (points - pose[:2]) @ turn if inverse else points @ turn.T + pose[:2]
