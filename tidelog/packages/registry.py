"""`server.json`: how the MCP registry, and what reads it, is told to install and start tidelog."""

from types import NoneType
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from localstore.values import Row, Value
from tidelog.packages.facts import Facts
from tidelog.settings import PREFIX, Settings

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
DESCRIPTION_LENGTH = 100
"""What the registry takes at most."""

OFFERED = {
    "home": "The store's folder, for clients that do not start servers in the project's folder.",
    "toolsets": "Serve only these toolsets, like core,vendors. Absent: all.",
    "read_only": "Leave out every tool that writes.",
    "client_name": "Sign changes with this name instead of the client's own.",
    "hub": "Address of a shared hub: postgresql://user:password@host/name. Absent: offline.",
    "hub_tls": "How a hub beyond this machine is spoken to.",
}
"""The settings that somebody who connects a client may want; the others are for tidelog.toml."""


def server_json(facts: Facts) -> Row:
    """The whole file.

    Raises:
        ValueError: the description is longer than the registry takes.
    """
    if len(facts.description) > DESCRIPTION_LENGTH:
        raise ValueError(f"the description has more than {DESCRIPTION_LENGTH} characters")
    return {
        "$schema": SCHEMA,
        "name": facts.registry_name,
        "title": facts.name,
        "description": facts.description,
        "version": facts.version,
        "packages": [
            {
                "registryType": "pypi",
                "identifier": facts.name,
                "version": facts.version,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "packageArguments": [{"type": "positional", "value": "serve"}],
                "environmentVariables": [
                    _variable(name, said, Settings.model_fields[name])
                    for name, said in OFFERED.items()
                ],
            }
        ],
    }


def _variable(name: str, said: str, field: FieldInfo) -> Row:
    kinds = _kinds(field.annotation)
    told: Row = {"name": f"{PREFIX}{name.upper()}", "description": said}
    told["format"] = "boolean" if bool in kinds else "filepath" if name == "home" else "string"
    if SecretStr in kinds:
        told["isSecret"] = True
    choices: list[Value] = [word for kind in kinds for word in _words(kind)]
    if choices:
        told["choices"] = choices
    if isinstance(field.default, bool):
        told["default"] = str(field.default).lower()
    elif isinstance(field.default, str):
        told["default"] = field.default
    return told


def _kinds(annotation: object) -> tuple[object, ...]:
    """The types a setting may have, without None."""
    parts = () if get_origin(annotation) is Literal else get_args(annotation)
    return tuple(part for part in parts if part is not NoneType) or (annotation,)


def _words(kind: object) -> tuple[str, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()
