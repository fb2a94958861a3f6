"""OBJ and MTL files as programs write them: nothing is lost without a word."""

import numpy as np
import pytest
from mesh_rooms import load, room, write_obj
from PIL import Image

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.polygons import triangulated

SQUARE = "v 0 0 0\nv 0 0 4\nv 4 0 4\nv 4 0 0\n"


def relative(text: str) -> str:
    """Tell each corner of a file by how far back its vertex lies."""
    counts, lines = {"v": 0, "vt": 0}, []
    for line in text.splitlines():
        kind, *words = line.split(" ")
        if kind in counts:
            counts[kind] += 1
        if kind == "f":
            corners = [[int(number) for number in word.split("/")] for word in words]
            ours = [
                "/".join(str(number - count - 1) for number, count in zip(c, counts.values(), strict=False))
                for c in corners
            ]
            line = " ".join(["f", *ours])
        lines.append(line)
    return "\n".join(lines)


def same(found, expected) -> None:
    """Assert that two scenes have the same parts, looks and triangles."""
    assert [p.name for p in found.parts] == [p.name for p in expected.parts]
    assert [m.color for m in found.materials] == [m.color for m in expected.materials]
    assert [m.texture is None for m in found.materials] == [m.texture is None for m in expected.materials]
    for ours, theirs in zip(found.parts, expected.parts, strict=True):
        np.testing.assert_allclose(ours.vertices[ours.faces], theirs.vertices[theirs.faces])
    assert found.defects == expected.defects


def test_corners_told_from_the_end_stay_with_their_object(tmp_path):
    """They count from the face, and were counted from the end of the file: all objects lay in the place of the last."""
    path = write_obj(tmp_path)
    expected = load(path)
    path.write_text(relative(path.read_text()))
    same(load(path), expected)


@pytest.mark.parametrize("start", range(6))
@pytest.mark.parametrize("beside", ["", "f 1 2 4\n"], ids=["alone", "with triangles"])
def test_an_l_shaped_floor_covers_no_more_than_itself(tmp_path, start, beside):
    """Its polygon was fanned, so that there was floor in the notch, or twice elsewhere."""
    corners = [(0, 0), (0, 6), (2, 6), (2, 2), (6, 2), (6, 0)]
    lines = [f"v {x} 0 {z}" for x, z in corners] + ["o Table", beside.replace("4", "6"), "o Floor"]
    lines += ["f " + " ".join(str((start + i) % 6 + 1) for i in range(6))]
    (tmp_path / "floor.obj").write_text("\n".join(lines))
    (floor,) = (part for part in load(tmp_path / "floor.obj", up="y", unit=1.0).parts if "Table" not in part.name)
    a, b, c = np.moveaxis(floor.vertices[floor.faces], 1, 0)
    doubled = np.cross(b - a, c - a)[:, 2]
    assert (doubled > 0).all() and doubled.sum() / 2 == pytest.approx(20)
    middles = (a + b + c) / 3
    assert not ((middles[:, 0] > 2) & (middles[:, 1] < -2)).any()


def test_polygons_become_triangles_that_turn_as_they_do():
    draw = np.random.default_rng(0)
    for count in (3, 4, 5, 9, 40):
        angles = np.sort(draw.uniform(0, 2 * np.pi, (20, count)), axis=1)
        far = draw.uniform(0.3, 3, (20, count))
        flat = np.stack([far * np.cos(angles), far * np.sin(angles), np.zeros_like(far)], axis=2)
        gaps = np.diff(angles, axis=1, append=angles[:, :1] + 2 * np.pi)
        star = flat[gaps.max(axis=1) < np.pi]  # seen whole from the origin, so that no edges cross
        turn = np.linalg.qr(draw.normal(size=(3, 3)))[0]
        owners, corners = triangulated(star @ turn.T)
        x, y = star[..., 0], star[..., 1]
        areas = (x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1) / 2
        a, b, c = np.moveaxis(star[owners[:, None], corners], 1, 0)
        pieces = np.cross(b - a, c - a)[:, 2] / 2
        assert (pieces >= -1e-9).all() and (np.diff(owners) >= 0).all()
        np.testing.assert_allclose(np.bincount(owners, pieces, minlength=len(star)), areas)
        assert len(corners) == len(star) * (count - 2)


def test_outlines_without_a_meaning_are_fanned():
    bow = np.array([[[0, 0, 0], [2, 2, 0], [2, 0, 0], [0, 2, 0]], [[0, 0, np.nan]] * 4, [[1, 1, 1]] * 4], dtype=float)
    owners, corners = triangulated(bow)
    assert owners.tolist() == [0, 0, 1, 1, 2, 2]
    np.testing.assert_array_equal(corners[:2], [[0, 1, 2], [0, 2, 3]])
    assert [len(part) for part in triangulated(np.zeros((0, 5, 3)))] == [0, 0]


@pytest.mark.parametrize("corner", ["0", "-5", "0/1"])
def test_corners_that_do_not_exist_are_refused(tmp_path, corner):
    (tmp_path / "floor.obj").write_text(f"{SQUARE}f 1 2 3\nf 1 3 {corner}\n")
    with pytest.raises(DataError, match=f"floor.obj: .*a face has corner {corner}, which does not exist"):
        load(tmp_path / "floor.obj")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("latin-1"),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-16", "latin-1", "old line ends", "Windows line ends"],
)
@pytest.mark.parametrize("both", [True, False])
def test_encodings_and_line_ends_lose_nothing(tmp_path, encode, both):
    """A library in UTF-16, and a name with an umlaut in Latin-1, lost their colours without a note."""
    path = write_obj(tmp_path)
    for file in (path, tmp_path / "room.mtl"):
        file.write_text(file.read_text().replace("paint", "W\u00e4nde"), encoding="utf-8")
    expected = load(path)
    for file in (path, tmp_path / "room.mtl")[0 if both else 1 :]:
        file.write_bytes(encode(file.read_text(encoding="utf-8")))
    same(load(path), expected)


