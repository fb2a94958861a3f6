"""Opening an agent; each is imported only where it drives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.agent import Agent
from vln_pipeline.evaluation.vln.agents.blind import ForwardOnly, RandomActions, StopAtOnce
from vln_pipeline.evaluation.vln.agents.config import DualConfig, ServerConfig, Single, StreamVlnAgentConfig
from vln_pipeline.evaluation.vln.agents.entrant import Entrant
from vln_pipeline.evaluation.vln.agents.oracle import ReferenceWay, ShortestWay
from vln_pipeline.evaluation.vln.rules import Rules

if TYPE_CHECKING:
    from vln_pipeline.evaluation.vln.agents.follower import Follower
    from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig

_BASELINES: dict[str, Callable[[], Agent]] = {
    "shortest_way": ShortestWay,
    "reference_way": ReferenceWay,
    "random": RandomActions,
    "forward_only": ForwardOnly,
    "stop_at_once": StopAtOnce,
}


def open_agent(
    entrant: Entrant,
    system2: Path | None,
    system1: Path | None,
    rules: Rules,
    threads: int,
    single: Path | None = None,
) -> Agent:
    """Return an agent, ready to drive.

    Args:
        entrant: who.
        system2: folder of the System 2 of a trained agent.
        system1: folder of its System 1, where it has one.
        rules: whose camera it will see through.
        threads: CPU threads that it may use.
        single: folder of the network of a single system.

    Raises:
        DataError: it cannot be opened.
    """
    if entrant.kind in _BASELINES:
        return _BASELINES[entrant.kind]()
    if isinstance(entrant.settings, ServerConfig):
        from vln_pipeline.evaluation.vln.agents.eval_dual import EvalDualAgent, EvalDualServer

        return EvalDualAgent(EvalDualServer(entrant.settings), entrant.settings)
    if single is not None and entrant.stream is not None:
        return _streamvln(entrant, entrant.stream, single, threads)
    if single is not None:
        return _single(entrant, single, threads)
    if system2 is None or entrant.settings is None:
        raise ValueError(f"{entrant.name} needs a System 2 and settings")
    import torch

    from vln_pipeline.evaluation.vln.agents.driving_view import warn_of_camera
    from vln_pipeline.evaluation.vln.agents.dual import DualAgent
    from vln_pipeline.evaluation.vln.agents.navigator import Navigator
    from vln_pipeline.models.system2.config import System2Config
    from vln_pipeline.models.system2.conversation import Dialogue
    from vln_pipeline.models.system2.generate import System2
    from vln_pipeline.models.system2.load import load
    from vln_pipeline.models.trained_cameras import read_cameras

    torch.set_num_threads(threads)
    warn_of_camera(entrant.name, "System 2", read_cameras(system2), rules.camera)
    parts = load(System2Config(source=str(system2)))
    parts.model.to(entrant.device)
    planner = System2(parts, entrant.settings.max_new_tokens)
    navigator = Navigator(planner, Dialogue(parts.prompts), entrant.settings.looks, entrant.settings.wordings)
    follower = _follower(entrant, system1, planner.hidden_size, entrant.settings, rules)
    return DualAgent(navigator, follower, entrant.settings, parts.dialogue)


def _single(entrant: Entrant, folder: Path, threads: int) -> Agent:
    import torch

    from vln_pipeline.evaluation.vln.agents.open_single import open_single

    torch.set_num_threads(threads)
    kinds: Mapping[str, Single] = {kind: kind for kind in get_args(Single)}
    return open_single(kinds[entrant.kind], folder, entrant.device, draws=entrant.draws)


def _streamvln(entrant: Entrant, settings: StreamVlnAgentConfig, folder: Path, threads: int) -> Agent:
    import torch

    from vln_pipeline.evaluation.vln.agents.streamvln import StreamVlnAgent
    from vln_pipeline.models.streamvln.config import StreamVlnConfig
    from vln_pipeline.models.streamvln.load import load
    from vln_pipeline.models.streamvln.stream import Stream

    torch.set_num_threads(threads)
    parts = load(StreamVlnConfig(source=str(folder)))
    parts.model.to(entrant.device)
    return StreamVlnAgent(Stream(parts, settings.pruning, settings.max_new_tokens))


def _follower(entrant: Entrant, system1: Path | None, width: int, settings: DualConfig, rules: Rules) -> Follower:
    from vln_pipeline.evaluation.vln.agents.point_followers import ShortestFollower, StraightFollower

    if entrant.kind == "system2_shortest":
        return ShortestFollower()
    if entrant.kind == "system2_straight":
        return StraightFollower()
    if system1 is None:
        raise ValueError(f"{entrant.name} needs a System 1")
    if entrant.navdp is not None:
        return _driver(entrant, system1, entrant.navdp, rules)
    return _latent(entrant, system1, width, settings, rules)


def _driver(entrant: Entrant, system1: Path, config: NavdpFollowerConfig, rules: Rules) -> Follower:
    from vln_pipeline.evaluation.vln.agents.driving_view import looks_down
    from vln_pipeline.evaluation.vln.agents.navdp_follower import NavdpFollower
    from vln_pipeline.models.navdp.checkpoint import load
    from vln_pipeline.models.trained_cameras import read_cameras

    network = load(system1).to(entrant.device)
    down = looks_down(entrant.name, read_cameras(system1), rules, config)
    return NavdpFollower(network, config, looks_down=down)


def _latent(entrant: Entrant, system1: Path, width: int, settings: DualConfig, rules: Rules) -> Follower:
    from vln_pipeline.evaluation.vln.agents.driving_view import warn_of_camera
    from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
    from vln_pipeline.models.bridge.build import config_of
    from vln_pipeline.models.bridge.checkpoint import load
    from vln_pipeline.models.trained_cameras import read_cameras

    network = load(system1).to(entrant.device)
    shape = network.config
    if shape.plan_dim != width:
        cause = f"its System 1 follows plans {shape.plan_dim} wide, its System 2 makes them {width} wide"
        raise DataError(f"agent {entrant.name}", cause, "train System 1 on the plans of this System 2")
    blind = config_of(network).system1 == "nextdit"
    if blind and settings.mode == "partial_async":
        cause = "its System 1 does not look, so it cannot drive on along an old plan"
        raise DataError(f"agent {entrant.name}", cause, "set evaluate.agents.dual.mode to sync")
    if not blind:
        warn_of_camera(entrant.name, "System 1", read_cameras(system1), rules.camera)
    return LatentFollower(network, shape.vit.image_size, shape.predict_size, settings.samples, once=blind)
