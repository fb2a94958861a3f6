"""The materials of one home: a style drawn once, textures drawn when a surface first asks for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vln_pipeline.scenes.procedural import pictures, textures
from vln_pipeline.scenes.scene import Material
from vln_pipeline.seeding import generator

Rgb = tuple[float, float, float]

WOODS: dict[str, Rgb] = {
    "ash": (0.80, 0.69, 0.54),
    "oak": (0.71, 0.55, 0.38),
    "honey": (0.66, 0.45, 0.26),
    "grey oak": (0.60, 0.54, 0.46),
    "walnut": (0.42, 0.29, 0.20),
}
PAINTS: tuple[Rgb, ...] = ((0.93, 0.91, 0.87), (0.91, 0.91, 0.90), (0.92, 0.89, 0.82), (0.88, 0.89, 0.87))
ACCENT_PAINTS: tuple[Rgb, ...] = (
    (0.62, 0.68, 0.64), (0.66, 0.71, 0.76), (0.80, 0.72, 0.63), (0.74, 0.66, 0.60), (0.55, 0.61, 0.66), (0.83, 0.79, 0.70),
)  # fmt: skip
MUTED: tuple[Rgb, ...] = (
    (0.55, 0.54, 0.52), (0.70, 0.66, 0.59), (0.38, 0.43, 0.48), (0.47, 0.50, 0.43), (0.56, 0.44, 0.37), (0.33, 0.34, 0.36),
)  # fmt: skip
ACCENTS: tuple[Rgb, ...] = (
    (0.72, 0.42, 0.25), (0.22, 0.38, 0.45), (0.78, 0.60, 0.26), (0.45, 0.52, 0.38), (0.60, 0.30, 0.30), (0.28, 0.33, 0.50),
)  # fmt: skip
FRONTS: tuple[Rgb, ...] = (
    (0.91, 0.91, 0.90),
    (0.88, 0.86, 0.81),
    (0.46, 0.53, 0.50),
    (0.36, 0.42, 0.49),
    (0.72, 0.73, 0.71),
)
WALL_TILES: tuple[Rgb, ...] = ((0.90, 0.91, 0.91), (0.72, 0.79, 0.79), (0.80, 0.77, 0.71), (0.63, 0.71, 0.70))
BOOKS: tuple[Rgb, ...] = (
    (0.55, 0.22, 0.18), (0.20, 0.30, 0.42), (0.83, 0.79, 0.68), (0.25, 0.36, 0.28), (0.75, 0.55, 0.22), (0.22, 0.21, 0.22),
)  # fmt: skip


@dataclass(frozen=True)
class Finish:
    """A material and the size of its image.

    Attributes:
        material: as the scene stores it.
        metres: length that one repeat of the texture covers along u and v.
    """

    material: Material
    metres: float = 1.0


def linear(srgb: ArrayLike) -> Rgb:
    """Return linear RGB of an sRGB colour in [0, 1] (IEC 61966-2-1)."""
    c = np.asarray(srgb, dtype=np.float64)
    red, green, blue = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).tolist()
    return red, green, blue


class Palette:
    """Finishes by the role a surface plays; roles that end in a number come in variants.

    Args:
        seed, scene: name the draws.
        size: edge of a texture, pixels.
    """

    def __init__(self, seed: int, scene: str, size: int) -> None:
        self._names, self._size = (seed, scene, "texture"), size
        rng = generator(seed, scene, "style")
        woods = list(WOODS.values())
        self._floor = woods[rng.integers(5)]
        self._wood = woods[rng.integers(5)]
        self._dark = tuple(0.62 * c for c in self._wood)
        self._paint = PAINTS[rng.integers(len(PAINTS))]
        self._accent_paint = [ACCENT_PAINTS[i] for i in rng.permutation(len(ACCENT_PAINTS))[:3]]
        self._fabrics = [MUTED[i] for i in rng.permutation(len(MUTED))[:4]]
        self._accents = [ACCENTS[i] for i in rng.permutation(len(ACCENTS))[:3]]
        self._front = FRONTS[rng.integers(len(FRONTS))]
        self._tile = WALL_TILES[rng.integers(len(WALL_TILES))]
        self._door = (0.93, 0.92, 0.90) if rng.random() < 0.65 else self._wood
        self._metal = ((0.75, 0.75, 0.76), (0.18, 0.18, 0.19), (0.74, 0.60, 0.36))[rng.integers(3)]
        self._parquet = rng.integers(3)
        self._wallpaper = rng.random() < 0.4
        self._leather = rng.random() < 0.3
        self._cache: dict[str, Finish] = {}

    def finish(self, role: str) -> Finish:
        """Return the finish of a role, the same object each time.

        Raises:
            KeyError: if no role of that name exists.
        """
        if role not in self._cache:
            self._cache[role] = self._plain(role) or self._textured(role)
        return self._cache[role]

    def _plain(self, role: str) -> Finish | None:
        plain: dict[str, tuple[Rgb, float, float]] = {
            "ceiling": ((0.94, 0.94, 0.93), 0.9, 0),
            "skirting": ((0.93, 0.92, 0.90), 0.5, 0),
            "window frame": ((0.92, 0.92, 0.91), 0.4, 0),
            "lacquer": ((0.92, 0.91, 0.89), 0.35, 0),
            "ceramic": ((0.94, 0.94, 0.93), 0.12, 0),
            "plastic": ((0.90, 0.90, 0.89), 0.35, 0),
            "chrome": ((0.86, 0.87, 0.88), 0.12, 1),
            "steel": ((0.70, 0.71, 0.72), 0.32, 1),
            "handle": (self._metal, 0.3, 1),
            "black metal": ((0.12, 0.12, 0.13), 0.45, 0),
            "black glass": ((0.04, 0.04, 0.045), 0.08, 0),
            "black plastic": ((0.10, 0.10, 0.11), 0.4, 0),
            "mirror": ((0.93, 0.94, 0.94), 0.02, 1),
            "soil": ((0.22, 0.16, 0.12), 0.95, 0),
            "book pages": ((0.90, 0.87, 0.78), 0.9, 0),
            "vase": (self._accents[1], 0.25, 0),
            "pot": ((0.87, 0.84, 0.79) if self._wallpaper else (0.68, 0.42, 0.31), 0.6, 0),
            "dark gap": ((0.16, 0.15, 0.14), 0.8, 0),
            "paper": ((0.93, 0.92, 0.88), 0.9, 0),
        }
        if role in plain:
            color, roughness, metallic = plain[role]
            return Finish(Material(role, linear(color), roughness=roughness, metallic=metallic))
        if role.startswith("book "):
            return Finish(Material(role, linear(BOOKS[int(role[5:]) % len(BOOKS)]), roughness=0.6))
        if role == "glass":
            return Finish(Material(role, linear((0.88, 0.93, 0.93)), roughness=0.05, alpha=0.25))
        if role == "lamp glow":
            return Finish(Material(role, (1.0, 0.95, 0.86), roughness=0.9, emission=(4.0, 3.5, 2.8)))
        if role == "lamp shade":
            return Finish(Material(role, linear((0.93, 0.88, 0.78)), roughness=0.9, emission=(0.75, 0.62, 0.42)))
        return None

    def _textured(self, role: str) -> Finish:
        rng, size = generator(*self._names, role), self._size
        base, _, variant = role.rpartition(" ")
        index = int(variant) if variant.isdigit() else 0
        stem = base if variant.isdigit() else role
        metres, roughness, emission = 1.0, 0.8, 0.0
        match stem:
            case "wall":
                picture, metres, roughness = textures.plaster(rng, size, self._paint), 2.0, 0.9
            case "accent wall":
                paint = np.asarray(self._accent_paint[index % 3])
                striped = self._wallpaper and index == 0
                picture = (
                    textures.stripes(rng, size, paint * 0.4 + 0.55, paint * 0.55 + 0.38, 4)
                    if striped
                    else textures.plaster(rng, size, paint)
                )
                metres, roughness = (0.8, 0.9) if striped else (2.0, 0.9)
            case "tiled wall":
                layout = ((4, 4, 0.0), (4, 8, 0.5), (3, 6, 0.0))[rng.integers(3)]
                picture = textures.tiles(rng, size, self._tile, (0.80, 0.80, 0.78), *layout)
                metres, roughness = 0.8, 0.15
            case "facade":
                picture, metres = textures.brick(rng, size, (0.62, 0.38, 0.29)), 0.96
            case "wood floor":
                if self._parquet == 0:
                    picture, metres = textures.herringbone(rng, size, self._floor), 1.6
                else:
                    picture, metres = textures.planks(rng, size, self._floor, 12), 2.0
                roughness = 0.4
            case "tiled floor":
                tone = ((0.80, 0.78, 0.74), (0.56, 0.56, 0.55), (0.74, 0.69, 0.62))[rng.integers(3)]
                picture, metres = textures.tiles(rng, size, tone, (0.62, 0.61, 0.58), 4, 4), 1.6
                roughness = 0.3
            case "bath floor":
                tone = np.asarray(self._tile) * (0.95 if rng.random() < 0.5 else 0.62)
                picture, metres = textures.tiles(rng, size, tone, (0.66, 0.66, 0.64), 4, 4), 1.2
                roughness = 0.3
            case "carpet":
                picture = textures.carpet(rng, size, 0.5 * np.asarray(self._fabrics[1]) + 0.35)
                roughness = 1.0
            case "wood":
                picture, metres, roughness = textures.grain(rng, size, self._wood), 0.9, 0.45
            case "dark wood":
                picture, metres, roughness = textures.grain(rng, size, self._dark), 0.9, 0.45
            case "door":
                plain = sum(self._door) > 2.6
                picture = textures.plaster(rng, size, self._door) if plain else textures.grain(rng, size, self._door)
                metres, roughness = 0.9, 0.45
            case "front door":
                picture, metres, roughness = textures.grain(rng, size, self._dark), 0.9, 0.45
            case "kitchen front":
                picture, roughness = textures.plaster(rng, size, self._front), 0.35
            case "counter":
                if rng.random() < 0.4:
                    picture = textures.grain(rng, size, self._wood)
                elif rng.random() < 0.5:
                    picture = textures.stone(rng, size, (0.90, 0.89, 0.87), (0.50, 0.50, 0.52))
                else:
                    picture = textures.terrazzo(rng, size, (0.34, 0.34, 0.35))
                metres, roughness = 1.2, 0.25
            case "stone":
                picture = textures.stone(rng, size, (0.90, 0.89, 0.87), (0.50, 0.50, 0.52))
                metres, roughness = 1.2, 0.2
            case "sofa":
                tan = (0.45, 0.28, 0.18)
                picture = (
                    textures.leather(rng, size, tan) if self._leather else textures.weave(rng, size, self._fabrics[0])
                )
                metres, roughness = 0.5, 0.5 if self._leather else 0.95
            case "fabric":
                picture, metres, roughness = textures.weave(rng, size, self._fabrics[index % 4]), 0.4, 0.95
            case "accent fabric":
                picture, metres, roughness = textures.weave(rng, size, self._accents[index % 3]), 0.3, 0.95
            case "linen":
                picture, metres, roughness = textures.weave(rng, size, (0.91, 0.90, 0.87), 128), 0.4, 0.95
            case "blanket":
                tone = (self._accents[index % 3], self._fabrics[index % 4])[rng.integers(2)]
                picture = (
                    textures.stripes(rng, size, tone, 0.4 * np.asarray(tone) + 0.5, 5)
                    if rng.random() < 0.3
                    else textures.weave(rng, size, tone)
                )
                metres, roughness = 0.6, 0.95
            case "curtain":
                tone = 0.45 * np.asarray((*self._fabrics, *self._accents)[index % 7]) + 0.45
                picture, metres, roughness = textures.weave(rng, size, tone, 96), 0.4, 0.95
            case "towel":
                picture, metres, roughness = (
                    textures.carpet(rng, size, (*self._accents, (0.9, 0.9, 0.88))[index % 4]),
                    0.4,
                    1.0,
                )
            case "leaf":
                tone = ((0.22, 0.37, 0.18), (0.30, 0.44, 0.24), (0.20, 0.34, 0.24))[index % 3]
                picture, roughness = textures.foliage(rng, min(size, 128), tone), 0.5
            case "basket":
                picture, metres = textures.weave(rng, size, (0.66, 0.53, 0.37), 16), 0.4
            case "rug":
                tones = [self._fabrics[(index + 1) % 4], self._accents[index % 3], self._fabrics[index % 4]]
                tones = [0.75 * np.asarray(t) + 0.2 for t in tones]
                picture, roughness = pictures.rug(rng, size, tones if index % 2 else tones[::-1]), 1.0
            case "picture":
                picture, roughness = pictures.art(rng, min(size, 256), [*self._accents, *self._fabrics]), 0.6
            case "view":
                picture, roughness, emission = pictures.outdoors(rng, min(size, 512)), 0.5, 0.5
            case "screen":
                picture, roughness, emission = pictures.screen(rng, min(size, 256)), 0.3, 0.25
            case _:
                raise KeyError(role)
        return Finish(
            Material(role, (1.0, 1.0, 1.0), picture, roughness, emission=(emission, emission, emission)), metres
        )
