"""Names and shapes of all parameters, as published checkpoints have them."""

import pytest
import torch

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork

D = 384


def linear(name: str, out: int, into: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}


def norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (D,), f"{name}.bias": (D,)}


def attention(name: str) -> dict[str, tuple[int, ...]]:
    joint = {f"{name}.in_proj_weight": (3 * D, D), f"{name}.in_proj_bias": (3 * D,)}
    return joint | linear(f"{name}.out_proj", D, D)


def vit(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    table = {f"{name}.cls_token": (1, 1, D), f"{name}.pos_embed": (1, 1370, D), f"{name}.mask_token": (1, D)}
    table |= {f"{name}.patch_embed.proj.weight": (D, channels, 14, 14), f"{name}.patch_embed.proj.bias": (D,)}
    for layer in range(12):
        block = f"{name}.blocks.{layer}"
        table |= norm(f"{block}.norm1") | norm(f"{block}.norm2")
        table |= linear(f"{block}.attn.qkv", 3 * D, D) | linear(f"{block}.attn.proj", D, D)
        table |= {f"{block}.ls1.gamma": (D,), f"{block}.ls2.gamma": (D,)}
        table |= linear(f"{block}.mlp.fc1", 4 * D, D) | linear(f"{block}.mlp.fc2", D, 4 * D)
    return table | norm(f"{name}.norm")


def decoder(name: str, layers: int, feedforward: int) -> dict[str, tuple[int, ...]]:
    table = {}
    for layer in (f"{name}.layers.{index}" for index in range(layers)):
        table |= attention(f"{layer}.self_attn") | attention(f"{layer}.multihead_attn")
        table |= linear(f"{layer}.linear1", feedforward, D) | linear(f"{layer}.linear2", D, feedforward)
        table |= norm(f"{layer}.norm1") | norm(f"{layer}.norm2") | norm(f"{layer}.norm3")
    return table


def published(pixel_channels: int) -> dict[str, tuple[int, ...]]:
    table = vit("rgbd_encoder.rgb_model", 3) | vit("rgbd_encoder.depth_model", 3)
    table |= vit("pixel_encoder.pixelgoal_encoder", pixel_channels) | vit("image_encoder.imagegoal_encoder", 6)
    for encoder in ("rgbd_encoder", "pixel_encoder", "image_encoder"):
        table |= linear(f"{encoder}.project_layer", D, D)
    for name, length in (
        ("rgbd_encoder.former_query", 128),
        ("rgbd_encoder.former_pe", 2304),
        ("cond_pos_embed", 132),
        ("out_pos_embed", 24),
    ):
        table[f"{name}.position_embedding.weight"] = (length, D)
    table |= decoder("rgbd_encoder.former_net", 2, 2048) | decoder("decoder", 16, 1536)
    table |= linear("point_encoder", D, 3) | linear("input_embed", D, 3) | norm("layernorm")
    table |= linear("action_head", 3, D) | linear("critic_head", 1, D)
    return table | linear("pixel_aux_head", 3, D) | linear("image_aux_head", 3, D)


@pytest.mark.parametrize("channels", [4, 7])
def test_the_default_network_has_the_published_names_and_shapes(channels):
    with torch.device("meta"):
        network = NavdpNetwork(NavdpConfig(pixel_channels=channels))
    assert {name: tuple(value.shape) for name, value in network.state_dict().items()} == published(channels)


def test_the_default_network_has_the_published_counts():
    with torch.device("meta"):
        network = NavdpNetwork(NavdpConfig())
    assert len(network.state_dict()) == 1048
    assert sum(value.numel() for value in network.parameters()) == 133_358_474
    trainable = {name: value.numel() for name, value in network.named_parameters() if value.requires_grad}
    assert sum(trainable.values()) == 111_300_746
    assert not any(name.startswith("rgbd_encoder.rgb_model.") or name.endswith("mask_token") for name in trainable)


def test_an_encoder_of_images_can_be_trained_too():
    with torch.device("meta"):
        network = NavdpNetwork(NavdpConfig(freeze_rgb=False))
    frozen = [name for name, value in network.named_parameters() if not value.requires_grad]
    assert len(frozen) == 4
    assert all(name.endswith("mask_token") for name in frozen)


@pytest.mark.parametrize(
    "sizes",
    [{"image_size": 30}, {"vit_dim": 100}, {"token_dim": 100}, {"token_dim": 2, "heads": 1}, {"heads": 7}],
)
def test_sizes_that_do_not_divide_are_refused(sizes):
    with pytest.raises(ValueError, match=r"multiple of|even number"):
        NavdpConfig(**sizes)
