import pytest
from command import kedro_run


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("smapling.pairs=3", "--params=smapling: unknown parameter; did you mean sampling?"),
        ("sampling.pears=3", "pears Extra inputs are not permitted"),
        (
            "esdf.cell=7",
            "Failed to instantiate EsdfConfig for parameter 'esdf': 1 validation error for EsdfConfig cell",
        ),
        ("scenes.source=mesh,scenes.mesh.path=nowhere.glb", "nowhere.glb: does not exist"),
        ("executor=slurm", "executor: 'slurm' is unknown; use serial, processes or ray"),
        ("workers=0", "workers"),
        ("shard=4/4", "shard"),
    ],
)
def test_a_wrong_parameter_stops_the_run_with_one_line_that_names_it(tmp_path, parameters, said):
    run = kedro_run(tmp_path, "--pipelines=planning", f"--params={parameters}")
    assert run.code == 1
    assert said in run.output
    assert "Traceback" not in run.output


def test_a_misspelt_pipeline_is_named_with_the_nearest(tmp_path):
    run = kedro_run(tmp_path, "--pipelines=datgen")
    assert run.code != 0
    assert "datagen" in run.output
