import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.validation.type_extractor import TypeExtractor

from vln_pipeline.runtime.parameters.blocks import BLOCKS, SeedConfig
from vln_pipeline.runtime.parameters.check import check

ROOT = Path(__file__).parents[2]
STAGES = ["scenes", "esdf", "sampling", "trajectories", "rendering", "labelling", "filtering", "export", "report"]
OTHERS = [
    "train_system1",
    "train_system2",
    "train_joint",
    "examine_system1",
    "train_seq2seq",
    "train_cma",
    "train_rdp",
    "train_streamvln",
    "examine_system2",
    "evaluate_system1",
    "evaluate",
    "dagger",
    "vlnce",
    "vlnpe",
]
ENVIRONMENTS = sorted(folder.name for folder in (ROOT / "conf").iterdir() if folder.is_dir() and folder.name != "local")


@pytest.fixture(scope="module")
def registered():
    bootstrap_project(ROOT)
    from vln_pipeline.pipeline_registry import register_pipelines

    return register_pipelines()


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def context(request):
    bootstrap_project(ROOT)
    with KedroSession.create(ROOT, env=request.param) as session:
        yield session.load_context()


def test_datagen_is_the_sum_of_its_stages(registered):
    nodes = {node.name for stage in STAGES for node in registered[stage].nodes}
    assert {node.name for node in registered["datagen"].nodes} == nodes
    whole = {node.name for name in ("datagen", "train_dual", "evaluate") for node in registered[name].nodes}
    assert {node.name for node in registered["__default__"].nodes} == whole


def test_every_stage_is_one_box(registered):
    for stage in [*STAGES, *OTHERS]:
        assert {node.namespace for node in registered[stage].nodes} == {stage}


def test_a_comparison_is_the_evaluation_and_what_is_made_of_it(registered):
    own = {node.namespace for node in registered["compare"].nodes}
    assert own == {"evaluate", "compare"}
    assert {node.name for node in registered["evaluate"].nodes} < {node.name for node in registered["compare"].nodes}


def test_every_dataset_between_stages_is_in_the_catalog(registered, context):
    used = {name for p in registered.values() for name in p.datasets() if not name.startswith("param")}
    assert used == {name for name in context.catalog.keys() if not name.startswith("param")}  # noqa: SIM118


def test_every_parameter_block_is_used_and_every_used_one_exists(registered, context):
    used = {
        name.removeprefix("params:") for p in registered.values() for name in p.inputs() if name.startswith("params:")
    }
    assert used == set(context.config_loader["parameters"])


def test_parameters_of_every_environment_are_valid(registered, context):
    parameters = context.config_loader["parameters"]
    models = TypeExtractor(registered).extract_types_from_pipelines()
    assert {name.removeprefix("params:"): model for name, model in models.items()} == BLOCKS
    assert {*BLOCKS, *SeedConfig.model_fields} == set(parameters)
    assert check(context.config_loader, {}).faults == ()


def test_kedro_yml_uses_the_run_commands_own_names():
    section = yaml.safe_load((ROOT / "kedro.yml").read_text())["run"]
    assert set(section) <= {option.name for option in kedro_run.params}


def test_listing_pipelines_imports_nothing_heavy():
    code = (
        "import sys; from kedro.framework.startup import bootstrap_project; from pathlib import Path;"
        f"bootstrap_project(Path({str(ROOT)!r}));"
        "from vln_pipeline.pipeline_registry import register_pipelines; register_pipelines();"
        "heavy = {'torch', 'transformers', 'bpy', 'blenderproc', 'ray', 'numba', 'embreex', 'matplotlib'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
