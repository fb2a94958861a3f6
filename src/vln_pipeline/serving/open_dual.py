"""Both systems from their folders, for serving."""

from collections.abc import Callable
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
from vln_pipeline.evaluation.vln.agents.navigator import Navigator
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import config_of
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.generate import System2
from vln_pipeline.models.system2.load import load
from vln_pipeline.serving.dual_session import DualRules, DualSession

_LOOKS, _WORDINGS = 1, 3
"""How often System 2 may ask for the floor in one turn, and in how many wordings it is asked."""


def open_dual(
    system2: Path, system1: Path, rules: DualRules, *, device: str, samples: int, max_new_tokens: int = 32
) -> Callable[[str, int], DualSession]:
    """Return what begins a robot's episode, by instruction and seed; all robots share the networks.

    Args:
        system2: folder of a trained System 2.
        system1: folder of the System 1 that was trained on its latent plans.
        rules: when System 2 is asked.
        device: PyTorch's name of it.
        samples: paths that System 1 draws; their mean is answered.
        max_new_tokens: longest answer of System 2.

    Raises:
        DataError: a folder cannot be read, or they do not belong together.
    """
    parts, network = load(System2Config(source=str(system2))), checkpoint.load(system1).to(device)
    parts.model.to(device)
    width, shape = System2(parts, max_new_tokens).hidden_size, network.config
    if shape.plan_dim != width:
        cause = f"follows plans {shape.plan_dim} wide, {system2.name} makes them {width} wide"
        raise DataError(str(system1), cause, "name the System 1 that was trained on the plans of this System 2")
    blind = config_of(network).system1 == "nextdit"
    if blind:  # it cannot go on along an old plan
        rules = DualRules(0, rules.frames, rules.pixels)

    def begin(instruction: str, seed: int) -> DualSession:
        navigator = Navigator(System2(parts, max_new_tokens), Dialogue(parts.prompts), _LOOKS, _WORDINGS)
        follower = LatentFollower(network, shape.vit.image_size, shape.predict_size, samples, once=blind)
        return DualSession(navigator, follower, parts.dialogue, rules, instruction, seed)

    return begin
