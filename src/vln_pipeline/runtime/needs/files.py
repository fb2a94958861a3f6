"""Files and folders that parameters name."""

import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.object_storage.address import require_client
from vln_pipeline.object_storage.bucket import Bucket
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.published.config import PublishedConfig, TexturedConfig
from vln_pipeline.scenes.splat.config import SplatConfig


def absent(key: str, path: str | Path | None) -> Iterator[DataError]:
    """Yield a fault where a file or folder is named and is not there; of a pattern, the folder before it."""
    if not path:
        return
    named = Path(path)
    fixed = named
    while re.search(r"[*?\[]", str(fixed)):
        fixed = fixed.parent
    if not named.exists() and not fixed.exists():
        yield DataError(key, f"{path} does not exist", "name what is there, relative to the project or absolute")


def scene_files(config: ScenesConfig, key: str) -> Iterator[DataError]:
    """Yield what is missing of a source of scenes: its files, and what decodes their textures or Gaussians."""
    if config.source == "procedural":
        return
    chosen = getattr(config, config.source)
    key = f"{key}.{config.source}"
    if not chosen.path:
        yield DataError(f"{key}.path", "is not set", "set it to where the scenes lie")
        return
    yield from absent(f"{key}.path", chosen.path)
    if isinstance(chosen, SplatConfig):
        yield from _packed_splats(chosen, key)
        return
    yield from absent(f"{key}.categories", chosen.categories)
    if isinstance(chosen, PublishedConfig):
        yield from absent(f"{key}.rooms", chosen.rooms)
    packed = config.source == "hssd" or (config.source == "hm3d" and _has_packed_textures(Path(chosen.path)))
    refused = isinstance(chosen, TexturedConfig) and chosen.missing_texture == "refuse"
    if packed and refused and find_spec("opengl_basisu") is None:
        mend = f"pip install 'vln-pipeline[ktx2]', or set {key}.missing_texture=flat"
        yield DataError(key, "its textures need opengl_basisu, which cannot be imported", mend)


def folder_of_stores(folder: Path) -> Iterator[DataError]:
    """Yield a fault where the folder of all stores can be neither written nor made."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    mend = "set VLN_DATA to a folder that this user may write"
    if not there.is_dir():
        yield DataError(f"data ({folder})", f"{there} is not a folder", mend)
    elif not os.access(there, os.W_OK | os.X_OK):
        yield DataError(f"data ({folder})", f"{there} cannot be written", mend)


def storage(address: str) -> Iterator[DataError]:
    """Yield a fault where object storage can be reached by no client, or not be written."""
    try:
        require_client(address)
        Bucket(address, pauses=()).require_writable()
    except DataError as fault:
        yield fault


def _has_packed_textures(folder: Path) -> bool:
    """Return whether a model of HM3D is there in no other form than with textures of Basis Universal."""
    packed = folder.glob("**/*.basis.glb")
    return any(not file.with_name(file.name.replace(".basis", "")).exists() for file in packed)


def _packed_splats(config: SplatConfig, key: str) -> Iterator[DataError]:
    """Yield what is missing to unpack splats, and to read clouds that every scene has beside it."""
    one, cloud = Path(config.path).suffix.lower(), Path(config.collision).suffix.lower()
    wanted = [
        package
        for package, used in (("gsply", one == ".spz"), ("laspy", cloud in (".las", ".laz")))
        if used and find_spec(package) is None
    ]
    if wanted:
        yield DataError(
            key, f"needs {', '.join(wanted)}, which cannot be imported", "pip install 'vln-pipeline[splat]'"
        )
