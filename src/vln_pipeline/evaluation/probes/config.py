"""Parameters of the probes of System 1."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1.agents.config import AgentsConfig
from vln_pipeline.evaluation.system1.drive_config import EyeConfig
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.scenes.config import ScenesConfig


class AskedConfig(AgentsConfig):
    """Who is asked."""

    baselines: tuple[Literal["straight_line", "random"], ...] = ("straight_line",)
    """Agents that learn nothing, for comparison; the others of the benchmark look at the map instead of the view."""
    policy: PolicyConfig = PolicyConfig()
    """How networks are asked for a path; without memory of obstacles and ranking, they answer for themselves."""


class BarsConfig(Config):
    """From where on a figure is told as a fault; all ours."""

    turned: float = Field(default=30.0, gt=0, le=180)
    """Angle by which paths are turned against their goals, degrees."""
    forward: float = Field(default=0.8, gt=0, le=1)
    """Least share of paths to a free goal straight ahead that lead at least half of the way forward."""
    side: float = Field(default=0.8, gt=0, le=1)
    """Least share of paths to free goals on either side that end on the goal's side."""
    mirror: float = Field(default=0.3, gt=0)
    """Distance of a path from the mirrored path of the mirrored view, beyond that of two draws, metres."""
    effect: float = Field(default=1.25, ge=1)
    """A network looks at depth if paths without it differ by this many times as much as two draws do."""
    least_effect: float = Field(default=0.02, gt=0)
    """And by at least this much, metres: two draws of one that draws nothing are alike."""
    touching: float = Field(default=0.5, gt=0, le=1)
    """Largest share of paths around something that touch it in view."""
    critic: float = Field(default=0.2, ge=0, le=1)
    """Least rank correlation of values with the true clearance of candidates."""


class ExamineSystem1Config(Config):
    """What trained networks, published checkpoints and other local planners are asked."""

    split: str = Field(default="probes", pattern=r"^[a-z0-9]+$")
    """Names the homes, as ``evaluate_system1.split`` does: another split is other homes."""
    scenes: tuple[ScenesConfig, ...] = Field(default=(ScenesConfig(),), min_length=1)
    """Where the scenes come from; procedural homes are never those of the ``scenes`` stage."""
    esdf: EsdfConfig = EsdfConfig(radius=0.2)
    """Floors of the scenes; ``radius`` is that of the body whose touching counts."""
    eye: EyeConfig = EyeConfig()
    """The camera; a network should see what it was trained on."""
    world: WorldConfig = WorldConfig()
    """What draws the views."""
    agents: AskedConfig = AskedConfig()
    """Who is asked."""
    places: int = Field(default=12, ge=1)
    """Places in each scene with free floor ahead and to both sides, and as many with something in the way."""
    distance: float = Field(default=1.5, gt=0.5)
    """Distance of goals with nothing in the way, metres."""
    side: float = Field(default=40.0, gt=0, lt=90)
    """Bearing of goals on either side, degrees; within the camera's view."""
    detour: float = Field(default=3.0, gt=0.5)
    """Distance of goals with something in the way, metres, straight ahead."""
    tries: int = Field(default=4000, ge=1)
    """Draws for a place of either kind in a scene before fewer have to do."""
    bars: BarsConfig = BarsConfig()
    """From where on a figure is told as a fault."""

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        takes: dict[str, tuple[GoalKind, ...]] = {server.name: server.kinds for server in self.agents.servers}
        takes |= {planner.name: planner.kinds for planner in self.agents.planners}
        for name, kinds in takes.items():
            if GoalKind.POINT not in kinds:
                raise ValueError(f"agents: {name} takes no point goals, and all questions have one")
        body = self.world.body
        if (body.radius, body.height) != (self.esdf.radius, self.esdf.height):
            raise ValueError("world.body is not the robot of esdf; set radius and height of both alike")
        return self