def test_statements_may_go_on_and_name_several_libraries(tmp_path):
    path = write_obj(tmp_path)
    expected = load(path)
    text = (tmp_path / "room.mtl").read_text()
    paint, oak = text.split("newmtl oak")
    (tmp_path / "my paint.mtl").write_text(paint)
    (tmp_path / "oak.mtl").write_text("newmtl oak" + oak)
    path.write_text(path.read_text().replace("room.mtl", '"my paint.mtl" oak.mtl').replace("/1 ", "/1 \\\n  "))
    same(load(path), expected)


def look(tmp_path, statements: str, used: str = "paint"):
    """The look of a material that these statements tell, and what is said of its scene."""
    path = write_obj(tmp_path)
    spot = np.zeros((8, 8, 3), dtype=np.uint8)
    spot[2:4, 2:4] = 255
    Image.fromarray(spot).save(tmp_path / "spot.png")
    (tmp_path / "room.mtl").write_text(f"newmtl paint\n{statements}\nnewmtl oak\n")
    path.write_text(path.read_text().replace("usemtl paint", f"usemtl {used}"))
    scene = load(path)
    (chair,) = (part for part in scene.parts if part.category == "chair")
    return scene.materials[chair.material], scene.defects


@pytest.mark.parametrize(
    ("statements", "color", "alpha", "told"),
    [
        ("Kd 0.8 0.2 0.1 # red", (0.8, 0.2, 0.1), 1, None),
        ("Kd 204 51 0", (0.8, 0.2, 0.0), 1, "the colour of paint is taken for bytes: Kd 204 51 0"),
        ("Kd 1.1 0.5 0.5", (1.0, 0.5, 0.5), 1, None),
        ("Kd xyz 0.3 0.2 0.2", (0.8, 0.8, 0.8), 1, "the colour of paint is no RGB and is grey: Kd xyz 0.3 0.2 0.2"),
        ("Kd 1 0 0\nd -halo 0.5", (1, 0, 0), 0.5, None),
        ("Kd 1 0 0\nd 0", (1, 0, 0), 0, "paint is invisible: its opacity is 0 (d, Tr)"),
        ("Kd 1 0 0\nmap_d spot.png", (1, 0, 0), 1, "cut-outs of the texture of paint are shown as surface"),
        ("Kd 1 0 0\nKe 0 0 0\nmap_Ke spot.png", (1, 0, 0), 1, None),
        ("Kd 1 0 0\nKe 1 1 1\nmap_Ke none.png", (1, 0, 0), 1, "missing texture: none.png does not exist"),
    ],
)
def test_what_a_material_tells_is_taken_or_told(tmp_path, statements, color, alpha, told):
    found, defects = look(tmp_path, statements)
    assert found.color == pytest.approx(color) and found.alpha == alpha and found.emission == (0, 0, 0)
    expected = [] if told is None else [told]
    assert [d for d in defects if "paint" in d or "none.png" in d] == expected


def test_an_emissive_map_glows_where_it_is_bright(tmp_path):
    """The factor was taken and its map dropped, as glTF's once was: one screen made a whole wall glow."""
    found, defects = look(tmp_path, "Kd 0 0 1\nKe 1 1 1\nmap_Ke -s 1 1 spot.png")
    assert found.emission == (0, 0, 0) and found.color == (1, 1, 1)
    assert (found.texture[2:4, 2:4] == 255).all() and (found.texture[5:, 5:] == (0, 0, 255)).all()
    assert "the emissive map of paint is shown as colour: it lights nothing" in defects


def test_materials_that_no_library_holds_are_told(tmp_path):
    """A name in other letters than the library's was grey without a word."""
    found, defects = look(tmp_path, "Kd 1 0 0", used="Paint")
    assert found.color == (0.8, 0.8, 0.8)
    assert "grey, as no material library holds them: Paint" in defects
    assert len(room()) > 1


@pytest.mark.parametrize("damaged", ["room.obj", "room.mtl"])
def test_mutants_are_read_or_refused_in_one_line(tmp_path, damaged):
    path = write_obj(tmp_path)
    floor = "o Rug\nv 0 0 0\nv 0 0 6\nv 2 0 6\nv 2 0 2\nv 6 0 2\nv 6 0 0\nf -3 -2 -1 -6 -5 -4\n"
    path.write_text(relative(path.read_text()) + "\n" + floor)
    (tmp_path / "room.mtl").write_text((tmp_path / "room.mtl").read_text() + "Ke 1 1 1\nmap_Ke -s 1 1 oak.png\nd 0.5\n")
    whole = (tmp_path / damaged).read_bytes()
    draw, refused = np.random.default_rng(3), 0
    for _ in range(300):
        data = bytearray(whole)
        for place in draw.random(int(draw.integers(1, 6))):
            at = int(place * len(data))
            match int(draw.integers(3)):
                case 0:
                    data[at] = int(draw.choice(list(b"-0123456789/# .\n\\f\xe4")))
                case 1:
                    del data[at : at + int(draw.integers(1, 9))]
                case _:
                    data[at:at] = bytes(draw.choice(list(b"- /9\n#"), size=3).tolist())
            if not data:
                break
        (tmp_path / damaged).write_bytes(bytes(data))
        try:
            assert np.isfinite(load(path).bounds).all()
        except DataError as error:
            refused += 1
            assert "\n" not in str(error) and error.mend
    assert refused < 300
