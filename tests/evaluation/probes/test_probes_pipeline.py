"""The probes' nodes with their stores, as the catalog has them."""

import pytest
import torch
from kedro.io.core import Version

from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.models.navdp import checkpoint
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.pipelines.examine_system1 import nodes

RUN = "2026-01-01T00.00.00.000Z"
ARCHIVES = {
    "probe_scenes": "vln_pipeline.scenes.archive",
    "probe_esdf": "vln_pipeline.planning.map_archive",
    "system1_probes": "vln_pipeline.evaluation.probes.archive",
}
SIZES = {
    "image_size": 28,
    "position_grid": 2,
    "vit_dim": 16,
    "vit_depth": 1,
    "vit_heads": 2,
    "token_dim": 16,
    "memory_size": 2,
    "predict_size": 6,
    "queries_per_frame": 4,
    "former_layers": 1,
    "former_feedforward": 32,
    "decoder_depth": 1,
    "heads": 2,
    "feedforward": 32,
}


def store(folder, name):
    return ItemStore(
        filepath=str(folder / name),
        cache=str(folder / "cache"),
        reader=f"{ARCHIVES[name]}.read",
        writer=None if name == "system1_probes" else f"{ARCHIVES[name]}.write",
        executor="serial",
        version=Version(RUN, RUN),
    )


def saved(folder, name, tasks):
    here = store(folder, name)
    here.save(tasks)
    return here.load()


def test_a_network_from_elsewhere_and_a_baseline_are_probed_and_told(tmp_path, caplog):
    """Checkpoints from elsewhere had to be copied into a store before anything here could ask them."""
    caplog.set_level("INFO", logger="vln_pipeline")
    torch.manual_seed(0)
    checkpoint.save(NavdpNetwork(NavdpConfig(**SIZES)), tmp_path / "published")
    config = ExamineSystem1Config.model_validate(
        {
            "scenes": [{"procedural": {"count": 1, "texture_size": 64}}],
            "places": 2,
            "agents": {
                "navdp": False,
                "checkpoints": [{"name": "published", "path": str(tmp_path / "published"), "policy": {"samples": 4}}],
            },
        }
    )
    scenes = saved(tmp_path, "probe_scenes", nodes.list_probe_scenes(config, 7))
    maps = saved(tmp_path, "probe_esdf", nodes.map_probe_scenes(scenes, config))
    probes = saved(tmp_path, "system1_probes", nodes.probe_agents(scenes, maps, {}, config, 7))
    table = nodes.tell_verdicts(probes)
    assert list(table["agent"]) == ["published", "straight_line"]
    assert "straight_line: does not look at depth" in caplog.text
    page = nodes.write_page(table, probes, config, 7)
    assert page.count("data:image/png;base64") == 2
    assert "does not look at depth" in page
    again = nodes.probe_agents(scenes, maps, {}, config, 7)["published"]
    assert again.args[1].weights
    (tmp_path / "published" / "more.txt").write_text("other weights")
    changed = nodes.probe_agents(scenes, maps, {}, config, 7)["published"]
    assert changed.args[1].weights != again.args[1].weights


def test_a_checkpoint_that_is_not_there_is_named(tmp_path):
    agents = {"navdp": False, "checkpoints": [{"name": "published", "path": str(tmp_path / "none.ckpt")}]}
    with pytest.raises(DataError, match=r"checkpoint published: .*none\.ckpt cannot be read"):
        nodes.probe_agents({}, {}, {}, ExamineSystem1Config.model_validate({"agents": agents}), 7)
