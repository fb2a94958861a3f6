from dataclasses import replace

import pytest
import torch
from torch import nn

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.embeddings import time_embedding
from vln_pipeline.models.navdp.inputs import NavdpInputs
from vln_pipeline.models.navdp.network import NavdpNetwork, NavdpOutput, mixed_goals

B, T = 5, 6


def scene(seed: int = 0) -> NavdpInputs:
    draw = torch.Generator().manual_seed(seed)
    sizes = (B, 3, 3, 28, 28), (B, 1, 28, 28), (B, 3), (B, 6, 28, 28), (B, 4, 28, 28)
    return NavdpInputs(*(torch.rand(size, generator=draw) for size in sizes))


def actions(seed: int = 1) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    names = ("noisy_nogoal", "noisy_goal", "label", "augmented")
    return {name: torch.randn((B, T, 3), generator=draw) for name in names} | {
        "steps_nogoal": torch.tensor([0, 3, 9, 4, 1]),
        "steps_goal": torch.tensor([7, 2, 0, 9, 5]),
    }


def difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max())


def torchs_own(layer: nn.Module, config: NavdpConfig) -> nn.Module:
    """A layer as torch computes it, with the same weights."""
    own = nn.TransformerDecoderLayer(
        config.token_dim, config.heads, config.feedforward, 0.0, "gelu", batch_first=True, norm_first=True
    )
    own.load_state_dict(layer.state_dict())
    return own.eval()


