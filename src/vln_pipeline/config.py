"""The base of every stage's configuration."""

from pydantic import BaseModel, ConfigDict, ValidationError


class Config(BaseModel):
    """A frozen, validated set of parameters; an unknown key is an error that names the key.

    No number may be infinite or none at all (inf, nan). Errors do not repeat the value, which may be a password.

    Sub-classes live beside the code they configure and give each field a description with its unit.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, hide_input_in_errors=True
    )


def first_fault(error: ValidationError, *within: str, whole: str = "it") -> str:
    """Return the first thing that is wrong with told values, as one clause: key and what is the matter.

    Args:
        error: what validation raised.
        within: keys under which the values lie.
        whole: what to call them where they are wrong as a whole.
    """
    fault = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join([*within, *map(str, fault['loc'])]) or whole}: {fault['msg']}"
