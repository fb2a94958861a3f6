"""How good an RDP's actions are."""

from collections.abc import Sequence

import torch

from vln_pipeline.models.rdp.moves import LIMITS, actions_of
from vln_pipeline.models.rdp.network import Moved, Rdp
from vln_pipeline.models.rdp.sampling import sample_moves
from vln_pipeline.models.single_system.observation import frames_of
from vln_pipeline.training.rdp.objective import moved_of
from vln_pipeline.training.sequence_batch import SequenceSample, collate


@torch.no_grad()
def judge(network: Rdp, samples: Sequence[SequenceSample]) -> dict[str, float]:
    """Return the share of steps, the walk's own before them, whose predicted first action is the expert's.

    Args:
        network: in evaluation mode.
        samples: walks.
    """
    device = next(network.parameters()).device
    right = steps = 0
    for sample in samples:
        batch = collate([sample])
        moved = moved_of(batch, network.config)
        moved = Moved(moved.odometry.to(device), moved.back.to(device))
        frames = frames_of(batch.rgb.to(device), batch.depth.to(device))
        moment = network.moment(frames, batch.lengths, batch.tokens.to(device), moved)
        moves = sample_moves(network, moment.told, torch.Generator().manual_seed(0)).cpu().numpy() * LIMITS
        said = [
            actions_of(path, done, network.config.stop_threshold)[0]
            for path, done in zip(moves, moment.done.tolist(), strict=True)
        ]
        right += sum(int(action) == wanted for action, wanted in zip(said, sample.expert_actions.tolist(), strict=True))
        steps += len(said)
    return {"action_accuracy": right / steps}
