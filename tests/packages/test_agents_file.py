"""The block in AGENTS.md: what is around it is never touched, and it is small."""

import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localstore.errors import InvalidArguments
from tests.packages.asking import asked
from tests.tidelog.running import tidelog
from tests.tidy_source import ROOT
from tidelog.targets.agents_file import BEGIN, END, AgentsFile
from tidelog.targets.target import Asked, Scope

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it opens its vocabulary the old way
    from bpe_openai import get_encoding

TARGET = AgentsFile()
LINES = st.sampled_from(
    [
        "# Rules",
        "Be kind.",
        "",
        " ",
        "\ufeff",
        "- `make test`",
        "```",
        f"x {BEGIN}",
        f"{END} y",
        "é☂",
    ]
)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r", "", "\n\n"]))).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """What is asked of the target, which looks at nothing."""
    return asked(tmp_path_factory.mktemp("agents"), Scope.PROJECT)


@given(text=TEXTS)
def test_install_and_uninstall_give_the_same_bytes(question: Asked, text: str) -> None:
    """Whatever the file holds: it stands at the beginning unchanged, a second time changes nothing,
    and taking the block out again gives back every byte."""
    assume(not TARGET.stands(text))
    installed = TARGET.installed(text, question)
    assert installed.startswith(text)
    assert TARGET.stands(installed)
    assert TARGET.installed(installed, question) == installed
    assert (TARGET.removed(installed, question) or "") == text


@given(text=TEXTS, after=TEXTS)
def test_older_block_is_replaced_where_it_stands(question: Asked, text: str, after: str) -> None:
    """What was written before and after a block since then stays around the newer one."""
    assume(not TARGET.stands(text))
    assume(not TARGET.stands(after))
    installed = TARGET.installed(text, question)
    assume(installed.endswith("\n"))
    older = text + installed[len(text) :].replace("get_project_status", "an_older_name")
    assert TARGET.installed(older + after, question).endswith(after)
    assert TARGET.removed(older + after, question) == (text + after or None)


@pytest.mark.parametrize("marks", [[BEGIN], [END], [END, BEGIN], [BEGIN, END, BEGIN]])
def test_marks_that_are_no_pair_are_refused(question: Asked, marks: list[str]) -> None:
    """Marks that somebody tore apart are told of, and nothing is guessed."""
    text = "\n".join(marks)
    with pytest.raises(InvalidArguments, match="marks of tidelog"):
        TARGET.installed(text, question)
    with pytest.raises(InvalidArguments, match="marks of tidelog"):
        TARGET.removed(text, question)


def test_flags_of_clients_are_refused(question: Asked) -> None:
    """A flag that would do nothing is not taken."""
    for odd in (
        replace(question, name="other"),
        replace(question, toolsets="core"),
        replace(question, read_only=True),
    ):
        with pytest.raises(InvalidArguments, match="means nothing for agents-md"):
            TARGET.installed(None, odd)


def test_command_writes_and_takes_back(tmp_path: Path) -> None:
    """Without --scope it goes into the project's file; twice is once; the file that it made is gone
    afterwards, and one that was there is as it was."""
    file = tmp_path / "AGENTS.md"
    (tmp_path / ".git").mkdir()
    home = str(tmp_path / "home")
    assert tidelog("install", "agents-md", cwd=tmp_path, HOME=home).code == 0
    written = file.read_text(encoding="utf-8")
    shown = tidelog("install", "agents-md", "--print", cwd=tmp_path, HOME=home)
    assert shown.out == written
    again = tidelog("install", "agents-md", cwd=tmp_path, HOME=home)
    assert "nothing was changed" in again.out
    assert tidelog("uninstall", "agents-md", cwd=tmp_path, HOME=home).code == 0
    assert not file.exists()
    file.write_bytes(b"# Ours\r\n\r\nNo final line end")
    for verb in ("install", "uninstall"):
        assert tidelog(verb, "agents-md", cwd=tmp_path, HOME=home).code == 0
    assert file.read_bytes() == b"# Ours\r\n\r\nNo final line end"


def test_figure_on_the_page_is_measured(question: Asked) -> None:
    """The documents tell what the block costs each session, in tokens; it is under 250."""
    tokens = len(get_encoding("o200k_base").encode(TARGET.shown(question)))
    for page in ("docs/packaging.md", "CHANGELOG.md"):
        assert f"{tokens} tokens" in (ROOT / page).read_text(encoding="utf-8")
    assert tokens < 250
