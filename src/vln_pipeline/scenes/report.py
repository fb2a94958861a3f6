"""What a scene holds, for a person."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np

from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.walkability import Storey, agreement


class StoreyMaps(Protocol):
    """What is read of a planning ``NavigationMap``."""

    @property
    def floors(self) -> Sequence[Storey]:
        """The storeys, lowest first."""

    @property
    def left_out(self) -> Sequence[object]:
        """Places that can be stood on and are in no storey; as text, area, height and reason."""


@dataclass(frozen=True)
class StoreyReport:
    """One storey.

    Attributes:
        height: of its floor, metres.
        floor_area: square metres that have a floor.
        free_area: square metres where the robot's axis may be.
        overlap: of that area with the navigation mesh that was published with the scene, shared over either, in [0, 1];
            None where there is none.
    """

    height: float
    floor_area: float
    free_area: float
    overlap: float | None = None


@dataclass(frozen=True)
class SceneReport:
    """The figures of one scene.

    Attributes:
        scene: its id.
        source: name of its source.
        origin: file, or generator and seed.
        extent: metres along x, y and z.
        triangles: in all.
        parts: meshes of one material.
        storeys: lowest first; empty where no map of the scene was given.
        left_out: what can be stood on and no walk enters: area, height and reason.
        rooms: room labels and how many there are of each.
        categories: categories and how many objects there are of each, most frequent first.
        lights: lamps.
        textures: distinct images.
        defects: what was found and mended or left.
        decisions: what the loader guessed, and by which evidence.
    """

    scene: str
    source: str
    origin: str
    extent: tuple[float, float, float]
    triangles: int
    parts: int
    storeys: tuple[StoreyReport, ...]
    left_out: tuple[str, ...]
    rooms: dict[str, int]
    categories: dict[str, int]
    lights: int
    textures: int
    defects: tuple[str, ...]
    decisions: tuple[str, ...]

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "SceneReport":
        """Return the report that ``to_json`` wrote."""
        told = json.loads(text)
        told["extent"] = tuple(told["extent"])
        told["storeys"] = tuple(StoreyReport(**s) for s in told["storeys"])
        told["left_out"] = tuple(told["left_out"])
        told["defects"] = tuple(told["defects"])
        told["decisions"] = tuple(told["decisions"])
        return cls(**told)

    def text(self) -> str:
        """Return the report as lines of plain text."""
        x, y, z = self.extent
        objects = sum(self.categories.values())
        lines = [
            f"{self.scene} ({self.source}: {self.origin})" if self.origin else f"{self.scene} ({self.source})",
            f"  extent      {x:.1f} x {y:.1f} x {z:.1f} m",
            f"  triangles   {self.triangles:,} in {self.parts} parts of {objects} objects",
            *(
                f"  storey {i}    floor at {s.height:.2f} m, {s.floor_area:.1f} m2, {s.free_area:.1f} m2 free"
                + ("" if s.overlap is None else f", {s.overlap:.0%} as in the published navigation mesh")
                for i, s in enumerate(self.storeys)
            ),
            *(f"  left out    {place}" for place in self.left_out),
            f"  rooms       {_counts(self.rooms) or 'not known'}",
            f"  categories  {_counts(self.categories)}",
            f"  looks       {self.textures} textures, {self.lights} lights",
            *(f"  decided     {decision}" for decision in self.decisions),
            *(f"  defect      {defect}" for defect in self.defects),
        ]
        return "\n".join(lines)


def report(scene: Scene, nav: StoreyMaps | None = None) -> SceneReport:
    """Return the figures of a scene.

    Args:
        scene: the scene.
        nav: its planning ``NavigationMap``, for storeys and free area.
    """
    extent = np.ptp(scene.bounds, axis=0)
    category = {p.instance: p.category for p in scene.parts}
    floors = nav.floors if nav else ()
    compared = () if scene.walkable is None else agreement(scene.walkable, floors)
    overlaps: list[float | None] = [found.overlap for found in compared] or [None] * len(floors)
    return SceneReport(
        scene=scene.id,
        source=scene.source,
        origin=scene.origin,
        extent=(float(extent[0]), float(extent[1]), float(extent[2])),
        triangles=len(scene.mesh.faces),
        parts=len(scene.parts),
        storeys=tuple(
            StoreyReport(
                height=float(floor.height),
                floor_area=float(np.isfinite(floor.ground).sum() * floor.cell**2),
                free_area=float(floor.navigable.sum() * floor.cell**2),
                overlap=overlap,
            )
            for floor, overlap in zip(floors, overlaps, strict=True)
        ),
        left_out=tuple(map(str, nav.left_out)) if nav else (),
        rooms=_counted(Counter(room.label for room in scene.rooms)),
        categories=_counted(Counter(category.values())),
        lights=len(scene.lights),
        textures=len({id(m.texture) for m in scene.materials if m.texture is not None}),
        defects=scene.defects,
        decisions=scene.decisions,
    )


def _counted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
