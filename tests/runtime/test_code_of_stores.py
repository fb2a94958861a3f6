"""What decides the results of each stage, tried by edits in a copy of the package."""

import ast
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

import vln_pipeline
from vln_pipeline.pipelines.decides_no_weights import DECIDES_NO_WEIGHTS
from vln_pipeline.runtime.code_closure import Closure, find_closure

SOURCE = Path(vln_pipeline.__file__).parent
CATALOG = Path(__file__).parents[2] / "conf/base/catalog.yml"

# Of each store: the function that makes its items, files whose edits count, and files whose edits do not.
STORES = {
    "scenes": (
        "scenes.nodes.load_scene",
        "seeding.py scenes/mp3d/categories.json scenes/archive.py",
        "planning/astar.py",
    ),
    "esdf": ("esdf.nodes.map_scene", "planning/navigation.py errors.py", "planning/astar.py scenes/archive.py"),
    "pairs": ("sampling.nodes.sample_scene", "seeding.py config.py planning/endpoint_pairs.py", "planning/spline.py"),
    "trajectories": ("trajectories.nodes.plan_scene", "planning/optimise.py", "rendering/raycast.py"),
    "footage": (
        "rendering.nodes.film_slice",
        "rendering/glsl/colour.frag.glsl rendering/blender/worker.py rendering/encode.py",
        "labelling/label.py rendering/comparison.py",
    ),
    "comparison": ("rendering.nodes.compare_scene", "rendering/comparison.py", "labelling/label.py"),
    "labels": ("labelling.nodes.label_slice", "labelling/prompts.yml prompt_file.py", "export/writer.py"),
    "selection": ("filtering.nodes.select_slice", "filtering/information.py", "labelling/prompts.yml"),
    "lerobot": (
        "export.nodes.export_one",
        "__init__.py export/writer_v30.py labelling/phrases_en.yml",
        "filtering/archive.py",
    ),
    "lerobot_joined": (
        "export.joining.join_one",
        "export/join.py export/card.py export/validation/rows.py",
        "rendering/raycast.py filtering/archive.py",
    ),
    "system1": (
        "train_system1.nodes.train_one",
        "training/loop.py training/ranks.py training/sharding.py seeding.py config.py export/reader.py"
        " models/navdp/network.py models/navdp/vit.py training/navdp/train.py training/navdp_data/walk_index.py",
        "errors.py training/curve.py training/tracking.py training/launch.py datasets/item.py runtime/workplace.py"
        " labelling/phrases_en.yml labelling/prompts.yml export/video.py inspection/page.py",
    ),
    "system2": (
        "train_system2.nodes.train_one",
        "training/loop.py seeding.py config.py export/reader.py prompt_file.py models/system2/prompts.yml"
        " training/system2/fit.py training/system2_data/scene_samples.py",
        "errors.py training/curve.py labelling/first_turn.py models/navdp/network.py",
    ),
    "joint": (
        "train_joint.nodes.train_one",
        "training/loop.py seeding.py models/system2/load.py training/joint/train.py training/joint_data/way.py",
        "errors.py training/curve.py planning/trajectory.py",
    ),
    "system1_probes": (
        "examine_system1.nodes.probe_agent",
        "evaluation/probes/figures.py evaluation/probes/verdict.py models/navdp/policy.py evaluation/world/builtin.py",
        "training/loop.py inspection/probes_page.py evaluation/system1/results.py",
    ),
    "seq2seq": (
        "train_seq2seq.nodes.train_one",
        "training/loop.py seeding.py export/reader.py models/seq2seq/network.py models/single_system/visual.py"
        " training/single_system/fit.py training/sequence_data/ce_walks.py labelling/corpus.py",
        "errors.py training/curve.py models/rdp/network.py inspection/page.py",
    ),
    "cma": (
        "train_cma.nodes.train_one",
        "training/loop.py models/cma/network.py training/single_system/action_objective.py",
        "errors.py training/curve.py models/rdp/network.py",
    ),
    "rdp": (
        "train_rdp.nodes.train_one",
        "training/loop.py models/rdp/network.py training/rdp/objective.py training/sequence_data/pe_walks.py",
        "errors.py training/curve.py models/cma/network.py",
    ),
    "streamvln": (
        "train_streamvln.nodes.train_one",
        "training/loop.py seeding.py config.py export/reader.py models/streamvln/prompts.yml"
        " models/streamvln/network.py training/streamvln/fit.py training/streamvln_data/windows.py",
        "errors.py training/curve.py models/navdp/network.py",
    ),
    "system2_examinations": ("examine_system2.nodes.examine_one", "training/system2/judging.py", "training/curve.py"),
    "system1_episodes": ("evaluate_system1.nodes.draw_in_scene", "planning/geodesic.py", "inspection/system1_page.py"),
    "system1_drives": (
        "evaluate_system1.driving.drive_agent",
        "models/navdp/policy.py evaluation/world/builtin.py evaluation/system1/agents/open_team.py",
        "training/loop.py evaluation/system1/results.py scenes/replica/config.py",
    ),
    "evaluate_episodes": (
        "evaluate.nodes.make_scene_episodes",
        "evaluation/vln/episodes_of_walks.py",
        "inspection/page.py labelling/prompts.yml pipelines/labelling/nodes.py planning/astar.py",
    ),
    "evaluate_drives": (
        "evaluate.driving.drive_agent",
        "models/system2/prompts.yml models/streamvln/stream.py evaluation/vln/rollout.py evaluation/world/builtin.py",
        "training/loop.py inspection/vln_page.py scenes/replica/config.py labelling/config.py",
    ),
    "vlnce_episodes": ("vlnce.nodes.read_split", "episodes/archive.py episodes/quarantine.py", "scenes/hm3d/config.py"),
    "vlnce_trajectories": ("vlnce.nodes.walk_scene", "episodes/follow.py", "rendering/raycast.py"),
    "vlnce_labels": ("vlnce.nodes.word_scene", "episodes/wording.py labelling/archive.py", "labelling/prompts.yml"),
    "vlnce_streamvln": ("vlnce.filming.annotate_split", "episodes/annotate.py", "export/writer.py"),
    "vlnce_lerobot": ("vlnce.filming.export_one", "export/writer_v21.py", "rendering/raycast.py"),
    "vlnpe_walks": (
        "vlnpe.nodes.walk_robot",
        "embodiments/gait.py evaluation/vln/agents/oracle.py",
        "export/writer.py",
    ),
    "vlnpe_recordings": (
        "vlnpe.filming.export_pe",
        "embodiments/posture.py export/vln_pe/writer.py",
        "export/card.py",
    ),
    "vlnpe_lerobot": ("vlnpe.filming.export_ce", "export/writer.py", "embodiments/gait.py"),
    "dagger_roll_outs": (
        "dagger.nodes.roll_out_agent",
        "evaluation/vln/dagger/expert.py evaluation/vln/attempt.py evaluation/world/builtin.py",
        "inspection/vln_page.py export/writer.py evaluation/vln/episodes_of_walks.py",
    ),
    "dagger_trajectories": ("dagger.filming.walk_one", "evaluation/vln/dagger/walks.py", "export/writer.py"),
    "dagger_lerobot": (
        "dagger.filming.export_one",
        "export/writer_v21.py evaluation/vln/dagger/walks.py",
        "rendering/raycast.py",
    ),
}
SAME_AS = {
    "vlnce_lerobot_joined": "lerobot_joined",
    "vlnpe_lerobot_joined": "lerobot_joined",
    "test_scenes": "scenes",
    "probe_scenes": "scenes",
    "evaluate_scenes": "scenes",
    "vlnce_scenes": "scenes",
    "vlnpe_scenes": "scenes",
    "test_esdf": "esdf",
    "probe_esdf": "esdf",
    "evaluate_esdf": "esdf",
    "vlnce_esdf": "esdf",
    "vlnpe_esdf": "esdf",
    "evaluate_pairs": "pairs",
    "evaluate_trajectories": "trajectories",
    "evaluate_footage": "footage",
    "vlnce_footage": "footage",
    "vlnpe_footage": "footage",
    "evaluate_labels": "labels",
    "vlnpe_episodes": "vlnce_episodes",
    "dagger_esdf": "esdf",
    "dagger_episodes": "evaluate_episodes",
    "dagger_footage": "footage",
}
TRAININGS = ("system1", "system2", "joint", "seq2seq", "cma", "rdp", "streamvln")


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    """Return a copy of the package."""
    return shutil.copytree(SOURCE, tmp_path_factory.mktemp("src") / "vln_pipeline")


