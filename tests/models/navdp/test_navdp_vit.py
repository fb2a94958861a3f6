import pytest
import torch
from transformers import Dinov2Config, Dinov2Model

from vln_pipeline.models.navdp.config import VitConfig
from vln_pipeline.models.navdp.vit import VisionTransformer

TINY = VitConfig(image_size=42, patch_size=14, position_grid=3, width=32, depth=2, heads=2)
NAMES = (
    ("cls_token", "embeddings.cls_token"),
    ("mask_token", "embeddings.mask_token"),
    ("pos_embed", "embeddings.position_embeddings"),
    ("patch_embed.proj", "embeddings.patch_embeddings.projection"),
    ("attn.proj", "attention.o_proj"),
    ("ls1.gamma", "layer_scale1.lambda1"),
    ("ls2.gamma", "layer_scale2.lambda1"),
    ("norm.", "layernorm."),
)


def perturbed_vit(config: VitConfig, channels: int = 3) -> VisionTransformer:
    torch.manual_seed(0)
    encoder = VisionTransformer(config, channels).eval().requires_grad_(False)
    for parameter in encoder.parameters():
        parameter += 0.2 * torch.randn_like(parameter)
    return encoder


def with_transformers_names(encoder: VisionTransformer) -> dict[str, torch.Tensor]:
    renamed = {}
    for name, value in encoder.state_dict().items():
        new = name
        if name.startswith("blocks."):
            new = f"encoder.layer.{name.removeprefix('blocks.')}"
        for ours, theirs in NAMES[:-1]:
            new = new.replace(ours, theirs)
        if name.startswith("norm."):
            new = f"layernorm.{name.removeprefix('norm.')}"
        if "attn.qkv" in name:
            for part, kind in zip(value.chunk(3), ("q_proj", "k_proj", "v_proj"), strict=True):
                renamed[new.replace("attn.qkv", f"attention.{kind}")] = part
        else:
            renamed[new] = value
    return renamed


def test_tokens_are_those_of_another_dinov2():
    encoder = perturbed_vit(TINY)
    config = Dinov2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=42, patch_size=14, layer_norm_eps=1e-6
    )
    other = Dinov2Model(config).eval()
    other.load_state_dict(with_transformers_names(encoder))
    images = torch.randn(2, 3, 42, 42)
    with torch.no_grad():
        expected = other(images).last_hidden_state[:, 1:]
    assert (encoder(images) - expected).abs().max() < 1e-5
    assert expected.std() > 0.1


def test_positions_are_resampled_by_bicubic_interpolation_with_dinov2s_offset():
    encoder = perturbed_vit(VitConfig(width=32, depth=1, heads=2))
    across = torch.arange(37.0)
    encoder.pos_embed[:, 1:] = (
        torch.stack([across[:, None].expand(37, 37), across.expand(37, 37)], -1).reshape(1, -1, 2).repeat(1, 1, 16)
    )
    resampled = encoder.positions()
    assert torch.equal(resampled[:, 0], encoder.pos_embed[:, 0])
    grid = resampled[0, 1:].view(16, 16, 32)
    sources = (torch.arange(16) + 0.5) * 37 / 16.1 - 0.5
    inner = slice(1, 15)
    # Cubic convolution with a = -0.75 leaves a ramp by up to a tenth of a pixel; an offset of 0 would be 0.2 off.
    assert (grid[inner, 0, 0] - sources[inner]).abs().max() < 0.1
    assert (grid[0, inner, 1] - sources[inner]).abs().max() < 0.1
    assert (grid[:, 3, 0] - grid[:, 9, 0]).abs().max() < 1e-4


def test_positions_of_the_right_size_stay_as_they_are():
    encoder = perturbed_vit(TINY)
    assert encoder.positions() is encoder.pos_embed


@pytest.mark.parametrize("channels", [3, 4, 6, 7])
def test_every_channel_counts(channels):
    encoder = perturbed_vit(TINY, channels)
    images = torch.rand(1, channels, 42, 42)
    tokens = encoder(images)
    assert tokens.shape == (1, 9, 32)
    for channel in range(channels):
        changed = images.clone()
        changed[:, channel] += 1
        assert (encoder(changed) - tokens).abs().max() > 1e-3
