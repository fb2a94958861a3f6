import pytest

from vln_pipeline.datasets.item import Item
from vln_pipeline.embodiments.config import VlnpeConfig
from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.export.config import DiscreteConfig, ExportConfig
from vln_pipeline.pipelines.vlnce.filming import export_episodes


def group_of(tmp_path, dataset, **named):
    """Return the folder below ``traj_data`` that the task which exports a scene is given."""
    item = Item("home", "walks", tmp_path, "vln_pipeline.export.reader.read")
    config = VlnceConfig(
        episodes=EpisodeFileConfig(dataset=dataset), export=ExportConfig(vln_ce=DiscreteConfig(**named))
    )
    home = {"home": item}
    tasks = export_episodes(home, home, home, home, {"home.0000": item}, config, 7)
    (told,) = (argument for argument in tasks["home"].args if isinstance(argument, ExportConfig))
    return told.vln_ce.group


@pytest.mark.parametrize(
    ("dataset", "group"), [("r2r_ce", "r2r"), ("rxr_ce", "rxr"), ("scalevln", "scalevln"), ("envdrop", "r2r")]
)
def test_episodes_lie_where_internnav_looks_for_their_kind(tmp_path, dataset, group):
    """Walks of RxR were linked as R2R's, and InternNav's configuration for RxR found none."""
    assert group_of(tmp_path, dataset) == group
    assert group_of(tmp_path, dataset, group="own") == "own"


def test_robots_of_vln_pe_keep_a_named_folder():
    assert VlnpeConfig().export.of_group("rxr").vln_ce.group == "rxr"
    assert ExportConfig().of_group().vln_ce.group == "r2r"
