"""Settings: by flag, else by environment (TIDELOG_…), else from tidelog.toml beside the store."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from localstore.errors import InvalidArguments
from localstore.fields import Branch, Who
from localstore.validation import refusal
from localstore.values import Value

PREFIX = "TIDELOG_"
FILE_TABLE = "tidelog"
FileValues = Mapping[str, Value]


def _names(value: object) -> object:
    """A list written as `a,b`, as flags and the environment have to write it."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return value


class Settings(BaseSettings):
    """What can be set. No secret has a flag of its own: others may read a process's arguments."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    home: Path | None = None
    """The store's folder, outright, instead of the nearest `.tidelog`. Not from the file."""
    client_name: Who | None = None
    """Who signs changes, instead of the name a client gives in its handshake."""
    toolsets: Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_names)] = None
    """Which toolsets `serve` offers; absent: all."""
    read_only: bool = False
    """Whether `serve` leaves out every tool that writes, and `board` everything that changes."""
    http_token: SecretStr | None = Field(default=None, min_length=1)
    """What an HTTP client must show. Without it, `serve --http` listens on loopback only."""
    busy_timeout_seconds: float = Field(default=30.0, ge=0.001, le=600)
    """How long a call waits for another process's write before it is refused as busy."""
    durable: bool = True
    """Whether an acknowledged write survives power loss, not only the death of the process."""
    archive_after_days: int = Field(default=365, ge=0, le=100_000)
    """From which age, in days, closed items are archived."""
    backups: int = Field(default=7, ge=0, le=1000)
    """How many of the daemon's daily backups are kept; 0: it makes none. Those from before a
    migration are made in any case, and the newest three are kept."""
    snapshots: bool = True
    """Whether commands and servers keep the snapshots without being asked."""
    snapshot_repository: Path | None = None
    """A repository that is to hold the snapshots on a branch of their own; absent: its own one."""
    snapshot_branch: Branch = "tidelog"
    """That branch."""
    report_path: Path | None = None
    """A file of the project, from its folder, in which the report is kept as well."""
    person: Who | None = None
    """Who signs what was edited in the files; absent: git's `user.name`, else the login name."""
    machine: Who | None = None
    """What this store's machine is called in conflicts and in history; absent: the host's name,
    which several stores of one machine share. Others learn a new one when they next merge."""
    hub: SecretStr | None = Field(default=None, min_length=1)
    """The hub, as a Postgres address (DSN); absent: the one that the store's folder names."""
    hub_tls: Literal["verify", "unverified", "off"] = "verify"
    """How a hub beyond loopback is spoken to: only over TLS with a certificate that holds, over
    TLS with any certificate, or in the clear."""
    sync: bool = True
    """Whether `serve` keeps a process beside it that syncs, where there is a hub."""
    poll_seconds: float = Field(default=30.0, ge=0.1, le=86_400)
    """How often the hub is asked even though nothing told of news, in seconds."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in force, and where each came from: a flag, a variable, the file, or nowhere."""

    values: Settings
    origins: Mapping[str, str]


def read_settings_file(file: Path) -> FileValues:
    """The settings in `file`, at its top or in a table `[tidelog]`; none when there is no file.

    Raises:
        InvalidArguments: it is no TOML, or cannot be read.
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as failure:
        raise InvalidArguments(str(file), f"cannot be read: {failure}") from None
    table = document.get(FILE_TABLE, document)
    if not isinstance(table, dict):
        raise InvalidArguments(str(file), f"`{FILE_TABLE}` must be a table")
    return table


def load_settings(flags: Mapping[str, Value], file: Path | None = None) -> LoadedSettings:
    """Put the settings together: `flags` (absent or null: not given), environment, then `file`.

    Raises:
        InvalidArguments: a value breaks its rule, or the file holds a name that is no setting. The
            message names the flag, the variable or the file it came from.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    in_file = read_settings_file(file) if file else {}
    _check_file(in_file, file)

    origins = {name: _origin(name, given, in_file, file) for name in Settings.model_fields}
    # What a flag or the file says is passed in, and pydantic-settings reads the environment for the
    # rest: so the file must keep quiet where a variable speaks.
    quiet = [name for name in in_file if origins[name] == _variable(name)]
    told = {name: value for name, value in in_file.items() if name not in quiet} | given
    try:
        return LoadedSettings(Settings.model_validate(told), origins)
    except ValidationError as failure:
        refused = refusal(failure, Settings)
        name = refused.field.partition(".")[0]
        raise InvalidArguments(origins.get(name, name), refused.rule) from None


def _check_file(values: FileValues, file: Path | None) -> None:
    allowed = [name for name in Settings.model_fields if name != "home"]
    for name in values:
        if name not in allowed:
            raise InvalidArguments(
                f"{file}",
                f"`{name}` is no setting there",
                hint="there may be " + ", ".join(allowed),
            )


def _origin(name: str, flags: Mapping[str, Value], in_file: FileValues, file: Path | None) -> str:
    if name in flags:
        return "--" + name.replace("_", "-")
    if any(key.upper() == _variable(name) and value for key, value in os.environ.items()):
        return _variable(name)
    return f"{file}: {name}" if name in in_file else "default"


def _variable(name: str) -> str:
    return (PREFIX + name).upper()
