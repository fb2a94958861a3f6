"""What a NavDP network is to become good at: denoising waypoints, judging paths, reading goals."""

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.diffusion import training_schedule
from vln_pipeline.models.navdp.network import NavdpOutput
from vln_pipeline.training.navdp.config import LossConfig
from vln_pipeline.training.navdp.losses import auxiliary_goals, critic, denoising, total
from vln_pipeline.training.navdp.rgb_tokens import RgbTokens
from vln_pipeline.training.navdp.straight_probe import straight_probe
from vln_pipeline.training.navdp_batch import NavdpBatch

_MASK = 3
"""Channel of a pixel goal that holds the mark."""


class NavdpObjective:
    """The losses of one batch.

    Noise is drawn on the CPU, so that it is the same wherever the network runs.

    Args:
        network: its configuration.
        weights: of the losses.
        device: of the network.
        tokens: gives the frozen encoder's tokens; None to have the network compute them.
    """

    def __init__(
        self, network: NavdpConfig, weights: LossConfig, device: torch.device, tokens: RgbTokens | None = None
    ) -> None:
        self._config, self._weights, self._device, self._tokens = network, weights, device, tokens
        self._signal: Tensor = training_schedule(network).alphas_cumprod

    def __call__(self, model: nn.Module, batch: NavdpBatch) -> dict[str, Tensor]:
        """Return the total as "loss", each part by its name, and in evaluation mode what ``straight_probe`` finds."""
        label = batch.label
        noises = [torch.randn_like(label) for _ in range(2)]
        steps = [torch.randint(self._config.diffusion_steps, (len(label),)) for _ in range(2)]
        noisy = [self._add(noise, label, level) for noise, level in zip(noises, steps, strict=True)]
        batch = batch.to(self._device)
        noises, steps, noisy = ([t.to(self._device) for t in given] for given in (noises, steps, noisy))
        output: NavdpOutput = model(
            batch.inputs(),
            *noisy,
            *steps,
            batch.label,
            batch.augmented,
            rgb_tokens=None if self._tokens is None else self._tokens(batch.rgb),
        )
        targets = noises if self._config.prediction == "epsilon" else [batch.label, batch.label]
        parts = {
            "denoising": denoising(
                output.noise_nogoal, targets[0], output.noise_goal, targets[1], self._weights.heading
            ),
            "critic": critic(output.critic, batch.critic, output.augmented_critic, batch.augmented_critic),
            "auxiliary_goals": auxiliary_goals(_readings(output, batch), batch.point_goal),
        }
        told = {"loss": total(parts, self._weights), **{name: part.detach() for name, part in parts.items()}}
        return told if model.training else told | straight_probe(model, self._config, batch.inputs())

    def _add(self, noise: Tensor, label: Tensor, steps: Tensor) -> Tensor:
        """Return actions with the noise of each sample's level (Ho et al. 2020, equation 4)."""
        signal = self._signal[steps, None, None]
        return signal.sqrt() * label + (1 - signal).sqrt() * noise


def _readings(output: NavdpOutput, batch: NavdpBatch) -> list[tuple[Tensor, Tensor]]:
    """Return what was read off the goals' images, and whether the goal is shown there."""
    marked = batch.pixel_goal[..., _MASK]
    pairs = ((output.image_aux, batch.image_goal), (output.pixel_aux, marked))
    return [(read, shown.flatten(1).amax(dim=1) > 0) for read, shown in pairs if read is not None]
