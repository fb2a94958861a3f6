"""Names of an RDP's weights in published checkpoints, and what those hold that is never used."""

import torch
from torch import Tensor

from vln_pipeline.models.rdp.config import RdpConfig
from vln_pipeline.models.rdp.denoiser import HIDDEN
from vln_pipeline.models.single_system.names import RESNETS, Rule

_CROSS = r"(?:txt_img|img_txt)_cross_encoder\."
_LAYER = rf"{_CROSS}layers\.\d+\."
_ENDS = ("weight", "bias")

RULES = (
    *RESNETS,
    Rule(r"instruction_encoder\.", "text_transformer.", ""),
    Rule(r"image_encoder\.image_transformer\.", "visual.", ""),
    Rule(_CROSS, "cross_modal_encoder.crossattention.", "layers."),
    *(
        Rule(_LAYER, f"{part}.self.{one}.", f"{part}.{one}.")
        for part in ("attention", "crossattention")
        for one in ("query", "key", "value")
    ),
    *(Rule(_LAYER, f"{part}.output.dense.", f"{part}.dense.") for part in ("attention", "crossattention")),
    *(Rule(_LAYER, f"{part}.output.LayerNorm.", f"{part}.norm.") for part in ("attention", "crossattention")),
    Rule(_LAYER, "intermediate.dense.", "expand."),
    Rule(_LAYER, "output.dense.", "contract."),
    Rule(_LAYER, "output.LayerNorm.", "norm."),
)


def unused(config: RdpConfig) -> dict[str, Tensor]:
    """Return zeros for the weights that InternNav's RDP makes and never asks, by its names for them."""
    width, vision, history = config.width, config.rgb.width, config.history
    clip, images, denoiser = "image_encoder.image_transformer.", "image_encoder.", "action_dp_pred_net."
    shapes: dict[str, tuple[int, ...]] = {
        "instruction_encoder.text_transformer.text_projection": (width, width),
        "instruction_encoder.text_transformer.logit_scale": (),
        f"{clip}positional_embedding_res": (config.text.length, width),
        f"{clip}text_projection": (width, width),
        f"{clip}logit_scale": (),
        f"{clip}visual.proj": (vision, width),
        f"{clip}visual.ln_post.weight": (vision,),
        f"{clip}visual.ln_post.bias": (vision,),
        f"{images}image_fc.weight": (width, vision),
        f"{images}pos_embedding.pos_enc": (1, history, 5 * width),
        "prev_action_pos_embedding.pos_enc": (1, history, config.memory_width),
        "prev_act_ln.weight": (config.memory_width,),
        "prev_act_ln.bias": (config.memory_width,),
        f"{denoiser}_dummy_variable": (0,),
        f"{denoiser}mask": (config.horizon, config.horizon),
        f"{denoiser}memory_mask": (config.horizon, 1 + HIDDEN + 2 + history),
    }
    norms = {f"{images}{norm}.{end}": (width,) for norm in ("layernorm", "img_ln", "depth_ln") for end in _ENDS}
    return {name: torch.zeros(shape) for name, shape in (shapes | norms).items()}
