"""The case "password": a password in ``labelling.openai.base_url`` stood in error texts, journals and run records.

It is refused now, and hidden wherever text from elsewhere may hold one.
"""

import json

import pytest
from pydantic import BaseModel, ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system1.agents.config import AgentsConfig
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.redaction import redacted, without_secrets
from vln_pipeline.runtime.executors import Failure
from vln_pipeline.runtime.record import RunRecord
from vln_pipeline.training.config import TrainingConfig

SECRET = "s3cret"


@pytest.mark.parametrize(
    "text",
    [
        "http://user:s3cret@127.0.0.1:9/v1: connection failed",
        "http://user:s3cret/with@both@host/v1",
        "https://s3cret@host",
        "https://host/v1?api_key=s3cret&x=1",
        "https://host/v1?x=1&X-Amz-Signature=s3cret",
        "a=http://user:s3cret@host,b=2",
        "{'Authorization': 'Bearer s3cret-s3cret'}",
        "authorization: Basic s3crets3cret==",
        "refused key sk-s3cret0123456789abcdef",
        "token hf_s3cret0123456789abcdef",
        "kedro run --params=labelling.openai.api_key_variable=s3cret,seed=1",
        "kedro run --params=some.block.token=s3cret,seed=1",
    ],
)
def test_what_looks_like_a_password_is_hidden(text):
    assert SECRET not in redacted(text)
    assert "***" in redacted(text)
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8000/v1: HTTP 500",
        "scene.glb: cut off: 3 of 9 bytes",
        "s3://bucket/key?n=1",
        "a@b.c",
        "basic furniture",
        "api_key_variable=OPENAI_KEY,max_tokens=3",
    ],
)
def test_other_text_is_left_as_it_is(text):
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("model", "parameters", "key"),
    [
        (LabellingConfig, {"openai": {"base_url": "http://user:s3cret@127.0.0.1:9/v1"}}, "openai.base_url"),
        (LabellingConfig, {"openai": {"base_url": "http://127.0.0.1:9/v1?api_key=s3cret"}}, "openai.base_url"),
        (LabellingConfig, {"openai": {"base_url": "http://user:s3cret@[nonsense"}}, "openai.base_url"),
        (LabellingConfig, {"openai": {"api_key_variable": "s3cret"}}, "openai.api_key_variable"),
        (AgentsConfig, {"servers": [{"name": "a", "url": "http://user:s3cret@host"}]}, "servers.0.url"),
        (AgentsConfig, {"servers": [{"name": "a", "url": "http://host/?token=s3cret"}]}, "servers.0.url"),
        (TrainingConfig, {"mlflow": "https://user:s3cret@host"}, "mlflow"),
    ],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(model: type[BaseModel], parameters, key):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(parameters)
    assert key in str(caught.value)
    assert SECRET not in str(caught.value)


def test_neither_an_error_nor_a_failure_nor_a_record_holds_it(tmp_path):
    error = DataError("http://user:s3cret@host", "answered http://user:s3cret@host", "try http://user:s3cret@host")
    assert SECRET not in str(error) + repr(error) + error.subject + error.cause + error.mend
    failure = Failure("http://user:s3cret@host", "Traceback ...\nBearer s3cret-s3cret")
    assert SECRET not in repr(failure)
    parameters = {
        "labelling": {
            "openai": {"base_url": "http://user:s3cret@host", "api_key": "s3cret", "api_key_variable": "s3cret"}
        },
        "servers": [{"url": "http://host?token=s3cret"}],
    }
    path = RunRecord("id", ["p"], parameters, error="http://user:s3cret@host").write(tmp_path)
    assert SECRET not in path.read_text()
    assert json.loads(path.read_text())["parameters"]["labelling"]["openai"]["base_url"] == "http://***@host"


def test_other_parameters_are_recorded_as_they_are():
    parameters = {"max_tokens": 160, "api_key_variable": "OPENAI_API_KEY", "kinds": ["point"], "token": None}
    assert without_secrets(parameters) == parameters
