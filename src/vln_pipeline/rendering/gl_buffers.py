"""OpenGL's context, programs, buffers and images."""

import os
from importlib.resources import files

import moderngl
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.colour_space import LINEAR
from vln_pipeline.rendering.frame import GeometryFrame
from vln_pipeline.rendering.lamp_light import NEAREST
from vln_pipeline.rendering.surface import Surface
from vln_pipeline.rendering.texture_atlas import fitted
from vln_pipeline.scenes.scene import Scene

_SRGB8, _SRGB8_ALPHA8, _FRAMEBUFFER_SRGB = 0x8C41, 0x8C43, 0x8DB9
_VERTEX = np.dtype(
    [
        ("in_position", "<f4", 3),
        ("in_uv", "<f4", 2),
        ("in_color", "<f4", 3),
        ("in_irradiance", "<f4", 3),
        ("in_ids", "<u2", 2),
    ]
)


def open_context(threads: int) -> moderngl.Context:
    """Return a context of EGL, which needs no screen.

    Args:
        threads: CPU threads that Mesa's software driver may draw with, where there is no GPU; it would take one for
            each CPU, in every worker. What the user has set (``LP_NUM_THREADS``) holds.

    Raises:
        DataError: EGL is missing.
    """
    # 0 draws in the thread that asks, which a single thread beside it would only make wait.
    os.environ.setdefault("LP_NUM_THREADS", str(threads) if threads > 1 else "0")
    try:
        context = moderngl.create_context(standalone=True, require=330, backend="egl")  # type: ignore[arg-type]  # annotated as if each option were a dict
    except Exception as error:  # the loader raises bare exceptions
        mend = "apt-get install -y libegl1, or set rendering.backend to raycast"
        raise DataError("OpenGL", f"EGL cannot be opened ({error})", mend) from error
    context.enable_direct(_FRAMEBUFFER_SRGB)
    return context


def program(context: moderngl.Context, fragment: str, baked: bool = False) -> moderngl.Program:
    """Return the program of the shared vertex shader and the fragment shader of that name."""
    folder = files("vln_pipeline.rendering") / "glsl"
    vertex_source = (folder / "surface.vert.glsl").read_text()
    defined = f"#version 330\n#define NEAREST {NEAREST}\n" + ("#define BAKED\n" if baked else "")
    fragment_source = (folder / f"{fragment}.frag.glsl").read_text().replace("#version 330\n", defined)
    return context.program(vertex_shader=vertex_source, fragment_shader=fragment_source)


def write_uniform(target: moderngl.Program, name: str, values: NDArray) -> None:
    """Set a matrix (row by row) or an array, whose unused rest is zero."""
    uniform = target[name]
    if not isinstance(uniform, moderngl.Uniform):
        raise TypeError(f"{name} is no uniform")
    if uniform.array_length == 1:
        uniform.write(np.ascontiguousarray(values.T, dtype="<f4"))
        return
    filled = np.zeros((uniform.array_length, *values.shape[1:]), dtype="<f4")
    filled[: len(values)] = values
    uniform.write(filled)


def texture(context: moderngl.Context, image: NDArray[np.uint8] | None) -> moderngl.Texture:
    """Return a repeating sRGB texture with mip levels; white for None."""
    pixels = np.full((1, 1, 3), 255, np.uint8) if image is None else fitted(image)
    height, width = pixels.shape[:2]
    # OpenGL's first row is the lowest.
    data = np.ascontiguousarray(pixels[::-1]).tobytes()
    made = context.texture((width, height), 3, data, alignment=1, internal_format=_SRGB8)
    made.build_mipmaps()
    return made


def vertex_buffer(
    context: moderngl.Context, scene: Scene, surface: Surface, centre: NDArray[np.float64]
) -> tuple[moderngl.Buffer, str, *tuple[str, ...]]:
    """Return the vertices with all attributes of the vertex shader, as ``Context.vertex_array`` takes them."""
    part = np.zeros(len(surface.vertices), dtype=np.int32)
    part[surface.faces.ravel()] = np.repeat(surface.part, 3)
    categories = {name: number for number, name in enumerate(scene.categories)}
    vertices = np.zeros(len(surface.vertices), dtype=_VERTEX)
    vertices["in_position"] = surface.vertices - centre
    vertices["in_uv"] = surface.uv
    vertices["in_color"] = LINEAR[surface.colors]
    if surface.irradiance is not None:
        vertices["in_irradiance"] = surface.irradiance
    ids = [(categories[p.category], p.instance) for p in scene.parts]
    vertices["in_ids"] = np.array(ids, dtype=np.uint16)[part]
    names = _VERTEX.names or ()
    return context.buffer(vertices), "3f 2f 3f 3f 2u2", *names


class Targets:
    """The images of one size that are drawn into.

    Attributes:
        colour: sRGB, ``supersampling`` times as wide and as high as the frame.
        geometry: depth, category and instance at the frame's pixel centres.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], supersampling: int) -> None:
        width, height = size
        fine = (width * supersampling, height * supersampling)
        self._shape = (height, width)
        self._level = supersampling.bit_length() - 1
        # Smaller levels of the image are averages in linear light: the smoothed frame is one of them. Multisampling
        # would do the same, but Mesa's software driver shades each of its samples and is three times as slow.
        self._image = context.texture(fine, 4, internal_format=_SRGB8_ALPHA8)
        self.colour = context.framebuffer([self._image], context.depth_texture(fine))
        self.geometry = context.framebuffer([context.texture(size, 4, dtype="f4")], context.depth_texture(size))

    def read_colour(self) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB."""
        if self._level:
            self.geometry.use()  # an image that is being drawn into does not rebuild its levels
            self._image.build_mipmaps(max_level=self._level)
        data = np.frombuffer(self._image.read(level=self._level), np.uint8)
        return np.ascontiguousarray(data.reshape(*self._shape, 4)[..., :3])

    def read_geometry(self) -> GeometryFrame:
        """Return depth and ids."""
        data = np.frombuffer(self.geometry.read(components=4, dtype="f4"), "<f4").reshape(*self._shape, 4)
        return GeometryFrame(
            depth=np.ascontiguousarray(data[..., 0]),
            semantic=data[..., 1].astype(np.uint16),
            instance=data[..., 2].astype(np.uint16),
        )
