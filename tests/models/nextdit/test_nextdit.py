import pytest
import torch
from pydantic import ValidationError

from vln_pipeline.models.navdp.config import VitConfig
from vln_pipeline.models.nextdit.config import NextDitConfig
from vln_pipeline.models.nextdit.flow import TIMES, between, follow
from vln_pipeline.models.nextdit.network import NextDit

SMALL = NextDitConfig(
    plan_dim=24,
    predict_size=8,
    dim=16,
    depth=2,
    heads=2,
    hidden_multiple=8,
    condition_dim=32,
    vit=VitConfig(image_size=28, position_grid=2, width=16, depth=1, heads=2),
    memory_layers=1,
    resampler_layers=1,
    resampler_heads=2,
    resampler_queries=4,
    feedforward=32,
)
D, C = 384, 768


def published():
    """Names and shapes of the published DualVLN checkpoint, below ``model.``."""

    def linear(name, outputs, inputs, bias=True):
        return {f"{name}.weight": (outputs, inputs), **({f"{name}.bias": (outputs,)} if bias else {})}

    def norm(name, width):
        return {f"{name}.weight": (width,), f"{name}.bias": (width,)}

    def attention(name, width):
        inside = {f"{name}.in_proj_weight": (3 * width, width), f"{name}.in_proj_bias": (3 * width,)}
        return inside | linear(f"{name}.out_proj", width, width)

    table = {"latent_queries": (1, 4, 3584)}
    table |= linear("action_encoder", D, 3) | linear("action_decoder", 3, D)
    table |= linear("cond_projector.0", C, 3584) | linear("cond_projector.2", C, C)
    dit = "traj_dit.model"
    table |= linear(f"{dit}.caption_projection.linear_1", D, C) | linear(f"{dit}.caption_projection.linear_2", D, D)
    table |= linear(f"{dit}.patch_embedder.proj", D, D)
    table |= linear(f"{dit}.time_caption_embed.timestep_embedder.linear_1", D, 256)
    table |= linear(f"{dit}.time_caption_embed.timestep_embedder.linear_2", D, D)
    table |= norm(f"{dit}.time_caption_embed.caption_embedder.0", D)
    table |= linear(f"{dit}.time_caption_embed.caption_embedder.1", D, D)
    for layer in (f"{dit}.layers.{number}" for number in range(12)):
        table |= {f"{layer}.gate": (6,)} | linear(f"{layer}.attn2.to_out.0", D, D, bias=False)
        for part in (f"{layer}.attn1", f"{layer}.attn2"):
            table |= norm(f"{part}.norm_q", D) | norm(f"{part}.norm_k", D)
            for name in ("to_q", "to_k", "to_v"):
                table |= linear(f"{part}.{name}", D, D, bias=False)
        for name, outputs, inputs in (("linear_1", 1024, D), ("linear_2", D, 1024), ("linear_3", 1024, D)):
            table |= linear(f"{layer}.feed_forward.{name}", outputs, inputs, bias=False)
        table |= linear(f"{layer}.norm1.linear", 4 * D, D)
        for name in ("norm1.norm", "ffn_norm1", "norm2", "ffn_norm2", "norm1_context"):
            table[f"{layer}.{name}.weight"] = (D,)
    table |= linear(f"{dit}.norm_out.linear_1", D, D) | linear(f"{dit}.norm_out.linear_2", D, D)
    table["memory_encoder.memory_pos"] = (512, D)
    for layer in (f"memory_encoder.encoder.layers.{number}" for number in range(3)):
        table |= attention(f"{layer}.self_attn", D) | linear(f"{layer}.linear1", 2048, D)
        table |= linear(f"{layer}.linear2", D, 2048) | norm(f"{layer}.norm1", D) | norm(f"{layer}.norm2", D)
    table |= {"rgb_resampler.query_tokens": (32, C), "rgb_resampler.query_pos": (32, C)}
    table |= linear("rgb_resampler.visual_proj", C, C)
    for layer in (f"rgb_resampler.decoder.layers.{number}" for number in range(3)):
        table |= attention(f"{layer}.self_attn", C) | attention(f"{layer}.multihead_attn", C)
        table |= linear(f"{layer}.linear1", 2048, C) | linear(f"{layer}.linear2", C, 2048)
        for name in ("norm1", "norm2", "norm3"):
            table |= norm(f"{layer}.{name}", C)
    return table


def test_names_and_shapes_are_those_of_the_published_checkpoint():
    with torch.device("meta"):
        network = NextDit(NextDitConfig())
    ours = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    image_encoder = {name for name in ours if name.startswith("rgb_model.")}
    assert {name: ours[name] for name in ours.keys() - image_encoder} == published()
    assert len(image_encoder) == 175
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert trained == pytest.approx(91.4e6, abs=0.05e6)


