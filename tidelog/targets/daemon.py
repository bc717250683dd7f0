"""The daemon as a service that runs from log-in to log-out, for one store.

Only the file is written. Whether a service is to run now, and is started by systemd or launchd of
this session, over a bus that a container or an ssh session may not have, is for a person to say:
the two commands that do it are printed.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from localstore.errors import InvalidArguments, Unavailable
from tidelog.discovery import Place, find_place, new_place
from tidelog.targets import launchd, systemd
from tidelog.targets.target import Asked, Machine, Scope
from tidelog.targets.wholly import expect_ours, expect_plain

USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"
PREFIX = "tidelog-"
WORDS_LENGTH = 30
"""How much of a project's name a service has in its own."""


class Daemon:
    """The service, as a target: a systemd unit, or on macOS a launchd agent."""

    name = "daemon"
    summary = "systemd or launchd"
    private = False

    def file(self, machine: Machine, scope: Scope) -> Path | None:
        """The unit or agent of the store that is in use here; a project shares none."""
        if scope is not Scope.USER:
            return None
        if machine.is_mac:
            return machine.home / "Library" / "LaunchAgents" / f"{called(machine)}.plist"
        folder = machine.folder("XDG_CONFIG_HOME", ".config")
        return folder / "systemd" / "user" / f"{called(machine)}.service"

    def stands(self, text: str) -> bool:
        """Whether a file of that name is ours."""
        return text.startswith(systemd.MARK) or launchd.is_agent(text, PREFIX)

    def shown(self, asked: Asked) -> str:
        """The whole file."""
        return self.installed(None, asked)

    def installed(self, before: str | None, asked: Asked) -> str:
        """The whole file, whatever was changed in ours.

        Raises:
            Unavailable: there is no store. InvalidArguments: another store was named, a flag makes
                no sense here, a path cannot stand in such a file, or the file is not ours.
        """
        expect_plain(asked, self.name)
        machine, place = asked.machine, _place(asked.machine)
        if before is not None:
            expect_ours(self._shown_file(machine), is_ours=self.stands(before))
        if asked.pinned and asked.store != place.home:
            raise InvalidArguments(
                "--home",
                "the service is made for the store of the folder that you are in",
                hint=f"go there, or say TIDELOG_HOME={asked.store} before the command",
            )
        if asked.store is None:
            raise Unavailable(
                "there is no store here that a service could look after",
                hint="run `tidelog init` first",
            )
        command = [*asked.command, "sync", "--watch", "--home", str(place.home)]
        return _written(machine, command, place)

    def removed(self, before: str, asked: Asked) -> str | None:
        """Nothing: the file is ours alone."""
        expect_ours(self._shown_file(asked.machine), is_ours=self.stands(before))
        return None

    def next_steps(self, asked: Asked) -> Sequence[str]:
        """How to start it, and to see it."""
        machine, name = asked.machine, called(asked.machine)
        if machine.is_mac:
            start = [f"  launchctl bootstrap gui/$(id -u) {self._shown_file(machine)}"]
            check = f"launchctl print gui/$(id -u)/{name}"
        else:
            start = [
                "  systemctl --user daemon-reload",
                f"  systemctl --user enable --now {name}",
            ]
            check = f"journalctl --user -u {name}"
        own = [each for each in machine.variables if each.startswith("TIDELOG_")]
        own = [each for each in own if each != "TIDELOG_HOME"]
        if own:
            start.append(f"It does not get {', '.join(sorted(own))} of this shell: put such")
            start.append("settings into tidelog.toml.")
        return ["Start it, now and whenever you log in:", *start, f"To check: {check}"]

    def last_steps(self, asked: Asked) -> Sequence[str]:
        """How to end it, if it runs."""
        name = called(asked.machine)
        if asked.machine.is_mac:
            return (f"End it if it runs: launchctl bootout gui/$(id -u)/{name}",)
        return (f"End it if it runs: systemctl --user disable --now {name}",)

    def _shown_file(self, machine: Machine) -> str:
        file = self.file(machine, Scope.USER)
        return self.name if file is None else machine.shown(file)


def called(machine: Machine) -> str:
    """What the service is called: after the project, and apart for each store."""
    place = _place(machine)
    words = re.sub(r"[^a-z0-9]+", "-", place.project_folder.name.lower())[:WORDS_LENGTH].strip("-")
    digest = hashlib.sha256(bytes(place.home)).hexdigest()[:8]
    return f"{PREFIX}{words}-{digest}" if words else f"{PREFIX}{digest}"


def _place(machine: Machine) -> Place:
    """The store in use in the project, or where one would be."""
    named = machine.variables.get("TIDELOG_HOME")
    found = find_place(machine.project, home=Path(named) if named else None)
    return found or new_place(machine.project)


def _written(machine: Machine, command: Sequence[str], place: Place) -> str:
    for word in (*command, place.project_folder.name):
        if not word.isprintable():
            raise InvalidArguments(
                repr(word), "cannot stand in a service's file", hint="rename that folder"
            )
    path = _path(machine)
    if machine.is_mac:
        log = machine.home / "Library" / "Logs" / f"{called(machine)}.log"
        return launchd.agent(command, called(machine), str(log), path)
    if systemd.REFUSED.intersection(command[0]):
        raise InvalidArguments(
            command[0],
            "systemd starts no program with a quote or a backslash in its path",
            hint="install tidelog in another folder",
        )
    return systemd.unit(command, str(place.home), place.project_folder.name, path)


def _path(machine: Machine) -> str:
    """A PATH on which git is found, without which there are no snapshots."""
    git = shutil.which("git", path=machine.variables.get("PATH"))
    folder = str(Path(git).parent) if git else ""
    usual = not folder or folder in USUAL_PATH.split(":")
    return USUAL_PATH if usual else f"{folder}:{USUAL_PATH}"
