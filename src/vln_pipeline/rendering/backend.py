"""Choosing what makes the colour frames."""

from pathlib import Path

from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.rendering.frame import RgbRenderer
from vln_pipeline.rendering.lighting import light_scene
from vln_pipeline.rendering.randomise import randomise
from vln_pipeline.scenes.scene import Scene


def open_renderer(scene: Scene, config: RenderingConfig, *, seed: int, cache: Path, threads: int) -> RgbRenderer:
    """Return the configured backend with the scene lit and loaded; Gaussians have one of their own, and need no light.

    Light and materials are drawn per scene, so that all slices of its walks show the same home.

    Args:
        scene: the scene.
        config: backend, light and randomisation.
        seed: the run's seed.
        cache: folder for baked light.
        threads: CPU threads of the backend.

    Raises:
        DataError: the backend cannot run on this machine.
    """
    if scene.splat is not None and config.splat.rasteriser == "gl":
        from vln_pipeline.rendering.splat.gl_renderer import GlSplatRenderer

        return GlSplatRenderer(scene.splat, config.splat, threads)
    if scene.splat is not None:
        from vln_pipeline.rendering.splat.renderer import SplatRenderer

        return SplatRenderer(scene.splat, config.splat, threads)
    scene, lighting = randomise(scene, light_scene(scene, config.lighting, seed), config.randomisation, seed)
    # Each backend is imported only where it is used: OpenGL and Blender need libraries that a machine may lack.
    kept = cache / "baked_light"
    if config.backend == "blender":
        from vln_pipeline.rendering.blender.renderer import BlenderRenderer

        return BlenderRenderer(scene, config.blender, lighting, threads=threads, cache_dir=kept)
    if config.backend == "gl":
        from vln_pipeline.rendering.blender.bake_light import bake_light
        from vln_pipeline.rendering.gl import GlRenderer

        baked = None
        if config.gl.baked:
            baked = bake_light(scene, config.blender, lighting, threads=threads, cache_dir=kept)
        return GlRenderer(scene, lighting, baked, config.gl.supersampling, threads)
    from vln_pipeline.rendering.shading import ShadedRenderer

    return ShadedRenderer(scene, lighting)
