"""Brings up BlenderProc 2.8 on the bpy wheel, which its release does not provide for.

The release expects to be started by its own launcher inside a downloaded Blender. On import it removes the folder it
was imported from (site-packages) from ``sys.path``, runs pip, and ``init`` sets a UI language that the bpy wheel lacks.
"""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType


def load_blenderproc(temporary: Path) -> ModuleType:
    """Import BlenderProc and bring it to a fresh scene for Cycles on the CPU.

    Args:
        temporary: folder for its temporary files.

    Raises:
        ImportError: bpy, BlenderProc, or a system library they need is missing.
    """
    import bpy  # noqa: F401  (must be first: it extends sys.path, which is saved next)

    search_path = list(sys.path)
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    # With this variable the import stays thin, so that its set-up step can be replaced before it runs.
    os.environ["OUTSIDE_OF_THE_INTERNAL_BLENDER_PYTHON_ENVIRONMENT_BUT_IN_RUN_SCRIPT"] = "1"
    import blenderproc
    from blenderproc.python.utility.SetupUtility import SetupUtility

    SetupUtility.setup = staticmethod(lambda *_, **__: sys.argv)
    os.environ["INSIDE_OF_THE_INTERNAL_BLENDER_PYTHON_ENVIRONMENT"] = "1"
    sys.path.append(str(Path(blenderproc.__file__).resolve().parents[1]))  # the entry that the import removes
    try:
        blenderproc = importlib.reload(blenderproc)
    finally:
        sys.path[:] = search_path
    SetupUtility.setup_utility_paths(str(temporary))

    from blenderproc.python.utility.Initializer import _Initializer

    blenderproc.clean_up(clean_up_camera=True)
    blenderproc.renderer.set_render_devices(use_only_cpu=True)
    _Initializer.set_default_parameters()
    return blenderproc
