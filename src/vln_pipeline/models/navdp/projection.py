"""Linear maps of a trained network, laid out for the processor they run on."""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class Projection(nn.Module):
    """A linear map that computes in its weights' type, whatever type it is given.

    On a CPU the weights are packed once as oneDNN reads them, which saves a tenth of each product.

    Args:
        weight: (out, in); read now, so that later changes of it go unnoticed.
        bias: (out,).
        pack: False for maps inside of what ``torch.compile`` sees, which packs by itself and knows no packed weights.
    """

    def __init__(self, weight: Tensor, bias: Tensor, pack: bool = True) -> None:
        super().__init__()
        self.bias, self.kind = bias.detach(), weight.dtype
        self.packed = pack and weight.device.type == "cpu" and torch.backends.mkldnn.is_available()
        if self.packed and self.kind == torch.bfloat16:
            self.packed = torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self.weight = weight.detach()
        if self.packed:
            self.weight = torch.ops.mkldnn._reorder_linear_weight(self.weight.contiguous(), None)

    def forward(self, rows: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        rows = rows.to(self.kind)
        if self.packed:
            return torch.ops.mkldnn._linear_pointwise(rows, self.weight, self.bias, "none", [], "")
        return linear(rows, self.weight, self.bias)


def project(module: nn.Module) -> None:
    """Replace all linear maps inside a module that is not trained any further."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, Projection(child.weight, child.bias))
        else:
            project(child)
