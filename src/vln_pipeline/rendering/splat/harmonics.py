"""Colours that depend on the direction: real spherical harmonics to degree 3, signs as of Sloan (2008)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_C0 = np.float32(0.28209479177387814)
_C1 = np.float32(0.4886025119029199)
_C2 = (
    np.float32(1.0925484305920792),
    np.float32(-1.0925484305920792),
    np.float32(0.31539156525252005),
    np.float32(-1.0925484305920792),
    np.float32(0.5462742152960396),
)
_C3 = (
    np.float32(-0.5900435899266435),
    np.float32(2.890611442640554),
    np.float32(-0.4570457994644658),
    np.float32(0.3731763325901154),
    np.float32(-0.4570457994644658),
    np.float32(1.445305721320277),
    np.float32(-0.5900435899266435),
)


@njit(cache=True, nogil=True)
def shade(
    sh: NDArray[np.float32], x: float, y: float, z: float, basis: NDArray[np.float32], color: NDArray[np.float32]
) -> None:
    """Write the colour of one Gaussian seen from one direction.

    Args:
        sh: (K, 3) coefficients, K = 1, 4, 9 or 16.
        x: of the unit vector from the camera to the Gaussian, frame of the coefficients.
        y: the same.
        z: the same.
        basis: (16,) scratch space.
        color: (3,) display values, written; not below 0.
    """
    bands = len(sh)
    basis[0] = _C0
    if bands > 1:
        basis[1], basis[2], basis[3] = -_C1 * y, _C1 * z, -_C1 * x
    if bands > 4:
        xx, yy, zz = x * x, y * y, z * z
        basis[4], basis[5], basis[6] = _C2[0] * x * y, _C2[1] * y * z, _C2[2] * (2 * zz - xx - yy)
        basis[7], basis[8] = _C2[3] * x * z, _C2[4] * (xx - yy)
        if bands > 9:
            basis[9], basis[10] = _C3[0] * y * (3 * xx - yy), _C3[1] * x * y * z
            basis[11], basis[12] = _C3[2] * y * (4 * zz - xx - yy), _C3[3] * z * (2 * zz - 3 * xx - 3 * yy)
            basis[13], basis[14] = _C3[4] * x * (4 * zz - xx - yy), _C3[5] * z * (xx - yy)
            basis[15] = _C3[6] * x * (xx - 3 * yy)
    for channel in range(3):
        value = np.float32(0.5)
        for k in range(bands):
            value += basis[k] * sh[k, channel]
        color[channel] = max(value, np.float32(0))
