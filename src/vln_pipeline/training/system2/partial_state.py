"""States of a model that hold only what is trained; the rest follows from where it came from."""

from collections.abc import Collection
from typing import Any

from torch import Tensor, nn


def tell_only(model: nn.Module, names: Collection[str]) -> None:
    """Have a model's ``state_dict`` hold only some parameters, and ``load_state_dict`` keep all others as they are.

    What an interrupted training of low-rank updates needs back is a thousandth of the model. Weights that two layers
    share are told once, which is all that safetensors allows.

    Args:
        model: the model.
        names: of parameters, as ``named_parameters`` tells them.
    """

    def drop(_: nn.Module, state: dict[str, Tensor], prefix: str, __: Any) -> None:
        for name in [name for name in state if name.removeprefix(prefix) not in names]:
            del state[name]

    def fill(module: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
        for name, parameter in module.named_parameters(remove_duplicate=False):
            state.setdefault(prefix + name, parameter.detach())

    model.register_state_dict_post_hook(drop)
    model.register_load_state_dict_pre_hook(fill)
