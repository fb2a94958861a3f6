import pytest
from command import ROOT
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

PREVIEWED = ["scenes", "esdf", "trajectories", "footage", "labels", "selection", "lerobot"]


@pytest.fixture
def catalog(small_run, monkeypatch):
    monkeypatch.setenv("VLN_DATA", str(small_run.data))
    bootstrap_project(ROOT)
    with KedroSession.create(ROOT) as session:
        yield session.load_context().catalog


@pytest.mark.parametrize("name", PREVIEWED)
def test_the_lineage_page_can_show_every_store(catalog, name):
    preview = catalog.get(name).preview()
    assert preview["data"] if isinstance(preview, dict) else len(preview) > 1000


def test_instructions_are_words(catalog):
    rows = catalog.get("labels").preview()["data"]
    assert all(len(instruction.split()) > 3 for _, instruction in rows)


def test_the_lineage_is_one_chain_of_stages():
    bootstrap_project(ROOT)
    from kedro_viz.api.rest.responses.pipelines import get_pipeline_response
    from kedro_viz.server import load_and_populate_data

    load_and_populate_data(ROOT, pipeline_name="datagen")
    response = get_pipeline_response("datagen")
    names = {node.id: node.name for node in response.nodes}
    edges = {(names[e.source], names[e.target]) for e in response.edges if e.source in names and e.target in names}
    for edge in [("scenes", "esdf"), ("esdf", "sampling"), ("trajectories", "rendering"), ("lerobot", "report")]:
        assert edge in edges or edge[0] in names.values()
