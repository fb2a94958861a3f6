"""Where scenes come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.scene import Scene


@dataclass(frozen=True)
class SceneRef:
    """One scene of a source, not loaded yet; small and picklable.

    Attributes:
        id: as ``Scene.id``.
        source: name of the source.
        location: what the source finds it by, for instance a path.
        digest: hexadecimal name of everything the scene is made from: file contents, or seed and parameters.
    """

    id: str
    source: str
    location: str
    digest: str

    @property
    def fingerprint(self) -> str:
        """What results made from the scene are named by: the same wherever the files lie."""
        return f"{self.source}:{self.id}:{self.digest}"


class SceneSource(Protocol):
    """Lists scenes without loading them, and loads one."""

    def discover(self) -> tuple[SceneRef, ...]:
        """Return all scenes, ids unique, in a stable order. A damaged scene is listed all the same.

        Raises:
            DataError: there is nothing to list.
        """
        ...

    def load(self, ref: SceneRef) -> Scene:
        """Return one scene.

        Raises:
            DataError: it cannot be used.
        """
        ...


def open_source(config: ScenesConfig, seed: int) -> SceneSource:
    """Return the source that a configuration names."""
    sources: dict[str, Callable[[ScenesConfig, int], SceneSource]] = {
        "front3d": _front3d,
        "gibson": _gibson,
        "hm3d": _hm3d,
        "hssd": _hssd,
        "mesh": _mesh,
        "mp3d": _mp3d,
        "procedural": _procedural,
        "replica": _replica,
        "splat": _splat,
    }
    return sources[config.source](config, seed)


def _front3d(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.front3d.source import Front3dSource

    return Front3dSource(config.front3d)


def _gibson(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.gibson.source import GibsonSource

    return GibsonSource(config.gibson)


def _hm3d(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.hm3d.source import Hm3dSource

    return Hm3dSource(config.hm3d)


def _hssd(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.hssd.source import HssdSource

    return HssdSource(config.hssd)


def _mesh(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.mesh.source import MeshSource

    return MeshSource(config.mesh)


def _mp3d(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.mp3d.source import Mp3dSource

    return Mp3dSource(config.mp3d)


def _procedural(config: ScenesConfig, seed: int) -> SceneSource:
    from vln_pipeline.scenes.procedural.source import ProceduralSource

    return ProceduralSource(config.procedural, seed)


def _replica(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.replica.source import ReplicaSource

    return ReplicaSource(config.replica)


def _splat(config: ScenesConfig, _: int) -> SceneSource:
    from vln_pipeline.scenes.splat.source import SplatSource

    return SplatSource(config.splat)
