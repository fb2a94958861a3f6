import dataclasses
from functools import cache

import numpy as np
import pytest
import trimesh
from scipy import ndimage

from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.generator import generate_home
from vln_pipeline.scenes.scene import Scene

SEED = 11
ONE = ProceduralConfig(two_storey_probability=0, texture_size=64)
TWO = ProceduralConfig(two_storey_probability=1, texture_size=64)
CASES = [(ONE, 0), (ONE, 2), (TWO, 1)]
CELL = 0.05
RADIUS = 0.25


generated = cache(generate_home)


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{'two' if c[0] is TWO else 'one'}-{c[1]}")
def home(request) -> Scene:
    config, index = request.param
    return generated(config, SEED, index)


def content(scene: Scene) -> list:
    found: list = [scene.id, scene.origin]
    for p in scene.parts:
        found += [p.name, p.category, p.instance, p.material, p.room]
        found += [p.vertices.tobytes(), p.faces.tobytes(), p.uv.tobytes()]
    for m in scene.materials:
        found += [m.name, m.color, None if m.texture is None else m.texture.tobytes()]
    found += [(x.kind, x.position, x.power, x.size, x.rotation.tobytes()) for x in scene.lights]
    return [*found, *((r.name, r.polygon.tobytes()) for r in scene.rooms)]


def test_the_same_seed_gives_the_same_bytes_however_many_homes_there_are(home):
    config = TWO if any(r.floor > 1 for r in home.rooms) else ONE
    again = generate_home(config.model_copy(update={"count": 50}), SEED, int(home.id[-4:]))
    assert content(again) == content(home)


def test_other_seeds_and_indexes_give_other_homes():
    homes = [generated(ONE, SEED, 0), generated(ONE, SEED, 2), generate_home(ONE, SEED + 1, 0)]
    assert len({h.bounds.tobytes() for h in homes}) == 3


def test_density_adds_furniture():
    few, usual = generate_home(ONE.model_copy(update={"furniture_density": 0.0}), SEED, 2), generated(ONE, SEED, 2)
    assert max(p.instance for p in few.parts) < max(p.instance for p in usual.parts)


def test_a_home_says_where_it_comes_from(home):
    assert home.source == "procedural"
    assert home.licence == "Apache-2.0 (generated)"
    assert f"seed {SEED}" in home.origin


def test_arrays_are_finite_and_of_the_scene_types(home):
    for p in home.parts:
        assert p.vertices.dtype == np.float64
        assert p.faces.dtype == np.int32
        assert p.uv.dtype == np.float32
        assert len(p.uv) == len(p.vertices)
        assert np.isfinite(p.vertices).all()
        assert np.isfinite(p.uv).all()
        assert p.faces.min() >= 0
        assert p.faces.max() < len(p.vertices)
        assert 0 <= p.material < len(home.materials)
    assert len({m.name for m in home.materials}) == len(home.materials)


def test_an_instance_is_one_thing_in_one_room(home):
    seen: dict[int, tuple] = {}
    for p in home.parts:
        assert seen.setdefault(p.instance, (p.category, p.room)) == (p.category, p.room)
    assert sorted(seen) == list(range(1, len(seen) + 1))


def test_triangles_stay_in_budget(home):
    storeys = 1 + any(r.floor > 1 for r in home.rooms)
    assert 20_000 <= len(home.mesh.faces) <= 75_000 * storeys


def test_rooms_hold_what_their_name_promises(home):
    wanted = {
        "bedroom": {"bed"},
        "bathroom": {"toilet", "sink"},
        "kitchen": {"refrigerator", "stove", "sink", "counter", "kitchen cabinet"},
        "living room": {"sofa"},
    }
    for room in home.rooms:
        held = {p.category for p in home.parts if p.room == room.name}
        assert wanted.get(room.label, set()) <= held, room.name
        assert {"wall", "floor", "ceiling", "lamp"} <= held, room.name


def test_each_room_has_a_lamp_below_its_ceiling(home):
    for room in home.rooms:
        low, high = room.polygon.min(axis=0), room.polygon.max(axis=0)
        lamps = [
            x
            for x in home.lights
            if (low < x.position[:2]).all()
            and (x.position[:2] < high).all()
            and room.floor < x.position[2] < room.ceiling
        ]
        assert any(x.rotation[2, 2] == 1 and 20 <= x.power <= 80 for x in lamps), room.name


