"""What holds over what: base, the environment, conf/local, the command line."""

import shutil

import pytest
import yaml
from invoked import ROOT, taken

from vln_pipeline.runtime.config_loader import LayeredConfigLoader
from vln_pipeline.settings import CONFIG_LOADER_ARGS


@pytest.fixture
def own(tmp_path):
    """A folder that stands in for conf/local, with values of a user's own."""
    folder = tmp_path / "own"
    folder.mkdir()
    values = {"sampling": {"pairs": 5}, "esdf": {"cell": 0.04}}
    (folder / "parameters.yml").write_text(yaml.safe_dump(values))
    return str(folder)


@pytest.mark.parametrize("environment", [None, "system1"])
def test_a_users_own_values_hold_in_every_environment(tmp_path, own, environment):
    """conf/local/parameters.yml, which the how-to pages tell to write, was not read without ``--env=local``."""
    words = [] if environment is None else [f"--env={environment}"]
    got = taken(tmp_path / "data", "--pipelines=planning", *words, VLN_LOCAL_CONF=own)
    assert got["sampling"].pairs == 5
    assert got["esdf"].cell == 0.04
    plain = taken(tmp_path / "data", "--pipelines=planning", *words)
    assert got["sampling"].model_copy(update={"pairs": 0}) == plain["sampling"].model_copy(update={"pairs": 0})


def test_the_command_line_holds_over_a_users_own_values(tmp_path, own):
    got = taken(tmp_path / "data", "--pipelines=planning", "--params=sampling.pairs=9", VLN_LOCAL_CONF=own)
    assert (got["sampling"].pairs, got["esdf"].cell) == (9, 0.04)


def test_conf_local_is_read_unless_told_otherwise(tmp_path, own, monkeypatch):
    shutil.copytree(ROOT / "conf", tmp_path / "conf", ignore=shutil.ignore_patterns("local"))
    shutil.copytree(own, tmp_path / "conf" / "local")
    monkeypatch.delenv("VLN_LOCAL_CONF")
    words = ["--pipelines=sampling", f"--conf-source={tmp_path / 'conf'}"]
    assert taken(tmp_path / "data", *words)["sampling"].pairs == 5
    assert taken(tmp_path / "data", *words, "--env=local")["sampling"].pairs == 5
    assert taken(tmp_path / "data", *words, VLN_LOCAL_CONF="")["sampling"].pairs == 8


def test_a_users_own_globals_reach_the_stores(tmp_path, own):
    (tmp_path / "own" / "globals.yml").write_text(f"data: {tmp_path / 'elsewhere'}\n")
    taken(tmp_path / "data", "--pipelines=sampling", VLN_LOCAL_CONF=own)
    assert (tmp_path / "elsewhere" / "runs").is_dir()
    assert not (tmp_path / "data").exists()


def test_what_a_user_asks_of_a_cluster_reaches_the_stores_of_that_kind(tmp_path, own, monkeypatch):
    (tmp_path / "own" / "globals.yml").write_text("ray: {rendering: {num_gpus: 1}}\n")
    monkeypatch.setenv("VLN_LOCAL_CONF", own)
    catalog = LayeredConfigLoader(str(ROOT / "conf"), **CONFIG_LOADER_ARGS)["catalog"]
    asked = {name: catalog[name]["ray"] for name in ("scenes", "footage", "vlnpe_footage", "labels")}
    assert {name for name, ray in asked.items() if ray["num_gpus"]} == {"footage", "vlnpe_footage"}
    assert all(ray["num_cpus"] == 1 and ray["retries"] == 2 for ray in asked.values()), "single values change"
