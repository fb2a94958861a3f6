"""Writes docs/reference/parameters.md from the stages' configuration models: ``python scripts/parameters_page.py``."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from kedro.validation.type_extractor import TypeExtractor
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vln_pipeline.pipeline_registry import register_pipelines

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "parameters.md"
_HEAD = """# Parameters

Set them in `conf/<environment>/parameters.yml`, or for one run as `--params=sampling.pairs=20,esdf.radius=0.3`. An
unknown key or a value out of range stops the run before it starts. Defaults are those of the code; `conf/base` changes
a few. Besides the blocks below there is `seed`, the run's seed, and where a run executes: `executor`, `workers`,
`shard`, `max_failures` (see [Use a large machine](../how-to/scale-out.md)).

<!-- Written by scripts/parameters_page.py; a test compares. -->
"""


def models() -> dict[str, type[BaseModel]]:
    """Return the model of every parameter block, by name, in the order of the pipelines that take them."""
    taken = TypeExtractor(register_pipelines()).extract_types_from_pipelines()
    return {name.removeprefix("params:"): model for name, model in taken.items()}


def page() -> str:
    """Return the page as markdown."""
    parts, blocks = [_HEAD], models()
    for stage, model in blocks.items():
        parts.append(f"## {stage}\n\n{_first_line(model)}\n\n| parameter | default | meaning |\n|---|---|---|")
        others = {other: name for name, other in blocks.items() if name != stage}
        parts += [
            f"| `{stage}.{name}` | {default} | {text} |" for name, default, text in _rows(model, None, "", others)
        ]
        parts.append("")
    return "\n".join(parts)


def _rows(
    model: type[BaseModel], value: BaseModel | None, prefix: str, others: dict[type[BaseModel], str]
) -> Iterator[tuple[str, str, str]]:
    """Yield name, default and meaning of each parameter.

    Args:
        model: whose parameters.
        value: what it is by default, where it is part of another one.
        prefix: of the names.
        others: models that have a block of their own, which is referred to.
    """
    for name, field in model.model_fields.items():
        inner = _model_of(field)
        text = " ".join((field.description or "").split()).replace("|", "\\|")
        default = field.get_default(call_default_factory=True) if value is None else getattr(value, name)
        if inner in others:
            told = f"`{default.model_dump(exclude_defaults=True)}`" if isinstance(default, inner) else "see there"
            yield f"{prefix}{name}", told, f"{text} Parameters as of [{others[inner]}](#{others[inner]})."
        elif inner is not None and isinstance(default, inner):
            yield from _rows(inner, default, f"{prefix}{name}.", others)
        elif inner is not None:
            yield f"{prefix}{name}", "see below", text
            yield from _rows(inner, None, f"{prefix}{name}[].", others)
        else:
            required = value is None and field.is_required()
            yield f"{prefix}{name}", "required" if required else f"`{_shown(default)!r}`", text


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    waiting: list[Any] = [field.annotation]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        waiting += get_args(kind)
    return None


def _shown(value: Any) -> Any:
    """Return a default as a parameter file would have it."""
    if isinstance(value, tuple):
        return tuple(_shown(part) for part in value)
    return value.value if isinstance(value, Enum) else value


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    PAGE.write_text(page())
