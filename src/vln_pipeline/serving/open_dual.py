"""Both systems from their folders, for serving."""

from dataclasses import replace
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.config import DualConfig
from vln_pipeline.evaluation.vln.agents.dual import DualAgent
from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
from vln_pipeline.evaluation.vln.agents.navigator import Navigator
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import config_of
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.generate import System2
from vln_pipeline.models.system2.load import load
from vln_pipeline.serving.dual_session import DualRules, DualSession


class DualSystems:
    """A trained System 2 and the System 1 that was trained on its latent plans; all robots share the networks.

    Args:
        system2: folder of System 2.
        system1: folder of System 1.
        device: PyTorch's name of it.
        config: how both take turns, and how much they draw and say.

    Attributes:
        shown: what System 2 is shown.
        blind: whether System 1 does not look, so that its path is good only where System 2 was asked.

    Raises:
        DataError: a folder cannot be read, or they do not belong together.
    """

    def __init__(self, system2: Path, system1: Path, device: str, config: DualConfig) -> None:
        self._parts, self._network = load(System2Config(source=str(system2))), checkpoint.load(system1).to(device)
        self._parts.model.to(device)
        self._config, self.shown = config, self._parts.dialogue
        width, shape = System2(self._parts, config.max_new_tokens).hidden_size, self._network.config
        if shape.plan_dim != width:
            cause = f"follows plans {shape.plan_dim} wide, {system2.name} makes them {width} wide"
            raise DataError(str(system1), cause, "name the System 1 that was trained on the plans of this System 2")
        self.blind = config_of(self._network).system1 == "nextdit"

    def navigator(self) -> Navigator:
        """Return System 2 for one robot."""
        planner = System2(self._parts, self._config.max_new_tokens)
        return Navigator(planner, Dialogue(self._parts.prompts), self._config.looks, self._config.wordings)

    def follower(self) -> LatentFollower:
        """Return System 1 for one robot."""
        shape = self._network.config
        size, waypoints = shape.vit.image_size, shape.predict_size
        return LatentFollower(self._network, size, waypoints, self._config.samples, once=self.blind)

    def session(self, rules: DualRules, instruction: str, seed: int) -> DualSession:
        """Return an episode of one robot over ``/eval_dual``."""
        if self.blind:  # it cannot go on along an old plan
            rules = replace(rules, gap=0)
        return DualSession(self.navigator(), self.follower(), self.shown, rules, instruction, seed)

    def agent(self) -> DualAgent:
        """Return the agent of one robot that is told discrete actions, which waits for System 2."""
        config = self._config.model_copy(update={"mode": "sync", "motion": "discrete"})
        return DualAgent(self.navigator(), self.follower(), config, self.shown)
