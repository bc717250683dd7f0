"""`tidelog completion`: what a shell offers when somebody presses Tab, asked of a real bash."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from localstore.ids import full_ref
from tests.laptops import laptops
from tests.tidelog.conftest import Project
from tests.tidelog.running import environment, tidelog
from tidelog.arguments import SHELLS, TOOLSETS
from tidelog.summaries import SUMMARIES

ASK = """\
eval "$(tidelog completion bash)"
COMP_WORDS=({words}) COMP_CWORD={last} COMP_LINE={line} COMP_POINT={point} COMP_TYPE=9
_python_argcomplete tidelog 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def offered(line: str, folder: Path) -> list[str]:
    """What bash would put in place of the last word of a line."""
    words = line.split(" ")
    script = ASK.format(
        words=" ".join(map(shlex.quote, words)),
        last=len(words) - 1,
        line=shlex.quote(line),
        point=len(line),
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=folder,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [word.strip() for word in done.stdout.splitlines() if word.strip()]


def test_commands(tmp_path: Path) -> None:
    """Behind the name alone stand all commands; behind a letter those that begin with it."""
    assert {*SUMMARIES} <= {*offered("tidelog ", tmp_path)}
    assert offered("tidelog rep", tmp_path) == ["report"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tidelog serve --to", ["--toolsets"]),
        ("tidelog restore --from b", ["backup"]),
        ("tidelog conflicts re", ["resolve"]),
        ("tidelog hub sta", ["start", "status"]),
        ("tidelog serve --toolsets co", ["core", "config"]),
        ("tidelog serve --toolsets core,v", ["core,vendors"]),
        ("tidelog sync --unt", []),
    ],
)
def test_flags_and_choices(line: str, words: Sequence[str], tmp_path: Path) -> None:
    """Flags, actions and choices are completed; what is hidden from the help is not."""
    assert sorted(offered(line, tmp_path)) == sorted(words)


def test_toolsets_are_not_told_twice(tmp_path: Path) -> None:
    """In a list of toolsets only those are offered that it lacks."""
    words = offered("tidelog serve --toolsets core,vendors,", tmp_path)
    assert {word.rpartition(",")[2] for word in words} == {*TOOLSETS} - {"core", "vendors"}


def test_refs_of_the_store(project: Project) -> None:
    """`show` is completed with refs of the nearest store, in any case, also from a folder below."""
    below = project.folder / "src"
    below.mkdir()
    refs = offered("tidelog show t-", below)
    assert refs
    assert all(tidelog("show", ref, cwd=below).code == 0 for ref in refs[:3])
    assert offered(f"tidelog show {refs[0].lower()}", below) == [refs[0]]


@pytest.mark.anyio
async def test_open_conflicts(new_store: Path, tmp_path: Path) -> None:
    """`conflicts show` and `resolve` are completed with the conflicts that are open."""
    async with laptops(new_store, tmp_path) as both:
        item = await both.ann.item("Fix parser")
        await both.sync()
        for world, name in ((both.ann, "ann"), (both.ben, "ben")):
            await world.change(await world.full(item), title=f"By {name}")
        await both.sync()
        folder = both.ben.path.parent.parent
        listed = tidelog("conflicts", "list", "--json", cwd=folder).out
        [conflict] = json.loads(listed)["items"]
        for action in ("show", "resolve"):
            assert offered(f"tidelog conflicts {action} c-", folder) == [conflict["ref"]]
        tidelog("conflicts", "resolve", conflict["ref"], "--keep", "local", cwd=folder)
        assert offered("tidelog conflicts show C-", folder) == []


def test_what_can_be_installed_into(tmp_path: Path) -> None:
    """`install` is completed with the names of what it knows."""
    assert offered("tidelog install claude-", tmp_path) == [
        "claude-code",
        "claude-desktop",
        "claude-skill",
    ]


def test_longer_refs(project: Project) -> None:
    """Who has typed more of a ref than lists show is given the whole of it."""
    shown = json.loads(tidelog("show", project.root, "--json", cwd=project.folder).out)
    whole = full_ref("P", shown["id"])
    assert offered(f"tidelog log {whole[:8]}", project.folder) == [whole]


@pytest.mark.parametrize("line", ["tidelog show ", "tidelog conflicts show ", "tidelog log T"])
def test_no_store(line: str, tmp_path: Path) -> None:
    """Where there is no store no ref is offered, nothing is said, and nothing is made."""
    assert [word for word in offered(line, tmp_path) if not word.startswith("-")] == []
    assert list(tmp_path.iterdir()) == []


def test_unreadable_store(tmp_path: Path) -> None:
    """Beside a file that is no database, no ref is offered and nothing is said."""
    (tmp_path / ".tidelog").mkdir(mode=0o700)
    (tmp_path / ".tidelog/store.db").write_bytes(b"not a database, by any means" * 100)
    assert offered("tidelog show T", tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts(shell: str, tmp_path: Path) -> None:
    """Each shell gets a script of its own, on standard output alone."""
    done = tidelog("completion", shell, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "tidelog" in done.out


def test_unknown_shell(tmp_path: Path) -> None:
    """A shell that has none is refused with those that have."""
    done = tidelog("completion", "tcsh", cwd=tmp_path)
    assert done.code == 2
    assert all(shell in done.err for shell in SHELLS)
