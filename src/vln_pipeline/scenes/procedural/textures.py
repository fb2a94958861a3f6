"""Tileable images of building and furnishing surfaces, drawn from a seeded generator.

Colours are sRGB in [0, 1]; every image repeats without a seam along both edges.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Image = NDArray[np.uint8]
Field = NDArray[np.float64]
Rng = np.random.Generator


def noise(rng: Rng, size: int, period: float, stretch: float = 1.0, slope: float = 1.0) -> Field:
    """Return (size, size) periodic noise of zero mean and unit deviation.

    Args:
        rng: where the white noise comes from.
        size: edge, pixels.
        period: longest wave as a fraction of the edge.
        stretch: how much longer waves are along the rows (u) than across them.
        slope: fall of the amplitude with frequency above the longest wave; 0 white, 2 smooth.
    """
    k = np.fft.fftfreq(size, 1 / size)
    frequency = np.hypot(k[:, None], np.fft.rfftfreq(size, 1 / size)[None] * stretch) * period
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) / (1 + frequency**2) ** (slope / 2 + 0.5)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(size, size))
    return field / field.std()


def image(color: ArrayLike, shade: Field, strength: float) -> Image:
    """Return a colour, one or (size, size, 3), darkened and lightened by a field of about unit deviation."""
    rgb = np.asarray(color, dtype=np.float64) * (1 + strength * shade[..., None])
    return np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8)


def plaster(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return rolled wall paint."""
    return image(color, noise(rng, size, 0.5, slope=0.6) + 0.6 * noise(rng, size, 0.01, slope=0), 0.007)


def grain(rng: Rng, size: int, color: ArrayLike, contrast: float = 0.09) -> Image:
    """Return veneer with its grain along u."""
    return image(color, _figure(rng, size), contrast)


def _figure(rng: Rng, size: int) -> Field:
    """Return long fibres and the wavy rings of a flat-sawn board."""
    fibres = noise(rng, size, 0.03, stretch=22, slope=0.3)
    warp = noise(rng, size, 0.6, stretch=3, slope=2)
    rings = np.sin(2 * np.pi * 5 * (np.arange(size)[:, None] / size) + 2.2 * warp)
    return 0.6 * fibres + 0.5 * rings * (0.6 + 0.4 * noise(rng, size, 0.5, slope=2))


