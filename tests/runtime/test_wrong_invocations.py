"""Commands that must not start: each fault is told in one line, and nothing is written."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest
import yaml
from invoked import ROOT, kedro_run

BLOCKED = ["--pipelines=scenes"]
"""Parameters of other stages are checked all the same."""

WRONG = [
    # as they were found: taken without a word, or ended by a traceback or a message without a key
    ("sampling.pair=4", ["sampling.pair (--params): unknown parameter; did you mean sampling.pairs?"]),
    ("trajectories.steps=0.1", ["trajectories.steps (--params): unknown parameter; did you mean trajectories.step?"]),
    ("sampling.pairs=many", ["sampling.pairs (--params): 'many' should be a valid integer"]),
    ("seed=abc", ["seed (--params): 'abc' should be a valid integer; allowed: >= 0"]),
    ("seed=-3", ["seed (--params): -3 should be greater than or equal to 0"]),
    ("seed=1e3", ["seed (--params): 1000.0 should be a valid integer; allowed: >= 0, write 1000"]),
    ("max_failures=none", ["max_failures (--params): 'none' should be a valid integer; allowed: >= 0"]),
    ("export.dialects=[vln_m1]", ["export.dialects.0 (--params): 'vln_m1' should be 'vln_n1' or 'vln_ce'"]),
    ("rendering.rigs.0.scale=.2.", ["rendering.rigs.0.scale (--params): '.2.' should be a valid number"]),
    ("rendering.rigs.0.scale=0", ["rendering.rigs.0.scale (--params): 0 should be greater than 0; allowed: > 0 and"]),
    ("rendering.rigs.7.scale=.2", ["rendering.rigs.7 (--params): rendering.rigs has 2 entries"]),
    ("rendering.rigs.d435i.scale=.2", ["rendering.rigs.d435i (--params): rendering.rigs is a list; name an entry"]),
    ("scenes.mesh.path=a,b=c.glb", ["b (--params): unknown parameter"]),
    ("scenes.mesh.path=a,b.glb", ["--params=b.glb: has no equals sign; write key=value, and quotes round a value"]),
    ("scenes.mesh.path=[*.ply]", ["scenes.mesh.path (--params): [*.ply] is not a value"]),
    # keys and their neighbours
    ("smapling.pairs=3", ["smapling (--params): unknown parameter; did you mean sampling?"]),
    ("rendering.rigs.0.heigth=1", ["rendering.rigs.0.heigth (--params): unknown parameter; did you mean"]),
    ("vlnpe.embodiments.3.motion.turn=x", ["vlnpe.embodiments.3.motion.turn (--params): 'x' should be a valid number"]),
    ("export.versions.0=v3.1", ["export.versions.0 (--params): 'v3.1' should be"]),
    ("train_system1.seeds.0=5", ["train_system1.seeds.0 (--params): train_system1.seeds is no list in the"]),
    ("sampling.pairs.x=3", ["sampling.pairs (--params): {'x': 3} should be a valid integer"]),
    ("sampling=3", ["sampling (--params): 3 should be a mapping"]),
    ("sampling=[]", ["sampling (--params): is a mapping (pairs, "]),
    ("data=elsewhere", ["data (--params): is no parameter; it says where a run executes and belongs into globals.yml"]),
    # values
    ("sampling.pairs=true", ["sampling.pairs (--params): true should be a number; allowed: > 0"]),
    ("esdf.cell=7", ["esdf.cell (--params): 7 should be less than or equal to 0.25; allowed: >= 0.01 and <= 0.25"]),
    ("esdf.cell=", ["esdf.cell (--params): null should be a valid number"]),
    ("rendering.backend=blendr", ["rendering.backend (--params): 'blendr' should be 'blender', 'gl' or 'raycast'"]),
    ("sampling.max_distance=.inf", ["sampling.max_distance (--params): inf should be a finite number"]),
    ("train_system1.optimiser.clip_norm=.nan", ["train_system1.optimiser.clip_norm (--params): nan should be"]),
    ("esdf.radius=1e308", ["esdf.radius (--params): 1e+308 should be less than or equal to 1; allowed: > 0 and <= 1"]),
    ("export.dialects=vln_n1", ["export.dialects (--params): 'vln_n1' should be a list; write export.dialects=["]),
    ("sampling.min_distance=9", ["sampling (--params): min_distance 9.0 m is not below max_distance 7.0 m"]),
    ("evaluate.agents.baselines=[],evaluate.agents.trained=[]", ["evaluate.agents (--params): no agent is named"]),
    ("executor=slurm", ["executor (--params): 'slurm' should be 'serial', 'processes' or 'ray'"]),
    ("workers=0", ["workers (--params): 0 should be 'auto' or should be greater than or equal to 1"]),
    ("shard=4/4", ["shard (--params): '4/4' is not i/n with 0 <= i < n"]),
    # syntax
    ("sampling.pairs", ["--params=sampling.pairs: has no equals sign; write key=value"]),
    ("=3", ["--params==: the key, or a part of it, is empty"]),
    ("sampling..pairs=3", ["--params=sampling..pairs=: the key, or a part of it, is empty"]),
    ("scenes.procedural={count: 2, count: 3}", ["scenes.procedural (--params): {count: 2, count: 3} is not a"]),
    ("export.dialects=[vln_n1", ["export.dialects (--params): [vln_n1 is not a value"]),
    # several at once
    (
        "seed=-1,esdf.cel=3,workers=none,sampling.pairs=x",
        ["seed (--params)", "esdf.cel (--params)", "sampling.pairs (--params)", "workers (--params)"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "told"), WRONG, ids=[parameters for parameters, _ in WRONG])
def test_a_wrong_parameter_is_told_in_one_line_and_nothing_starts(tmp_path, parameters, told):
    """Only parameters of stages that ran were checked, one at a time, and seed and places not at all."""
    done = kedro_run(tmp_path / "data", [*BLOCKED, f"--params={parameters}"])
    assert done.code == 2
    assert len(done.lines) == len(told)
    assert all(line.startswith(start) for line, start in zip(sorted(done.lines), sorted(told), strict=True))
    assert not done.data.exists()


CHOSEN_WRONG = [
    (["--env=sytem1"], "--env=sytem1: there is no such environment; did you mean system1?"),
    (["--tags=foo"], "--tags=foo: there is none of that name"),
    (["--nodes=label"], "--nodes=label: there is none of that name in what is to run; did you mean evaluate.label"),
    (["--pipelines=datgen"], "--pipelines=datgen: there is none of that name in what is to run; did you mean datagen"),
    (["--from-nodes=esdf.mapp"], "--from-nodes=esdf.mapp: there is none of that name in what is to run; did you mean"),
    (["--namespaces=sampeling"], "--namespaces=sampeling: there is none of that name in what is to run; did you mean"),
    (["--to-outputs=footages"], "--to-outputs=footages: there is none of that name in what is to run; did you mean"),
    (["--nodes=esdf.map", "--namespaces=scenes"], "--nodes --namespaces: no node is chosen by all of them"),
    (["--load-versions=scene:2026-01-31T09.30.00.000Z"], "--load-versions=scene: there is none of that name"),
    (["--load-versions=scenes"], "Expected the form of 'load_versions'"),
    (["--runner=Sequential"], "--runner=Sequential: there is no such class; use SequentialRunner"),
    (["--pipeline=scenes", "--pipelines=esdf"], "Options '--pipeline' and '--pipelines' cannot be used together"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "told"), CHOSEN_WRONG, ids=[" ".join(words) for words, _ in CHOSEN_WRONG])
def test_what_is_not_there_to_run_is_told_in_one_line(tmp_path, words, told):
    """An unknown environment, tag or node ended in Kedro's traceback."""
    done = kedro_run(tmp_path / "data", words)
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith(told)
    assert not done.data.exists()


