"""The one scene type that every source fills and every later stage reads.

World frame: right-handed, metres, z up. Ids of instances start at 1; 0 is "nothing hit".
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

VOID = "void"
"""Category of a ray that hits nothing; always category id 0."""
UNKNOWN = "unknown"
"""Category of a surface that its source did not label."""


@dataclass(frozen=True)
class Material:
    """How a surface looks.

    Attributes:
        name: unique in its scene.
        color: (3,) base colour, linear RGB in [0, 1]; multiplies the texture where there is one.
        texture: (h, w, 3) uint8 sRGB base-colour image, row 0 at the top (v = 1), or None.
        roughness: 0 mirror .. 1 matt.
        metallic: 0 dielectric .. 1 metal.
        alpha: 1 opaque .. 0 invisible.
        emission: (3,) emitted radiance, linear RGB; zeros for anything but a lamp or a screen.
    """

    name: str
    color: tuple[float, float, float] = (0.8, 0.8, 0.8)
    texture: NDArray[np.uint8] | None = None
    roughness: float = 0.7
    metallic: float = 0.0
    alpha: float = 1.0
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Part:
    """One triangle mesh of one material that belongs to one object.

    Attributes:
        name: as in the source, for reports.
        vertices: (V, 3) float64, metres, world, z up.
        faces: (F, 3) int32 indexes into ``vertices``, counter-clockwise seen from outside.
        material: index into the scene's materials.
        category: category name, lower case, blanks between words.
        instance: object id >= 1, unique in its scene; parts of one object share it.
        uv: (V, 2) float32 texture coordinates, v upwards, or None.
        colors: (V, 3) uint8 sRGB vertex colours, or None.
        room: name of the room the object stands in, or None where unknown.
    """

    name: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    material: int
    category: str
    instance: int
    uv: NDArray[np.float32] | None = None
    colors: NDArray[np.uint8] | None = None
    room: str | None = None


@dataclass(frozen=True)
class Light:
    """A lamp.

    Attributes:
        kind: "point", "area" (a square that shines along -z of ``rotation``) or "sun".
        position: (3,) metres, world.
        power: watts for point and area lights, W/m2 for a sun.
        color: (3,) linear RGB.
        size: radius of a point light or edge of an area light, metres; angle of a sun, radians.
        rotation: (3, 3) light-to-world.
    """

    kind: str
    position: tuple[float, float, float]
    power: float
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    size: float = 0.1
    rotation: NDArray[np.float64] = field(default_factory=lambda: np.eye(3))


@dataclass(frozen=True)
class Room:
    """A room as a vertical prism.

    Attributes:
        name: unique in its scene, for instance "kitchen_1".
        label: room type, for instance "kitchen".
        polygon: (N, 2) float64 corners, metres, world xy, counter-clockwise.
        floor: height of its floor, metres.
        ceiling: height of its ceiling, metres.
    """

    name: str
    label: str
    polygon: NDArray[np.float64]
    floor: float
    ceiling: float


@dataclass(frozen=True)
class Splat:
    """What a scene looks like, as 3D Gaussians (Kerbl et al. 2023), in the frame of their own file.

    They stay in that frame, since their spherical harmonics would have to be turned with them.

    Attributes:
        means: (N, 3) float32 centres, units of the file.
        quats: (N, 4) float32 unit quaternions w x y z, from the Gaussian's axes to the file's frame.
        scales: (N, 3) float32 standard deviations along these axes, units of the file.
        opacities: (N,) float32 in [0, 1].
        sh: (N, K, 3) float16 coefficients of red, green and blue; K = 1, 4, 9 or 16 for degree 0 to 3.
        antialiased: whether the model was trained with Mip-Splatting's filter (Yu et al. 2024).
        world_from_splat: (4, 4) float64 similarity from the file's frame to the world, metres, z up.
    """

    means: NDArray[np.float32]
    quats: NDArray[np.float32]
    scales: NDArray[np.float32]
    opacities: NDArray[np.float32]
    sh: NDArray[np.float16]
    antialiased: bool = False
    world_from_splat: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))

    @cached_property
    def unit(self) -> float:
        """Metres per unit of the file."""
        return float(np.cbrt(np.linalg.det(self.world_from_splat[:3, :3])))

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """(N, 3) centres, metres, world."""
        return self.means @ self.world_from_splat[:3, :3].T + self.world_from_splat[:3, 3]

    def of(self, kept: NDArray) -> "Splat":
        """Return some of the Gaussians, by a mask or by indexes."""
        return replace(
            self,
            means=self.means[kept],
            quats=self.quats[kept],
            scales=self.scales[kept],
            opacities=self.opacities[kept],
            sh=self.sh[kept],
        )


@dataclass(frozen=True)
class Mesh:
    """A scene's triangles in one piece, for geometry.

    Attributes:
        vertices: (V, 3) float64 metres, world, z up.
        faces: (F, 3) int32.
        part: (F,) int32 index of the part each face came from.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    part: NDArray[np.int32]


@dataclass(frozen=True)
class Scene:
    """Everything that is known of one scene.

    Attributes:
        id: unique in its run; letters, digits, "-" and "_" only, so it can name a file.
        parts: at least one.
        materials: referred to by ``Part.material``.
        lights: may be empty; renderers then light the scene themselves.
        rooms: may be empty.
        source: name of the scene source, for instance "procedural" or "mesh".
        licence: terms of the source's data, as a dataset card should print them.
        origin: where it came from (file name, or generator and seed), without machine paths.
        defects: what the loader found and mended or left, one clause each.
        decisions: what the loader guessed (axis, unit, categories, winding) and by which evidence, one clause each.
        walkable: (T, 3, 3) float64 triangles of the navigation mesh that was published with the scene, metres, world;
            None where there is none. It is a truth to compare with, and nothing is planned on it.
        splat: Gaussians that make the colour frames; None where the parts do. What is planned on, measured and masked
            is the parts all the same.
    """

    id: str
    parts: tuple[Part, ...]
    materials: tuple[Material, ...]
    lights: tuple[Light, ...] = ()
    rooms: tuple[Room, ...] = ()
    source: str = ""
    licence: str = ""
    origin: str = ""
    defects: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    walkable: NDArray[np.float64] | None = None
    splat: Splat | None = None

    @cached_property
    def mesh(self) -> Mesh:
        """All parts joined, faces in the order of the parts."""
        counts = [len(p.vertices) for p in self.parts]
        offsets = np.cumsum([0, *counts[:-1]])
        return Mesh(
            vertices=np.concatenate([p.vertices for p in self.parts]),
            faces=np.concatenate([p.faces + o for p, o in zip(self.parts, offsets, strict=True)]).astype(np.int32),
            part=np.repeat(np.arange(len(self.parts), dtype=np.int32), [len(p.faces) for p in self.parts]),
        )

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Category names by id: ``void`` is 0, the scene's own follow in alphabetical order."""
        return (VOID, *sorted({p.category for p in self.parts} - {VOID}))

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """(2, 3) lowest and highest corner, metres, world."""
        vertices = self.mesh.vertices
        return np.stack([vertices.min(axis=0), vertices.max(axis=0)])
