"""A user trained NavDP for 10,000 steps on labels turned by 90 degrees before anybody saw that it always drove right.

Losses fall on such labels as on right ones. Where a path to a goal straight ahead ends is logged at every validation.
"""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.training.conduct import conduct
from vln_pipeline.training.navdp.config import TrainSystem1Config
from vln_pipeline.training.navdp.straight_probe import straight_probe
from vln_pipeline.training.navdp.train import work
from vln_pipeline.training.navdp.trained import read

_EXTRINSIC = "observation.camera_extrinsic"
_BASE_X_FORWARD = np.array([[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def trained(root, small, folder, **fields):
    """Return the last row of a training's log."""
    config = TrainSystem1Config.model_validate(small.model_dump() | fields)
    (folder / "item").mkdir(parents=True)
    paths = {"state": folder / "state", "cache": folder / "cache"}
    conduct(work, config, [root], folder / "item", run_seed=7, seed=0, threads=1, **paths)
    return read(folder / "item").log().iloc[-1]


def turned(room_export, folder):
    """Return a copy whose camera mounts are those of a base with x forward."""
    root = shutil.copytree(room_export, folder)
    for path in root.rglob("episode_*.parquet"):
        table = pq.read_table(path)
        column = table[_EXTRINSIC]
        mounts = _BASE_X_FORWARD @ np.array(column.to_pylist(), dtype=np.float64)
        cells = pa.array(mounts.astype(np.float32).tolist(), type=column.type)
        pq.write_table(table.set_column(table.schema.names.index(_EXTRINSIC), _EXTRINSIC, cells), path)
    return root


def test_labels_of_turned_axes_are_seen_in_the_log_where_losses_say_nothing(room_export, small, tmp_path):
    longer = {"steps": 50, "validate_every": 50, "save_every": 50, "batch_size": 8}
    longer["network"] = small.network.model_dump() | {"prediction": "sample"}
    right = trained(room_export, small, tmp_path / "right", **longer)
    wrong = trained(turned(room_export, tmp_path / "export"), small, tmp_path / "wrong", **longer)
    assert wrong["loss"] < 2 * right["loss"]
    ends = [complex(log["validation/straight_x"], log["validation/straight_y"]) for log in (right, wrong)]
    assert min(map(abs, ends)) > 0.15
    assert np.degrees(np.angle(ends)) == pytest.approx([0, -90], abs=30)


def test_a_network_without_point_goals_is_not_asked(small):
    config = small.network.model_copy(update={"goals": ("image",)})
    with torch.inference_mode():
        assert straight_probe(NavdpNetwork(config).eval(), config, None) == {}
