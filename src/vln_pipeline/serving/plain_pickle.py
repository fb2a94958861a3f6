"""Pickles of plain data and arrays, read without unpickling.

InternNav's clients send what a robot sees as a pickle, and a pickle is a program: whoever loads one runs it. Here its
instructions are listed by ``pickletools``, which executes none, and those that build containers, numbers, texts and
arrays are followed by hand. Any other instruction, and any name that is not one of numpy's few below, is refused.
"""

import pickletools
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_MOST = 10_000
"""Instructions of the longest pickle that is read; an observation has some 150."""
_KINDS = frozenset({"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"})
"""Numpy's names of the numbers that arrays may hold."""
_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
_KEPT = ("PROTO", "FRAME")
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_VALUES = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
    | {"SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"}
)
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@dataclass
class _Name:
    """A name that the pickle asks for; never looked up."""

    module: str
    name: str


@dataclass
class _Kind:
    """A numpy dtype in the making."""

    code: str
    order: Literal["<", ">", "|", "="] = "|"

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(self.code).newbyteorder(self.order)


class _Array:
    """A numpy array in the making."""

    values: NDArray | None = None


_MARK = object()


def read(raw: bytes) -> Any:
    """Return lists, tuples, dictionaries with texts as keys, numbers, texts, bytes, None and arrays.

    Arrays inside of containers are handed out by ``array_of``, since a pickle fills them after it has put them in.

    Raises:
        ValueError: it is no pickle, has too many instructions, or asks for anything else.
    """
    reader = _Reader()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(raw)):
            if count >= _MOST:
                raise ValueError(f"more than {_MOST} instructions")
            if opcode.name == "STOP":
                return reader.stack.pop()
            reader.follow(opcode.name, argument)
    except (IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError, struct.error) as error:
        raise ValueError(f"a damaged pickle ({type(error).__name__})") from error
    raise ValueError("a pickle without an end")


def array_of(value: Any) -> NDArray:
    """Return what ``read`` left as an array, or a list of numbers, as one.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, _Array):
        value = value.values
    if isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value):
        value = np.array(value, dtype=np.float64)
    if not isinstance(value, np.ndarray):
        raise ValueError("no array")
    return value


class _Reader:
    """Follows instructions on a stack, as a pickle's reader does."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def follow(self, name: str, argument: Any) -> None:
        """Follow one instruction."""
        if name in _KEPT:
            return
        if name in _VALUES:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _TUPLES:
            self.stack.append(tuple(self._popped(_TUPLES[name])))
        elif name == "MEMOIZE":
            self._memo[len(self._memo)] = self.stack[-1]
        elif name in ("BINPUT", "LONG_BINPUT"):
            self._memo[argument] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self._memo[argument])
        else:
            step = _STEPS.get(name)
            if step is None:
                raise ValueError(f"the instruction {name}")
            step(self, argument)

    def mark(self, _: Any) -> None:
        self.stack.append(_MARK)

    def empty_list(self, _: Any) -> None:
        self.stack.append([])

    def empty_dict(self, _: Any) -> None:
        self.stack.append({})

    def empty_tuple(self, _: Any) -> None:
        self.stack.append(())

    def whole_tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._marked()))

    def append(self, _: Any) -> None:
        value = self.stack.pop()
        self._list().append(value)

    def appends(self, _: Any) -> None:
        values = self._marked()
        self._list().extend(values)

    def set_item(self, _: Any) -> None:
        self._set(self._popped(2))

    def set_items(self, _: Any) -> None:
        self._set(self._marked())

    def named(self, argument: Any) -> None:
        """GLOBAL, whose argument is module and name, or STACK_GLOBAL, which takes both from the stack."""
        module, name = self._popped(2) if argument is None else str(argument).split(" ", 1)
        self.stack.append(_Name(str(module), str(name)))

    def call(self, _: Any) -> None:
        """REDUCE, for numpy's own makers only."""
        asked, given = self._popped(2)
        if not isinstance(asked, _Name):
            raise ValueError("a call of what is no name")
        if asked.name == "_reconstruct" and asked.module in _MULTIARRAY:
            self.stack.append(_Array())
        elif asked.name == "dtype" and asked.module == "numpy":
            if given[0] not in _KINDS:
                raise ValueError("an array of what are no numbers")
            self.stack.append(_Kind(given[0]))
        elif asked.name == "scalar" and asked.module in _MULTIARRAY:
            self.stack.append(np.frombuffer(given[1], given[0].dtype, 1)[0].item())
        elif asked.name == "_frombuffer" and asked.module in _NUMERIC:
            made = _Array()
            made.values = _filled(given[0], given[1], given[2], given[3] == "F")
            self.stack.append(made)
        else:
            raise ValueError(f"the name {asked.module[:40]}.{asked.name[:40]}")

    def build(self, _: Any) -> None:
        """BUILD, which tells a dtype its byte order, and an array its shape and content."""
        made, state = self.stack[-2], self.stack.pop()
        if isinstance(made, _Kind) and state[1] in ("<", ">", "|", "="):
            made.order = state[1]
        elif isinstance(made, _Array):
            made.values = _filled(state[4], state[2], state[1], bool(state[3]))
        else:
            raise ValueError("the state of what is no array")

    def _popped(self, count: int) -> list[Any]:
        values = self.stack[-count:]
        if len(values) < count or any(value is _MARK for value in values):
            raise ValueError("a damaged pickle")
        del self.stack[-count:]
        return values

    def _marked(self) -> list[Any]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise ValueError("a damaged pickle")
        values = self.stack[at + 1 :]
        del self.stack[at:]
        return values

    def _list(self) -> list[Any]:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise ValueError("a damaged pickle")
        return target

    def _set(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or len(pairs) % 2 or not all(isinstance(key, str) for key in pairs[::2]):
            raise ValueError("a dictionary whose keys are no texts")
        target.update(zip(pairs[::2], pairs[1::2], strict=True))


_STEPS: dict[str, Callable[[_Reader, Any], None]] = {
    "MARK": _Reader.mark,
    "EMPTY_LIST": _Reader.empty_list,
    "EMPTY_DICT": _Reader.empty_dict,
    "EMPTY_TUPLE": _Reader.empty_tuple,
    "TUPLE": _Reader.whole_tuple,
    "APPEND": _Reader.append,
    "APPENDS": _Reader.appends,
    "SETITEM": _Reader.set_item,
    "SETITEMS": _Reader.set_items,
    "GLOBAL": _Reader.named,
    "STACK_GLOBAL": _Reader.named,
    "REDUCE": _Reader.call,
    "BUILD": _Reader.build,
}


def _filled(content: bytes | bytearray, kind: _Kind, shape: Any, columns_first: bool) -> NDArray:
    """Return an array of its own; numpy checks that shape and content agree."""
    if not isinstance(kind, _Kind) or not isinstance(content, bytes | bytearray):
        raise ValueError("an array of what are no numbers")
    values = np.frombuffer(content, kind.dtype).reshape(shape, order="F" if columns_first else "C")
    return np.array(values, dtype=values.dtype.newbyteorder("="))
