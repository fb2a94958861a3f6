"""Each form of ``--params`` reaches the configuration that the nodes get."""

import doctest
from collections import defaultdict
from functools import reduce

import pytest
from invoked import taken

from vln_pipeline.runtime.parameters import given, settled

FORMS = [
    ("sampling.pairs=20", "sampling.pairs", 20),
    ("sampling.pairs = 20 , sampling.min_distance = 2", "sampling.pairs", 20),
    ("sampling.pairs=3,sampling={pairs: 4},sampling.pairs=20", "sampling.pairs", 20),
    ("esdf.cell=.1", "esdf.cell", 0.1),
    ("esdf.max_step=1e-1", "esdf.max_step", 0.1),
    ("export.dialects=[vln_ce]", "export.dialects", ("vln_ce",)),
    ('export.dialects=["vln_ce", vln_n1],esdf.radius=.2', "export.dialects", ("vln_ce", "vln_n1")),
    ("labelling.keyframes={turn_angle: 20, window: .5}", "labelling.keyframes.window", 0.5),
    ("rendering.rigs.1.scale=.2", "rendering.rigs.1.scale", 0.2),
    ("rendering.rigs.1.pitches.0=10", "rendering.rigs.1.pitches", (10.0, 30.0)),
    ('scenes.mesh.path="a,b=c.glb"', "scenes.mesh.path", "a,b=c.glb"),
    ("scenes.mesh.path='a,b=c.glb',labelling.variants=1", "scenes.mesh.path", "a,b=c.glb"),
    ("scenes.mesh.path=a=b.glb", "scenes.mesh.path", "a=b.glb"),
    ("scenes.mesh.path=don't.glb,seed=3", "scenes.mesh.path", "don't.glb"),
    ("scenes.mesh.pattern=*.ply", "scenes.mesh.pattern", "*.ply"),
    ("scenes.hm3d.scenes=0080?-* 009[12]*", "scenes.hm3d.scenes", "0080?-* 009[12]*"),
    ('scenes.mesh.path="7"', "scenes.mesh.path", "7"),
    ("labelling.openai.base_url=http://127.0.0.1:9/v1", "labelling.openai.base_url.port", 9),
    ("rendering.blender.python=null", "rendering.blender.python", None),
    ("scenes.mesh.categories=", "scenes.mesh.categories", None),
    ("scenes.mesh.label_structure=false", "scenes.mesh.label_structure", False),
    ("train_system1.optimiser.learning_rates.*=1e-4", "train_system1.optimiser.learning_rates.*", 1e-4),
    ('train_system1.optimiser.learning_rates."decoder"=2e-4', "train_system1.optimiser.learning_rates.decoder", 2e-4),
]


def part_of(value, name):
    if isinstance(value, tuple):
        return value[int(name)]
    return value[name] if isinstance(value, dict) else getattr(value, name)


@pytest.fixture(scope="module")
def got(tmp_path_factory):
    """What nodes get, by the text that was given; texts about different keys share a command."""
    commands = defaultdict(list)
    for place, (text, key, _) in enumerate(FORMS):
        commands[sum(key == earlier for _, earlier, _ in FORMS[:place])].append(text)
    words = ["--pipelines=datagen,train_system1"]
    configs = [taken(tmp_path_factory.mktemp("data"), *words, *(f"--params={t}" for t in c)) for c in commands.values()]
    return {text: config for config, texts in zip(configs, commands.values(), strict=True) for text in texts}


@pytest.mark.parametrize(("text", "key", "value"), FORMS)
def test_a_value_reaches_the_node(got, text, key, value):
    """Lists, entries of lists, quotes and stars ended in messages without a key, or in tracebacks."""
    block, *parts = key.split(".")
    assert reduce(part_of, parts, got[text][block]) == value


def test_an_entry_of_a_list_changes_alone(tmp_path):
    plain, changed = (
        taken(tmp_path, "--pipelines=rendering", *words)["rendering"].rigs
        for words in ([], ["--params=rendering.rigs.0.scale=.2"])
    )
    assert changed == (plain[0].model_copy(update={"scale": 0.2}), plain[1])


def test_options_that_are_repeated_add_up(tmp_path):
    """Kedro kept the last ``--params`` and forgot the others without a word."""
    got = taken(tmp_path, "--pipelines=sampling", "--params=seed=3", "--params=sampling.pairs=5")
    assert got["seed"] == 3
    assert got["sampling"].pairs == 5


@pytest.mark.parametrize("parameters", ["{seed: 3, sampling: {pairs: 5}}", '"seed=3,sampling.pairs=5"'])
def test_a_configuration_file_may_give_parameters_as_a_mapping_or_as_the_option_does(tmp_path, parameters):
    file = tmp_path / "run.yml"
    file.write_text(f"run: {{pipelines: sampling, params: {parameters}}}")
    got = taken(tmp_path, f"--config={file}")
    assert (got["seed"], got["sampling"].pairs) == (3, 5)


def test_the_examples_of_the_syntax_hold():
    assert doctest.testmod(given).failed == doctest.testmod(settled).failed == 0
