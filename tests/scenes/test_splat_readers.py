"""Files of Gaussians in every layout, written by hand, and what is refused in them."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
from splat_fixture import SH_C0, compressed_ply, dot_splat, ply, standard_ply

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat import reading

COUNT = 1300


def gaussians(degree: int = 3) -> Splat:
    draw = np.random.default_rng(5)
    quats = draw.normal(size=(COUNT, 4))
    quats *= np.sign(quats[:, :1]) / np.linalg.norm(quats, axis=1, keepdims=True)
    return Splat(
        means=draw.uniform(-4, 4, (COUNT, 3)).astype(np.float32),
        quats=quats.astype(np.float32),
        scales=np.exp(draw.normal(-4, 0.5, (COUNT, 3))).astype(np.float32),
        opacities=draw.uniform(0.45, 0.95, COUNT).astype(np.float32),
        sh=draw.normal(0, 0.3, (COUNT, (degree + 1) ** 2, 3)).astype(np.float16),
    )


def load(tmp_path, data: bytes, name: str = "home.ply", most: int = 10_000) -> Splat:
    (tmp_path / name).write_bytes(data)
    return reading.read(tmp_path / name, most, 0.1).splat


def turned_by(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles between two rotations, radians; a quaternion and its negative are one."""
    return 2 * np.arccos(np.clip(np.abs((a * b).sum(axis=1)), 0, 1))


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_the_standard_layout_comes_back(tmp_path, degree):
    splat = gaussians(degree)
    found = load(tmp_path, standard_ply(splat, normals=degree % 2 == 0))
    np.testing.assert_array_equal(found.means, splat.means)
    np.testing.assert_allclose(found.scales, splat.scales, rtol=1e-5)
    np.testing.assert_allclose(found.opacities, splat.opacities, atol=1e-6)
    np.testing.assert_array_equal(found.sh, splat.sh)
    assert turned_by(found.quats, splat.quats).max() < 1e-3
    assert not found.antialiased


def test_coefficients_are_channel_by_channel(tmp_path):
    """A renderer of splats read f_rest coefficient by coefficient: every colour was scrambled, and no error told so.

    The file holds all coefficients of red first.
    """
    columns = {name: np.zeros(COUNT) for name in ("x", "y", "z", "scale_0", "scale_1", "scale_2")}
    columns |= {"opacity": np.full(COUNT, 2.0), "rot_0": np.ones(COUNT)} | {
        f"rot_{i}": np.zeros(COUNT) for i in (1, 2, 3)
    }
    columns |= {"scale_0": np.full(COUNT, -3.0)} | {f"f_dc_{i}": np.zeros(COUNT) for i in range(3)}
    columns |= {f"f_rest_{i}": np.full(COUNT, float(i)) for i in range(9)}
    found = load(tmp_path, ply({"vertex": columns}))
    np.testing.assert_array_equal(found.sh[0, 1:].T, [[0, 1, 2], [3, 4, 5], [6, 7, 8]])


@pytest.mark.parametrize("degree", [0, 3])
def test_the_compressed_layout_comes_back(tmp_path, degree):
    splat = gaussians(degree)
    found = load(tmp_path, compressed_ply(splat))
    assert np.abs(found.means - splat.means).max() < 8 / 1023
    np.testing.assert_allclose(found.scales, splat.scales, rtol=0.01)
    assert np.abs(found.opacities - splat.opacities).max() < 0.51 / 255
    assert turned_by(found.quats, splat.quats).max() < 0.01
    assert np.abs(found.sh[:, 0].astype(float) - splat.sh[:, 0]).max() < 0.02
    assert np.abs(found.sh[:, 1:].astype(float) - splat.sh[:, 1:]).max(initial=0) <= 1 / 64 + 1e-3


def test_the_layout_without_a_header_comes_back(tmp_path):
    splat = gaussians(0)
    found = load(tmp_path, dot_splat(splat), "home.splat")
    np.testing.assert_array_equal(found.means, splat.means)
    np.testing.assert_array_equal(found.scales, splat.scales)
    assert np.abs(found.opacities - splat.opacities).max() < 0.51 / 255
    assert np.abs(found.sh.astype(float) - splat.sh).max() < 0.51 / 255 / SH_C0 + 0.01
    assert turned_by(found.quats, splat.quats).max() < 0.03


