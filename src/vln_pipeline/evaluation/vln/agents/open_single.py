"""Opening a single system."""

from pathlib import Path

import torch

from vln_pipeline.evaluation.vln.agents.action_agent import ActionAgent
from vln_pipeline.evaluation.vln.agents.agent import Agent
from vln_pipeline.evaluation.vln.agents.config import Single
from vln_pipeline.evaluation.vln.agents.rdp_agent import RdpAgent
from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system import checkpoint


def open_single(kind: Single, folder: Path, device: str, *, draws: bool) -> Agent:
    """Return an agent with the network of a folder.

    Args:
        kind: which network it is.
        folder: of a checkpoint.
        device: Torch device.
        draws: whether Seq2Seq and CMA draw their actions.

    Raises:
        DataError: the folder holds no such network.
    """
    if kind == "rdp":
        rdp, words = checkpoint.load(folder, Rdp)
        return RdpAgent(rdp.to(torch.device(device)), words)
    network, words = checkpoint.load(folder, Cma) if kind == "cma" else checkpoint.load(folder, Seq2Seq)
    return ActionAgent(network.to(torch.device(device)), words, draws=draws)
