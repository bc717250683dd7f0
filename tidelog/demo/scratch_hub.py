"""The demo's own hub: the one-machine hub of `tidelog hub start`, in a folder of the demo's."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.embedded import EmbeddedPostgres
from tidelog.machine_hub import FOLDER_VARIABLE

_EVERYBODYS = Path("/var", "tmp")
_PASSABLE = 0o001


@contextmanager
def scratch_hub(scratch: Path) -> Iterator[dict[str, str]]:
    """Where the commands of this story find their hub, as environment variables; in the end the
    server has stopped and its files are gone with `scratch`.

    Raises:
        EmbeddedTrouble: there is no Postgres in a wheel here. Nothing was made.
    """
    folder = _folder(scratch)
    try:
        server = EmbeddedPostgres(folder)
        try:
            yield {FOLDER_VARIABLE: str(folder)}
        finally:
            server.stop("immediate")
    finally:
        if not folder.is_relative_to(scratch):
            shutil.rmtree(folder.parent)


def _folder(scratch: Path) -> Path:
    """A folder that the server can reach: for root it runs as another user."""
    if os.geteuid() != 0:
        return scratch / "hub"
    if not all(folder.stat().st_mode & _PASSABLE for folder in scratch.parents):
        scratch = Path(tempfile.mkdtemp(prefix="tidelog-demo-", dir=_EVERYBODYS))
    scratch.chmod(0o711)
    return scratch / "hub"
