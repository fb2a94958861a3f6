"""What lies beside a splat as JSON, damaged: it is read or refused with one line, never a traceback."""

import json

import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.splat.frame import read_transform
from vln_pipeline.scenes.splat.labels import read_boxes
from vln_pipeline.scenes.splat.rooms import read_rooms

CORNERS = [{"x": x, "y": y, "z": z} for z in (0, 1) for x, y in ((0, 0), (2, 0), (2, 1), (0, 1))]
ROOM = {"profile": [[0, 0], [4, 0], [4, 3], [0, 3]], "room_type": "kitchen"}
READERS = {
    "boxes": (lambda file: read_boxes(file, np.eye(4)), [{"label": "cabinet", "bounding_box": CORNERS}] * 2),
    "rooms": (lambda file: read_rooms(file, np.eye(4), 2.5), {"rooms": [ROOM, ROOM], "walls": [{"height": 2.6}]}),
    "matrix": (read_transform, np.eye(4).tolist()),
    "nerfstudio": (read_transform, {"transform": np.eye(4)[:3].tolist(), "scale": 0.3}),
}
ODD = [None, True, "", "x", [], {}, [[]], -1, 0, 1e308, 10**400, float("nan"), float("inf"), {"x": 1}, ["a", "b"]]


def changed(value, draw):
    """A copy of a JSON value in which about one place is something else."""
    if draw.random() < 0.08:
        return ODD[int(draw.integers(len(ODD)))]
    if isinstance(value, dict):
        return {key: changed(item, draw) for key, item in value.items() if draw.random() > 0.03}
    if isinstance(value, list):
        return [changed(item, draw) for item in value if draw.random() > 0.03]
    return value


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_mutants_are_read_or_refused_in_one_line(tmp_path, reader):
    """A number of 400 digits, which JSON allows, ended in a traceback."""
    read, whole = READERS[reader]
    draw, refused = np.random.default_rng(9), 0
    for number in range(300):
        text = json.dumps(changed(whole, draw))
        if number % 10 == 0:
            text = text[: int(draw.integers(len(text)))]
        (tmp_path / "beside.json").write_text(text)
        try:
            read(tmp_path / "beside.json")
        except DataError as error:
            assert "\n" not in str(error) and error.mend
            refused += 1
    assert 20 < refused < 300
