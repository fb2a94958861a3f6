"""Point clouds that lie beside a splat, and damaged ones."""

import numpy as np
import pytest
from splat_fixture import ply

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.splat import cloud

POINTS = np.random.default_rng(3).uniform(-5, 5, (500, 3)).round(3)


def las(path) -> bytes:
    laspy = pytest.importorskip("laspy", reason="the extra splat is not installed")
    data = laspy.LasData(laspy.LasHeader(point_format=3, version="1.4"))
    data.header.scales = [0.001] * 3
    data.header.offsets = [0.0] * 3
    data.x, data.y, data.z = POINTS.T
    data.write(path)
    return path.read_bytes()


def test_points_come_back(tmp_path):
    las(tmp_path / "a.las")
    np.testing.assert_allclose(cloud.read_cloud(tmp_path / "a.las", 500), POINTS, atol=1e-9)
    (tmp_path / "a.ply").write_bytes(ply({"vertex": dict(zip("xyz", POINTS.T, strict=True))}))
    np.testing.assert_allclose(cloud.read_cloud(tmp_path / "a.ply", 500), POINTS, atol=1e-6)
    for name in ("a.las", "a.ply"):
        with pytest.raises(DataError, match="500 points; thin the cloud out"):
            cloud.read_cloud(tmp_path / name, 499)


def test_a_cloud_without_its_reader_names_it(tmp_path, monkeypatch):
    (tmp_path / "a.laz").touch()
    monkeypatch.setattr(cloud, "find_spec", lambda name: None if name == "lazrs" else object())
    with pytest.raises(DataError, match="pip install laspy lazrs, or save"):
        cloud.read_cloud(tmp_path / "a.laz", 10)


def test_mutants_are_read_or_refused_in_one_line(tmp_path):
    """300 damaged files: each gives finite points, or is refused with one line."""
    whole, draw, refused = las(tmp_path / "a.las"), np.random.default_rng(8), 0
    for number in range(300):
        data = bytearray(whole)
        if number % 3 == 0:
            del data[int(draw.integers(len(data))) :]
        for place in draw.integers(0, min(len(data), 375) or 1, 4 if len(data) else 0):
            data[place] = int(draw.integers(256))
        (tmp_path / "m.las").write_bytes(bytes(data))
        try:
            points = cloud.read_cloud(tmp_path / "m.las", 10_000)
        except DataError as error:
            assert "\n" not in str(error) and error.mend
            refused += 1
        else:
            assert np.isfinite(points).all() and len(points) <= 10_000
    assert 50 < refused <= 300