def test_without_looking_there_is_no_image_branch():
    with torch.device("meta"):
        network = NextDit(NextDitConfig(look=False))
    assert not [name for name in network.state_dict() if name.startswith(("rgb_", "memory_"))]


def perturbed(config, seed=0):
    """A network none of whose weights is a zero or a one: zero gates would hide the condition."""
    torch.manual_seed(seed)
    network = NextDit(config)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return network


def frames(count=3):
    """Plans, actions, images, no depth maps; the first frame is where the plan of all was made."""
    return torch.randn(count, 4, 24), torch.randn(count, 8, 3), torch.rand(count, 3, 28, 28), None


def test_condition_holds_images_then_plan_and_both_matter():
    network = perturbed(SMALL).eval()
    plan, images = torch.randn(2, 4, 24), torch.rand(2, 3, 28, 28)
    seen = network.look(images).flatten(0, 1).expand(2, -1, -1)
    tokens = network.condition(plan, seen)
    assert tokens.shape == (2, 8, 32)
    assert torch.equal(tokens[:, 4:], network.condition(plan, -seen)[:, 4:])
    assert torch.equal(tokens[0, :4], tokens[1, :4])
    assert not torch.allclose(tokens[:, :4], network.condition(plan, seen.flip(1))[:, :4], atol=1e-3)
    with pytest.raises(ValueError, match="looks at images"):
        network.condition(plan)


def test_gradients_reach_the_plan_and_every_part_that_is_used():
    network = perturbed(SMALL)
    plans, *others = frames()
    network(plans.requires_grad_(), *others, torch.zeros(3, dtype=torch.int64)).mean().backward()
    still = {parameter for parameter in network.parameters() if parameter.grad is None}
    unused = {parameter for part in network.unused for parameter in part.parameters()}
    assert still == unused | {network.latent_queries, network.rgb_model.mask_token}
    assert plans.grad.abs().sum() > 0


def test_the_error_of_a_frame_depends_on_its_plan_image_and_the_image_of_its_origin_alone():
    network = perturbed(SMALL).eval()
    plans, actions, images, _ = frames(4)
    origins = torch.tensor([0, 0, 2, 2])

    def errors(plans, images):
        torch.manual_seed(1)
        return network(plans, actions, images, None, origins)

    before = errors(plans, images)
    for changed, expected in ((0, [True, True, False, False]), (1, [False, True, False, False])):
        other = images.clone()
        other[changed] = 1 - other[changed]
        assert (errors(plans, other) - before).abs().gt(1e-6).tolist() == expected
    other = plans.clone()
    other[2] = 0
    assert (errors(other, images) - before).abs().gt(1e-6).tolist() == [False, False, True, False]


def test_recomputed_activations_give_the_same_gradient():
    gradients = []
    for recompute in (False, True):
        network = perturbed(SMALL.model_copy(update={"dropout": 0.0})).train()
        network.traj_dit.recompute = recompute
        torch.manual_seed(1)
        network(*frames(), torch.zeros(3, dtype=torch.int64)).sum().backward()
        gradients.append(network.action_encoder.weight.grad)
    assert torch.allclose(*gradients, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("look", [True, False])
def test_samples_of_one_plan_share_its_condition(look):
    network = perturbed(SMALL.model_copy(update={"look": look})).eval()
    plan, images, noise = torch.randn(1, 4, 24), torch.rand(1, 2, 3, 28, 28), torch.randn(3, 8, 3)
    together = network.sample(plan, images if look else None, None, noise)
    apart = network.sample(plan.expand(3, -1, -1), images.expand(3, -1, -1, -1, -1) if look else None, None, noise)
    assert together.shape == (3, 8, 3)
    assert torch.allclose(together, apart, atol=1e-4)
    assert not torch.allclose(together, network.sample(-plan, images if look else None, None, noise), atol=1e-3)


def test_noisy_actions_lie_on_the_line_to_the_noise():
    actions, noise = torch.randn(2, 4, 3), torch.randn(2, 4, 3)
    noisy, flow = between(actions, noise, torch.tensor([TIMES, 250]))
    assert torch.allclose(noisy[0], noise[0])
    assert torch.allclose(noisy[1], 0.75 * actions[1] + 0.25 * noise[1])
    assert torch.allclose(flow, noise - actions)


@pytest.mark.parametrize("steps", [1, 3, 10])
def test_the_true_flow_leads_to_the_actions(steps):
    actions, noise = torch.randn(2, 4, 3), torch.randn(2, 4, 3)
    times = []

    def flow(noisy, time):
        times.append(time[0].item())
        return (noisy - actions) / (time[:, None, None] / TIMES)

    assert torch.allclose(follow(flow, noise, steps), actions, atol=1e-5)
    assert times == pytest.approx([TIMES * (1 - step / steps) for step in range(steps)])


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValidationError, match="is not twice"):
        NextDitConfig(condition_dim=384)
    with pytest.raises(ValidationError, match="multiple of 4"):
        NextDitConfig(heads=5)
