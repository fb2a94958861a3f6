"""Bakes a scene's diffuse light, finer where it changes quickly."""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.blender.config import BakeConfig, BlenderConfig
from vln_pipeline.rendering.blender.light_probe import LightProbe
from vln_pipeline.rendering.blender.opening import open_scene
from vln_pipeline.rendering.blender.tessellation import Tessellation, tessellate
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes import archive
from vln_pipeline.scenes.scene import Scene

_FILE = "baked_light.npz"
_FORMAT = 6
"""Counts changes of the method, so that light baked before one is not taken up again."""
_WITNESSES = 64
"""Largest number of vertices that tell which side of a surface is lit."""
_GLANCE = 24
"""Light paths of each of them on either side."""
_MUCH_BRIGHTER = 10.0
"""A surface shows its front, unless its back is this much brighter: a wall that a scan wound the wrong way."""
_FILL_ROUNDS = 8
"""Rings of covered vertices that take their light from those in view."""
_ALBEDO = 0.5
"""Reflectance at which differences of light are judged."""


def bake_light(
    scene: Scene,
    config: BlenderConfig,
    lighting: Lighting,
    *,
    threads: int,
    cache_dir: Path | None = None,
    work_dir: Path | None = None,
) -> BakedLight:
    """Return the diffuse light of a scene, from the cache where it has been baked before.

    Args:
        scene: the scene.
        config: its ``bake`` says how well, the rest how Blender is run.
        lighting: lamps, sky and exposure.
        threads: CPU threads of the process that bakes; they do not change the light.
        cache_dir: light is kept in ``<cache_dir>/<key>/``; None keeps none.
        work_dir: where arrays pass through; None is the RAM disk.

    Raises:
        DataError: Blender is missing or fails, or cached light is damaged.
    """
    if cache_dir is None:
        return _bake(scene, config, lighting, threads, work_dir)
    kept = cache_dir / cache_key(scene, config.bake, lighting)
    if not kept.exists():
        cache_dir.mkdir(parents=True, exist_ok=True)
        with _held(cache_dir / f"{kept.name}.lock"):
            if not kept.exists():  # nobody baked it during the wait
                _bake_into(kept, scene, config, lighting, threads, work_dir)
    return BakedLight.read(kept / _FILE)


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold a lock between processes; the system frees it when its holder ends, however that ends."""
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _bake_into(
    kept: Path, scene: Scene, config: BlenderConfig, lighting: Lighting, threads: int, work_dir: Path | None
) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=".baking_", dir=kept.parent))
    try:
        _bake(scene, config, lighting, threads, work_dir).write(unfinished / _FILE)
        unfinished.replace(kept)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def cache_key(scene: Scene, config: BakeConfig, lighting: Lighting) -> str:
    """Return 32 hexadecimal digits that name what the baked light depends on."""
    told = {
        "format": _FORMAT,
        "scene": archive.digest(replace(scene, lights=lighting.lights)),
        "background": [float(channel) for channel in lighting.background],
        "exposure": float(lighting.exposure),
        "bake": config.model_dump(mode="json"),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def _bake(scene: Scene, config: BlenderConfig, lighting: Lighting, threads: int, work_dir: Path | None) -> BakedLight:
    bake = config.bake
    mesh = tessellate(scene, bake.edge)
    raycaster = Raycaster(scene)
    traced = config.model_copy(update={"mode": "path"})
    worker = open_scene(scene, traced, lighting, threads=threads, work_dir=work_dir, baked=None)
    try:
        probe = LightProbe(worker, raycaster, bake, config.bake_timeout)
        mesh = _on_lit_side(mesh, probe)
        light, covered = probe.measure(mesh.inward(), mesh.normals, bake.samples)
        while True:
            light = _filled(mesh, light, covered)
            ends, face_edges = mesh.edges()
            seen = _brightness(_whole(mesh, light, bake), lighting.exposure)
            contrast = np.abs(seen[ends[:, 0]] - seen[ends[:, 1]])
            marked = (contrast > bake.contrast) & (mesh.lengths(ends) / 2 >= bake.finest_edge)
            if not marked.any():
                break
            known = len(mesh.vertices)
            mesh = mesh.split(ends, face_edges, marked)
            added = probe.measure(mesh.inward()[known:], mesh.normals[known:], bake.samples)
            light, covered = np.concatenate([light, added[0]]), np.concatenate([covered, added[1]])
    finally:
        worker.close()
    light = _smoothed(mesh, _whole(mesh, light, bake), lighting.exposure, bake)
    return BakedLight(
        vertices=mesh.vertices.astype(np.float32),
        faces=mesh.faces.astype(np.int32),
        uv=mesh.uv,
        colors=np.rint(mesh.colors).astype(np.uint8),
        part=mesh.part,
        irradiance=light.astype(np.float32),
    )


def _on_lit_side(mesh: Tessellation, probe: LightProbe) -> Tessellation:
    """Return the mesh with its normals on the side that is lit.

    The side is that of a whole connected surface, told by some of its vertices: one alone is too noisy. The skin of a
    solid has but one side to be seen from, so nothing is measured there.
    """
    a, b = mesh.edges()[0].T
    joined = coo_matrix((np.ones(len(a)), (a, b)), shape=(len(mesh.vertices), len(mesh.vertices)))
    surfaces, surface = connected_components(joined, directed=False)
    points, normals = mesh.inward(), mesh.normals
    two_sided = np.bincount(surface, weights=~probe.covered(points, -normals)) > 0
    told = _some_of_each(surface)
    told = told[two_sided[surface[told]]]
    front, back = (
        np.bincount(surface[told], weights=light.sum(axis=1), minlength=surfaces)
        for light in (probe.measure(points[told], side * normals[told], _GLANCE)[0] for side in (1, -1))
    )
    turned = (back > _MUCH_BRIGHTER * front)[surface]
    return replace(mesh, normals=np.where(turned[:, None], -normals, normals))


def _some_of_each(group: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the indices of evenly spaced members of each group, at most ``_WITNESSES`` of one."""
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)
    rank = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    stride = np.repeat(-(-size // _WITNESSES), size)
    return order[rank % stride == 0]


def _filled(mesh: Tessellation, light: NDArray[np.float32], covered: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the light with covered vertices lit as their neighbours are, so that no dark bleeds into view."""
    a, b = mesh.edges()[0].T
    light, known = np.where(covered[:, None], 0, light).astype(np.float32), ~covered
    for _ in range(_FILL_ROUNDS):
        total, count = np.zeros_like(light), np.zeros(len(light), dtype=np.float32)
        for here, there in ((a, b), (b, a)):
            np.add.at(total, here, light[there] * known[there, None])
            np.add.at(count, here, known[there])
        reached = ~known & (count > 0)
        if not reached.any():
            break
        light[reached] = total[reached] / count[reached, None]
        known = known | reached
    return light


def _whole(mesh: Tessellation, light: NDArray[np.float32], config: BakeConfig) -> NDArray[np.float32]:
    """Return the (V, 3) sum of direct and indirect light, the latter averaged over neighbours.

    What surfaces send on has no sharp shadows, so its noise may go with no regard to edges.
    """
    a, b = mesh.edges()[0].T
    joined = coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), shape=2 * (len(light),)).tocsr()
    neighbours = np.asarray(joined.sum(axis=1))
    indirect = light[:, 3:].astype(np.float64)
    for _ in range(config.indirect_smoothing):
        indirect = (indirect + joined @ indirect) / (1 + neighbours)
    return light[:, :3] + indirect.astype(np.float32)


def _smoothed(
    mesh: Tessellation, light: NDArray[np.float32], exposure: float, config: BakeConfig
) -> NDArray[np.float32]:
    """Return the light averaged over neighbours of similar light; shadow edges stay, noise goes."""
    a, b = mesh.edges()[0].T
    for _ in range(config.smoothing):
        brightness = _brightness(light, exposure)
        weight = np.exp(-(((brightness[a] - brightness[b]) / (config.contrast / 2)) ** 2))[:, None]
        total, weights = light.astype(np.float64), np.ones((len(light), 1))
        for here, there in ((a, b), (b, a)):
            np.add.at(total, here, weight * light[there])
            np.add.at(weights, here, weight)
        light = (total / weights).astype(np.float32)
    return light


def _shown(light: NDArray[np.float32], exposure: float) -> NDArray[np.float32]:
    return np.clip(light * np.float32(_ALBEDO * exposure), 0, 1)


def _brightness(light: NDArray[np.float32], exposure: float) -> NDArray[np.float32]:
    """Return (V,) displayed brightness, 0 .. 1, with the sRGB curve taken as its nearest power."""
    return np.asarray(_shown(light, exposure).mean(axis=1) ** np.float32(1 / 2.2), dtype=np.float32)
