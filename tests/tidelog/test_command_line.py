"""The command line as a whole: help, versions, and errors in one line."""

from inspect import iscoroutinefunction
from pathlib import Path

import pytest

from tests.tidelog.conftest import Project
from tests.tidelog.running import on_terminal, python, tidelog, too_wide
from tidelog import __version__
from tidelog.__main__ import COMMANDS, load
from tidelog.arguments import Address, parse
from tidelog.summaries import SUMMARIES


def test_version(tmp_path: Path) -> None:
    """--version prints the name and the version."""
    assert tidelog("--version", cwd=tmp_path).out == f"tidelog {__version__}\n"


def test_no_command_is_help(tmp_path: Path) -> None:
    """Without a command it explains itself."""
    assert tidelog(cwd=tmp_path).out == tidelog("--help", cwd=tmp_path).out


def test_help_lists_every_command(tmp_path: Path) -> None:
    """--help names each command with what it does, and fits 80 columns."""
    done = tidelog("--help", cwd=tmp_path)
    assert done.code == 0
    assert too_wide(done.out) == []
    for name, summary in SUMMARIES.items():
        assert f"  {name:12}{summary}" in done.lines


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`tidelog COMMAND --help` tells what the command does and takes."""
    with pytest.raises(SystemExit) as ended:
        parse([command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: tidelog {command}" in shown
    assert SUMMARIES[command][1:] in " ".join(shown.split())


@pytest.mark.parametrize(
    "words",
    [
        ["stauts"],
        ["--nothing"],
        ["show"],
        ["status", "--nothing"],
        ["log", "--limit", "0"],
        ["log", "--limit", "many"],
        ["ready", "--limit", "٣"],
        ["archive", "--older-than", "-1"],
        ["archive", "--older-than", "1", "--restore", "T-7F3KQ"],
        ["serve", "--http", "8000"],
        ["serve", "--http", "localhost:99999"],
        ["sync", "--once", "--watch"],
        ["hub"],
        ["hub", "join"],
    ],
)
def test_usage_errors(words: list[str], tmp_path: Path) -> None:
    """Words it cannot understand end with code 2 and one line that says where help is."""
    done = tidelog(*words, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("tidelog: ")
    assert "--help`" in done.err


def test_each_command_is_there() -> None:
    """What the help lists, in its order, is what can be run."""
    assert list(COMMANDS) == list(SUMMARIES)
    assert all(iscoroutinefunction(load(command)) for command in COMMANDS)


def test_misspelt_command_is_guessed(tmp_path: Path) -> None:
    """A command that is nearly one of ours is guessed."""
    assert "did you mean `tidelog status`?" in tidelog("stauts", cwd=tmp_path).err


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8000", Address("127.0.0.1", 8000)),
        ("localhost:0", Address("localhost", 0)),
        ("[::1]:65535", Address("::1", 65_535)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    """--http takes a host and a port, the host of IPv6 in brackets."""
    assert parse(["serve", "--http", text]).http == address


@pytest.mark.parametrize("command", ["status", "ready", "log", "archive", "doctor", "sync"])
def test_without_a_store(command: str, tmp_path: Path) -> None:
    """Without a store each command exits 1, says what to do, and makes nothing."""
    done = tidelog(command, cwd=tmp_path)
    assert done.code == 1
    assert "tidelog init" in done.out + done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["show", "T-ZZZZZ"], ["log", "nobody"], ["show", ""]])
def test_unknown_keys(words: list[str], project: Project) -> None:
    """A key that names nothing is refused in one line, exit 1."""
    done = tidelog(*words, cwd=project.folder)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("tidelog: ")


def test_damaged_store(tmp_path: Path) -> None:
    """A file that is no database is reported in one line, and stays as it is."""
    home = tmp_path / ".tidelog"
    home.mkdir(mode=0o700)
    (home / "store.db").write_bytes(b"not a database, by any means" * 100)
    done = tidelog("status", cwd=tmp_path)
    assert done.code == 1
    assert done.err.startswith("tidelog: ")
    assert len(done.err.splitlines()) == 1
    assert (home / "store.db").read_bytes().startswith(b"not a database")


def test_wrong_setting(project: Project) -> None:
    """A wrong setting is named with where it was set, exit 1."""
    done = tidelog("status", cwd=project.folder, TIDELOG_DURABLE="perhaps")
    assert done.code == 1
    assert done.err.startswith("tidelog: TIDELOG_DURABLE: must be true or false")


def test_fault_is_one_line(project: Project) -> None:
    """A fault of its own is one line that asks to be reported, and no traceback."""
    code = "import sys; from tidelog import reads; reads.locate = None; sys.argv[1:] = ['status']\n"
    code += "from tidelog.__main__ import main; sys.exit(main())"
    done = python("-c", code, cwd=project.folder)
    assert done.code == 1
    assert done.err.startswith("tidelog: a fault of its own at reads.py:")
    assert len(done.err.splitlines()) == 1


def test_reader_that_leaves(project: Project) -> None:
    """When the reader of a pipe leaves early it ends quietly, as a shell expects."""
    code = (
        "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1)\n"
        "sys.argv[1:] = ['log']; from tidelog.__main__ import main; sys.exit(main())"
    )
    done = python("-c", code, cwd=project.folder)
    assert (done.code, done.err) == (141, "")


def test_encoding_that_lacks_letters(project: Project) -> None:
    """In a pipe whose encoding lacks a letter it prints what it can."""
    done = tidelog("status", cwd=project.folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.code == 0
    assert "Progress" in done.out


def test_error_cannot_steer_a_terminal(project: Project) -> None:
    """An error that repeats what was typed prints no control characters."""
    assert "\x1b" not in tidelog("show", "\x1b[31mred", cwd=project.folder).err


def test_colour_only_on_a_terminal(project: Project) -> None:
    """On a terminal there is colour; in a pipe, and under NO_COLOR, there is none."""
    colour = "\x1b[36m"
    assert colour in on_terminal("status", cwd=project.folder).out
    assert "\x1b" not in tidelog("status", cwd=project.folder).out
    assert colour not in on_terminal("status", cwd=project.folder, NO_COLOR="1").out