def test_daylight_shines_into_the_home(home):
    windows = [x for x in home.lights if x.rotation[2, 2] == 0]
    assert len(windows) == len({p.instance for p in home.parts if p.category == "window"})
    for x in windows:
        np.testing.assert_allclose(x.rotation @ x.rotation.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(x.rotation) == pytest.approx(1)
        ahead = np.array(x.position[:2]) - 0.5 * x.rotation[:2, 2]
        assert any(_inside(r, ahead) for r in home.rooms)


def _inside(room, xy) -> bool:
    return bool((room.polygon.min(axis=0) < xy).all() and (xy < room.polygon.max(axis=0)).all())


def _blocked(home: Scene, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Rasterise horizontal cuts through the mesh between 0.1 and 1.3 m above a storey's floor."""
    mesh = trimesh.Trimesh(home.mesh.vertices, home.mesh.faces, process=False)
    origin = home.bounds[0, :2] - 0.2
    shape = np.ceil((home.bounds[1, :2] + 0.2 - origin) / CELL).astype(int)
    blocked = np.zeros(shape, dtype=bool)
    for height in np.arange(0.103, 1.3, 0.12):
        lines = trimesh.intersections.mesh_plane(mesh, (0, 0, 1), (0, 0, level + height))[..., :2]
        for step in np.linspace(0, 1, 12):
            _mark(blocked, lines[:, 0] + step * (lines[:, 1] - lines[:, 0]), origin)
        long = lines[np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1) > 0.4]
        for step in np.linspace(0, 1, 400):
            _mark(blocked, long[:, 0] + step * (long[:, 1] - long[:, 0]), origin)
    return blocked, origin


def _mark(blocked, points, origin):
    cells = np.floor((points - origin) / CELL).astype(int)
    blocked[cells[:, 0], cells[:, 1]] = True


def test_a_robot_reaches_every_room(home):
    for level in sorted({r.floor for r in home.rooms}):
        blocked, origin = _blocked(home, level)
        regions, _ = ndimage.label(ndimage.distance_transform_edt(~blocked) * CELL > RADIUS + CELL / 2)
        rooms = [r for r in home.rooms if r.floor == level and r.label != "staircase"]
        found = []
        for room in rooms:
            a, b = (
                np.floor((c - origin) / CELL).astype(int) for c in (room.polygon.min(axis=0), room.polygon.max(axis=0))
            )
            inside = regions[a[0] : b[0], a[1] : b[1]]
            found.append({int(v) for v in np.unique(inside[inside > 0])})
        common = set.intersection(*found)
        assert common, {r.name: f for r, f in zip(rooms, found, strict=True)}
        # The region that joins all rooms is indoors, not the ground around the home.
        assert regions[0, 0] not in common


def test_floors_have_no_gaps_between_rooms_that_doors_join(home):
    mesh = trimesh.Trimesh(home.mesh.vertices, home.mesh.faces, process=False)
    frames = [p for p in home.parts if p.category == "door frame" and p.name.endswith(".door")]
    assert frames
    for frame in frames:
        low, high = frame.vertices.min(axis=0), frame.vertices.max(axis=0)
        (x, y), floor = (low + high)[:2] / 2, low[2]
        across = np.array([1.0, 0.0]) if high[0] - low[0] < high[1] - low[1] else np.array([0.0, 1.0])
        origins = np.array([[*(np.array([x, y]) + across * t), floor + 0.08] for t in np.linspace(-0.5, 0.5, 21)])
        hits, rays, _ = mesh.ray.intersects_location(origins, np.tile([0.0, 0, -1], (21, 1)), multiple_hits=False)
        assert len(set(rays.tolist())) == 21, frame.name
        assert (np.abs(hits[:, 2] - floor) < 0.02).all(), frame.name


def test_walls_are_seen_from_their_own_room(home):
    for room in home.rooms:
        middle = np.array([*room.polygon.mean(axis=0), (room.floor + room.ceiling) / 2])
        for p in home.parts:
            if p.room == room.name and p.category in ("wall", "floor", "ceiling") and "tiled_wall" not in p.name:
                a, b, c = (p.vertices[p.faces[:, k]] for k in range(3))
                normal = np.cross(b - a, c - a)
                facing = np.einsum("ij,ij->i", normal, middle - a) > 0
                area = np.linalg.norm(normal, axis=1)
                # Reveals of openings look along the wall; they are the only faces that may turn away.
                assert area[facing].sum() > 0.8 * area.sum(), p.name


def test_stairs_rise_in_even_steps_to_the_upper_floor():
    home = generated(TWO, SEED, 1)
    (treads,) = (p for p in home.parts if p.category == "stairs" and p.name.endswith(".wood"))
    upper = max(r.floor for r in home.rooms)
    a, b, c = (treads.vertices[treads.faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)[:, 2] > 1e-9
    tops = np.unique(np.round(a[flat, 2], 4))
    steps = np.diff([0.0, *tops, upper])
    assert steps.min() >= 0.165
    assert steps.max() <= 0.182
    assert np.ptp(steps) < 1e-3
    room = next(r for r in home.rooms if r.label == "staircase")
    assert room.ceiling > upper + 2
    assert sum(p.category == "railing" for p in home.parts) >= 4


def test_a_home_is_a_frozen_scene(home):
    with pytest.raises(dataclasses.FrozenInstanceError):
        home.id = "other"
