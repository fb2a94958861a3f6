"""Writes docs/reference/parameters.md from the stages' configuration models: ``python scripts/parameters_page.py``."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vln_pipeline.runtime.parameters.blocks import BLOCKS

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "parameters.md"
_HEAD = """# Parameters

Set them in a file, or for one run on the command line. Later ones hold over earlier ones, value by value:

1. the defaults of the code, below;
2. `conf/base/parameters.yml`, which changes a few;
3. `conf/<environment>/parameters.yml`, with `--env=<environment>`;
4. `conf/local/parameters.yml`, your own, in every environment; git ignores it. `VLN_LOCAL_CONF` names another folder
   for it, and `VLN_LOCAL_CONF= kedro run` reads none;
5. `--params`.

Before anything starts, `kedro run` checks every parameter of every stage, whatever is to run, and whether packages,
renderers, files and the data folder that the run would use are there. It tells all faults, one line each, and ends with
exit code 2; nothing is written.

Besides the blocks below there is `seed`, the run's seed, a whole number from 0. Where a run executes is set in
`globals.yml` of the same folders, or by `--params`: `executor`, `workers`, `shard`, `max_failures`; there alone
`ray`, what tasks ask a cluster for, and `copies_gb`, what a machine keeps of object storage (see
[Use a large machine](../how-to/scale-out.md)).

## On the command line

`--params` takes `key=value`, separated by commas, and may be given more than once; of two values of one key the later
one holds. Put the option in quotes, so that the shell leaves `*`, blanks and quotes alone.

| `--params=` | is |
|---|---|
| `sampling.pairs=20,esdf.radius=.3` | two values; numbers as `.3` or `1e-3`, `true`, `false`, `null`, or text |
| `'export.dialects=[vln_n1, vln_ce]'` | a list; it takes the place of the whole list |
| `'labelling.keyframes={turn_angle: 20}'` | a mapping; other keys of the block stay |
| `rendering.rigs.0.scale=.2` | one value of one entry of a list of the files, counted from 0; all else stays |
| `'scenes.mesh.path="a,b=c.glb"'` | text with a comma: quotes inside those of the shell |
| `'scenes.mesh.pattern=*.ply'` | text with signs that mean something in YAML; inside `[...]` it needs quotes |
| `'evaluate.split="2026"'` | text, not a number |
| `'train_system1.optimiser.learning_rates."a.b"=1e-4'` | a key with a dot in it |
| `labelling.prompt_template=` | `null` |

<!-- Written by scripts/parameters_page.py; a test compares. -->
"""


def page() -> str:
    """Return the page as markdown."""
    parts = [_HEAD]
    for stage, model in BLOCKS.items():
        parts.append(f"## {stage}\n\n{_first_line(model)}\n\n| parameter | default | meaning |\n|---|---|---|")
        others = {other: name for name, other in BLOCKS.items() if name != stage}
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
