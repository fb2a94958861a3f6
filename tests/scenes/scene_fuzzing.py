"""Damages a source's files in every way, loads them, and keeps account; runs in a process of its own."""

import json
import re
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import front3d_fixture
import gibson_fixture
import hm3d_fixture
import hssd_fixture
import mp3d_fixture
import numpy as np
import replica_fixture
from mesh_rooms import glb
from navmesh_fixture import navmesh, rectangle

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.hm3d import semantic_mesh
from vln_pipeline.scenes.published import label_transfer
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import open_source

ESCAPES = (
    "../../outside/secret.json",
    "/etc/passwd",
    "file:///etc/passwd",
    "..\\..\\outside\\secret.json",
    "..%2F..%2Foutside",
)
NUMBERS = ("-1", "0", "NaN", "1e308", "-1e308", "4294967295", "99999999999999999999", '"x"', "null", "[]", "{}", "")
WORDS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7F800000, 0x7FC00000)
UNREAD = ("mesh.ply", "glass.sur", "replica_stage.stage_config.json", "floors.txt")
HANG = 10
"""Seconds of processor time after which a load counts as hanging: a busy machine is no hang."""
WAIT = 120
"""Seconds by the clock after which it does."""


def _with_navmesh(folder: Path, name: str) -> None:
    (folder / name).write_bytes(navmesh([[rectangle((0, 4), (0, 5)), rectangle((4, 8), (0, 5))]]))


def _replica(root: Path) -> None:
    _with_navmesh(replica_fixture.write(root) / "habitat", "mesh_semantic.navmesh")


def _hm3d(root: Path) -> None:
    _with_navmesh(hm3d_fixture.write(root), f"{hm3d_fixture.HASH}.basis.navmesh")


def _mp3d(root: Path) -> None:
    _with_navmesh(mp3d_fixture.write(root, basis=True), f"{mp3d_fixture.SCENE}.navmesh")


def _gibson(root: Path) -> None:
    _with_navmesh(gibson_fixture.write_gibson(gibson_fixture.write_habitat(root), "Beechwood"), "Allensville.navmesh")


WRITERS: dict[str, Callable[[Path], object]] = {
    "replica": _replica,
    "hm3d": _hm3d,
    "hssd": hssd_fixture.write,
    "mp3d": _mp3d,
    "gibson": _gibson,
    "front3d": front3d_fixture.write,
}
OPTIONS: dict[str, dict] = {"gibson": {"allow_pickle": True}}


@dataclass
class Account:
    """What came of it.

    Attributes:
        loaded: scenes that loaded all the same.
        refused: scenes that were refused with one line.
        wrong: everything else, a line each.
        slowest: seconds of processor time of the slowest load.
        peak: most memory, GiB.
    """

    loaded: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    peak: float = 0.0


def fuzz(source: str, folder: Path, count: int, seed: int) -> Account:
    """Load ``count`` damaged copies of a source's fixture."""
    # Coarser samples: the paths through the code are the same, and fast.
    label_transfer._EDGE = semantic_mesh._EDGE = 0.2
    draw = np.random.default_rng(seed)
    root, outside = folder / "root", folder / "outside"
    WRITERS[source](root)
    outside.mkdir()
    (outside / "secret.json").write_text("{}")
    files = sorted(f for f in root.rglob("*") if f.is_file() and f.name not in UNREAD)
    watch = _Watch(root, outside)
    account = Account()
    # The first load imports and compiles, which no clock should count.
    _scenes(source, root)
    _load(source, root, account, watch, "undamaged")
    for number in range(count):
        file = files[int(draw.integers(len(files)))]
        whole = file.read_bytes()
        kind = _damage(file, whole, outside, draw)
        _load(source, root, account, watch, f"{number}: {file.relative_to(root)} {kind}")
        file.unlink(missing_ok=True)
        file.write_bytes(whole)
    account.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return account


class _HangError(BaseException):
    """No ``Exception``, lest a loader take it for damage of the file."""


class _Watch:
    """Notes every file that is opened while it is on, and lies neither in the root nor where programs lie."""

    def __init__(self, root: Path, outside: Path) -> None:
        self.on = False
        self.strays: list[str] = []
        programs = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, Path(__file__).parents[2] / "src")}
        self._allowed = [str(p) for p in (root.resolve(), *programs)]
        self._forbidden = str(outside.resolve())
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple) -> None:
        if self.on and event == "open" and isinstance(arguments[0], str | bytes):
            name = arguments[0].decode(errors="replace") if isinstance(arguments[0], bytes) else arguments[0]
            real = str(Path(name).resolve())
            if real.startswith(self._forbidden) or not any(
                real.startswith(p) for p in (*self._allowed, "/proc", "/usr", "/sys", "/dev")
            ):
                self.strays.append(real)


