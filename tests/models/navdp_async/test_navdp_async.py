import pytest
import torch
from pydantic import ValidationError

from vln_pipeline.models.navdp.config import VitConfig
from vln_pipeline.models.navdp_async.config import NavdpAsyncConfig
from vln_pipeline.models.navdp_async.network import NavdpAsync

SMALL = NavdpAsyncConfig(
    plan_dim=24,
    predict_size=6,
    vit=VitConfig(image_size=28, position_grid=2, width=16, depth=1, heads=2),
    token_dim=16,
    queries_per_frame=3,
    former_layers=1,
    former_feedforward=32,
    decoder_depth=2,
    heads=2,
    feedforward=32,
    plan_positions=10,
)
D = 384


def published():
    """Names and shapes of the published checkpoint of InternVLA-N1 w/ NavDP, below ``model.``."""

    def linear(name, outputs, inputs):
        return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}

    def norm(name):
        return {f"{name}.weight": (D,), f"{name}.bias": (D,)}

    def attention(name):
        return {f"{name}.in_proj_weight": (3 * D, D), f"{name}.in_proj_bias": (3 * D,)} | linear(
            f"{name}.out_proj", D, D
        )

    def layer(name, feedforward):
        table = attention(f"{name}.self_attn") | attention(f"{name}.multihead_attn")
        table |= linear(f"{name}.linear1", feedforward, D) | linear(f"{name}.linear2", D, feedforward)
        return table | norm(f"{name}.norm1") | norm(f"{name}.norm2") | norm(f"{name}.norm3")

    table = {"latent_queries": (1, 4, 3584), "navdp.cond_pos_embed": (1, 34, D), "navdp.out_pos_embed": (1, 32, D)}
    encoder = "navdp.rgbd_encoder"
    for model in (f"{encoder}.rgb_model", f"{encoder}.depth_model"):
        table |= {f"{model}.cls_token": (1, 1, D), f"{model}.pos_embed": (1, 1370, D), f"{model}.mask_token": (1, D)}
        table |= {f"{model}.patch_embed.proj.weight": (D, 3, 14, 14), f"{model}.patch_embed.proj.bias": (D,)}
        for block in (f"{model}.blocks.{number}" for number in range(12)):
            table |= norm(f"{block}.norm1") | norm(f"{block}.norm2")
            table |= linear(f"{block}.attn.qkv", 3 * D, D) | linear(f"{block}.attn.proj", D, D)
            table |= {f"{block}.ls1.gamma": (D,), f"{block}.ls2.gamma": (D,)}
            table |= linear(f"{block}.mlp.fc1", 4 * D, D) | linear(f"{block}.mlp.fc2", D, 4 * D)
        table |= norm(f"{model}.norm")
    table |= {f"{encoder}.former_query.weight": (32, D), f"{encoder}.former_pe.weight": (1024, D)}
    for number in range(2):
        table |= layer(f"{encoder}.former_net.layers.{number}", 2048)
    for number in range(16):
        table |= layer(f"navdp.decoder.layers.{number}", 1536)
    table |= layer("navdp.decoder_layer", 1536) | linear(f"{encoder}.project_layer", D, D) | norm("navdp.layernorm")
    for name, outputs, inputs in (
        ("point_encoder", D, 3),
        ("input_embed", D, 3),
        ("action_head", 3, D),
        ("critic_head", 1, D),
        ("vlm_embed_mlp.0", 896, 3584),
        ("vlm_embed_mlp.2", 448, 896),
        ("vlm_embed_mlp.4", D, 448),
        ("pg_embed_mlp.0", 192, 2),
        ("pg_embed_mlp.2", D, 192),
        ("pg_pred_mlp.0", 192, D),
        ("pg_pred_mlp.2", 96, 192),
        ("pg_pred_mlp.4", 2, 96),
    ):
        table |= linear(f"navdp.{name}", outputs, inputs)
    compressor = "navdp.goal_compressor"
    table |= {f"{compressor}.target_embedding.weight": (1, D), f"{compressor}.positional_encoding.pe": (1000, D)}
    for name in ("token_positional_encoding", "query_positional_encoding"):
        table[f"{compressor}.{name}.position_embedding.weight"] = (5000, D)
    return table | attention(f"{compressor}.cross_attention")


def perturbed(seed=0):
    """A network none of whose weights is a zero or a one: learned positions start as zeros."""
    torch.manual_seed(seed)
    network = NavdpAsync(SMALL)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return network


def frames(count=3):
    """Plans, actions, images, depth maps."""
    images = torch.rand(count, 3, 28, 28)
    return torch.randn(count, 4, 24), torch.randn(count, 6, 3), images, 5 * torch.rand(count, 28, 28)