@torch.no_grad()
def separate_passes(network, inputs, given) -> NavdpOutput:
    """The four passes one by one, each with a memory of its own."""
    encoder = network.rgbd_encoder
    tokens = encoder(encoder.rgb_tokens(inputs.rgb), encoder.depth_tokens(inputs.depth))
    point, image = network.point_encoder(inputs.point_goal), network.image_encoder(inputs.image_goal)
    pixel = network.pixel_encoder(inputs.pixel_goal)
    kinds = [point, image, pixel]
    mixed = [torch.stack([kinds[b % 3][b], kinds[b // 3 % 3][b], kinds[b // 9 % 3][b]]) for b in range(B)]
    causal = torch.full((T, T), -torch.inf).triu(1)
    hidden = torch.zeros(T, 4 + tokens.shape[1])
    hidden[:, :4] = -torch.inf

    layers = [torchs_own(layer, network.config) for layer in network.decoder.layers]

    def run(acts, steps, goals, **masks):
        memory = torch.cat([time_embedding(steps, 32)[:, None], goals, tokens], dim=1) + network.cond_pos_embed()
        stream = network.input_embed(acts) + network.out_pos_embed()
        for layer in layers:
            stream = layer(stream, memory, **masks)
        return network.layernorm(stream)

    none, zeros = torch.zeros(B, 3, 32), torch.zeros(B, dtype=torch.long)
    return NavdpOutput(
        network.action_head(run(given["noisy_nogoal"], given["steps_nogoal"], none, tgt_mask=causal)),
        network.action_head(run(given["noisy_goal"], given["steps_goal"], torch.stack(mixed), tgt_mask=causal)),
        network.critic_head(run(given["label"], zeros, none, memory_mask=hidden).mean(1))[:, 0],
        network.critic_head(run(given["augmented"], zeros, none, memory_mask=hidden).mean(1))[:, 0],
        network.image_aux_head(image),
        network.pixel_aux_head(pixel),
    )


def test_one_decoder_call_gives_what_four_give(network):
    inputs, given = scene(), actions()
    with torch.no_grad():
        found = vars(network(inputs, **given))
    for name, expected in vars(separate_passes(network, inputs, given)).items():
        assert difference(found[name], expected) < 1e-5, name
        assert expected.std() > 0.01, name


def test_a_network_with_its_layers_swapped_gives_something_else(network):
    inputs, given = scene(), actions()
    with torch.no_grad():
        before = network(inputs, **given)
        network.decoder.layers = torch.nn.ModuleList([*network.decoder.layers[1:], network.decoder.layers[0]])
        after = network(inputs, **given)
    assert difference(before.noise_goal, after.noise_goal) > 0.1
    assert difference(before.critic, after.critic) > 0.01


def test_a_waypoint_is_denoised_by_itself_and_those_before_it(network):
    inputs, given = scene(), actions()
    later = given | {name: given[name].clone() for name in ("noisy_nogoal", "noisy_goal")}
    for name in ("noisy_nogoal", "noisy_goal"):
        later[name][:, 4:] += 1
    with torch.no_grad():
        before, after = network(inputs, **given), network(inputs, **later)
    for one, other in ((before.noise_nogoal, after.noise_nogoal), (before.noise_goal, after.noise_goal)):
        assert difference(one[:, :4], other[:, :4]) < 1e-6
        assert difference(one[:, 4], other[:, 4]) > 1e-3


def test_the_critic_judges_the_whole_path_and_knows_neither_goal_nor_noise(network):
    inputs, given = scene(), actions()
    other_goals = replace(scene(5), rgb=inputs.rgb, depth=inputs.depth)
    changed = given | actions(7) | {"label": given["label"], "augmented": given["augmented"].clone()}
    changed |= {"steps_nogoal": given["steps_goal"], "steps_goal": given["steps_nogoal"]}
    changed["augmented"][:, -1] += 1
    with torch.no_grad():
        before, after = network(inputs, **given), network(other_goals, **changed)
    assert difference(before.critic, after.critic) < 1e-6
    assert difference(before.augmented_critic, after.augmented_critic) > 1e-3
    assert difference(before.noise_goal, after.noise_goal) > 1e-3


def test_without_a_goal_goals_do_not_matter(network):
    inputs, given = scene(), actions()
    with torch.no_grad():
        before = network(inputs, **given)
        after = network(replace(scene(5), rgb=inputs.rgb, depth=inputs.depth), **given)
    assert difference(before.noise_nogoal, after.noise_nogoal) < 1e-6
    assert difference(before.noise_goal, after.noise_goal) > 1e-3


def test_a_batch_shows_every_combination_of_goals():
    kinds = torch.arange(3.0).view(1, 3, 1).expand(54, 3, 1)
    slots = mixed_goals(kinds)[..., 0].long().tolist()
    assert slots[0] == [0, 0, 0]
    assert slots[5] == [2, 1, 0]
    assert slots[18] == [0, 0, 2]
    assert len({tuple(s) for s in slots}) == 27
    assert slots[:27] == slots[27:]


def test_a_network_for_point_goals_has_no_encoders_of_others(small):
    network = NavdpNetwork(small.model_copy(update={"goals": ("point",)}))
    assert not [name for name in network.state_dict() if name.startswith(("image_", "pixel_"))]
    output = network.eval()(scene(), **actions())
    assert output.image_aux is None
    assert output.pixel_aux is None
    other = network(replace(scene(), image_goal=torch.zeros(B, 6, 28, 28)), **actions())
    assert torch.equal(output.noise_goal, other.noise_goal)


def test_two_kinds_of_goal_make_eight_combinations():
    slots = mixed_goals(torch.arange(2.0).view(1, 2, 1).expand(16, 2, 1))[..., 0].long().tolist()
    assert slots[5] == [1, 0, 1]
    assert len({tuple(s) for s in slots}) == 8


def test_goals_stay_with_their_sample():
    goals = torch.randn(30, 3, 4)
    slots = mixed_goals(goals)
    assert torch.equal(slots[16], goals[16][[1, 2, 1]])


def test_every_trainable_parameter_learns_and_no_other(network):
    output = network.train()(scene(), **actions())
    sum(value.square().sum() for value in vars(output).values()).backward()
    for name, parameter in network.named_parameters():
        learns = parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)
        assert learns == parameter.requires_grad, name


def test_the_critic_does_not_shape_how_actions_are_embedded(network):
    output = network(scene(), **actions())
    (output.critic.sum() + output.augmented_critic.sum()).backward()
    assert network.input_embed.weight.grad.abs().max() == 0
    assert network.decoder.layers[0].linear1.weight.grad.abs().sum() > 0


def test_known_tokens_of_the_images_take_the_place_of_the_encoder(network):
    inputs, given = scene(), actions()
    with torch.no_grad():
        tokens = network.rgbd_encoder.rgb_tokens(inputs.rgb)
        before = network(inputs, **given)
        after = network(replace(inputs, rgb=torch.zeros_like(inputs.rgb)), **given, rgb_tokens=tokens)
        without = network(replace(inputs, rgb=torch.zeros_like(inputs.rgb)), **given)
    assert difference(before.noise_goal, after.noise_goal) == 0
    assert difference(before.noise_goal, without.noise_goal) > 1e-3


def test_the_order_of_remembered_images_matters(network):
    inputs, given = scene(), actions()
    with torch.no_grad():
        before = network(inputs, **given)
        after = network(replace(inputs, rgb=inputs.rgb.flip(1)), **given)
    assert difference(before.critic, after.critic) > 1e-4


def test_noise_levels_are_embedded_by_sines_then_cosines():
    embedded = time_embedding(torch.tensor([0, 3]), 8)
    assert embedded[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    frequencies = torch.tensor([1, 10000 ** (-1 / 3), 10000 ** (-2 / 3), 1e-4])
    expected = torch.cat([torch.sin(3 * frequencies), torch.cos(3 * frequencies)])
    assert embedded[1].tolist() == pytest.approx(expected.tolist(), abs=1e-6)
