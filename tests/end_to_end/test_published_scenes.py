"""The user's command with every source of published scenes, on a two-room home in the source's own encoding."""

import front3d_fixture
import gibson_fixture
import hm3d_fixture
import hssd_fixture
import mp3d_fixture
import pytest
import replica_fixture
from command import SMALL, kedro_run

from vln_pipeline.export.validate import validate

FIXTURES = {
    "replica": (replica_fixture.write, "apartment_0"),
    "hm3d": (hm3d_fixture.write, hm3d_fixture.SCENE),
    "hssd": (hssd_fixture.write, hssd_fixture.SCENE),
    "mp3d": (mp3d_fixture.write, mp3d_fixture.SCENE),
    "gibson": (gibson_fixture.write_habitat, gibson_fixture.SCENE),
    "front3d": (front3d_fixture.write, front3d_fixture.HOUSE),
}
OF_A_SMALL_HOME = ",".join(
    [
        "sampling.min_distance=1",
        "filtering.min_categories=0",
        "filtering.max_structural=1",
        "filtering.min_entropy=0",
        "filtering.min_landmark=0",
    ]
)


@pytest.mark.slow
@pytest.mark.parametrize("source", FIXTURES)
def test_a_home_of_every_source_becomes_a_valid_dataset(tmp_path, source):
    write, scene = FIXTURES[source]
    write(tmp_path / "scenes")
    where = f"scenes.source={source},scenes.{source}.path={tmp_path / 'scenes'}"
    run = kedro_run(tmp_path / "data", "--pipelines=datagen", f"--params={SMALL},{OF_A_SMALL_HOME},{where}")
    assert run.code == 0, run.output
    roots = [p for p in (tmp_path / "data/08_lerobot").glob(f"*/08_lerobot/*/v*/{scene}") if p.is_dir()]
    assert sorted("/".join(r.parts[-3:-1]) for r in roots) == [
        "vln_ce/v2.1",
        "vln_ce/v3.0",
        "vln_n1/v2.1",
        "vln_n1/v3.0",
    ]
    assert not [problem for root in roots for problem in validate(root)]
    (card,) = {(root / "README.md").read_text() for root in roots if root.parts[-3:-1] == ("vln_ce", "v2.1")}
    assert "commercial" in card or "research" in card
