"""The hub of this machine: the Postgres in a wheel, one for all projects of a user."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from localstore.errors import Unavailable

if TYPE_CHECKING:
    from syncd.embedded import EmbeddedPostgres

FOLDER_VARIABLE = "TIDELOG_HUB_FOLDER"
_OF_ROOT = Path("/var/lib/tidelog")
"""Another user runs the server for root, and cannot reach into root's own folder."""


def folder() -> Path:
    """Where its files are: named by TIDELOG_HUB_FOLDER, else in the user's folder for such."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return _OF_ROOT / "hub"
    return platformdirs.user_data_path("tidelog") / "hub"


def machine_hub() -> "EmbeddedPostgres":
    """The server, running or not, made or not.

    Raises:
        EmbeddedTrouble: there is no Postgres in a wheel here.
    """
    from syncd.embedded import EmbeddedPostgres

    return EmbeddedPostgres(folder())


def running_hub() -> "EmbeddedPostgres | None":
    """The server, if it runs. Raises: as `machine_hub`."""
    server = machine_hub()
    return server if server.pid is not None else None


def required_machine_hub() -> "EmbeddedPostgres":
    """The server, which runs.

    Raises:
        Unavailable: it does not. EmbeddedTrouble: as `machine_hub`.
    """
    server = running_hub()
    if server is None:
        raise Unavailable(
            "no hub was named, and none runs on this machine",
            hint="`tidelog hub start` runs one; or name one: tidelog hub join DSN --project NAME",
        )
    return server
