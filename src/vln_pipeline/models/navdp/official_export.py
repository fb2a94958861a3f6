"""Networks trained here as files that the published NavDP server loads, and drives as they were trained.

That server shows point goals with a heading of 1 and pixel goals with the mask before the colours, whatever the network
learned from, and ignores what it does not know and what it misses. So the first layers of goals are converted to what
they will be shown, and the file holds everything the server has.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.official import AUXILIARY, PATCHES, UNUSED
from vln_pipeline.models.trained_cameras import TrainedCameras

_POINT = "point_encoder.weight"
_TOLD = "vln_pipeline"
_OWN = ("dropout", "goals", "freeze_rgb")
"""What the server need not know of a network."""

Layout = Literal["server", "trainer"]


def official_weights(
    network: NavdpNetwork,
    *,
    goal_heading: float = 0.0,
    pixel_order: Literal["rgb_mask", "mask_rgb"] = "rgb_mask",
    layout: Layout = "server",
    cameras: TrainedCameras | None = None,
) -> "OrderedDict[str, Tensor]":
    """Return the weights for the published server, under its names.

    Args:
        network: trained here; of any size.
        goal_heading: third component of point goals that the network is used to, radians; ``PolicyConfig.goal_theta``.
        pixel_order: the order of channels of pixel goals that it is used to: ``PolicyConfig.pixel_order``.
        layout: "server" has a decoder layer more, which is never run, and leaves out the two heads of training alone;
            "trainer" is what InternNav's trainer writes.
        cameras: that the network learned from, which the file then tells; None where nobody knows.

    Returns:
        Tensors on the network's device. Goals that it was not made for have encoders of zeros, so that they are
        answered as none. What was converted is told in the metadata of the table, see ``told_in``.
    """
    whole = NavdpNetwork(network.config.model_copy(update={"goals": ("point", "image", "pixel")}))
    weights = {name: torch.zeros_like(value) for name, value in whole.state_dict().items()}
    weights |= {name: value.detach().clone() for name, value in network.state_dict().items()}
    weights[_POINT][:, 2] *= goal_heading
    if pixel_order == "rgb_mask":
        colours, mask, rest = weights[PATCHES].split((3, 1, weights[PATCHES].shape[1] - 4), dim=1)
        weights[PATCHES] = torch.cat([mask, colours, rest], dim=1)
    if layout == "server":
        first = "decoder.layers.0."
        copied = {UNUSED + name.removeprefix(first): value for name, value in weights.items() if name.startswith(first)}
        weights = {name: value for name, value in weights.items() if not name.startswith(AUXILIARY)} | copied
    untaught = [kind for kind in ("point", "image", "pixel") if kind not in network.config.goals]
    told = {
        "goal_heading": goal_heading,
        "pixel_order": pixel_order,
        "layout": layout,
        "answered_as_no_goal": untaught,
        "cameras": None if cameras is None else cameras.model_dump(mode="json"),
    }
    table = OrderedDict(sorted(weights.items()))
    # Where PyTorch itself keeps versions of modules: readers that load a table of weights take no notice of it.
    table._metadata = OrderedDict({"": {"version": 1, _TOLD: told}})  # type: ignore[attr-defined]
    return table


def write_official(path: Path, network: NavdpNetwork, *, any_size: bool = False, **options: Any) -> None:
    """Write the file that the published server is started with (``--checkpoint``).

    Args:
        path: a ``.ckpt``; what is there is replaced in one step.
        network: trained here.
        any_size: whether the program that reads the file was given this network's sizes.
        options: of ``official_weights``.

    Raises:
        DataError: the network has other sizes than the published server, or predicts clean actions, where that expects
            noise, or the file cannot be written.
    """
    published, own = (config.model_dump(exclude={*_OWN}) for config in (NavdpConfig(), network.config))
    if own["prediction"] != "epsilon":
        raise DataError(str(path), "the network predicts clean actions, the server expects noise", "train with epsilon")
    other = [f"{name} {own[name]}, not {value}" for name, value in published.items() if own[name] != value]
    if other and not any_size:
        mend = "train the published size, or give the server these sizes and pass any_size"
        raise DataError(str(path), f"the published server has other sizes ({'; '.join(other[:4])})", mend)
    table = official_weights(network, **options)
    for name, value in table.items():
        table[name] = value.cpu()
    part = path.with_name(f".{path.name}.part")
    try:
        torch.save(table, part)
        part.replace(path)
    except (OSError, RuntimeError) as error:  # the latter is PyTorch's word for a full disk or a missing folder
        cause = f"cannot be written ({str(error).splitlines()[0][:200]})"
        raise DataError(str(path), cause, "free some space, or name another folder") from error
    finally:
        part.unlink(missing_ok=True)


def told_in(path: Path) -> dict[str, Any] | None:
    """Return what ``write_official`` told of a file's weights; None for a file of others.

    Raises:
        DataError: the file cannot be read as weights alone.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # whatever the unpickler of a broken file meets
        raise DataError(str(path), f"cannot be read as weights ({type(error).__name__})") from error
    metadata = getattr(content, "_metadata", {}).get("", {})
    told: dict[str, Any] | None = metadata.get(_TOLD)
    return told
