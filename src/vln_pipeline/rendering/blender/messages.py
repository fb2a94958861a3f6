"""What the renderer and its worker process say to each other: one JSON object a line, arrays as files beside it.

The worker's standard output is Blender's; the replies go through a pipe of their own, so no print can corrupt them.

=============  ==============================================  =====================================================
request        fields                                          replies
=============  ==============================================  =====================================================
load           config, baked, background, exposure, threads    ready
film           job, poses, intrinsics                          one ``frame`` (job, index, file) per pose, in order
irradiance     points, samples, bounces, result                irradiance (file)
=============  ==============================================  =====================================================

Any request may be answered by ``error`` (cause, mend), after which the worker ends. It also ends when its input ends.
"""

import json
from pathlib import Path
from typing import IO, Any

Message = dict[str, Any]


def send(stream: IO[str], kind: str, **fields: Any) -> None:
    """Write one message."""
    stream.write(json.dumps({"kind": kind, **fields}) + "\n")
    stream.flush()


def frame_file(folder: Path, job: int, index: int) -> Path:
    """Return where the worker leaves one frame of a job."""
    return folder / f"frame_{job:06d}_{index:04d}.bmp"
