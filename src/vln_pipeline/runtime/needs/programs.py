"""Packages and programs that are no part of the package itself."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from vln_pipeline.errors import DataError

_FIND = "import sys, importlib.util as u; print(*[name for name in sys.argv[1:] if u.find_spec(name) is None])"
_OPEN_EGL = "import moderngl; moderngl.create_context(standalone=True, require=330, backend='egl')"
_PATIENCE = 60.0
"""Longest wait for another program's answer, seconds."""


def packages(key: str, extra: str, modules: Sequence[str]) -> Iterator[DataError]:
    """Yield a fault where a module is not installed.

    Args:
        key: parameter that asks for it.
        extra: the extra of this package that brings it, or how else it is installed.
        modules: names to import.
    """
    absent = [name for name in modules if find_spec(name) is None]
    if absent:
        mend = extra if " " in extra else f"pip install 'vln-pipeline[{extra}]'"
        yield DataError(key, f"needs {', '.join(absent)}, which cannot be imported", mend)


def blender(key: str, python: str | None) -> Iterator[DataError]:
    """Yield a fault where the interpreter that is to render has no Blender.

    Args:
        key: of the rendering.
        python: the interpreter; None for the running one.
    """
    modules = ["bpy", "blenderproc"]
    mend = f"pip install 'vln-pipeline[render]', or set {key}.backend=raycast"
    if python is None:
        absent = [name for name in modules if find_spec(name) is None]
    else:
        try:
            done = _answer([python, "-c", _FIND, *modules])
        except (OSError, subprocess.SubprocessError) as error:
            yield DataError(f"{key}.blender.python", f"{python} cannot be run ({error})", "name a Python interpreter")
            return
        absent = done.split()
    if absent:
        told = f"needs {' and '.join(absent)}, which {python or 'this Python'} has not"
        yield DataError(f"{key}.blender", told, mend)


def egl(key: str, instead: str) -> Iterator[DataError]:
    """Yield a fault where OpenGL cannot be opened without a screen.

    Args:
        key: parameter that asks for it.
        instead: value of the parameter that does without.
    """
    try:
        _answer([sys.executable, "-c", _OPEN_EGL])  # a driver that crashes must not take the run with it
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        mend = f"apt-get install -y libegl1, or use {instead}"
        yield DataError(key, f"EGL cannot be opened ({said[-1] if said else 'no reason told'})", mend)


def _answer(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE)
    return done.stdout
