"""``vln-pipeline serve``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import SecretStr, ValidationError

from vln_pipeline.commands.serve_options import POLICY, refuse_meaningless
from vln_pipeline.config import first_fault
from vln_pipeline.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vln_pipeline.models.navdp.policy import NavdpPolicy
    from vln_pipeline.serving.app import OpenContract
    from vln_pipeline.serving.config import ServeConfig
    from vln_pipeline.serving.known_cameras import KnownCameras
    from vln_pipeline.serving.native.pilot import Pilot
    from vln_pipeline.serving.open_dual import DualSystems

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
@click.option("--contract", type=click.Choice(["navdp", "internnav", "native"]), default="navdp", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address; any but loopback needs a token file.")
@click.option("--port", type=int, default=8888, show_default=True)
@click.option("--token-file", type=_FILE, help="File with what every request has to carry (Authorization: Bearer ...).")
@click.option("--robots", type=int, default=16, show_default=True, help="Robots that are remembered at a time.")
@click.option("--deadline", type=float, default=30.0, show_default=True, help="Seconds per request.")
@click.option("--device", default="cpu", show_default=True, help="PyTorch's name of it.")
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads of the network; by default PyTorch's choice.")
@click.option("--manner", type=click.Choice(["trained", "published"]), help="How goals are shown to a NavDP network.")
@click.option("--samples", type=int, help="Candidate paths per plan.")
@click.option("--sampler", type=click.Choice(["ddpm", "ddim", "dpm_solver"]))
@click.option("--steps", type=int, help="Network evaluations per plan; few need ddim or dpm_solver.")
@click.option("--memory-stride", type=int, help="Requests between two images that NavDP remembers.")
@click.option("--together", type=int, help="Robots that NavDP plans for in one run; by default 1 on CPUs, else 8.")
@click.option("--bfloat16", is_flag=True, default=None, help="Multiply matrices in bfloat16.")
@click.option("--ordered-channels", is_flag=True, help="Clients send JPEGs with red and blue in their places.")
@click.option("--system1", type=click.Path(exists=True, file_okay=False, path_type=Path), help="On latent plans.")
@click.option("--instruction", default="", help="For internnav: what robots do that tell no instruction.")
@click.option("--gap", type=int, default=8, show_default=True, help="For internnav: requests per goal of System 2.")
@click.option("--rethink", type=float, default=2.0, show_default=True, help="For native: seconds per goal of System 2.")
@click.option("--stale", type=float, default=8.0, show_default=True, help="For native: age at which a goal is dropped.")
@click.option("--camera", type=_FILE, help="Cameras that System 1 learned from; by default cameras.json beside it.")
@click.option("--strict-camera", is_flag=True, help="Refuse robots that tell of another camera.")
def serve(checkpoint: Path, contract: str, **options: Any) -> None:
    """Serve a checkpoint to robots and evaluators until the process is ended."""
    try:
        import msgpack
        import prometheus_client
        import starlette
        import uvicorn
        import websockets

        del msgpack, prometheus_client, starlette, uvicorn, websockets
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is not installed; pip install 'vln-pipeline[serve,models]'"
        ) from error
    try:
        refuse_meaningless(click.get_current_context(), contract)
        _serve(checkpoint, contract, options)
    except ValidationError as error:
        raise click.ClickException(first_fault(error, whole="options")) from error
    except DataError as error:
        raise click.ClickException(str(error)) from error


def _serve(checkpoint: Path, contract: str, options: dict[str, Any]) -> None:
    import torch

    from vln_pipeline.serving.app import application
    from vln_pipeline.serving.app import serve as run
    from vln_pipeline.serving.config import ServeConfig
    from vln_pipeline.serving.known_cameras import KnownCameras, known_cameras

    if options["threads"]:
        torch.set_num_threads(options["threads"])
    device, together = options["device"], options["together"]
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # the latter where PyTorch was built without it
        cause = f"PyTorch cannot use {device} ({str(error).splitlines()[0][:200]})"
        raise DataError("--device", cause, "name another, for instance cpu") from error
    config = ServeConfig(
        token=_token(options["token_file"]),
        swapped_channels=not options["ordered_channels"],
        together=together if together is not None else 1 if torch.device(device).type == "cpu" else 8,
        **{name: options[name] for name in ("host", "port", "robots", "deadline", "gap", "rethink", "stale")},
    )
    cameras = KnownCameras(
        known_cameras(checkpoint, options["system1"], options["camera"]), strict=options["strict_camera"]
    )
    told = {"contract": contract, "checkpoint": checkpoint.name, "trained_cameras": cameras.told()}
    openers: dict[str, Callable[[Path, ServeConfig, dict[str, Any]], OpenContract]] = {
        "navdp": partial(_navdp, cameras),
        "internnav": _internnav,  # whose messages tell nothing of cameras
        "native": partial(_native, cameras),
    }
    open_contract = openers[contract](checkpoint, config, options)
    run(
        application(open_contract, config, told),
        config,
        lambda url: click.echo(f"serving {checkpoint.name} over {contract} at {url}", err=True),
    )


def _token(file: Path | None) -> SecretStr | None:
    try:
        return None if file is None else SecretStr(file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as error:
        raise DataError(
            str(file), f"cannot be read ({type(error).__name__})", "write the token as plain text"
        ) from None


def _navdp(cameras: KnownCameras, checkpoint: Path, config: ServeConfig, options: dict[str, Any]) -> OpenContract:
    from vln_pipeline.serving.navdp import NavdpContract

    policy = _policy(checkpoint, options)
    return lambda metrics, worker: NavdpContract(policy, config, metrics, worker, cameras)


def _policy(checkpoint: Path, options: dict[str, Any]) -> NavdpPolicy:
    from vln_pipeline.serving.open_navdp import open_navdp

    given = {name: options[name] for name in POLICY if options[name] is not None}
    return open_navdp(checkpoint, options["device"], options["manner"], **given)


def _systems(checkpoint: Path, options: dict[str, Any]) -> DualSystems:
    from vln_pipeline.evaluation.vln.agents.config import DualConfig
    from vln_pipeline.serving.open_dual import DualSystems

    dual = DualConfig(**({} if options["samples"] is None else {"samples": options["samples"]}))
    return DualSystems(checkpoint, options["system1"], options["device"], dual)


def _native(cameras: KnownCameras, checkpoint: Path, config: ServeConfig, options: dict[str, Any]) -> OpenContract:
    from vln_pipeline.serving.native.contract import NativeContract

    make = _pilots(checkpoint, config, options)
    return lambda metrics, worker: NativeContract(make, config, metrics, worker, cameras)


def _pilots(checkpoint: Path, config: ServeConfig, options: dict[str, Any]) -> Callable[[], Pilot]:
    """Return what makes a pilot for each robot: of both systems where there is a System 1 on latent plans."""
    from concurrent.futures import ThreadPoolExecutor

    from vln_pipeline.serving.native.dual_pilot import DualPilot, DualTimes
    from vln_pipeline.serving.native.navdp_pilot import NavdpPilot

    if options["system1"] is None:
        policy = _policy(checkpoint, options)
        return lambda: NavdpPilot(policy.another(policy.config.stop_threshold))
    systems, mind = _systems(checkpoint, options), ThreadPoolExecutor(1, thread_name_prefix="system2")
    times = DualTimes(config.rethink, config.stale, config.frames, config.pixels, config.episode_bytes)
    return lambda: DualPilot(systems.navigator(), systems.follower(), systems.shown, mind, times)


def _internnav(checkpoint: Path, config: ServeConfig, options: dict[str, Any]) -> OpenContract:
    from vln_pipeline.serving.agent_session import AgentSession
    from vln_pipeline.serving.agents import AgentContract
    from vln_pipeline.serving.app import Several
    from vln_pipeline.serving.dual_session import DualRules
    from vln_pipeline.serving.internnav import InternNavContract

    if options["system1"] is None:
        mend = "name its folder with --system1"
        raise DataError("contract internnav", "needs a System 1 besides the System 2 that is served", mend)
    systems = _systems(checkpoint, options)
    begin = partial(systems.session, DualRules(config.gap, config.frames, config.pixels, config.episode_bytes))
    instruction = options["instruction"]

    def make(seed: int) -> AgentSession:
        return AgentSession(systems.agent(), config.episode_bytes, seed)

    return lambda metrics, worker: Several(
        InternNavContract(begin, instruction, config, metrics, worker), AgentContract(make, config, metrics, worker)
    )
