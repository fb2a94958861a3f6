"""The decoder at inference: keys and values of what all samples share are projected once."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear, scaled_dot_product_attention

from vln_pipeline.models.navdp.network import HEADER, NavdpNetwork


@dataclass(frozen=True)
class Condition:
    """Keys and values of the decoder's memory for one observation and goal; L layers, N tokens, H heads.

    Attributes:
        keys: (L, H, N, token_dim / H); the first token is the noise level's, to be filled in for each step.
        values: the same shape.
    """

    keys: Tensor
    values: Tensor


class ConditionedDecoder:
    """Denoises and judges many paths for one observation and goal.

    Samples differ in their actions only, so the memory's keys and values are projected once per layer for all of them
    and for all denoising steps. Only the noise level's token changes from step to step; its keys and values depend on
    the weights alone. Where the layers' weights are in bfloat16, matrices are multiplied in it; the sum along the
    layers, the norms, the actions and the heads stay in float32.

    Args:
        network: in evaluation mode; some of its weights are read here, so it must not be trained any further.
        compiled: whether ``torch.compile`` fuses what lies between matrix products.
    """

    def __init__(self, network: NavdpNetwork, compiled: bool) -> None:
        self.network = network
        config = network.config
        self.heads, self.waypoints = config.heads, config.predict_size
        self.layers = [layer for layer in network.decoder.layers if isinstance(layer, nn.TransformerDecoderLayer)]
        self.half = self.layers[0].linear1.weight.dtype == torch.bfloat16
        attentions = [layer.multihead_attn for layer in self.layers]
        width = config.token_dim
        self.query = [(a.in_proj_weight[:width], a.in_proj_bias[:width]) for a in attentions]
        self.key_value_weight = torch.cat([a.in_proj_weight[width:] for a in attentions])
        self.key_value_bias = torch.cat([a.in_proj_bias[width:] for a in attentions])
        self.positions = network.cond_pos_embed()
        self.decode = torch.compile(self._decode) if compiled else self._decode
        steps = torch.arange(config.diffusion_steps, device=self.positions.device)
        self.time = self._project(network.time_token(steps)[:, 0] + self.positions[0])

    def condition(self, goals: Tensor, scene: Tensor) -> Condition:
        """Project (3, token_dim) goals and (N - 4, token_dim) scene tokens for all layers at once."""
        tokens = torch.cat([goals.new_zeros(1, goals.shape[1]), goals, scene]) + self.positions
        return self._project(tokens)

    def denoise(self, actions: Tensor, condition: Condition, step: int) -> Tensor:
        """Return the (S, T, 3) prediction for (S, T, 3) noisy actions of one noise level."""
        condition.keys[:, :, 0] = self.time.keys[:, :, step]
        condition.values[:, :, 0] = self.time.values[:, :, step]
        embedded = self._embed(actions)
        with self._precision():
            stream = self.decode(embedded, condition.keys, condition.values, True)
        return self.network.action_head(self._paths(stream))

    def judge(self, actions: Tensor, condition: Condition) -> Tensor:
        """Return the (S,) critic values of (S, T, 3) clean actions; the noise level and the goals stay hidden."""
        keys, values = condition.keys[:, :, HEADER:], condition.values[:, :, HEADER:]
        embedded = self._embed(actions)
        with self._precision():
            stream = self.decode(embedded, keys, values, False)
        return self.network.value(self._paths(stream))

    def _embed(self, actions: Tensor) -> Tensor:
        """Return (S T, token_dim)."""
        return (self.network.input_embed(actions) + self.network.out_pos_embed()).flatten(0, 1)

    def _paths(self, stream: Tensor) -> Tensor:
        """Return (S, T, token_dim) normalised waypoints."""
        return self.network.layernorm(stream).unflatten(0, (-1, self.waypoints))

    def _project(self, tokens: Tensor) -> Condition:
        """Return keys and values of (N, token_dim) memory tokens."""
        with self._precision():
            both = linear(tokens, self.key_value_weight, self.key_value_bias)
        both = both.unflatten(1, (len(self.layers), 2, self.heads, -1)).permute(2, 1, 3, 0, 4).contiguous()
        return Condition(both[0], both[1])

    def _decode(self, stream: Tensor, keys: Tensor, values: Tensor, causal: bool) -> Tensor:
        """Run (S T, token_dim) waypoints through all layers; all samples ask the same keys, as one long sequence."""
        for layer, query, key, value in zip(self.layers, self.query, keys, values, strict=True):
            inner = layer.self_attn
            mixed = linear(layer.norm1(stream), inner.in_proj_weight, inner.in_proj_bias)
            own = mixed.view(-1, self.waypoints, 3, self.heads, mixed.shape[1] // 3 // self.heads)
            asking, offered, content = own.permute(2, 0, 3, 1, 4)
            seen = scaled_dot_product_attention(asking, offered, content, is_causal=causal)
            stream = stream + inner.out_proj(seen.transpose(1, 2).reshape(stream.shape))
            asking = linear(layer.norm2(stream), *query).unflatten(1, (self.heads, -1)).transpose(0, 1)
            seen = scaled_dot_product_attention(asking[None], key[None], value[None])[0]
            stream = stream + layer.multihead_attn.out_proj(seen.transpose(0, 1).reshape(stream.shape))
            stream = stream + layer.linear2(gelu(layer.linear1(layer.norm3(stream))))
        return stream

    def _precision(self) -> torch.autocast:
        return torch.autocast(self.positions.device.type, torch.bfloat16, enabled=self.half)
