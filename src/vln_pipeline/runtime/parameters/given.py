"""The syntax of ``--params``: items ``key=value``, separated by commas.

=========================================  =========================================================================
``sampling.pairs=20``                      a value is written as in a YAML file: number, ``true``, ``null``, or text
``esdf.cell=.1``, ``train.rate=1e-3``      numbers may leave out the zero, or have an exponent
``labelling.prompt_template=``             nothing after the sign is ``null``
``export.dialects=[vln_n1, vln_ce]``       a list; ``{a: 1}`` is a mapping
``rendering.rigs.0.scale=.2``              a number in a key is an entry of a list; only that changes
``scenes.mesh.pattern=*.ply``              signs that mean something in YAML are text here
``scenes.mesh.path="a,b=c.glb"``           quotes keep commas, and the type: ``"3"`` is text
``rates."decoder.*"=1e-4``                 quotes keep dots in a key
=========================================  =========================================================================
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.refused import RefusedError

_OPENS = {"[": "]", "{": "}"}
_QUOTES = "\"'"
_MEND = "write key=value, and quotes round a value with a comma: --params='key=\"a,b\"'"


class _Loader(yaml.SafeLoader):
    """Reads a value as the parameter files are read: 1e-3 is a number, a date is text, and no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping.

        Raises:
            yaml.constructor.ConstructorError: a key stands twice in it.
        """
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(problem="a key stands twice in it")
        return mapping


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+"), list("-+.0123456789")
)


def parse_parameters(texts: Sequence[str]) -> dict[str, Any]:
    """Return what the options say, as a tree; an entry of a list has its number, as text, for a key.

    Of two items with one key the later one holds.

    >>> parse_parameters(["rendering.rigs.0.scale=.2,seed=3", 'scenes.mesh.path="a,b=c.glb"'])
    {'rendering': {'rigs': {'0': {'scale': 0.2}}}, 'seed': 3, 'scenes': {'mesh': {'path': 'a,b=c.glb'}}}

    Args:
        texts: values of the option, which may be given more than once.

    Raises:
        RefusedError: an item cannot be read; all such items are named.
    """
    tree: dict[str, Any] = {}
    faults: list[DataError] = []
    for text in texts:
        for item in _parts(text, ","):
            try:
                key, sign, value = _at_equals(item)
                if not sign:
                    raise DataError(f"--params={item.strip()}", "has no equals sign", _MEND)
                _put(tree, _path(key), _value(value.strip(), key.strip()))
            except DataError as fault:
                faults.append(fault)
    if faults:
        raise RefusedError(faults)
    return tree


def _parts(text: str, separator: str) -> Iterator[str]:
    """Yield what stands between separators outside of quotes and brackets; those count where a value or key begins."""
    closing: list[str] = []
    start, before, quote = 0, "=", ""  # the text begins as if after a sign that lets quotes open
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES and before in "=,:[{.":
            quote = sign
        elif sign in _OPENS and (closing or before == "="):
            closing.append(_OPENS[sign])
        elif closing:
            if sign == closing[-1]:
                closing.pop()
        elif sign == separator:
            yield text[start:place]
            start = place + 1
        before = before if sign.isspace() else sign
    if text[start:].strip():
        yield text[start:]


def _at_equals(item: str) -> tuple[str, str, str]:
    key = next(_parts(item, "="), "")
    return key, item[len(key) : len(key) + 1], item[len(key) + 1 :]


def _path(key: str) -> list[str]:
    path = [part.strip() for part in _parts(key, ".")]
    if not path or not all(path) or key.strip().endswith("."):
        raise DataError(f"--params={key.strip()}=", "the key, or a part of it, is empty", _MEND)
    return [part[1:-1] if len(part) > 1 and part[0] in _QUOTES and part[-1] == part[0] else part for part in path]


def _value(text: str, key: str) -> Any:
    loader = _Loader(text)
    try:
        if text[:1] in (*_OPENS, *_QUOTES):
            return loader.get_single_data()
        return loader.construct_object(yaml.ScalarNode(loader.resolve(yaml.ScalarNode, text, (True, False)), text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        cause = f"{text[:60]} is not a value ({getattr(error, 'problem', None) or type(error).__name__})"
        raise DataError(f"{key} (--params)", cause, "close what is open; quote text with signs of YAML") from error
    finally:
        loader.dispose()


def _put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        inner = tree.get(part)
        tree[part] = inner if isinstance(inner, dict) else {}
        tree = tree[part]
    tree[path[-1]] = value
