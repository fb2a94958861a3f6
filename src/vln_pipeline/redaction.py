"""Passwords and keys are left out of everything that is printed or kept."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import AfterValidator

HIDDEN = "***"

_IN_TEXT = (
    # User information of a URL (RFC 3986, section 3.2.1). A careless password holds "/" or "@": better hide too much.
    (re.compile(r"(?<=://)(?:[^\s'\"/?#]*:[^\s'\"]*|[^\s'\"/?#]*)@"), f"{HIDDEN}@"),
    (
        re.compile(
            r"([?&][\w.-]*(?:key|token|secret|passw|pwd|sig|auth|credential)[\w.-]*=)[^&\s'\"#]+", re.IGNORECASE
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b(bearer\s+|authorization\W+(?:\w+\s+)?)[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    # Parameters as they are typed, dots and all; one that should name an environment variable may hold the key itself.
    (re.compile(r"([\w.-]*(?:password|passwd|secret|token|api_?key)=)[^\s,&'\"]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(api_key_variable=)(?![A-Z_][A-Z0-9_]*(?:[\s,'\"]|$))[^\s,'\"]+"), rf"\1{HIDDEN}"),
    # Keys that say what they are: OpenAI and its kin, Hugging Face, GitHub, Amazon.
    (re.compile(r"\b(?:sk-[\w-]{16,}|hf_\w{16,}|gh[opsur]_\w{20,}|AKIA[A-Z0-9]{16})"), HIDDEN),
)
_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:password|passwd|pwd|secret|token|api_?key|access_?key|credentials?)$", re.IGNORECASE
)
_VARIABLE_NAME, _VARIABLE = "_variable", re.compile(r"[A-Z_][A-Z0-9_]*")
"""A parameter that names an environment variable, and what such a name looks like; a key pasted there does not."""


def redacted(text: str) -> str:
    """Return a text without the passwords and keys that can be recognised in it.

    >>> redacted("http://user:s3cret@host/v1?api_key=abc&n=1 refused")
    'http://***@host/v1?api_key=***&n=1 refused'
    """
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    return text


def without_secrets(value: Any) -> Any:
    """Return a tree of parameters without passwords and keys: in its strings, and under names that mean one.

    >>> without_secrets({"token": "abc", "server": ["http://user:s3cret@host"], "max_tokens": 160})
    {'token': '***', 'server': ['http://***@host'], 'max_tokens': 160}
    """
    if isinstance(value, Mapping):
        return {key: HIDDEN if _is_secret(str(key), inner) else without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(inner) for inner in value]
    return redacted(value) if isinstance(value, str) else value


def url_without_secret(mend: str) -> AfterValidator:
    """Return a check for a URL parameter: one with a password or a key is refused, as parameters are kept and shown.

    Args:
        mend: what to do instead.
    """

    def check(url: Any) -> Any:
        text = "" if url is None else str(url)
        if "@" in urlsplit(text).netloc or redacted(text) != text:
            raise ValueError(f"an address with a password or key in it is kept in records; {mend}")
        return url

    return AfterValidator(check)


def variable_name() -> AfterValidator:
    """Return a check for a parameter that names an environment variable; it does not repeat what may be a key."""

    def check(name: str | None) -> str | None:
        if name is not None and not _VARIABLE.fullmatch(name):
            raise ValueError("is no name of an environment variable in capitals; put the key into one and name it here")
        return name

    return AfterValidator(check)


def _is_secret(name: str, value: Any) -> bool:
    if not isinstance(value, str) or not value:
        return False
    pasted = name.endswith(_VARIABLE_NAME) and not _VARIABLE.fullmatch(value)
    return pasted or _SECRET_NAME.search(name) is not None
