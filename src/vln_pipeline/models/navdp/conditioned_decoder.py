"""The decoder at inference: keys and values of what all samples share are projected once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear, scaled_dot_product_attention

from vln_pipeline.models.navdp.network import HEADER, NavdpNetwork
from vln_pipeline.models.navdp.projection import Projection


@dataclass(frozen=True)
class Condition:
    """Keys and values of the decoder's memory for R observations and goals; L layers, N tokens, H heads.

    Attributes:
        keys: (L, R, H, N, token_dim / H); the first token is the noise level's, to be filled in for each step.
        values: the same shape.
    """

    keys: Tensor
    values: Tensor

    @classmethod
    def of(cls, conditions: Sequence[Self]) -> Self:
        """Return several robots' conditions as one."""
        if len(conditions) == 1:
            return conditions[0]
        return cls(*(torch.cat([getattr(c, name) for c in conditions], dim=1) for name in ("keys", "values")))


class ConditionedDecoder:
    """Denoises and judges many paths for one observation and goal, or for those of several robots.

    Samples differ in their actions only, so the memory's keys and values are projected once per layer for all of them
    and for all denoising steps. Only the noise level's token changes from step to step; its keys and values depend on
    the weights alone.

    Args:
        network: in evaluation mode; its weights are read here, so that later changes of them go unnoticed.
        half: whether the layers' matrices are multiplied in bfloat16. The sum along the layers, norms, attention
            between waypoints, actions and heads stay in float32.
        compiled: whether ``torch.compile`` fuses what lies between matrix products.
    """

    def __init__(self, network: NavdpNetwork, half: bool, compiled: bool) -> None:
        self.network = network
        config = network.config
        self.heads, self.waypoints = config.heads, config.predict_size
        layers = [layer for layer in network.decoder.layers if isinstance(layer, nn.TransformerDecoderLayer)]
        self.dtype = torch.bfloat16 if half else torch.float32
        self.layers = [_Layer(layer, self.dtype, pack=not compiled) for layer in layers]
        attentions = [layer.multihead_attn for layer in layers]
        self.weight = torch.cat([attention.in_proj_weight[config.token_dim :] for attention in attentions])
        self.bias = torch.cat([attention.in_proj_bias[config.token_dim :] for attention in attentions])
        self.positions = network.cond_pos_embed()
        # On a CPU the fused kernel is the faster one in float32, two products in bfloat16.
        self.fused = not half or self.positions.device.type != "cpu"
        self.decode = torch.compile(self._decode) if compiled else self._decode
        steps = torch.arange(config.diffusion_steps, device=self.positions.device)
        self.time = self._project(network.time_token(steps)[:, 0] + self.positions[0])

    def condition(self, goals: Tensor, scene: Tensor) -> Condition:
        """Project (3, token_dim) goals and (N - 4, token_dim) scene tokens for all layers at once."""
        tokens = torch.cat([goals.new_zeros(1, goals.shape[1]), goals, scene]) + self.positions
        return self._project(tokens)

    def denoise(self, actions: Tensor, condition: Condition, step: int) -> Tensor:
        """Return the (R S, T, 3) prediction for (R S, T, 3) noisy actions of one noise level, S of each robot."""
        condition.keys[..., 0, :] = self.time.keys[..., step, :]
        condition.values[..., 0, :] = self.time.values[..., step, :]
        stream = self.decode(self._embed(actions), condition.keys, condition.values, True)
        return self.network.action_head(self._paths(stream))

    def judge(self, actions: Tensor, condition: Condition) -> Tensor:
        """Return the (R S,) critic values of (R S, T, 3) clean actions; the noise level and the goals stay hidden."""
        keys, values = condition.keys[..., HEADER:, :], condition.values[..., HEADER:, :]
        return self.network.value(self._paths(self.decode(self._embed(actions), keys, values, False)))

    def _embed(self, actions: Tensor) -> Tensor:
        """Return (R S T, token_dim)."""
        return (self.network.input_embed(actions) + self.network.out_pos_embed()).flatten(0, 1)

    def _paths(self, stream: Tensor) -> Tensor:
        """Return (R S, T, token_dim) normalised waypoints."""
        return self.network.layernorm(stream).unflatten(0, (-1, self.waypoints))

    def _project(self, tokens: Tensor) -> Condition:
        """Return keys and values of (N, token_dim) memory tokens, R = 1."""
        both = linear(tokens, self.weight, self.bias).unflatten(1, (len(self.layers), 2, self.heads, -1))
        keys, values = both.permute(2, 1, 3, 0, 4).to(self.dtype).contiguous()
        return Condition(keys[:, None], values[:, None])

    def _decode(self, stream: Tensor, keys: Tensor, values: Tensor, causal: bool) -> Tensor:
        """Run (R S T, token_dim) waypoints through all layers; a robot's samples ask its keys, as one long sequence."""
        shape = -1, self.waypoints, 3, self.heads, stream.shape[1] // self.heads
        for layer, key, value in zip(self.layers, keys, values, strict=True):
            asking, offered, content = layer.mix(layer.norm1(stream)).float().view(shape).permute(2, 0, 3, 1, 4)
            seen = scaled_dot_product_attention(asking, offered, content, is_causal=causal)
            stream = stream + layer.mixed(seen.transpose(1, 2).reshape(stream.shape))
            asking = layer.ask(layer.norm2(stream)).view(len(key), -1, *shape[3:]).transpose(1, 2)
            if self.fused:
                seen = scaled_dot_product_attention(asking, key, value, scale=1.0)
            else:
                seen = (asking @ key.mT).softmax(dim=-1) @ value
            stream = stream + layer.asked(seen.transpose(1, 2).reshape(stream.shape))
            stream = stream + layer.down(gelu(layer.up(layer.norm3(stream))))
        return stream


class _Layer:
    """The parts of one decoder layer, with all linear maps in one type; ``ask`` scales queries for attention."""

    def __init__(self, layer: nn.TransformerDecoderLayer, kind: torch.dtype, pack: bool) -> None:
        def map_(weight: Tensor, bias: Tensor) -> Projection:
            return Projection(weight.to(kind), bias.to(kind), pack)

        own, other = layer.self_attn, layer.multihead_attn
        width = own.embed_dim
        self.norm1, self.norm2, self.norm3 = layer.norm1, layer.norm2, layer.norm3
        self.mix = map_(own.in_proj_weight, own.in_proj_bias)
        self.mixed = map_(own.out_proj.weight, own.out_proj.bias)
        scale = other.head_dim**-0.5
        self.ask = map_(scale * other.in_proj_weight[:width], scale * other.in_proj_bias[:width])
        self.asked = map_(other.out_proj.weight, other.out_proj.bias)
        self.up = map_(layer.linear1.weight, layer.linear1.bias)
        self.down = map_(layer.linear2.weight, layer.linear2.bias)