def _scenes(source: str, root: Path) -> list[Scene]:
    config = ScenesConfig(source=source, **{source: {"path": str(root), **OPTIONS.get(source, {})}})
    opened = open_source(config, 0)
    return [opened.load(ref) for ref in opened.discover()]


def _load(source: str, root: Path, account: Account, watch: _Watch, told: str) -> None:
    def hang(*_: object) -> None:
        raise _HangError(f"more than {HANG} s of work, or {WAIT} s of waiting")

    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, hang)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    signal.alarm(WAIT)
    started, watch.on = time.process_time(), True
    try:
        for scene in _scenes(source, root):
            assert len(scene.mesh.faces) and np.isfinite(scene.bounds).all()
        account.loaded += 1
    except DataError as error:
        account.refused += 1
        if "\n" in str(error) or not error.cause or not error.mend:
            account.wrong.append(f"{told}: {error!r}")
    except BaseException as error:
        account.wrong.append(f"{told}: {type(error).__name__}: {str(error)[:200]}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        watch.on = False
        account.slowest = max(account.slowest, time.process_time() - started)
    account.wrong += [f"{told}: opened {stray}" for stray in watch.strays]
    watch.strays.clear()


def _damage(file: Path, whole: bytes, outside: Path, draw: np.random.Generator) -> str:
    """Overwrite a file with something worse, and return what was done."""
    kinds = ["cut", "flip", "word", "drop", "repeat", "link"]
    text = file.suffix in (".json", ".house", ".txt", ".obj", ".mtl", ".scn", ".glb")
    kind = str(draw.choice([*kinds, *(["number", "escape", "number", "escape"] if text else [])]))
    data = bytearray(whole)
    at = int(draw.integers(len(data)))
    match kind:
        case "cut":
            del data[at:]
        case "flip":
            for place in draw.integers(len(data), size=int(draw.integers(1, 9))):
                data[int(place)] ^= 1 << int(draw.integers(8))
        case "word":
            at = at // 4 * 4
            data[at : at + 4] = struct.pack("<I", WORDS[int(draw.integers(len(WORDS)))])
        case "drop":
            del data[at : at + int(draw.integers(1, 200))]
        case "repeat":
            data[at:at] = data[at : at + int(draw.integers(1, 2000))] * int(draw.integers(1, 50))
        case "link":
            (outside / file.name).write_bytes(whole)
            file.unlink()
            file.symlink_to(outside / file.name)
            return kind
        case _:
            data = bytearray(_retold(file, whole, kind, draw))
    file.write_bytes(data)
    return kind


def _retold(file: Path, whole: bytes, kind: str, draw: np.random.Generator) -> bytes:
    """Replace a number or a string of a text, or of the JSON in a GLB."""
    if file.suffix != ".glb":
        return _replaced(whole.decode(), kind, draw).encode()
    (size,) = struct.unpack_from("<I", whole, 12)
    text = _replaced(whole[20 : 20 + size].decode(), kind, draw)
    if kind == "escape":
        told = json.loads(whole[20 : 20 + size])
        told["images" if draw.random() < 0.5 else "buffers"][0] = {"uri": str(draw.choice(ESCAPES)), "byteLength": 8}
        return glb(told, whole[20 + size + 8 :])
    packed = text.encode() + b" " * (-len(text.encode()) % 4)
    rest = whole[20 + size :]
    return struct.pack("<4s4I", b"glTF", 2, 20 + len(packed) + len(rest), len(packed), 0x4E4F534A) + packed + rest


def _replaced(text: str, kind: str, draw: np.random.Generator) -> str:
    pattern = r"-?\d+(?:\.\d+)?" if kind == "number" else r'(?<=")[^"]*(?=")|(?<=map_Kd )\S+|(?<=mtllib )\S+'
    places = list(re.finditer(pattern, text))
    if not places:
        return text
    place = places[int(draw.integers(len(places)))]
    new = draw.choice(NUMBERS if kind == "number" else ESCAPES)
    escaped = json.dumps(str(new))[1:-1] if kind == "escape" else str(new)
    return text[: place.start()] + escaped + text[place.end() :]
