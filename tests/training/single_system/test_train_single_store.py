"""The trainings of the single systems with their stores, as the catalog has them."""

import shutil

import pytest
from drawn_walks import config
from kedro.io.core import Version

from vln_pipeline.datasets.item import Item
from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.durable import seal
from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system import checkpoint
from vln_pipeline.pipelines import train_cma, train_rdp, train_seq2seq
from vln_pipeline.pipelines.train_cma import nodes as cma_nodes
from vln_pipeline.pipelines.train_rdp import nodes as rdp_nodes
from vln_pipeline.pipelines.train_seq2seq import nodes as seq2seq_nodes

RUN = "2026-01-01T00.00.00.000Z"
SYSTEMS = {
    "seq2seq": (Seq2Seq, train_seq2seq, seq2seq_nodes),
    "cma": (Cma, train_cma, cma_nodes),
    "rdp": (Rdp, train_rdp, rdp_nodes),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_seed_becomes_an_item_that_drives(system, ce_export, tmp_path):
    kind, pipeline, nodes = SYSTEMS[system]
    (node,) = pipeline.create_pipeline().nodes
    assert (node.outputs, node.name) == ([system], f"train_{system}.train")
    shutil.copytree(ce_export, tmp_path / "room", symlinks=True)  # InternNav's names are links
    seal(tmp_path / "room")
    exported = {"room": Item("room", "made from a drawn room", tmp_path / "room", "vln_pipeline.export.reader.read")}
    store = ItemStore(
        filepath=str(tmp_path / system),
        reader="vln_pipeline.training.single_system.trained.read",
        cache=str(tmp_path / "cache"),
        executor="serial",
        version=Version(RUN, RUN),
    )
    given = config(system, steps=2, batch_size=2, validate_every=2, seeds=[0, 2])
    store.save(nodes.train_seeds(exported, given, 7))
    trained = {key: item() for key, item in store.load().items()}
    assert list(trained) == ["seed_0", "seed_2"]
    network, words = checkpoint.load(trained["seed_2"].best, kind)
    assert network.config == given.network
    assert words.size == network.vocabulary
    assert trained["seed_0"].log().loss[0] != trained["seed_2"].log().loss[0]
    told = (trained["seed_0"].directory / "data.txt").read_text()
    assert "learned from: 2 walks of 58 steps in 4 wordings, of 1 scenes: room" in told