@pytest.fixture(scope="module")
def catalog() -> dict:
    """Return the stores of the catalog, by name."""
    found = yaml.safe_load(CATALOG.read_text(encoding="utf-8"))
    return {name: entry for name, entry in found.items() if "reader" in entry}


@contextmanager
def _edited(file: Path, text: str) -> Iterator[None]:
    before = file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    yield
    file.write_text(before, encoding="utf-8")


def _changed(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    return (
        text.replace('__version__ = "', '__version__ = "9.') if file.name == "__init__.py" else f"{text}\nADDED = 1\n"
    )


def _closure(store: str, catalog: dict, root: Path, *, without: bool = True) -> Closure:
    also = [catalog[store][key] for key in ("reader", "writer") if key in catalog[store]]
    left_out = DECIDES_NO_WEIGHTS if without and store in TRAININGS else ()
    function = f"vln_pipeline.pipelines.{STORES[store][0]}"
    return find_closure(function, also=also, without=left_out, roots={"vln_pipeline": root})


def test_every_store_is_in_the_tables(catalog):
    assert {*STORES, *SAME_AS} == set(catalog)
    for store, other in SAME_AS.items():
        for key in ("reader", "writer"):
            assert catalog[store].get(key) == catalog[other].get(key)


@pytest.mark.parametrize("store", STORES)
def test_an_edit_counts_where_it_may_change_the_result(store, catalog, copied):
    """An edit of ``seeding.py`` or of a node left everything "already made". Each of these files decides the store."""
    before = _closure(store, catalog, copied).digest
    _, inside, outside = STORES[store]
    for name in (*inside.split(), *outside.split()):
        file = copied / name
        with _edited(file, _changed(file)):
            assert (_closure(store, catalog, copied).digest != before) is (name in inside.split()), name
    assert _closure(store, catalog, copied).digest == before


@pytest.mark.parametrize("store", STORES)
def test_an_edit_of_the_function_counts_and_one_of_its_docstring_does_not(store, catalog, copied):
    """A changed node changed no fingerprint. What it says about itself is no reason to make anything again."""
    module, _, name = STORES[store][0].rpartition(".")
    file = copied / "pipelines" / f"{module.replace('.', '/')}.py"
    before = _closure(store, catalog, copied).digest
    tree = ast.parse(file.read_text(encoding="utf-8"))
    function = next(one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name)
    function.body[0] = ast.parse('"""Other words."""').body[0]
    with _edited(file, f"# a comment\n{ast.unparse(tree)}\n"):
        assert _closure(store, catalog, copied).digest == before
    function.body.insert(1, ast.parse("print(1)").body[0])
    with _edited(file, ast.unparse(tree)):
        assert _closure(store, catalog, copied).digest != before


def test_what_is_left_out_of_trainings_is_there_and_would_count(catalog, copied):
    whole = {file for store in TRAININGS for file in _closure(store, catalog, copied, without=False).files}
    for name, reason in DECIDES_NO_WEIGHTS.items():
        place = copied.joinpath(*name.split(".")[1:])
        covered = place if place.is_dir() else place.with_suffix(".py")
        assert any(file.is_relative_to(covered) for file in whole), name
        assert len(reason) > 10


def test_every_data_file_is_named_by_a_module_beside_it():
    """Data counts where a module names it, so a name that is put together at run time would hide it."""
    for file in SOURCE.rglob("*"):
        if not file.is_file() or "__pycache__" in file.parts or file.suffix == ".py" or file.name == "py.typed":
            continue
        folder = file.parent if any(file.parent.glob("*.py")) else file.parent.parent
        said = "".join(module.read_text(encoding="utf-8") for module in folder.glob("*.py"))
        assert f'"{file.relative_to(folder).parts[0]}"' in said, file


def test_modules_are_imported_by_names_that_the_search_can_see():
    """A module whose name is put together at run time would decide results unseen. These hand on what they are told."""
    told = {"datasets/item.py", "evaluation/system1/agents/python_planner.py", "evaluation/world/habitat.py"}
    told |= {"scenes/splat/cloud.py", "scenes/splat/spz_file.py"}  # look for a package, and import it by its name
    ways = ("import_module(", "__import__(", "run_module(", "find_spec(")
    found = {
        module.relative_to(SOURCE).as_posix()
        for module in SOURCE.rglob("*.py")
        if any(way in module.read_text(encoding="utf-8") for way in ways)
    }
    harmless = {"runtime/code_closure.py", "runtime/needs/files.py", "runtime/needs/programs.py"}  # no task calls these
    assert found - harmless == told
