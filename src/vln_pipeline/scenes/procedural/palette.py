"""The materials of one home; a texture is drawn when a surface first asks for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vln_pipeline.scenes.procedural import pictures, textures
from vln_pipeline.scenes.procedural.style import Rgb, Style
from vln_pipeline.scenes.procedural.textures import Image
from vln_pipeline.scenes.scene import Material
from vln_pipeline.seeding import generator

PLAIN: dict[str, tuple[Rgb, float, float]] = {
    "ceiling": ((0.94, 0.94, 0.93), 0.9, 0),
    "skirting": ((0.93, 0.92, 0.90), 0.5, 0),
    "window frame": ((0.92, 0.92, 0.91), 0.4, 0),
    "lacquer": ((0.92, 0.91, 0.89), 0.35, 0),
    "ceramic": ((0.94, 0.94, 0.93), 0.12, 0),
    "plastic": ((0.90, 0.90, 0.89), 0.35, 0),
    "paper": ((0.93, 0.92, 0.88), 0.9, 0),
    "soil": ((0.22, 0.16, 0.12), 0.95, 0),
    "chrome": ((0.86, 0.87, 0.88), 0.12, 1),
    "steel": ((0.70, 0.71, 0.72), 0.32, 1),
    "mirror": ((0.93, 0.94, 0.94), 0.02, 1),
    "black metal": ((0.12, 0.12, 0.13), 0.45, 0),
    "black glass": ((0.04, 0.04, 0.045), 0.08, 0),
    "black plastic": ((0.10, 0.10, 0.11), 0.4, 0),
    "book 0": ((0.55, 0.22, 0.18), 0.6, 0),
    "book 1": ((0.20, 0.30, 0.42), 0.6, 0),
    "book 2": ((0.83, 0.79, 0.68), 0.6, 0),
    "book 3": ((0.25, 0.36, 0.28), 0.6, 0),
    "book 4": ((0.75, 0.55, 0.22), 0.6, 0),
    "book 5": ((0.22, 0.21, 0.22), 0.6, 0),
}
"""sRGB colour, roughness and metalness of surfaces that look the same in every home."""
GROUT: Rgb = (0.72, 0.71, 0.69)
TAN: Rgb = (0.45, 0.28, 0.18)


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


def _tint(color: ArrayLike, share: float) -> Rgb:
    """Return a colour mixed with white: ``share`` of it remains."""
    red, green, blue = (np.asarray(color) * share + (1 - share) * 0.93).tolist()
    return red, green, blue


def _shade(color: ArrayLike, share: float) -> Rgb:
    """Return a colour darkened to a share of itself."""
    red, green, blue = (np.asarray(color) * share).tolist()
    return red, green, blue


class Palette:
    """Finishes by the role a surface plays; roles that end in a number come in variants.

    Args:
        seed, scene: name the draws.
        size: edge of a texture, pixels.
    """

    def __init__(self, seed: int, scene: str, size: int) -> None:
        self._names, self._size = (seed, scene, "texture"), size
        self._style = Style.draw(generator(seed, scene, "style"))
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
        own = {"handle": (self._style.metal, 0.3, 1.0), "vase": (self._style.accents[1], 0.25, 0.0)}
        own["pot"] = (_tint(self._style.accent_paints[0], 0.8), 0.6, 0.0)
        if role in own or role in PLAIN:
            color, roughness, metallic = own.get(role) or PLAIN[role]
            return Finish(Material(role, linear(color), roughness=roughness, metallic=metallic))
        if role == "glass":
            return Finish(Material(role, linear((0.88, 0.93, 0.93)), roughness=0.05, alpha=0.25))
        if role == "lamp glow":
            return Finish(Material(role, (1.0, 0.95, 0.86), roughness=0.9, emission=(4.0, 3.5, 2.8)))
        if role == "lamp shade":
            return Finish(Material(role, linear((0.93, 0.88, 0.78)), roughness=0.9, emission=(0.75, 0.62, 0.42)))
        return None

    def _textured(self, role: str) -> Finish:
        rng = generator(*self._names, role)
        stem, _, number = role.rpartition(" ")
        stem, variant = (stem, int(number)) if number.isdigit() else (role, 0)
        for family in (self._building, self._joinery, self._cloth, self._picture):
            found = family(stem, variant, rng)
            if found is not None:
                texture, metres, roughness, glow = found
                return Finish(Material(role, (1.0, 1.0, 1.0), texture, roughness, emission=(glow, glow, glow)), metres)
        raise KeyError(role)

    def _building(self, stem: str, variant: int, rng: np.random.Generator) -> tuple[Image, float, float, float] | None:
        style, size = self._style, self._size
        match stem:
            case "wall":
                return textures.plaster(rng, size, style.paint), 2.0, 0.9, 0.0
            case "accent wall" if style.wallpaper and variant == 0:
                paint = style.accent_paints[0]
                return textures.stripes(rng, size, _tint(paint, 0.35), _tint(paint, 0.7)), 0.8, 0.9, 0.0
            case "accent wall":
                return textures.plaster(rng, size, style.accent_paints[variant % 3]), 2.0, 0.9, 0.0
            case "tiled wall":
                columns, rows, bond = ((4, 4, 0.0), (4, 8, 0.5), (3, 6, 0.0))[rng.integers(3)]
                return textures.tiles(rng, size, style.tile, GROUT, columns, rows, bond), 0.8, 0.15, 0.0
            case "facade":
                return textures.brick(rng, size, (0.62, 0.38, 0.29)), 0.96, 0.9, 0.0
            case "wood floor" if style.herringbone:
                return textures.herringbone(rng, size, style.floor), 1.6, 0.4, 0.0
            case "wood floor":
                return textures.planks(rng, size, style.floor, 12), 2.0, 0.4, 0.0
            case "tiled floor":
                tone = ((0.80, 0.78, 0.74), (0.56, 0.56, 0.55), (0.74, 0.69, 0.62))[rng.integers(3)]
                return textures.tiles(rng, size, tone, _shade(GROUT, 0.85), 4, 4), 1.6, 0.3, 0.0
            case "bath floor":
                tone = _shade(style.tile, (0.95, 0.62)[rng.integers(2)])
                return textures.tiles(rng, size, tone, _shade(GROUT, 0.9), 4, 4), 1.2, 0.3, 0.0
            case "carpet":
                return textures.carpet(rng, size, _tint(style.fabrics[1], 0.6)), 1.0, 1.0, 0.0
        return None

    def _joinery(self, stem: str, _: int, rng: np.random.Generator) -> tuple[Image, float, float, float] | None:
        style, size = self._style, self._size
        match stem:
            case "wood":
                return textures.grain(rng, size, style.wood), 0.9, 0.45, 0.0
            case "dark wood" | "front door":
                return textures.grain(rng, size, _shade(style.wood, 0.62)), 0.9, 0.45, 0.0
            case "door" if style.wooden_doors:
                return textures.grain(rng, size, style.door), 0.9, 0.45, 0.0
            case "door":
                return textures.plaster(rng, size, style.door), 0.9, 0.45, 0.0
            case "kitchen front":
                return textures.plaster(rng, size, style.front), 1.0, 0.35, 0.0
            case "counter":
                kind = rng.random()
                if kind < 0.4:
                    return textures.grain(rng, size, style.wood), 1.2, 0.35, 0.0
                if kind < 0.7:
                    return textures.terrazzo(rng, size, (0.34, 0.34, 0.35)), 1.2, 0.25, 0.0
                return textures.stone(rng, size, (0.90, 0.89, 0.87), (0.50, 0.50, 0.52)), 1.2, 0.2, 0.0
            case "stone":
                return textures.stone(rng, size, (0.90, 0.89, 0.87), (0.50, 0.50, 0.52)), 1.2, 0.2, 0.0
            case "basket":
                return textures.weave(rng, size, (0.66, 0.53, 0.37), 16), 0.4, 0.8, 0.0
        return None

    def _cloth(self, stem: str, variant: int, rng: np.random.Generator) -> tuple[Image, float, float, float] | None:
        style, size = self._style, self._size
        fabric, accent = style.fabrics[variant % 4], style.accents[variant % 3]
        match stem:
            case "sofa" if style.leather:
                return textures.leather(rng, size, TAN), 0.5, 0.5, 0.0
            case "sofa":
                return textures.weave(rng, size, style.fabrics[0]), 0.4, 0.95, 0.0
            case "fabric":
                return textures.weave(rng, size, fabric), 0.4, 0.95, 0.0
            case "accent fabric":
                return textures.weave(rng, size, accent), 0.3, 0.95, 0.0
            case "linen":
                return textures.weave(rng, size, (0.91, 0.90, 0.87), 128), 0.4, 0.95, 0.0
            case "blanket":
                tone = (accent, fabric)[rng.integers(2)]
                if rng.random() < 0.3:
                    return textures.stripes(rng, size, tone, _tint(tone, 0.4), 5), 0.6, 0.95, 0.0
                return textures.weave(rng, size, tone), 0.6, 0.95, 0.0
            case "curtain":
                tone = _tint((*style.fabrics, *style.accents)[variant % 7], 0.55)
                return textures.weave(rng, size, tone, 96), 0.4, 0.95, 0.0
            case "towel":
                tone = (*style.accents, (0.90, 0.90, 0.88))[variant % 4]
                return textures.carpet(rng, size, tone), 0.4, 1.0, 0.0
        return None

    def _picture(self, stem: str, variant: int, rng: np.random.Generator) -> tuple[Image, float, float, float] | None:
        style, size = self._style, self._size
        match stem:
            case "leaf":
                green = ((0.22, 0.37, 0.18), (0.30, 0.44, 0.24), (0.20, 0.34, 0.24))[variant % 3]
                return textures.foliage(rng, min(size, 128), green), 1.0, 0.5, 0.0
            case "rug":
                tones = [style.fabrics[(variant + 1) % 4], style.accents[variant % 3], style.fabrics[variant % 4]]
                tones = [_tint(t, 0.78) for t in (tones if variant % 2 else tones[::-1])]
                return pictures.rug(rng, size, tones), 1.0, 1.0, 0.0
            case "picture":
                return pictures.art(rng, min(size, 256), [*style.accents, *style.fabrics]), 1.0, 0.6, 0.0
            case "view":
                return pictures.outdoors(rng, min(size, 256)), 1.0, 0.5, 0.5
            case "screen":
                return pictures.screen(rng, min(size, 256)), 1.0, 0.3, 0.25
        return None