def planks(rng: Rng, size: int, color: ArrayLike, rows: int = 10) -> Image:
    """Return floor boards along u, laid with staggered joints; each board has its own tone and figure."""
    v, u = np.divmod(np.arange(size * size).reshape(size, size), size)
    row = v * rows // size
    offset = rng.permuted(np.arange(rows)) * size // rows
    cuts = (u + offset[row]) % size
    board = row * 2 + (cuts >= size // 2)
    tone = rng.uniform(-0.11, 0.11, 2 * rows)
    warmth = rng.uniform(-0.03, 0.03, 2 * rows)
    figure = _figure(rng, size)
    shift = rng.integers(0, size, 2 * rows)
    rgb = (
        np.asarray(color)
        * (1 + tone[board] + 0.09 * figure[(v + shift[board]) % size, (u + shift[board] * 3) % size])[..., None]
    )
    rgb = rgb * (1 + warmth[board][..., None] * np.array([1.0, 0.0, -1.0]))
    # Joints get the width of 1/400 of the edge, a few millimetres.
    joint = max(1, size // 400)
    seam = ((v - (row * size + rows - 1) // rows) < joint) | (cuts % (size // 2) < joint)
    return image(np.where(seam[..., None], rgb * 0.55, rgb), np.zeros((size, size)), 0)


def herringbone(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return a herringbone parquet of 4:1 blocks."""
    unit = 16
    v, u = np.divmod(np.arange(size * size).reshape(size, size), size)
    x, y = u * unit / size, v * unit / size
    i, j = x.astype(int), y.astype(int)
    phase = (i - j) % 8
    lying = phase < 4
    along = np.where(lying, phase + x % 1, (phase - 4) * 0 + (7 - phase) + y % 1)
    across = np.where(lying, y % 1, x % 1)
    block = np.where(lying, j * 64 + (i - phase) % unit, 4096 + i * 64 + (j - (7 - phase)) % unit)
    _, index = np.unique(block, return_inverse=True)
    index = index.reshape(size, size)
    tone = rng.uniform(-0.11, 0.11, index.max() + 1)
    figure = _figure(rng, size)
    shift = rng.integers(0, size, index.max() + 1)
    rows = ((across * size / unit).astype(int) + shift[index]) % size
    columns = ((along * size / unit).astype(int) + shift[index] * 3) % size
    rgb = np.asarray(color) * (1 + tone[index] + 0.08 * figure[rows, columns])[..., None]
    edge = unit / size * max(1, size // 500)
    seam = (across < edge) | (along < edge)
    return image(np.where(seam[..., None], rgb * 0.6, rgb), np.zeros((size, size)), 0)


def tiles(rng: Rng, size: int, color: ArrayLike, grout: ArrayLike, columns: int, rows: int, bond: float = 0.0) -> Image:
    """Return glazed tiles or bricks with joints; ``bond`` shifts every other row by a share of a tile."""
    v, u = np.divmod(np.arange(size * size).reshape(size, size), size)
    row = v * rows // size
    x = (u / size * columns + bond * (row % 2)) % columns
    y = v / size * rows % 1
    tone = rng.uniform(-0.03, 0.03, (rows, columns))[row, x.astype(int)]
    width = 0.008
    joint = (x % 1 < width * columns) | (y < width * rows)
    shade = tone + 0.02 * noise(rng, size, 0.2, slope=1.5)
    rgb = np.asarray(color) * (1 + shade[..., None])
    mortar = np.asarray(grout) * (1 + 0.04 * noise(rng, size, 0.02)[..., None])
    return image(np.where(joint[..., None], mortar, rgb), np.zeros((size, size)), 0)


def brick(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return brickwork in running bond."""
    base = tiles(rng, size, color, (0.72, 0.70, 0.66), 4, 12, 0.5) / 255
    return image(base, noise(rng, size, 0.03, slope=0.5), 0.06)


def carpet(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return short pile."""
    return image(color, noise(rng, size, 0.008, slope=0.4) + 0.15 * noise(rng, size, 0.3, slope=1), 0.07)


def weave(rng: Rng, size: int, color: ArrayLike, threads: int = 64) -> Image:
    """Return plain-woven cloth."""
    t = np.arange(size) / size * threads * np.pi
    over = np.sin(t)[:, None] * np.sin(t)[None]
    return image(color, 0.8 * over + noise(rng, size, 0.02, slope=0.2) + 0.15 * noise(rng, size, 0.4), 0.05)


def stripes(rng: Rng, size: int, color: ArrayLike, other: ArrayLike, count: int = 4) -> Image:
    """Return upright stripes of two colours, for wallpaper and cloth."""
    u = (np.arange(size) / size * count % 1)[None].repeat(size, axis=0)
    first = np.asarray(color, dtype=np.float64)
    rgb = np.where((u < 0.5)[..., None], first, np.asarray(other))
    return image(rgb, noise(rng, size, 0.01, slope=0.2), 0.012)


def leather(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return grained leather."""
    cells = np.abs(noise(rng, size, 0.03, slope=1.2))
    return image(color, -1.2 * np.exp(-cells * 6) + 0.6 * noise(rng, size, 0.4), 0.07)


def stone(rng: Rng, size: int, color: ArrayLike, vein: ArrayLike) -> Image:
    """Return marble: a cloudy ground with thin veins."""
    veins = np.exp(-np.abs(noise(rng, size, 0.5, slope=2.2)) * 14) * (
        0.5 + 0.5 * noise(rng, size, 0.4, slope=2).clip(-1, 1)
    )
    ground = np.asarray(color) + (np.asarray(vein) - np.asarray(color)) * (0.6 * veins.clip(0, 1))[..., None]
    return image(ground, noise(rng, size, 0.15, slope=1), 0.018)


def terrazzo(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return speckled quartz or granite."""
    fine, coarse = noise(rng, size, 0.012, slope=2), noise(rng, size, 0.02, slope=2)
    return image(color, -1.5 * (fine > 1.4) + 1.2 * (coarse > 1.5) + 0.3 * fine, 0.12)


def foliage(rng: Rng, size: int, color: ArrayLike) -> Image:
    """Return a leaf's surface with its mid-rib along u."""
    v = np.abs(np.arange(size) / size - 0.5)[:, None] * 2
    u = (np.arange(size) / size)[None]
    ribs = np.sin((u * 10 - v * 3) * 2 * np.pi) > 0.93
    return image(color, noise(rng, size, 0.1) + 1.5 * ribs + 2.5 * (v < 0.03), 0.09)
