"""The daemon as a service: what the files say to systemd and launchd."""

import configparser
import plistlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.errors import InvalidArguments, Unavailable
from tests.packages.asking import asked
from tests.tidelog.running import tidelog
from tidelog.arguments import parse
from tidelog.targets.daemon import Daemon, called
from tidelog.targets.launchd import agent
from tidelog.targets.systemd import quoted, unit
from tidelog.targets.target import Scope

TARGET = Daemon()
PRINTABLE = st.text(
    st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" %$\"'\\"), min_size=1
)


def read_by_systemd(line: str) -> list[str]:
    """The words of an ExecStart as systemd.service(5) has it: quotes, backslashes, percent signs.

    `make conformance` asks systemd itself, where it is.
    """
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    assert line == " ".join(f'"{word}"' for word in words)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words]


@given(words=st.lists(PRINTABLE, min_size=1))
def test_systemd_reads_the_words_back(words: list[str]) -> None:
    """Whatever is in a path, systemd starts just that, with nothing filled in."""
    line = " ".join(quoted(word) for word in words)
    assert read_by_systemd(line) == words
    assert "%" not in line.replace("%%", "")


@given(store=PRINTABLE, project=PRINTABLE)
def test_unit_has_a_line_for_each_thing(store: str, project: str) -> None:
    """No name adds a line, an option or a section to the unit, nor continues a line on the next."""
    plain = unit(["/bin/tidelog"], "/s", "p", "/bin").splitlines()
    odd = unit(["/bin/tidelog"], f"/{store}", project, "/bin").splitlines()
    assert [line.partition("=")[0] for line in odd] == [line.partition("=")[0] for line in plain]
    assert not [line for line in odd if line.endswith("\\")]


@given(words=st.lists(PRINTABLE, min_size=1))
def test_launchd_reads_the_words_back(words: list[str]) -> None:
    """A property list gives back the command as it was."""
    read = plistlib.loads(agent(words, "tidelog-x", "/l", "/bin").encode())
    assert read["ProgramArguments"] == words
    assert read["KeepAlive"] == {"SuccessfulExit": False}


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_file_starts_the_daemon_of_this_store(tmp_path: Path, system: str) -> None:
    """Both files run a command that tidelog understands, on the store of this project."""
    question = asked(tmp_path, system=system)
    file = TARGET.file(question.machine, Scope.USER)
    text = TARGET.installed(None, question)
    assert file is not None
    if system == "darwin":
        read = plistlib.loads(text.encode())
        words = read["ProgramArguments"]
        assert file == tmp_path / "home/Library/LaunchAgents" / f"{read['Label']}.plist"
    else:
        sections = configparser.ConfigParser(interpolation=None)
        sections.read_string(text)
        words = read_by_systemd(sections["Service"]["ExecStart"].removeprefix(":"))
        folder = tmp_path / "home" / ".config" / "systemd" / "user"
        assert file == folder / f"{called(question.machine)}.service"
    assert words[0] == question.command[0]
    told = parse(words[1:])
    assert (told.command, told.watch, told.home) == ("sync", True, str(question.store))
    assert TARGET.stands(text)
    assert TARGET.installed(text, question) == text
    assert TARGET.removed(text, question) is None


def test_each_store_has_its_own(tmp_path: Path) -> None:
    """Two projects of one name have two services, and one project always the same."""
    first, second = asked(tmp_path / "a").machine, asked(tmp_path / "b").machine
    assert called(first) != called(second)
    assert called(first) == called(asked(tmp_path / "a").machine)
    assert re.fullmatch(r"tidelog-project-[0-9a-f]{8}", called(first))


def test_variables_that_it_does_not_get_are_named(tmp_path: Path) -> None:
    """A setting of the shell, which a service does not see, is not lost without a word; and no
    secret of it is written or shown."""
    variables = {"PATH": "/usr/bin", "TIDELOG_HUB": "postgresql://ada:secret@hub/x"}
    question = asked(tmp_path, variables=variables)
    said = "\n".join(TARGET.next_steps(question))
    assert "TIDELOG_HUB" in said
    assert "secret" not in said + TARGET.installed(None, question)


def test_git_is_found_where_it_is_here(tmp_path: Path) -> None:
    """A git in a folder that services do not search is on the path of this one."""
    folder = tmp_path / "brew"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "git").chmod(0o755)
    question = asked(tmp_path, variables={"PATH": str(folder)})
    assert f'"PATH={folder}:/usr/local/bin:/usr/bin:/bin"' in TARGET.installed(None, question)


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    """No store, another store, a foreign file, a name with a line break: each is said in words."""
    question = asked(tmp_path)
    with pytest.raises(Unavailable, match="no store here"):
        TARGET.installed(None, replace(question, store=None))
    with pytest.raises(InvalidArguments, match="--home"):
        TARGET.installed(None, replace(question, store=tmp_path / "other", pinned=True))
    with pytest.raises(InvalidArguments, match="was not written by tidelog"):
        TARGET.installed("[Unit]\n", question)
    with pytest.raises(InvalidArguments, match="was not written by tidelog"):
        TARGET.removed("[Unit]\n", question)
    with pytest.raises(InvalidArguments, match="cannot stand in a service's file"):
        TARGET.installed(None, replace(question, command=["/opt/a\nExecStartPre=/bin/x"]))
    with pytest.raises(InvalidArguments, match="systemd starts no program"):
        TARGET.installed(None, replace(question, command=['/opt/"a"/tidelog']))


def test_command_writes_and_takes_back(tmp_path: Path) -> None:
    """`tidelog install daemon` writes one file and says how to start it, `uninstall` takes it."""
    project, home = tmp_path / "Größe & Co", tmp_path / "home"
    project.mkdir()
    settings = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "etc")}
    assert tidelog("install", "daemon", cwd=project, **settings).code == 1
    assert tidelog("init", cwd=project, **settings).code == 0
    done = tidelog("install", "daemon", cwd=project, **settings)
    assert done.code == 0, done.err
    (file,) = [path for path in home.rglob("*") if path.is_file()]
    assert file.stem in done.out
    assert str(project / ".tidelog") in file.read_text(encoding="utf-8")
    assert tidelog("uninstall", "daemon", cwd=project, **settings).code == 0
    assert not file.exists()


def test_written_command_does_the_work(tmp_path: Path) -> None:
    """Started as systemd starts it, with the unit's PATH and a home folder and nothing else, the
    command keeps the store, and ends in peace when it is told to."""
    project, settings = tmp_path / "my project", {"HOME": str(tmp_path / "home")}
    project.mkdir()
    tidelog("init", cwd=project, **settings)
    sections = configparser.ConfigParser(interpolation=None)
    shown = tidelog("install", "daemon", "--print", cwd=project, **settings)
    sections.read_string(shown.out)
    words = read_by_systemd(sections["Service"]["ExecStart"].removeprefix(":"))
    path = sections["Service"]["Environment"].strip('"').removeprefix("PATH=")
    with subprocess.Popen(
        words,
        cwd="/",
        env=settings | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        try:
            assert daemon.stderr is not None
            assert f"keeping {project / '.tidelog'}" in daemon.stderr.readline()
        finally:
            daemon.terminate()
        rest = daemon.stderr.read()
    assert (daemon.returncode, rest) == (0, "")
