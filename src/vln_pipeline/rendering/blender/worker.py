"""The process that has Blender in it: ``python -m vln_pipeline.rendering.blender.worker <reply pipe> <folder>``.

It reads requests from its standard input (see ``messages``) until that ends. Only the standard library is imported
before the interpreter is known to have what it needs, so that what is missing can be said.
"""

import contextlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.blender.messages import Message, send

SYSTEM_LIBRARIES = "libx11-6 libxrender1 libxxf86vm1 libxfixes3 libxi6 libxkbcommon0 libgomp1 libsm6 libgl1"
"""Debian packages that bpy needs."""


def main(replies: IO[str], folder: Path) -> None:
    """Answer requests until there are none."""
    try:
        from vln_pipeline.rendering.blender.studio import Studio

        studio = Studio(folder)
    except ImportError as error:
        send(replies, "error", cause=f"Blender cannot be loaded: {error}", mend=_mend_of(error))
        return
    answers: dict[str, Callable[[Message, IO[str]], None]] = {
        "load": studio.load,
        "film": studio.film,
        "irradiance": studio.irradiance,
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answers[request["kind"]](request, replies)
        except DataError as error:
            send(replies, "error", subject=error.subject, cause=error.cause, mend=error.mend)
            return
        except Exception as error:  # the process ends here; what happened must reach the one who asked
            traceback.print_exc()
            send(replies, "error", cause=f"{request['kind']} failed in Blender: {error}", mend="see the log lines")
            return


def _mend_of(error: ImportError) -> str:
    if ".so" in str(error):
        return f"apt-get install --no-install-recommends {SYSTEM_LIBRARIES}"
    return "pip install 'vln-pipeline[render]', or set rendering.blender.python to an interpreter that has it"


if __name__ == "__main__":
    parent = os.getppid()
    reply_pipe, work_folder = os.fdopen(int(sys.argv[1]), "w"), Path(sys.argv[2])
    with contextlib.suppress(BrokenPipeError):
        main(reply_pipe, work_folder)
        reply_pipe.close()
    if os.getppid() != parent:
        shutil.rmtree(work_folder, ignore_errors=True)  # nobody is left to do it
    sys.stderr.flush()
    os._exit(0)  # bpy 4.2 crashes in its static destructors once BlenderProc has been imported