def test_faults_of_all_kinds_come_in_one_list(tmp_path):
    done = kedro_run(tmp_path / "data", ["--pipelines=nope", "--params=seed=x,workers=0", "--params=esdf.cel=1"])
    assert [line.split()[0] for line in done.lines] == ["--pipelines=nope:", "seed", "esdf.cel", "workers"]


def test_a_password_does_not_stand_in_the_message(tmp_path):
    done = kedro_run(tmp_path / "data", ["--params=labelling.openai.base_url=htp://user:s3cret@127.0.0.1/v1"])
    assert done.lines[0].startswith("labelling.openai.base_url (--params): 'htp://***@127.0.0.1/v1'")
    assert "s3cret" not in done.text


def test_object_storage_is_not_taken_for_a_folder(tmp_path):
    """VLN_DATA=s3://bucket/data "succeeded", and wrote a local folder of that name.

    What is no address of a bucket's folder is refused; keys in one are, and are not shown.
    """
    for told, cause in (
        (
            "s4://bucket/data",
            "no kind of storage that can be written is known by that name; use e.g. s3://bucket/folder",
        ),
        ("s3://bucket", "it names no bucket and folder; use e.g. s3://bucket/folder"),
        ("s3://key:s3cret@bucket/data", "an address holds no keys; put them where its client looks for them"),
    ):
        done = kedro_run(tmp_path / "data", [], VLN_DATA=told)
        assert done.code == 2
        [line] = done.lines
        assert cause in line
        assert "s3cret" not in done.text
        assert not (ROOT / f"{told[:2]}:").exists()


@pytest.mark.skipif(bool(find_spec("s3fs")), reason="the client of S3 is installed")
def test_object_storage_without_its_client_is_refused(tmp_path):
    done = kedro_run(tmp_path / "data", [], VLN_DATA="s3://bucket/data")
    assert done.code == 2
    [line] = done.lines
    assert line.startswith("data (s3://bucket/data): its client is not installed (Install s3fs to access S3)")
    assert line.endswith("pip install 'vln-pipeline[s3]'")


