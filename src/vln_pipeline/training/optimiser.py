"""AdamW with a learning rate per group of parameters."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from vln_pipeline.errors import DataError
from vln_pipeline.training.config import OptimiserConfig

BASE_RATE = "base_lr"
"""Key of a group's learning rate before the schedule's factor."""


def build_optimiser(model: nn.Module, config: OptimiserConfig) -> AdamW:
    """Return the optimiser of all parameters that are trained.

    Raises:
        DataError: a learning rate reaches no parameter, or a parameter has none.
    """
    groups = [
        {"params": parameters, "lr": rate, BASE_RATE: rate, "weight_decay": decay}
        for (rate, decay), parameters in _groups(model, config).items()
    ]
    return AdamW(groups, betas=config.betas, fused=True)


def rate_of_each(names: list[str], rates: Mapping[str, float]) -> dict[str, float]:
    """Return the learning rate of every parameter by name.

    Args:
        names: of the parameters that are trained.
        rates: learning rate by pattern; the last pattern that matches a name counts.

    Raises:
        DataError: a pattern decides no name, or no pattern matches one.
    """
    deciding = {name: [pattern for pattern in rates if fnmatchcase(name, pattern)] for name in names}
    for name, patterns in deciding.items():
        if not patterns:
            raise DataError("learning_rates", f"no pattern matches {name}", 'add "*" as the first pattern')
    used = {patterns[-1] for patterns in deciding.values()}
    for pattern in rates:
        if pattern not in used:
            matched = any(pattern in patterns for patterns in deciding.values())
            cause = "a later pattern decides whatever it matches" if matched else "it matches no trained parameter"
            raise DataError(f'learning_rates["{pattern}"]', f"unused: {cause}", "correct or remove it")
    return {name: rates[patterns[-1]] for name, patterns in deciding.items()}


def scale_rates(optimiser: Optimizer, factor: float) -> None:
    """Set every group's learning rate to its base times a factor."""
    for group in optimiser.param_groups:
        group["lr"] = group[BASE_RATE] * factor


def _groups(model: nn.Module, config: OptimiserConfig) -> dict[tuple[float, float], list[Tensor]]:
    """Return the trained parameters by learning rate and weight decay."""
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, rate in rate_of_each(list(trained), config.learning_rates).items():
        decay = config.weight_decay if trained[name].ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(trained[name])
    return groups
