"""The PostgreSQL that comes in a wheel, as a hub on this machine: no server has to be installed.

The server listens on one loopback port, chosen once, and asks for a password, generated once and
kept in a file that only its owner reads. It outlives whoever started it.
"""

import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from syncd.programs import EmbeddedTrouble, Programs, end_of

__all__ = ["EmbeddedPostgres", "EmbeddedTrouble", "free_port"]

ROLE = "tidelog"
DATABASE = "tidelog"
_WAIT_SECONDS = 60


class EmbeddedPostgres:
    """One server with its files in one folder. Calls block until they are done.

    The folder holds `cluster/` (the server's own), `pgpass` (0600: the password) and `port`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is made yet. `binaries` is a folder with `initdb` and its like, the package's own
        when it is not given; `settings` are the server's, beyond where it listens.

        Raises:
            EmbeddedTrouble: there is no such package.
        """
        self._folder = folder.absolute()
        self._cluster = self._folder / "cluster"
        self._pgpass = self._folder / "pgpass"
        self._port = self._folder / "port"
        self._log = self._folder / "log"
        self._settings = dict(settings or {})
        self._programs = Programs(self._folder, binaries)

    @property
    def port(self) -> int:
        """Where it listens, once it has been made."""
        return int(self._port.read_text(encoding="ascii"))

    @property
    def dsn(self) -> str:
        """How this machine's user reaches it: without the password, with the file that holds it."""
        file = quote(str(self._pgpass), safe="/")
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{DATABASE}?passfile={file}"

    @property
    def dsn_with_password(self) -> str:
        """The same for somebody who cannot read that file. Not for any text that people see."""
        password = self._pgpass.read_text(encoding="ascii").strip().rpartition(":")[2]
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def exists(self) -> bool:
        """Whether it has been made."""
        return self._port.exists()

    @property
    def pid(self) -> int | None:
        """Its process while it runs."""
        if (
            not self.exists
            or self._programs.run("pg_ctl", ["status", *self._where], fails=True) is None
        ):
            return None
        try:
            told = (self._cluster / "postmaster.pid").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None  # it has just ended
        return int(told.split()[0])

    def start(self) -> None:
        """Make it unless it exists, start it unless it runs, and wait until it answers.

        Raises:
            EmbeddedTrouble: it did not start, with the end of its log; or its port is taken.
        """
        self.make()
        if self.pid is not None:
            return
        if not _is_free(self.port):
            raise EmbeddedTrouble(
                f"port {self.port} of this machine is taken by another program",
                hint=f"end that program, or write another port to {self._port}",
            )
        listening = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
        }
        options = " ".join(
            f"-c {name}='{value}'" for name, value in (self._settings | listening).items()
        )
        waiting = ["-w", "-t", str(_WAIT_SECONDS), "-l", str(self._log)]
        arguments = ["start", *self._where, *waiting, "-o", options]
        if self._programs.run("pg_ctl", arguments, fails=True) is None:
            raise EmbeddedTrouble(f"the server did not start: {self._last_words()}")

    def stop(self, mode: str = "fast") -> None:
        """Stop it and wait until it has ended; nothing happens when it does not run.

        `mode` is pg_ctl's: `smart` waits for clients, `fast` ends them, `immediate` is a crash.

        Raises:
            EmbeddedTrouble: it still runs.
        """
        if self.pid is not None:
            waiting = ["-w", "-t", str(_WAIT_SECONDS), "-m", mode]
            stopped = self._programs.run("pg_ctl", ["stop", *self._where, *waiting], fails=True)
            if stopped is None and self.pid is not None:
                raise EmbeddedTrouble(f"the server did not stop: {self._last_words()}")

    def make(self) -> None:
        """Make its files and its database, unless they exist. A half-made one is made anew.

        Raises:
            EmbeddedTrouble: it could not be made.
        """
        if self.exists:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._cluster, ignore_errors=True)
        self._programs.hand_over()
        password, port = secrets.token_urlsafe(24), free_port()
        told = self._folder / "initial"
        _write_secret(told, password + "\n")
        self._programs.own(told)
        try:
            self._programs.run(
                "initdb",
                [
                    *self._where,
                    *("--username", ROLE, "--pwfile", str(told)),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                ],
            )
        finally:
            told.unlink()
        # Before the server is ever started: alone with its files, it asks for no password.
        self._programs.run(
            "postgres", ["--single", *self._where, "postgres"], said=f"CREATE DATABASE {DATABASE}\n"
        )
        _write_secret(self._pgpass, f"127.0.0.1:{port}:*:{ROLE}:{password}\n")
        # Last of all, because it says that all is there.
        self._port.write_text(f"{port}\n", encoding="ascii")

    @property
    def _where(self) -> list[str]:
        return ["-D", str(self._cluster)]

    def _last_words(self) -> str:
        try:
            return end_of(self._log.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return "it said nothing"


def free_port() -> int:
    """A port of the loopback on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
