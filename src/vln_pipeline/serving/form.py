"""The parts of a request."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from vln_pipeline.config import first_fault
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.refused import RefusedRequestError

ROBOT = "X-Robot"
"""Header that tells robots apart; the published clients, which do not send it, are all one robot."""
_LONGEST_NAME = 64
_FILES, _FIELDS = 3, 8

Parts = Mapping[str, bytes | str]
"""The content of files, and the text of fields, by name."""
Told = TypeVar("Told", bound="Message")


class Message(BaseModel):
    """JSON in a request; keys that are not known are left to other servers."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


def robot_of(request: Request) -> str:
    """Return which robot asks.

    Raises:
        RefusedRequestError: its name is too long; cut short, it might be another's.
    """
    name = request.headers.get(ROBOT, "")
    if len(name) > _LONGEST_NAME:
        raise RefusedRequestError(422, f"{ROBOT}: a robot's name has at most {_LONGEST_NAME} characters")
    return name


def read_message(raw: str | bytes, shape: type[Told], name: str) -> Told:
    """Return JSON as a message.

    Raises:
        RefusedRequestError: it is none, or lacks what the contract has; names the first key.
    """
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise RefusedRequestError(422, first_fault(error, name)) from error


async def read_form(request: Request, config: ServeConfig) -> Parts:
    """Return the parts of a multipart request: the content of files, the text of fields.

    Raises:
        RefusedRequestError: it is no such request.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise RefusedRequestError(415, "the request is no multipart/form-data")
    async with request.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=config.largest) as form:
        return {name: await part.read() if isinstance(part, UploadFile) else part for name, part in form.multi_items()}


def file_of(form: Parts, name: str) -> bytes:
    """Return the content of a file.

    Raises:
        RefusedRequestError: there is no such file.
    """
    content = form.get(name)
    if not isinstance(content, bytes):
        raise RefusedRequestError(422, f"file {name} is missing")
    return content


def text_of(form: Parts, name: str) -> str:
    """Return the text of a field.

    Raises:
        RefusedRequestError: there is no such field.
    """
    content = form.get(name)
    if not isinstance(content, str):
        raise RefusedRequestError(422, f"field {name} is missing")
    return content
