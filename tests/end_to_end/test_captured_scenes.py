"""The user's command on a room captured as a splat, with a mesh beside it and without."""

import captured_room
import pytest
from command import SMALL, kedro_run, latest
from test_published_scenes import OF_A_SMALL_HOME

from vln_pipeline.export.validate import validate
from vln_pipeline.rendering.footage import Footage


@pytest.mark.slow
@pytest.mark.parametrize("beside", ["nothing", "mesh and boxes"])
def test_a_captured_room_becomes_a_valid_dataset(tmp_path, beside):
    file = captured_room.write(tmp_path / "scenes")
    where = [f"scenes.splat.path={file}", "scenes.splat.scale=1", "scenes.splat.licence=ours"]
    if beside != "nothing":
        captured_room.write_mesh(tmp_path / "scenes" / "room.obj")
        captured_room.write_labels(tmp_path / "scenes" / "room.json")
        where += ["scenes.splat.collision=*.obj", "scenes.splat.labels=*.json"]
    given = ",".join([SMALL, OF_A_SMALL_HOME, "scenes.source=splat", *where, "rendering.compared_views=1"])
    run = kedro_run(tmp_path / "data", "--pipelines=datagen", f"--params={given}")
    assert run.code == 0, run.output
    roots = [p for p in (tmp_path / "data/08_lerobot").glob("*/08_lerobot/*/v*/room") if p.is_dir()]
    assert len(roots) == 4
    assert not [problem for root in roots for problem in validate(root)]
    slices = [Footage(item) for item in (tmp_path / "data/05_footage/items").iterdir()]
    assert {footage.index.backend for footage in slices} == {"splat"}
    assert sum(len(footage.index.trajectories) for footage in slices) == 3
    page = (latest(tmp_path / "data/09_report/report.html").parent / "report.html").read_text()
    assert ("no labels: objects are unknown" in page) == (beside == "nothing")
    words = " ".join(p.read_text() for root in roots for p in root.rglob("*.jsonl"))
    assert "straight" in words and ("cabinet" in words) == (beside != "nothing")
