import dataclasses
import json
import time

import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.archive import digest, read, read_rooms, write
from vln_pipeline.scenes.scene import Light, Material, Part, Room, Scene


def scene() -> Scene:
    rng = np.random.default_rng(3)
    shared = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    other = rng.integers(0, 256, (1, 1, 3), dtype=np.uint8)
    parts = (
        Part("a", rng.normal(size=(4, 3)), np.array([[0, 1, 2], [0, 2, 3]], np.int32), 0, "chair", 1, room="kitchen_1"),
        Part(
            "b ü",
            rng.normal(size=(3, 3)) * 1e-9,
            np.array([[2, 1, 0]], np.int32),
            2,
            "unknown",
            65000,
            uv=rng.normal(size=(3, 2)).astype(np.float32),
            colors=rng.integers(0, 256, (3, 3), dtype=np.uint8),
        ),
        Part("c", rng.normal(size=(3, 3)), np.array([[0, 1, 2]], np.int32), 1, "wall", 2),
    )
    materials = (
        Material("wood", (0.1, 1 / 3, 1.0), shared, 0.25, 0.5, 0.75, (1e-3, 20.0, 0.0)),
        Material("paint", texture=shared),
        Material("tile", texture=other),
        Material("plain"),
    )
    lights = (Light("area", (0.1, 0.2, 0.3), 40.0, (1, 0.9, 0.8), 0.6, np.linalg.qr(rng.normal(size=(3, 3)))[0]),)
    rooms = (Room("kitchen_1", "kitchen", np.array([[0, 0], [1 / 3, 0], [1, 1]]), -0.1, 2.6),)
    return Scene("home_1", parts, materials, lights, rooms, "procedural", "CC0", "seed 3", ("one", "two"))


def same(a, b) -> bool:
    """Whether two values are equal, array by array, dtype by dtype."""
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(same, a, b))
    return a == b


def test_round_trip_is_exact(tmp_path):
    write(scene(), tmp_path)
    found = read(tmp_path)
    assert same(scene(), found)
    assert found.materials[0].texture is found.materials[1].texture


def test_shared_textures_are_stored_once(tmp_path):
    write(scene(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "geometry.npz",
        "scene.json",
        "texture_0000.png",
        "texture_0001.png",
    ]


def test_same_scene_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write(scene(), tmp_path / name)
        time.sleep(0.01 if name == "second" else 2.1)  # zip archives count in steps of two seconds
    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "second" / file.name).read_bytes(), file.name


def test_digest_survives_the_archive_and_ignores_prose(tmp_path):
    write(scene(), tmp_path)
    assert digest(read(tmp_path)) == digest(scene())
    told = dataclasses.replace(scene(), id="x", licence="y", origin="z", source="w", defects=())
    assert digest(told) == digest(scene())


def test_digest_sees_every_change():
    base = scene()

    def part(**changes):
        return dataclasses.replace(base, parts=(dataclasses.replace(base.parts[0], **changes), *base.parts[1:]))

    def material(**changes):
        return dataclasses.replace(
            base, materials=(dataclasses.replace(base.materials[0], **changes), *base.materials[1:])
        )

    changed = [
        base,
        part(vertices=base.parts[0].vertices + 1e-12),
        part(faces=base.parts[0].faces[::-1].copy()),
        part(category="table"),
        part(instance=9),
        part(uv=np.zeros((4, 2), np.float32)),
        material(color=(0.1, 1 / 3, 0.9)),
        material(texture=base.materials[0].texture ^ 1),
        material(texture=None),
        dataclasses.replace(base, lights=()),
        dataclasses.replace(base, rooms=()),
    ]
    assert len({digest(s) for s in changed}) == len(changed)


def test_no_pickle_in_the_archive(tmp_path):
    write(scene(), tmp_path)
    with np.load(tmp_path / "geometry.npz", allow_pickle=False) as file:
        assert {file[name].dtype.str for name in file.files} == {"<f8", "<i4", "<f4", "|u1"}


def test_rooms_are_read_without_the_meshes(tmp_path):
    """Every slice of walks was labelled with all meshes and textures of its home in memory, for the names of its rooms.

    They are read alone, from the one file that tells them.
    """
    write(scene(), tmp_path)
    for file in tmp_path.iterdir():
        if file.name != "scene.json":
            file.unlink()
    assert same(read_rooms(tmp_path), scene().rooms)


def test_other_format_is_refused(tmp_path):
    write(scene(), tmp_path)
    document = json.loads((tmp_path / "scene.json").read_text())
    (tmp_path / "scene.json").write_text(json.dumps(document | {"format": 0}))
    with pytest.raises(DataError, match="run the scenes stage again"):
        read(tmp_path)
    with pytest.raises(DataError, match="run the scenes stage again"):
        read_rooms(tmp_path)