def test_spz_comes_back_as_it_is_stored(tmp_path):
    gsply = pytest.importorskip("gsply", reason="the extra splat is not installed")
    splat = gaussians(0)
    logits = np.log(splat.opacities / (1 - splat.opacities))
    gsply.write_spz(
        tmp_path / "home.spz",
        gsply.GSData.from_arrays(
            splat.means, np.log(splat.scales), splat.quats, logits, splat.sh[:, 0].astype(np.float32)
        ),
    )
    found = reading.read(tmp_path / "home.spz", 10_000, 0.1)
    assert np.abs(found.splat.means - splat.means).max() < 1e-3
    np.testing.assert_allclose(found.splat.scales, splat.scales, rtol=0.05)
    assert "half about x" in found.notes[0]


def is_refused(tmp_path, data, name):
    """Load damaged data; it is refused in one line with a mend, or what was read is finite."""
    try:
        found = load(tmp_path, data, name)
    except DataError as error:
        assert "\n" not in str(error) and error.mend, error
        return True
    assert all(
        np.isfinite(array).all() for array in (found.means, found.quats, found.scales, found.opacities, found.sh)
    )
    return False


def test_mutants_of_spz_are_read_or_refused_in_one_line(tmp_path):
    """300 damaged files, most of them beneath the packing, where no checksum tells."""
    gsply = pytest.importorskip("gsply", reason="the extra splat is not installed")
    splat = gaussians(0)
    gsply.write_spz(
        tmp_path / "home.spz",
        gsply.GSData.from_arrays(
            splat.means, np.log(splat.scales), splat.quats, splat.opacities, splat.sh[:, 0].astype(np.float32)
        ),
    )
    packed, draw, refused = (tmp_path / "home.spz").read_bytes(), np.random.default_rng(12), 0
    for number in range(300):
        data = bytearray(packed if number % 4 == 0 else gzip.decompress(packed))
        if number % 4 == 1:
            del data[int(draw.integers(len(data))) :]
        for place in draw.integers(0, max(min(len(data), 20 if number % 4 == 2 else 10_000), 1), 4 if data else 0):
            data[place] = int(draw.integers(256))
        refused += is_refused(tmp_path, bytes(data) if number % 4 == 0 else gzip.compress(bytes(data)), "m.spz")
    assert 50 < refused < 300


def test_colours_without_coefficients_and_flat_discs_are_taken_with_a_note(tmp_path):
    splat = gaussians(0)
    columns = {axis: splat.means[:, i] for i, axis in enumerate("xyz")}
    columns |= {"opacity": np.linspace(-1, 5, COUNT)} | {f"scale_{i}": np.log(splat.scales[:, i]) for i in range(2)}
    columns |= {f"rot_{i}": splat.quats[:, i] for i in range(4)}
    columns |= {c: np.full(COUNT, v, np.uint8) for c, v in (("red", 255), ("green", 0), ("blue", 128))}
    (tmp_path / "discs.ply").write_bytes(ply({"vertex": columns}))
    found = reading.read(tmp_path / "discs.ply", 10_000, 0.1)
    assert len(found.notes) == 2 and not found.splat.scales[:, 2].any()
    np.testing.assert_allclose(0.5 + SH_C0 * found.splat.sh[0, 0].astype(float), [1, 0, 128 / 255], atol=1e-3)


def test_the_filter_of_mip_splatting_is_told_by_a_comment(tmp_path):
    assert load(tmp_path, standard_ply(gaussians(0), comments=("SplatRenderMode: mip",))).antialiased


def test_a_few_broken_gaussians_are_dropped_and_many_refused(tmp_path):
    splat = gaussians(0)
    means = splat.means.copy()
    means[:5, 1] = [np.nan, np.inf, -np.inf, np.nan, 1e30]
    (tmp_path / "few.ply").write_bytes(standard_ply(replace(splat, means=means)))
    found = reading.read(tmp_path / "few.ply", 10_000, 0.1)
    assert len(found.splat.means) == COUNT - 5 and "5 Gaussians dropped" in found.notes[0]
    means[:50] = np.nan
    with pytest.raises(DataError, match="50 of 1300 Gaussians are not finite"):
        load(tmp_path, standard_ply(replace(splat, means=means)))


