"""3DSceneGraph's own ``.npz`` files, which hold a pickle.

It is unpickled by a reader that knows arrays, numbers, strings and containers only: a file that asks for anything else
is refused before anything runs.
"""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.gibson.scene_graph import SceneGraph, graph

_ALLOWED = {
    *((module, "_reconstruct") for module in ("numpy.core.multiarray", "numpy._core.multiarray")),
    *((module, "scalar") for module in ("numpy.core.multiarray", "numpy._core.multiarray")),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
    ("collections", "OrderedDict"),
}
_MAX_SIZE = 2**30
"""Largest unpacked member, bytes."""


class _DataUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"asks for {module}.{name}")
        return super().find_class(module, name)


def read(file: Path, name: str) -> tuple[SceneGraph, NDArray[np.int64]]:
    """Return the graph, and the (F,) object id of each face of the building's mesh, 0 for none.

    Args:
        file: the file.
        name: what it is called in messages.

    Raises:
        DataError: it is no such file, or asks for anything but data.
    """
    try:
        with zipfile.ZipFile(regular(file)) as archive:
            member = archive.getinfo("output.npy")
            if member.file_size > _MAX_SIZE:
                raise ValueError(f"{member.file_size} bytes")
            stream = io.BytesIO(archive.read(member))
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        header(stream)
        told = _DataUnpickler(stream, encoding="latin1").load().item()
        ids = np.asarray(told["building"]["object_inst_segmentation"]).astype(np.int64).ravel()
        objects = [{**record, "id": index} for index, record in told["object"].items()]
        rooms = [{**record, "id": index} for index, record in told["room"].items()]
    except Exception as error:
        # A damaged pickle raises whatever its instructions lead to.
        cause = f"is no scene graph ({type(error).__name__}: {str(error)[:80]})"
        raise DataError(name, cause, "download it again") from error
    return graph(name, objects, rooms), ids
