"""A plain rasteriser of Gaussians in torch: all are projected at once, then one tile after the other is composited.

It is what the benchmark of splats measures against: the same formula, no compiled loops.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.scenes.scene import Splat

TILE, BLUR, FAINT, FULL, DARK, NEAR = 16, 0.3, 1 / 255, 0.99, 1e-4, 0.2
SH_C0 = 0.28209479177387814


class PlainRasteriser:
    """Holds one splat of degree 0 as tensors."""

    def __init__(self, splat: Splat) -> None:
        self.means = torch.from_numpy(splat.means)
        w, x, y, z = torch.from_numpy(splat.quats).T
        rows = [
            torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], 1),
            torch.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], 1),
            torch.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], 1),
        ]
        axes = torch.stack(rows, 1) * torch.from_numpy(splat.scales)[:, None]
        self.shape = axes @ axes.transpose(1, 2)
        self.opacity = torch.from_numpy(splat.opacities)
        self.color = (0.5 + SH_C0 * torch.from_numpy(splat.sh[:, 0].astype(np.float32))).clamp(min=0)

    @torch.no_grad()
    def image(self, pose: NDArray[np.float64], camera: Intrinsics) -> NDArray[np.float32]:
        """Return (h, w, 3) display values of a camera-to-world pose, before a black background."""
        turn = torch.from_numpy(pose[:3, :3].T.astype(np.float32))
        local = (self.means - torch.from_numpy(pose[:3, 3].astype(np.float32))) @ turn.T
        seen = (local[:, 2] > NEAR) & (self.opacity > FAINT)
        local, shape, opacity, color = local[seen], self.shape[seen], self.opacity[seen], self.color[seen]
        x, y, z = local.T
        limit = 0.65 * camera.width / camera.fx, 0.65 * camera.height / camera.fy
        tx, ty = (x / z).clamp(-limit[0], limit[0]), (y / z).clamp(-limit[1], limit[1])
        nothing = torch.zeros_like(z)
        jacobian = (
            torch.stack(
                [
                    torch.stack([camera.fx / z, nothing, -camera.fx * tx / z], 1),
                    torch.stack([nothing, camera.fy / z, -camera.fy * ty / z], 1),
                ],
                1,
            )
            @ turn
        )
        spread = jacobian @ shape @ jacobian.transpose(1, 2) + BLUR * torch.eye(2)
        u, v = camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy
        within = 2 * torch.log(opacity / FAINT)
        half_x, half_y = torch.sqrt(within * spread[:, 0, 0]), torch.sqrt(within * spread[:, 1, 1])
        kept = (u + half_x >= 0) & (u - half_x < camera.width) & (v + half_y >= 0) & (v - half_y < camera.height)
        order = torch.argsort(z[kept], stable=True)
        u, v, half_x, half_y, opacity, color = (a[kept][order] for a in (u, v, half_x, half_y, opacity, color))
        inverse = torch.linalg.inv(spread[kept][order])
        image = torch.zeros(camera.height, camera.width, 3)
        for top in range(0, camera.height, TILE):
            in_row = torch.nonzero((v + half_y >= top) & (v - half_y < top + TILE)).squeeze(1)
            for left in range(0, camera.width, TILE):
                rows = in_row[(u[in_row] + half_x[in_row] >= left) & (u[in_row] - half_x[in_row] < left + TILE)]
                down, across = min(TILE, camera.height - top), min(TILE, camera.width - left)
                py, px = torch.meshgrid(torch.arange(down) + top, torch.arange(across) + left, indexing="ij")
                tile, through = torch.zeros(down * across, 3), torch.ones(down * across, 1)
                # Pieces, so that a tile that is full ends early.
                for part in rows.split(1024):
                    dx, dy = px.reshape(-1, 1) - u[part], py.reshape(-1, 1) - v[part]
                    a, b, c = inverse[part, 0, 0], inverse[part, 0, 1], inverse[part, 1, 1]
                    alpha = opacity[part] * torch.exp(-0.5 * (a * dx * dx + 2 * b * dx * dy + c * dy * dy))
                    alpha = torch.where(alpha < FAINT, 0, alpha.clamp(max=FULL))
                    left_over = torch.cumprod(torch.cat([through, 1 - alpha], 1), 1)
                    tile += (alpha * left_over[:, :-1]) @ color[part]
                    through = left_over[:, -1:]
                    if through.max() < DARK:
                        break
                image[top : top + down, left : left + across] = tile.reshape(down, across, 3)
        return image.numpy()
