"""The colours of one home, drawn together so that they go with each other; sRGB in [0, 1]."""

from dataclasses import dataclass
from typing import Self

import numpy as np

Rgb = tuple[float, float, float]

WOODS: tuple[Rgb, ...] = (
    (0.80, 0.69, 0.54),
    (0.71, 0.55, 0.38),
    (0.63, 0.48, 0.33),
    (0.60, 0.54, 0.46),
    (0.42, 0.29, 0.20),
)
"""Ash, oak, honey oak, grey oak, walnut."""
PAINTS: tuple[Rgb, ...] = ((0.93, 0.91, 0.87), (0.91, 0.91, 0.90), (0.92, 0.89, 0.82), (0.88, 0.89, 0.87))
ACCENT_PAINTS: tuple[Rgb, ...] = (
    (0.62, 0.68, 0.64),
    (0.66, 0.71, 0.76),
    (0.80, 0.72, 0.63),
    (0.74, 0.66, 0.60),
    (0.55, 0.61, 0.66),
    (0.83, 0.79, 0.70),
)
MUTED: tuple[Rgb, ...] = (
    (0.55, 0.54, 0.52),
    (0.70, 0.66, 0.59),
    (0.38, 0.43, 0.48),
    (0.47, 0.50, 0.43),
    (0.56, 0.44, 0.37),
    (0.33, 0.34, 0.36),
)
ACCENTS: tuple[Rgb, ...] = (
    (0.72, 0.42, 0.25),
    (0.22, 0.38, 0.45),
    (0.78, 0.60, 0.26),
    (0.45, 0.52, 0.38),
    (0.60, 0.30, 0.30),
    (0.28, 0.33, 0.50),
)
FRONTS: tuple[Rgb, ...] = (
    (0.91, 0.91, 0.90),
    (0.88, 0.86, 0.81),
    (0.46, 0.53, 0.50),
    (0.36, 0.42, 0.49),
    (0.72, 0.73, 0.71),
)
WALL_TILES: tuple[Rgb, ...] = ((0.90, 0.91, 0.91), (0.72, 0.79, 0.79), (0.80, 0.77, 0.71), (0.63, 0.71, 0.70))
METALS: tuple[Rgb, ...] = ((0.75, 0.75, 0.76), (0.18, 0.18, 0.19), (0.74, 0.60, 0.36))
WHITE_DOOR: Rgb = (0.93, 0.92, 0.90)


@dataclass(frozen=True)
class Style:
    """What a home's surfaces have in common.

    Attributes:
        floor, wood: of the floors and of the furniture.
        paint, accent_paints: of walls.
        fabrics, accents: four muted colours of large textiles, three strong ones of small things.
        front, tile, metal: of kitchen doors, bathroom walls, handles and lamps.
        door: of inner doors.
        wooden_doors: whether these show their grain.
        herringbone, wallpaper, leather: which of two looks floors, one wall, and the sofa have.
    """

    floor: Rgb
    wood: Rgb
    paint: Rgb
    accent_paints: tuple[Rgb, ...]
    fabrics: tuple[Rgb, ...]
    accents: tuple[Rgb, ...]
    front: Rgb
    tile: Rgb
    metal: Rgb
    door: Rgb
    wooden_doors: bool
    herringbone: bool
    wallpaper: bool
    leather: bool

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Draw a style."""

        def pick(choices: tuple[Rgb, ...], count: int) -> tuple[Rgb, ...]:
            return tuple(choices[i] for i in rng.permutation(len(choices))[:count])

        (floor,), (wood,) = pick(WOODS, 1), pick(WOODS, 1)
        wooden_doors = bool(rng.random() < 0.35)
        return cls(
            floor=floor,
            wood=wood,
            paint=pick(PAINTS, 1)[0],
            accent_paints=pick(ACCENT_PAINTS, 3),
            fabrics=pick(MUTED, 4),
            accents=pick(ACCENTS, 3),
            front=pick(FRONTS, 1)[0],
            tile=pick(WALL_TILES, 1)[0],
            metal=pick(METALS, 1)[0],
            door=wood if wooden_doors else WHITE_DOOR,
            wooden_doors=wooden_doors,
            herringbone=bool(rng.random() < 0.33),
            wallpaper=bool(rng.random() < 0.4),
            leather=bool(rng.random() < 0.3),
        )
