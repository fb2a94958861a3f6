"""Images that are not tiled: rugs, wall art, screens and the view from a window."""

import numpy as np
from numpy.typing import ArrayLike

from vln_pipeline.scenes.procedural.textures import Field, Image, Rng, image, noise


def _mesh(size: int) -> tuple[Field, Field]:
    """Return x to the right and y downwards, both in [-1, 1]."""
    s = np.linspace(-1, 1, size)
    y, x = np.meshgrid(s, s, indexing="ij")
    return x, y


def rug(rng: Rng, size: int, colors: ArrayLike) -> Image:
    """Return a woven rug with borders around a field of lozenges, stripes or plain pile; (3, 3) sRGB colours."""
    ground, figure, line = np.asarray(colors, dtype=np.float64)
    x, y = _mesh(size)
    edge = np.maximum(np.abs(x), np.abs(y))
    style = rng.integers(4)
    if style == 0:
        n = rng.integers(3, 6)
        lozenge = np.abs((x * n) % 2 - 1) + np.abs((y * n) % 2 - 1)
        rgb = np.where((np.abs(lozenge - 1) < 0.14)[..., None], line, ground)
        rgb = np.where((lozenge < 0.45)[..., None], figure, rgb)
    elif style == 1:
        n = rng.integers(4, 8)
        band = (y * n) % 1
        rgb = np.where(
            (band < 0.25)[..., None], figure, np.where(((band > 0.55) & (band < 0.62))[..., None], line, ground)
        )
    elif style == 2:
        angle = np.arctan2(y, x)
        radius = np.hypot(x, y) * (1 + 0.12 * np.cos(8 * angle))
        ring = np.abs((radius * 3.2) % 1 - 0.5)
        rgb = np.where((ring < 0.12)[..., None], line, np.where((radius < 0.32)[..., None], figure, ground))
    else:
        rgb = np.broadcast_to(ground, (size, size, 3)).copy()
    border = (edge > 0.90) if style != 3 else (edge > 0.96)
    rgb = np.where(border[..., None], figure, rgb)
    rgb = np.where(((edge > 0.84) & (edge < 0.87) & (style != 3))[..., None], line, rgb)
    return image(rgb, noise(rng, size, 0.006, slope=0.3) + 0.5 * noise(rng, size, 0.3), 0.07)


def art(rng: Rng, size: int, colors: ArrayLike) -> Image:
    """Return a landscape, a colour-field or an arrangement of discs; (N, 3) sRGB colours."""
    palette = np.asarray(colors, dtype=np.float64)
    x, y = _mesh(size)
    paper = np.array([0.93, 0.91, 0.86])
    style = rng.integers(3)
    if style == 0:
        sky = np.array([0.80, 0.86, 0.90]) + (np.array([0.96, 0.86, 0.74]) - 0.85) * ((y + 1) / 2)[..., None]
        rgb = sky
        sun = np.hypot(x - rng.uniform(-0.5, 0.5), y + rng.uniform(0.1, 0.5)) < rng.uniform(0.1, 0.2)
        rgb = np.where(sun[..., None], (0.97, 0.80, 0.55), rgb)
        for layer in range(4):
            wave = sum(np.sin(x * f * np.pi + rng.uniform(0, 6.3)) / f for f in (1, 2, 3.3, 5.1))
            ridge = -0.1 + 0.25 * layer + (0.16 - 0.03 * layer) * wave
            tint = palette[layer % len(palette)] * (0.95 - 0.12 * layer)
            rgb = np.where((y > ridge)[..., None], tint, rgb)
    elif style == 1:
        rgb = np.broadcast_to(paper, (size, size, 3))
        edges = np.sort(rng.uniform(-0.8, 0.8, 3))
        for k, (low, high) in enumerate(zip([-0.82, *edges], [*edges, 0.82], strict=True)):
            field = (y > low + 0.03) & (y < high - 0.03) & (np.abs(x) < 0.8 + 0.01 * np.sin(40 * y))
            rgb = np.where(field[..., None], palette[k % len(palette)], rgb)
    else:
        rgb = np.broadcast_to(paper, (size, size, 3))
        for k in range(7):
            cx, cy, r = *rng.uniform(-0.6, 0.6, 2), rng.uniform(0.12, 0.4)
            disc = np.hypot(x - cx, y - cy) < r
            if k % 3 == 2:
                disc &= x > cx
            rgb = np.where(disc[..., None], 0.75 * palette[k % len(palette)] + 0.25 * rgb, rgb)
    mat = np.maximum(np.abs(x), np.abs(y)) > 0.9
    rgb = np.where((mat & (style == 0))[..., None], paper, rgb)
    return image(rgb, noise(rng, size, 0.02, slope=0.5), 0.03)


def outdoors(rng: Rng, size: int) -> Image:
    """Return an over-exposed view out of a window: sky, a distant line of trees, a lawn."""
    x, y = _mesh(size)
    sky = (
        np.array([0.66, 0.80, 0.95])
        + (np.array([0.95, 0.96, 0.97]) - [0.66, 0.80, 0.95]) * ((y + 1) / 1.3).clip(0, 1)[..., None]
    )
    cloud = (noise(rng, size, 0.4, stretch=0.5, slope=2) * 0.5 + 0.2).clip(0, 1) * (y < 0.2)
    rgb = sky + (1 - sky) * cloud[..., None]
    crown = sum(np.sin(x * f * np.pi + rng.uniform(0, 6.3)) / f for f in (2, 4, 7, 13))
    edge = 0.30 - 0.11 * crown + 0.02 * noise(rng, size, 0.05, slope=2)
    depth = ((y - edge) / 0.12).clip(0, 1)[..., None]
    trees = np.array([0.50, 0.60, 0.45]) * (1 + 0.12 * noise(rng, size, 0.05, slope=1.2))[..., None]
    rgb = rgb * (1 - depth) + trees * depth
    lawn = ((y - 0.62) / 0.03).clip(0, 1)[..., None]
    rgb = rgb * (1 - lawn) + np.array([0.68, 0.74, 0.52]) * lawn
    return image(rgb, np.zeros((size, size)), 0)


def screen(rng: Rng, size: int) -> Image:
    """Return a computer desktop with two windows."""
    x, y = _mesh(size)
    a, b = rng.uniform(0.2, 0.6, (2, 3))
    rgb = a + (b - a) * ((x + y + 2) / 4)[..., None]
    for left, top, right, bottom in ((-0.8, -0.7, 0.1, 0.6), (-0.05, -0.4, 0.85, 0.75)):
        pane = (x > left) & (x < right) & (y > top) & (y < bottom)
        lines = (
            ((y - top) * 14 % 1 < 0.35)
            & (x - left > 0.06)
            & (x < left + (right - left) * (0.55 + 0.35 * np.sin(np.floor((y - top) * 14) * 2.4)))
        )
        rgb = np.where(pane[..., None], np.where((lines & (y > top + 0.15))[..., None], 0.45, 0.95), rgb)
        rgb = np.where((pane & (y < top + 0.1))[..., None], 0.7, rgb)
    return image(rgb, np.zeros((size, size)), 0)
