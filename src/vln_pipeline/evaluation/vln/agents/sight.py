"""What a single system is shown of an observation."""

import torch

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.models.single_system.config import Shown
from vln_pipeline.models.single_system.observation import Frames, frames_of, squashed_depth, squashed_rgb


def frames_seen(observation: Observation, shown: Shown, device: torch.device) -> Frames:
    """Return one frame, on a device."""
    rgb = squashed_rgb(observation.rgb, shown.rgb)
    depth = squashed_depth(observation.depth, shown.depth, shown.reach)
    return frames_of(torch.from_numpy(rgb[None]).to(device), torch.from_numpy(depth[None]).to(device))
