"""Where a network drives when the goal is straight ahead: shows at the first validation what losses never show.

Labels in turned axes are learned as well as right ones. A network that learned them answers with a path to the side.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.diffusion import sampling_schedule
from vln_pipeline.models.navdp.inputs import NavdpInputs
from vln_pipeline.models.navdp.policy import ACTION_SCALE
from vln_pipeline.models.navdp.policy_config import Sampler

AHEAD = 2.0
"""Distance of the goal, metres."""
_VIEWS = 2
"""Views of a batch that are asked about."""


def straight_probe(model: nn.Module, config: NavdpConfig, inputs: NavdpInputs) -> dict[str, Tensor]:
    """Return where paths to a goal straight ahead end, metres: "straight_x" forward and "straight_y" left.

    Whether the way is free is not looked at: over many views, x is clearly above 0 and y about 0. The network is
    called as in training, so it may be sharded. Empty for one that knows no point goals.

    Args:
        model: in evaluation mode.
        config: of the network.
        inputs: of a batch; its first views are taken.
    """
    if "point" not in config.goals:
        return {}
    ends = torch.cat([_end(model, config, _view(inputs, number)) for number in range(min(_VIEWS, len(inputs.rgb)))])
    return {"straight_x": ends[:, 0].mean(), "straight_y": ends[:, 1].mean()}


def _end(model: nn.Module, config: NavdpConfig, view: NavdpInputs) -> Tensor:
    """Return (1, 2) the end of a path, metres, drawn with the sampler that drives."""
    schedule = sampling_schedule(config, Sampler.DDPM, config.diffusion_steps)
    device = view.rgb.device
    actions = torch.randn(1, config.predict_size, 3).to(device)
    for step in schedule.timesteps:
        level = torch.full((1,), int(step), device=device)
        # A batch of one has the first kind of goal in all slots, and that is the point.
        predicted = model(view, actions, actions, level, level, actions, actions).noise_goal
        actions = schedule.step(predicted.float().cpu(), step, actions.cpu(), return_dict=False)[0].to(device)
    return actions[..., :2].sum(dim=1) / ACTION_SCALE


def _view(inputs: NavdpInputs, number: int) -> NavdpInputs:
    one = NavdpInputs(**{name: value[number : number + 1] for name, value in vars(inputs).items()})
    return replace(one, point_goal=torch.tensor([[AHEAD, 0.0, 0.0]]).to(one.point_goal))