def test_names_and_shapes_are_those_of_the_published_checkpoint():
    with torch.device("meta"):
        network = NavdpAsync(NavdpAsyncConfig())
    assert {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} == published()
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(98.8e6, abs=0.05e6)
    trained = {name: p.numel() for name, p in network.named_parameters() if p.requires_grad}
    assert sum(trained.values()) == pytest.approx(76.8e6, abs=0.05e6)
    assert not [name for name in trained if "rgb_model" in name]


def test_gradients_reach_the_plan_and_every_part_that_is_used():
    network = perturbed()
    plans, *others = frames()
    network(plans.requires_grad_(), *others, torch.zeros(3, dtype=torch.int64)).mean().backward()
    still = {name for name, parameter in network.named_parameters() if parameter.grad is None}
    unused = {parameter for part in network.unused for parameter in part.parameters()}
    expected = {name for name, parameter in network.named_parameters() if parameter in unused}
    frozen = {name for name in still if ".rgb_model." in name}
    assert still - frozen == expected | {"latent_queries", "navdp.rgbd_encoder.depth_model.mask_token"}
    assert len(frozen) == sum(1 for _ in network.navdp.rgbd_encoder.rgb_model.parameters())
    assert plans.grad.abs().sum() > 0


@pytest.mark.parametrize("what", ["images", "depths"])
def test_the_error_of_a_frame_depends_on_its_own_views_and_those_of_its_origin_alone(what):
    network = perturbed().eval()
    plans, actions, images, depths = frames(4)
    origins = torch.tensor([0, 0, 2, 2])

    def errors(images, depths):
        torch.manual_seed(1)
        return network(plans, actions, images, depths, origins)

    before = errors(images, depths)
    for changed, expected in ((0, [True, True, False, False]), (3, [False, False, False, True])):
        views = {"images": images.clone(), "depths": depths.clone()}
        views[what][changed] *= 0.5
        assert (errors(**views) - before).abs().gt(1e-6).tolist() == expected


def test_waypoints_do_not_see_those_after_them():
    network = perturbed().eval().navdp
    condition, noisy = torch.randn(1, 7, 16), torch.randn(1, 6, 3)
    later = noisy.clone()
    later[:, 4:] += 1
    ours, theirs = (network(actions, torch.tensor([7]), condition) for actions in (noisy, later))
    assert torch.allclose(ours[:, :4], theirs[:, :4], atol=1e-6)
    assert not torch.allclose(ours[:, 4:], theirs[:, 4:], atol=1e-3)


def test_samples_of_one_plan_share_its_condition_and_repeat_with_their_generator():
    network = perturbed().eval()
    plan, images, noise = torch.randn(1, 4, 24), torch.rand(1, 2, 3, 28, 28), torch.randn(3, 6, 3)
    depths = 5 * torch.rand(1, 2, 28, 28)

    def drawn(plan, images, depths):
        return network.sample(plan, images, depths, noise, torch.Generator().manual_seed(3))

    together = drawn(plan, images, depths)
    apart = drawn(*(given.repeat_interleave(3, dim=0) for given in (plan, images, depths)))
    assert together.shape == (3, 6, 3)
    assert torch.allclose(together, apart, atol=1e-5)
    assert together.abs().max() <= 1
    for other in ((-plan, images, depths), (plan, images.flip(1), depths), (plan, images, depths.flip(1))):
        assert not torch.allclose(together, drawn(*other), atol=1e-3)


def test_a_network_that_knows_the_noise_samples_the_actions(monkeypatch):
    network = perturbed().eval()
    actions = torch.empty(2, 6, 3).uniform_(-0.9, 0.9)
    signal = network._schedule.alphas_cumprod

    def true_noise(noisy, steps, _):
        share = signal[steps][:, None, None]
        return (noisy - share.sqrt() * actions) / (1 - share).sqrt()

    monkeypatch.setattr(network.navdp, "forward", true_noise)
    images, depths = torch.rand(1, 2, 3, 28, 28), torch.rand(1, 2, 28, 28)
    drawn = network.sample(torch.randn(1, 4, 24), images, depths, torch.randn(2, 6, 3))
    assert torch.allclose(drawn, actions, atol=1e-4)


def test_without_views_it_does_not_guess():
    network = perturbed()
    plans, actions, images, _ = frames()
    with pytest.raises(ValueError, match="depth maps"):
        network(plans, actions, images, None, torch.zeros(3, dtype=torch.int64))
    with pytest.raises(ValueError, match="depth maps"):
        network.sample(plans, None, None, actions)


@pytest.mark.parametrize(("fields", "cause"), [({"heads": 5}, "multiple of heads"), ({"plan_queries": 6000}, "more")])
def test_sizes_that_do_not_fit_are_refused(fields, cause):
    with pytest.raises(ValidationError, match=cause):
        NavdpAsyncConfig(**fields)
