from kedro.io.core import Version

from vln_pipeline.datasets.item import Item
from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.durable import seal
from vln_pipeline.models.navdp import checkpoint
from vln_pipeline.pipelines.train_system1.nodes import train_seeds
from vln_pipeline.training.navdp.config import TrainSystem1Config

RUN = "2026-01-01T00.00.00.000Z"


def test_each_seed_becomes_an_item_and_its_state_goes(room_export, small, tmp_path):
    config = TrainSystem1Config.model_validate(small.model_dump() | {"seeds": [0, 2], "steps": 3})
    seal(room_export)
    exported = {"room": Item("room", "made from a drawn room", room_export, "vln_pipeline.export.reader.read")}
    store = ItemStore(
        filepath=str(tmp_path / "system1"),
        reader="vln_pipeline.training.navdp.trained.read",
        cache=str(tmp_path / "cache"),
        executor="serial",
        version=Version(RUN, RUN),
    )
    store.save(train_seeds(exported, config, 7))
    trained = {key: item() for key, item in store.load().items()}
    assert list(trained) == ["seed_0", "seed_2"]
    assert checkpoint.load(trained["seed_2"].best).config == config.network
    assert trained["seed_0"].log().loss[0] != trained["seed_2"].log().loss[0]
    assert not list((tmp_path / "system1" / "items").glob(".state-*"))
