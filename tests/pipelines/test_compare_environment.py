"""The environment that sets all systems beside one another has to be fair to them."""

from pathlib import Path

import yaml

CHOSEN = yaml.safe_load((Path(__file__).parents[2] / "conf/compare/parameters.yml").read_text())
TRAININGS = [f"train_{name}" for name in ("seq2seq", "cma", "rdp", "streamvln", "system2", "joint")]


def test_all_systems_have_the_same_seeds_and_walks():
    for name in ("seeds", "validation_share"):
        assert len({str(CHOSEN[training][name]) for training in TRAININGS}) == 1
    assert set(CHOSEN["evaluate"]["agents"]["trained"]) >= {"dual", "seq2seq", "cma", "rdp", "streamvln"}
    assert CHOSEN["compare"]["reference"] in CHOSEN["evaluate"]["agents"]["trained"]


def test_they_are_shown_what_they_learned_from_in_96_episodes():
    (filmed,) = (rig for rig in CHOSEN["rendering"]["rigs"] if rig["motion"] == "discrete")
    assert CHOSEN["evaluate"]["drive"]["scale"] == CHOSEN["dagger"]["drive"]["scale"] == filmed["scale"]
    (homes,) = CHOSEN["evaluate"]["scenes"]
    assert homes["procedural"]["count"] * CHOSEN["evaluate"]["most_episodes"] >= 96
    assert CHOSEN["evaluate"]["sampling"]["pairs"] > CHOSEN["evaluate"]["most_episodes"]
