"""File systems of a case's own: one that is full, one that turns read-only, one whose power is cut."""

import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

_ROOM = 512  # MiB


def run(*words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout.strip()


class Memory:
    """A tmpfs: small and, later, large.

    Args:
        place: folder to mount it on.
        size: bytes.
    """

    def __init__(self, place: Path, size: int) -> None:
        self.place = place
        place.mkdir()
        run("mount", "-t", "tmpfs", "-o", f"size={size}", "chaos", place)

    def grow(self) -> None:
        run("mount", "-o", f"remount,size={_ROOM}M", self.place)

    def close(self) -> None:
        run("umount", "--lazy", self.place)


class Disk:
    """An ext4 image on a loop device; metadata go to the device every second, data only when they are synced.

    Names are then there before what they name, which is the worst that a journal of metadata allows
    (``noauto_da_alloc``: no help for programs that rename without syncing).

    Args:
        image: file of the image; made where it is missing.
        place: folder to mount it on.
    """

    def __init__(self, image: Path, place: Path) -> None:
        self.image, self.place = image, place
        place.mkdir(exist_ok=True)
        if not image.exists():
            with image.open("wb") as file:
                os.truncate(file.fileno(), _ROOM << 20)
            run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
        self._mount()

    def _mount(self) -> None:
        run("mount", "-o", "loop,noatime,commit=1,noauto_da_alloc,errors=remount-ro", self.image, self.place)

    def break_down(self) -> None:
        """Let the kernel find an error in the file system, after which nothing more is written."""
        device = Path(run("findmnt", "-n", "-o", "SOURCE", self.place)).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("chaos\n")

    def repair(self) -> None:
        """Check the file system as a computer does when it starts, and mount it again."""
        self.close()
        # 1: errors were corrected
        code = subprocess.run(["e2fsck", "-fy", str(self.image)], capture_output=True, check=False).returncode
        assert code in (0, 1), f"e2fsck ended with {code}"
        self._mount()

    def picture(self) -> Path:
        """Return a copy of what has reached the device until now."""
        left = self.image.with_suffix(".cut")
        run("cp", "--sparse=always", self.image, left)
        return left

    def replace(self, left: Path) -> None:
        """Go on with a copy; the kernel replays its journal."""
        self.close()
        left.replace(self.image)
        self._mount()

    def close(self) -> None:
        """Unmount it, as soon as killed processes have let it go."""
        for _ in range(100):
            try:
                run("umount", self.place)
                return
            except OSError:
                time.sleep(0.1)
        run("umount", "--lazy", self.place)


@cache
def refusal() -> str:
    """Return why this machine lets nobody mount file systems; empty where it does."""
    if os.geteuid() != 0:
        return "file systems can only be mounted as root"
    for program in ("mount", "mkfs.ext4", "e2fsck", "findmnt"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not Path("/dev/loop-control").exists():
        return "there are no loop devices here"
    return ""
