import pytest
from command import kedro_run


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize(
    "parameter",
    [
        "labelling.openai.base_url=http://user:s3cret@127.0.0.1:9/v1",
        "labelling.openai.api_key_variable=s3cret",
        "labelling.openai.api_key=s3cret",
    ],
)
def test_a_password_in_a_parameter_is_neither_printed_nor_kept(tmp_path, parameter, debug):
    """It stood in the error text, the journal and the run's record.

    The run is refused, names the parameter and the mend, and no file of the data folder holds it.
    """
    words = ["--pipelines=labelling", f"--params=labelling.labeller=openai,{parameter}"]
    run = kedro_run(tmp_path, *words, **({"VLN_DEBUG": debug} if debug else {}))
    assert run.code == 2
    assert "s3cret" not in run.output
    assert parameter.split("=")[0] in run.output
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"s3cret" in path.read_bytes()]
