"""What a run needs of its machine is missed before anything starts, and only where the chosen nodes would use it."""

import sys

import pytest
from invoked import kedro_run
from kedro.framework.project import pipelines

from vln_pipeline.runtime.needs import files, programs
from vln_pipeline.runtime.needs.missing import _NEEDS


@pytest.fixture
def without(monkeypatch):
    """Make modules absent, whether or not this environment has them."""
    find = programs.find_spec

    def absent(*modules):
        monkeypatch.setattr(programs, "find_spec", lambda name: None if name in modules else find(name))

    return absent


MISSING = [
    (["--pipelines=datagen"], ["bpy", "blenderproc"], "rendering.blender: needs bpy and blenderproc", "[render]"),
    (["--nodes=rendering.film", "--params=rendering.backend=gl,rendering.gl.baked=true"], ["bpy"], "rendering.bl", ""),
    (["--pipelines=train_system1"], ["torch"], "train_system1: needs torch", "[models]"),
    (["--pipelines=train_system2", "--params=train_system2.lora={rank: 4}"], ["peft"], "train_system2.lora: ", "lora"),
    (["--pipelines=train_joint", "--params=train_joint.mlflow=runs"], ["mlflow"], "train_joint.mlflow: ", "[tracking]"),
    (["--pipelines=labelling", "--params=labelling.labeller=transformers"], ["torch"], "labelling.labeller", "models"),
    (["--pipelines=evaluate"], ["transformers"], "evaluate.agents.trained: needs transformers", "[models]"),
    (["--pipelines=scenes", "--params=executor=ray"], ["ray"], "executor: needs ray", "[ray]"),
    (
        ["--pipelines=evaluate_system1", "--params=evaluate_system1.drive.world.backend=habitat"],
        ["habitat_sim"],
        "evaluate_system1.drive.world.backend: needs habitat_sim",
        "conda install",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "modules", "told", "mend"), MISSING, ids=[told for _, _, told, _ in MISSING])
def test_what_is_not_installed_is_told_at_once(tmp_path, without, words, modules, told, mend):
    """A missing render extra was told after all planning, a missing peft after the data were packed."""
    without(*modules)
    done = kedro_run(tmp_path / "data", words)
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith(told)
    assert mend in done.lines[0]
    assert not done.data.exists()


def test_several_machines_without_a_rendezvous_are_told_at_once(tmp_path, monkeypatch):
    monkeypatch.delenv("VLN_RENDEZVOUS", raising=False)
    done = kedro_run(tmp_path / "data", ["--pipelines=train_system1", "--params=train_system1.nodes=2"])
    assert done.code == 2
    assert [line.partition(":")[0] for line in done.lines] == ["VLN_RENDEZVOUS"]


def test_several_machines_need_a_folder_that_all_see(tmp_path, monkeypatch):
    """Whoever joins a training looks for it in the data folder, which an address has not."""
    monkeypatch.setenv("VLN_RENDEZVOUS", "127.0.0.1:29400")
    words = ["--pipelines=train_system1", "--params=train_system1.nodes=2"]
    done = kedro_run(tmp_path / "data", words, VLN_DATA=f"file://{tmp_path}/objects")
    assert done.code == 2
    [line] = done.lines
    assert line.startswith("train_system1.nodes: machines of one training meet in a folder that all see, and data is")


def test_what_the_chosen_nodes_do_not_use_is_not_asked_for(tmp_path, without):
    without("bpy", "blenderproc", "torch", "ray", "peft", "mlflow", "habitat_sim")
    words = ["--pipelines=planning,labelling", "--params=executor=serial,workers=2,shard=0/2,max_failures=0"]
    done = kedro_run(tmp_path / "data", [*words, "--runner=invoked.Taker"])
    assert [line.partition(":")[0] for line in done.lines] == ["footage"], "what is read is asked for last, and alone"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("scenes.source=mesh,scenes.mesh.path=nowhere.glb", "scenes.mesh.path: nowhere.glb does not exist"),
        ("scenes.source=mesh,scenes.mesh.path=nowhere/*.glb", "scenes.mesh.path: nowhere/*.glb does not exist"),
        ("scenes.source=hm3d", "scenes.hm3d.path: is not set"),
        ("scenes.source=mesh,scenes.mesh.path=src,scenes.mesh.categories=no.csv", "scenes.mesh.categories: no.csv do"),
        ("labelling.labeller=openai,labelling.prompt_template=no.yml", "labelling.prompt_template: no.yml does not"),
        ("labelling.labeller=openai,labelling.openai.api_key_variable=NO_KEY", "labelling.openai.api_key_variable: NO"),
        ("rendering.blender.python=/no/python", "rendering.blender.python: /no/python cannot be run"),
        (f"rendering.blender.python={sys.executable},scenes.source=mp3d", "scenes.mp3d.path: is not set"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_is_told_at_once(tmp_path, parameters, told):
    done = kedro_run(tmp_path / "data", ["--pipelines=datagen", f"--params={parameters}"])
    lines = [line for line in done.lines if not line.startswith("rendering.blender: needs")]  # the render extra
    assert done.code == 2
    assert len(lines) == 1
    assert lines[0].startswith(told)
    assert not done.data.exists()


def test_an_interpreter_without_blender_is_told(tmp_path):
    (tmp_path / "python").write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')  # sees no installed package
    (tmp_path / "python").chmod(0o755)
    words = ["--pipelines=rendering", f"--params=rendering.blender.python={tmp_path / 'python'}"]
    done = kedro_run(tmp_path / "data", words)
    assert done.lines[0].startswith(
        f"rendering.blender: needs bpy and blenderproc, which {tmp_path / 'python'} has not"
    )


@pytest.mark.parametrize(
    ("choice", "instead"), [("rendering.backend", "raycast"), ("rendering.splat.rasteriser", "cpu")]
)
def test_opengl_that_cannot_be_opened_is_told(tmp_path, monkeypatch, choice, instead):
    monkeypatch.setattr(programs, "_OPEN_EGL", "raise SystemExit('no libEGL here')")
    given = f"--params=rendering.backend=raycast,{choice}=gl"
    done = kedro_run(tmp_path / "data", ["--pipelines=rendering", given])
    told = f"{choice}: EGL cannot be opened (no libEGL here); apt-get install -y libegl1, or use {instead}"
    assert len(done.lines) == 1
    assert done.lines[0].startswith(told)


def test_needs_are_those_of_nodes_that_exist(tmp_path):
    kedro_run(tmp_path / "data", ["--pipelines=nope"])
    assert set(_NEEDS) <= {node.name for pipeline in pipelines.values() for node in pipeline.nodes}


def test_gaussians_need_no_renderer_and_what_unpacks_them(tmp_path, without, monkeypatch):
    """A run of splats would have been refused for a Blender that it never starts."""
    without("bpy", "blenderproc")
    (tmp_path / "home.ply").touch()
    only = "scenes.source=splat,scenes.splat.path"
    done = kedro_run(tmp_path / "data", ["--nodes=rendering.film", f"--params={only}={tmp_path / 'home.ply'}"])
    assert [line.partition(":")[0] for line in done.lines] == ["scenes", "trajectories"], "which would be read"
    (tmp_path / "home.spz").touch()
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes", f"--params={only}={tmp_path / 'home.spz'}"])
    assert done.code == 2
    assert done.lines == ["scenes.splat: needs gsply, which cannot be imported; pip install 'vln-pipeline[splat]'"]
