"""Which device Habitat draws with."""

from pathlib import Path

from vln_pipeline.errors import DataError

_DRIVERS = ("/dev/nvidiactl", "/dev/dxg")
"""What an NVIDIA driver leaves in the file system: on Linux, and on Linux in Windows."""
_NONE = -1


def device_number(wanted: int | None, drivers: tuple[str, ...] = _DRIVERS) -> int:
    """Return the number that Habitat is told.

    Told a number of an NVIDIA device that is not there, Habitat ends the whole process.

    Args:
        wanted: -1 for whatever draws without one, Mesa for instance; None for device 0 where there is a driver.
        drivers: paths one of which a driver leaves.

    Raises:
        DataError: a device is wanted, and there is no driver.
    """
    driven = any(Path(driver).exists() for driver in drivers)
    if wanted is None:
        return 0 if driven else _NONE
    if wanted != _NONE and not driven:
        raise DataError(
            "world.habitat.gpu", f"there is no NVIDIA driver for device {wanted}", "set it to -1, or to null"
        )
    return wanted