FILES_WRONG = [
    ("parameters.yml", "sampling: {pears: 3}", "/own/parameters): unknown parameter; did you mean sampling.pairs?"),
    ("parameters.yml", "sampling: {pairs: [", "not readable as YAML"),
    ("parameters.yml", "- sampling", "own/parameters.yml: is no mapping of keys to values; mend the file"),
    (
        "parameters.yml",
        "esdf:\n  cell: .1\n  cell: .2",
        "own/parameters.yml: cell stands twice in one mapping, again in",
    ),
    ("parameters.yml", "1: 2", "own/parameters): unknown parameter; known are"),
    (
        "parameters.yml",
        "executor: ray",
        "/own/parameters): is no parameter; it says where a run executes and belongs into globals.yml",
    ),
    ("globals.yml", "ray: {rendering: {num_gpu: 1}}", "unknown parameter; did you mean ray.rendering.num_gpus?"),
    ("globals.yml", "ray: {labelling: {memory_gb: 0}}", "/own/globals): 0 should be greater than 0; allowed: > 0"),
    ("globals.yml", "max_failures: none", "/own/globals): 'none' should be a valid integer"),
    ("globals.yml", "max_failure: 3", "/own/globals): unknown parameter; did you mean max_failures?"),
    ("parameters.yml", "sampling: \xff", "not readable as YAML"),
]


@pytest.mark.parametrize(("name", "text", "told"), FILES_WRONG)
def test_a_wrong_file_is_named(tmp_path, name, text, told):
    own = tmp_path / "own"
    own.mkdir()
    (own / name).write_text(text, encoding="latin-1")
    done = kedro_run(tmp_path / "data", [], VLN_LOCAL_CONF=str(own))
    assert done.code == 2
    assert len(done.lines) == 1
    assert told in done.lines[0]
    assert "own" in done.lines[0]
    assert not done.data.exists()


def test_two_files_of_one_layer_that_say_the_same_are_told(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    for name in ("parameters.yml", "parameters_more.yml"):
        (own / name).write_text(yaml.safe_dump({"seed": 3}))
    done = kedro_run(tmp_path / "data", [], VLN_LOCAL_CONF=str(own))
    assert done.code == 2
    assert len(done.lines) == 1
    assert "seed" in done.lines[0] and "parameters_more.yml" in done.lines[0]


def test_a_run_id_that_does_not_sort_by_time_is_told(tmp_path):
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes"], VLN_RUN_ID="mine")
    assert done.code == 1
    assert done.lines == ["VLN_RUN_ID: 'mine' is not a run id; use e.g. 2026-01-31T09.30.00.000Z"]


def command(*words, data, folder=ROOT):
    """Run a command in a process of its own, and return its exit code and what it printed."""
    variables = {"PYTHONPATH": str(ROOT / "src"), "VLN_DATA": str(data), "KEDRO_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kedro", "run", "--params=sampling.pair=4"], "sampling.pair (--params): unknown parameter; did you mean"),
        (["kedro", "run", "--env=sytem1"], "--env=sytem1: there is no such environment; did you mean system1?"),
        (["vln_pipeline", "digest"], "there is no lerobot yet; run: kedro run --pipelines=datagen"),
        (["vln_pipeline", "where"], "there is no lerobot yet; run: kedro run --pipelines=datagen"),
    ],
)  # fmt: skip
def test_in_a_process_of_its_own_the_command_says_the_same(tmp_path, words, told):
    code, output = command(*words, data=tmp_path / "data")
    assert code in (1, 2)
    assert f"Error: {told}" in output
    assert "Traceback" not in output
    assert not (tmp_path / "data").exists()


def test_a_cut_manifest_is_told_by_whatever_reads_it(tmp_path):
    """Commands beside ``kedro run`` had no hold on errors, and ended in tracebacks."""
    folder = tmp_path / "data" / "01_scenes" / "2026-01-31T09.30.00.000Z" / "01_scenes"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"items": {"a')
    for words in (["kedro", "run", "--pipelines=esdf"], ["vln_pipeline", "versions"]):
        code, output = command(*words, data=tmp_path / "data")
        assert code == 1
        assert f"Error: {folder / 'manifest.json'}: " in output
        assert "Traceback" not in output


def test_broken_defaults_of_the_command_are_told(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "kedro.yml").write_text("run: {runner: [")
    code, output = command("vln_pipeline", "where", data=tmp_path / "data", folder=tmp_path)
    assert code == 1
    assert f"Error: {tmp_path / 'kedro.yml'}: not readable (" in output
    assert "Traceback" not in output


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    """A read-only data folder ended in a traceback of the first stage that wrote."""
    monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path)  # root may write anywhere
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes"])
    assert done.code == 2
    assert done.lines == [
        f"data ({tmp_path / 'data'}): {tmp_path} cannot be written; set VLN_DATA to a folder that this user may write"
    ]


def test_a_data_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "data").write_text("")
    done = kedro_run(tmp_path / "data", ["--pipelines=scenes"])
    assert done.code == 2
    assert len(done.lines) == 1
    assert "is not a folder" in done.lines[0]


def test_a_broken_environment_is_told_with_file_and_line(tmp_path):
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    file = tmp_path / "conf" / "base" / "parameters.yml"
    file.write_text("seed: 3\nscenes: [\n")
    done = kedro_run(tmp_path / "data", [f"--conf-source={tmp_path / 'conf'}"])
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith(f"{file}: not readable as YAML in line 3")