def header(*lines: str) -> bytes:
    return "\n".join(["ply", "format binary_little_endian 1.0", *lines, "end_header", ""]).encode()


PROPERTIES = [
    f"property float {n}" for n in ("x", "y", "z", "opacity", "scale_0", "scale_1", "rot_0", "rot_1", "rot_2")
]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "no PLY file"),
        (b"ply\n" + b"comment x\n" * 10_000, "no PLY file, or has no end"),
        (header("element vertex -3", *PROPERTIES), "means nothing"),
        (header("element vertex 99999999999999999999", *PROPERTIES), "means nothing"),
        (header("element vertex 9000000000000", *PROPERTIES, "property float rot_3"), "9000000000000 Gaussians"),
        (header("element vertex 2000", *PROPERTIES, "property float rot_3"), "cut off|neither f_dc"),
        (header("element vertex 10", *PROPERTIES), "rot_3 are missing"),
        (header("element vertex 10", *PROPERTIES, "property list uchar int rot_3"), "list|neither"),
        (header("element vertex 10", "property float x", "property float x"), "twice"),
        (header("element vertex 10", "property colour x"), "means nothing"),
        (header("property float x"), "means nothing"),
        (header("element vertex 10", *PROPERTIES, "property float rot_3", "property float f_rest_0"), "f_rest"),
        (header("element vertex 300", "property uint packed_position"), "lacks columns"),
    ],
)  # fmt: skip
def test_damaged_headers_are_refused_in_one_line(tmp_path, data, cause):
    with pytest.raises(DataError, match=cause) as caught:
        load(tmp_path, data)
    assert "\n" not in str(caught.value) and "home.ply" in str(caught.value)


def test_what_is_cut_off_too_large_or_activated_is_refused(tmp_path):
    whole = standard_ply(gaussians(0))
    with pytest.raises(DataError, match="cut off"):
        load(tmp_path, whole[:-1])
    with pytest.raises(DataError, match=r"raise scenes\.splat\.max_gaussians"):
        load(tmp_path, whole, most=1299)
    with pytest.raises(DataError, match="cut off"):
        load(tmp_path, dot_splat(gaussians(0))[:-1], "home.splat")
    with pytest.raises(DataError, match="not binary"):
        load(tmp_path, whole.replace(b"binary_little_endian", b"ascii"))
    with pytest.raises(DataError, match="chunks for 1300 Gaussians"):
        load(tmp_path, compressed_ply(gaussians(0)).replace(b"element chunk 6", b"element chunk 5"))
    faint = replace(gaussians(0), opacities=np.full(COUNT, 0.1, np.float32))
    with pytest.raises(DataError, match="0 opaque Gaussians"):
        load(tmp_path, standard_ply(faint))
    lengths = gaussians(0)
    with pytest.raises(DataError, match="not their logarithms"):
        load(tmp_path, standard_ply(replace(lengths, scales=np.exp(lengths.scales))))


def test_mutants_are_read_or_refused_in_one_line(tmp_path):
    """300 damaged files of each layout: each loads finite Gaussians, or is refused with one line."""
    draw = np.random.default_rng(11)
    originals = {
        "a.ply": standard_ply(gaussians(1)),
        "b.ply": compressed_ply(gaussians(1)),
        "c.splat": dot_splat(gaussians(0)),
    }
    refused = 0
    for name, whole in originals.items():
        for number in range(300):
            data = bytearray(whole)
            kind = number % 3
            if kind == 0:
                del data[int(draw.integers(len(data))) :]
            elif kind == 1:
                for place in draw.integers(0, min(len(data), 900), 3):
                    data[place] = int(draw.integers(256))
            else:
                words = np.frombuffer(data, np.uint8)[: len(data) // 4 * 4].view("<u4").copy()
                words[draw.integers(0, len(words), 40)] = draw.choice(
                    [0, 0x7F800000, 0x7FC00000, 0xFFFFFFFF, 0x7F7FFFFF]
                )
                data = words.tobytes()
            refused += is_refused(tmp_path, bytes(data), name)
    assert 300 < refused < 900
