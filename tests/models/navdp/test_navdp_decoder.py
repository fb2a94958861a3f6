import pytest
import torch
from torch import nn

from vln_pipeline.models.navdp.decoder import Decoder

B, T, N, WIDTH = 3, 5, 7, 16


@pytest.mark.parametrize(("norm_first", "activation"), [(True, "gelu"), (False, "relu")])
def test_it_is_torchs_decoder_in_values_and_gradients(norm_first, activation):
    torch.manual_seed(0)
    ours = Decoder(2, WIDTH, 4, 32, 0.0, activation, norm_first)
    layers = [
        nn.TransformerDecoderLayer(WIDTH, 4, 32, 0.0, activation, batch_first=True, norm_first=norm_first)
        for _ in ours.layers
    ]
    for parameter in ours.parameters():
        nn.init.normal_(parameter, std=0.3)
    for theirs, layer in zip(layers, ours.layers, strict=True):
        theirs.load_state_dict(layer.state_dict())
    causal = torch.ones(T, T, dtype=torch.bool).triu(1)
    free = torch.zeros_like(causal)
    hidden = torch.rand(2 * T, N) < 0.5
    hidden[:, 0] = False
    targets, memory = torch.randn(B, 2 * T, WIDTH), torch.randn(B, N, WIDTH)

    found = ours(targets, memory, torch.stack([causal, free]), hidden)
    expected = targets
    apart = ~torch.block_diag(~causal, ~free).bool()
    for layer in layers:
        expected = layer(expected, memory, tgt_mask=apart, memory_mask=hidden)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)

    direction = torch.randn_like(found)
    (found * direction).sum().backward()
    (expected * direction).sum().backward()
    for layer, theirs in zip(ours.layers, layers, strict=True):
        for (name, own), other in zip(layer.named_parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(own.grad, other.grad, atol=1e-4, rtol=1e-4, msg=name)


def test_without_masks_all_targets_see_each_other():
    torch.manual_seed(0)
    decoder = Decoder(1, WIDTH, 2, 32, 0.0, "gelu", True).eval()
    targets, memory = torch.randn(1, T, WIDTH), torch.randn(1, N, WIDTH)
    before = decoder(targets, memory)
    targets[0, -1] *= -1
    assert (decoder(targets, memory)[0, 0] - before[0, 0]).abs().max() > 1e-4
