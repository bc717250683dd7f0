"""What the commands that read do without their store, in a pipe and on a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localstore.values import Row
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared
from tests.tidelog.running import on_terminal, python, tidelog, too_wide

READS = (
    ("status",),
    ("ready",),
    ("show", "Vendor number 00"),
    ("log",),
    ("report",),
    ("conflicts", "list"),
)


@pytest.fixture(scope="module")
def lost(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A project whose store and hub are gone."""
    kept = prepared.copy(tmp_path_factory.mktemp("lost") / "w")
    breaking.noise(kept.database)
    breaking.without_hub(kept)
    return kept


@pytest.mark.parametrize("words", READS, ids=lambda words: words[0])
def test_json_says_where_it_is_from(prepared: Prepared, lost: Kept, words: tuple[str, ...]) -> None:
    """With --json the answer holds source, age and warning, and else what the store would say."""
    done = tidelog(*words, "--json", cwd=lost.folder)
    assert done.code == 0, done.err
    answer: Row = json.loads(done.out)
    assert answer["source"] == "git"
    assert str(answer["as_of"]) in str(answer["warning"])
    assert done.err == f"tidelog: {answer['warning']}\n"


def test_a_view_begins_with_the_warning(prepared: Prepared, lost: Kept) -> None:
    """In a pipe the warning is one line on standard error, and the view is as ever on the other;
    on a terminal the view keeps to its 80 columns."""
    whole = tidelog("ready", cwd=prepared.folder)
    piped = tidelog("ready", cwd=lost.folder)
    assert (piped.code, piped.out) == (0, whole.out)
    assert len(piped.err.splitlines()) == 1
    shown = on_terminal("status", cwd=lost.folder)
    assert (shown.code, too_wide(shown.out)) == (0, [])
    assert shown.err.startswith("tidelog: the store's file cannot be used")


def test_what_is_not_found(lost: Kept) -> None:
    """What a copy does not hold is refused after it was said that it is a copy."""
    done = tidelog("show", "T-ZZZZZ", cwd=lost.folder)
    assert (done.code, done.out) == (1, "")
    warning, refusal = done.err.splitlines()
    assert "this is from the snapshots in git" in warning
    assert "T-ZZZZZ" in refusal


def test_no_layer(tmp_path: Path) -> None:
    """Where nothing else is there either, one line names each layer."""
    home = tmp_path / ".tidelog"
    home.mkdir(mode=0o700)
    breaking.noise(home / "store.db")
    done = tidelog("status", cwd=tmp_path)
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert all(f"{layer}: " in done.err for layer in ("hub", "git", "markdown"))


BOUND_BY_MODES = """
import ctypes, os, sys
if os.geteuid() == 0:  # file modes are no more than words to root, until it has lost two powers
    for power in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        assert ctypes.CDLL(None).prctl(24, power, 0, 0, 0) == 0  # PR_CAPBSET_DROP
os.execv(sys.executable, [sys.executable, "-m", "tidelog", *sys.argv[1:]])
"""


@pytest.fixture
def read_only(prepared: Prepared, tmp_path: Path) -> Iterator[Kept]:
    """A project without a hub in a folder that nobody may write to."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    for part in kept.home.glob("store.db-*"):
        part.unlink()
    every = [*kept.home.rglob("*"), kept.home]
    for path in every:
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield kept
    for path in every[::-1]:
        path.chmod(0o700)


def test_a_folder_that_cannot_be_written(read_only: Kept) -> None:
    """In a folder that is read-only SQLite can open no store; the snapshots in it answer."""
    done = python("-c", BOUND_BY_MODES, "status", "--json", cwd=read_only.folder)
    assert done.code == 0, done.err
    assert json.loads(done.out)["source"] == "git"
