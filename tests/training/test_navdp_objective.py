from dataclasses import replace

import pytest
import torch

from vln_pipeline.models.navdp.network import NavdpNetwork, NavdpOutput
from vln_pipeline.training.navdp.config import LossConfig
from vln_pipeline.training.navdp.objective import NavdpObjective
from vln_pipeline.training.navdp.rgb_tokens import RgbTokens
from vln_pipeline.training.navdp_batch import NavdpBatch

CPU = torch.device("cpu")


@pytest.fixture
def network(small):
    torch.manual_seed(0)
    return NavdpNetwork(small.network).eval()


def batch(config, size=4) -> NavdpBatch:
    draw = torch.Generator().manual_seed(1)
    edge = config.image_size

    def image(*shape: int) -> torch.Tensor:
        return torch.randint(256, shape, generator=draw, dtype=torch.uint8)

    def numbers(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=draw)

    return NavdpBatch(
        rgb=image(size, config.memory_size, edge, edge, 3),
        depth=numbers(size, edge, edge).abs(),
        point_goal=numbers(size, 3),
        image_goal=image(size, edge, edge, 6),
        pixel_goal=image(size, edge, edge, 4),
        label=numbers(size, config.predict_size, 3),
        augmented=numbers(size, config.predict_size, 3),
        critic=numbers(size),
        augmented_critic=numbers(size),
    )


class Perfect(torch.nn.Module):
    """Undoes the noise, given the label."""

    def __init__(self, config, signal, given):
        super().__init__()
        self.config, self.signal, self.given = config, signal, given

    def forward(self, inputs, noisy_nogoal, noisy_goal, steps_nogoal, steps_goal, label, augmented, rgb_tokens=None):
        def answer(noisy, steps):
            share = self.signal[steps, None, None]
            noise = (noisy - share.sqrt() * label) / (1 - share).sqrt()
            return noise if self.config.prediction == "epsilon" else label

        given = self.given
        return NavdpOutput(
            answer(noisy_nogoal, steps_nogoal),
            answer(noisy_goal, steps_goal),
            given.critic,
            given.augmented_critic,
            given.point_goal,
            given.point_goal,
        )


@pytest.mark.parametrize("prediction", ["epsilon", "sample"])
def test_who_undoes_the_noise_has_no_loss(small, prediction):
    from vln_pipeline.models.navdp.diffusion import training_schedule

    config = small.network.model_copy(update={"prediction": prediction})
    given = batch(config)
    model = Perfect(config, training_schedule(config).alphas_cumprod, given)
    losses = NavdpObjective(config, LossConfig(), CPU)(model, given)
    assert {name: value.item() for name, value in losses.items()} == pytest.approx(dict.fromkeys(losses, 0), abs=1e-4)


def test_the_same_seed_draws_the_same_noise(small, network):
    objective, given = NavdpObjective(small.network, LossConfig(), CPU), batch(small.network)

    def loss(seed: int) -> float:
        torch.manual_seed(seed)
        return objective(network, given)["loss"].item()

    assert loss(1) == loss(1) != loss(2)


def test_every_trained_parameter_gets_a_gradient(small, network):
    NavdpObjective(small.network, LossConfig(), CPU)(network, batch(small.network))["loss"].backward()
    without = [n for n, p in network.named_parameters() if p.requires_grad and (p.grad is None or not p.grad.any())]
    assert without == []


def test_goals_without_a_mark_are_not_read(small, network):
    objective, given = NavdpObjective(small.network, LossConfig(), CPU), batch(small.network)
    unmarked = given.pixel_goal.clone()
    unmarked[..., 3] = 0
    none = replace(given, pixel_goal=unmarked, image_goal=torch.zeros_like(given.image_goal))
    assert objective(network, given)["auxiliary_goals"] > 0
    assert objective(network, none)["auxiliary_goals"] == 0


def test_kept_tokens_are_those_of_the_encoder_and_are_found_again(small, network, tmp_path, monkeypatch):
    encoder, given = network.rgbd_encoder, batch(small.network)
    tokens = RgbTokens(encoder, tmp_path)
    direct = encoder.rgb_tokens(given.inputs().rgb)
    torch.testing.assert_close(tokens(given.rgb), direct, atol=2e-3, rtol=2e-3)
    assert len(list(tmp_path.rglob("*.tokens"))) == given.rgb.flatten(0, 1).unique(dim=0).shape[0]
    first = tokens(given.rgb)
    monkeypatch.setattr(RgbTokens, "_encode", None)
    assert torch.equal(RgbTokens(encoder, tmp_path)(given.rgb), first)


def test_kept_tokens_that_were_damaged_are_told_and_made_again(small, network, tmp_path, caplog):
    """A flipped bit in a file of tokens was trained on."""
    given = batch(small.network)
    right = RgbTokens(network.rgbd_encoder, tmp_path)(given.rgb)
    first, second, *_ = sorted(tmp_path.rglob("*.tokens"))
    content = first.read_bytes()
    first.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    second.write_bytes(b"")
    for told in (2, 2):  # of the second time nothing is left to tell
        assert torch.equal(RgbTokens(network.rgbd_encoder, tmp_path)(given.rgb), right)
        assert caplog.text.count("is not what was written; it is made again") == told


def test_other_weights_have_other_tokens(small, network, tmp_path):
    given = batch(small.network)
    before = RgbTokens(network.rgbd_encoder, tmp_path)(given.rgb)
    with torch.no_grad():
        network.rgbd_encoder.rgb_model.patch_embed.proj.weight.mul_(-1)
    after = RgbTokens(network.rgbd_encoder, tmp_path)(given.rgb)
    assert (before - after).abs().max() > 0.1
