"""Changing a file that belongs to somebody else: whole or not at all, with a way back."""

import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localstore.errors import InvalidArguments, Unavailable
from tidelog.targets.applying import Outcome, rewrite

NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)


def to(file: Path, text: str | None, *, private: bool = True) -> Outcome:
    """Bring a file to a text."""
    return rewrite(file, lambda _: text, private=private, moment=NOON)


def names(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(each.name for each in folder.iterdir())


def test_a_new_file(tmp_path: Path) -> None:
    """A new file is made with its folders; it is private, or as the umask says."""
    before = os.umask(0o022)
    try:
        assert to(tmp_path / "a" / "b", "x\r\n") == Outcome(changed=True)
        assert to(tmp_path / "c", "y", private=False).backup is None
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b").read_bytes() == b"x\r\n"
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o644


def test_a_backup_is_made(tmp_path: Path) -> None:
    """What was there is beside the file, under its name and the moment, with its mode."""
    file = tmp_path / "f.json"
    file.write_bytes(b"old\r\n")
    file.chmod(0o640)
    first, second = to(file, "new").backup, to(file, "newer").backup
    assert first == tmp_path / "f.json.2026-03-14T12-00-00Z.tidelog-backup"
    assert second == tmp_path / "f.json.2026-03-14T12-00-00Z-2.tidelog-backup"
    assert first is not None
    assert (first.read_bytes(), second.read_bytes(), file.read_bytes()) == (
        b"old\r\n",
        b"new",
        b"newer",
    )
    assert {each.stat().st_mode & 0o777 for each in (first, second, file)} == {0o640}


def test_nothing_to_change(tmp_path: Path) -> None:
    """A file that is as it should be is not touched, and a missing one is not made."""
    file = tmp_path / "f"
    file.write_text("same")
    before = file.stat()
    assert to(file, "same") == Outcome(changed=False)
    assert to(tmp_path / "g", None) == Outcome(changed=False, exists=False)
    assert file.stat() == before
    assert names(tmp_path) == ["f"]


def test_a_file_can_go(tmp_path: Path) -> None:
    """A file of which nothing is left is removed."""
    file = tmp_path / "f"
    file.write_text("ours")
    assert to(file, None) == Outcome(changed=True, exists=False)
    assert names(tmp_path) == []


def test_links_are_followed(tmp_path: Path) -> None:
    """A link stays one: what it points at is replaced, also where that is not made yet."""
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "real"
    real.write_text("old")
    (tmp_path / "link").symlink_to("dotfiles/real")
    (tmp_path / "fresh").symlink_to("dotfiles/new/file")
    assert to(tmp_path / "link", "new").backup is not None
    to(tmp_path / "fresh", "made")
    assert (tmp_path / "link").is_symlink()
    assert real.read_text() == "new"
    assert (tmp_path / "dotfiles/new/file").read_text() == "made"
    assert names(tmp_path / "dotfiles") == ["new", "real"]


def test_a_file_that_changes_meanwhile_is_read_again(tmp_path: Path) -> None:
    """What another program writes while the edit is made is edited too, not overwritten."""
    file = tmp_path / "f"
    file.write_text("a")
    seen: list[str | None] = []

    def edit(text: str | None) -> str:
        seen.append(text)
        if len(seen) == 1:
            file.write_text("b")
        return f"{text} and ours"

    assert rewrite(file, edit, private=True, moment=NOON).changed
    assert seen == ["a", "b"]
    assert file.read_text() == "b and ours"
    assert (tmp_path / "f.2026-03-14T12-00-00Z.tidelog-backup").read_text() == "b"
    assert len(names(tmp_path)) == 2


def test_a_file_that_never_rests_is_left(tmp_path: Path) -> None:
    """A file that another program writes all the time is given up, with nothing left behind."""
    file = tmp_path / "f"
    turns = iter(range(1000))

    def edit(text: str | None) -> str | None:
        file.write_text(f"theirs {next(turns)}")
        return "ours" if next(turns) % 3 else None

    file.write_text("theirs")
    with pytest.raises(Unavailable, match="is being changed by another program"):
        rewrite(file, edit, private=True, moment=NOON)
    assert file.read_text().startswith("theirs")
    assert names(tmp_path) == ["f"]


def test_text_that_cannot_be_written(tmp_path: Path) -> None:
    """A path that is not UTF-8 cannot be written into a file of text, and that is said."""
    with pytest.raises(InvalidArguments, match="cannot hold a path that is not UTF-8"):
        to(tmp_path / "f", "/home\udcff")
    assert names(tmp_path) == []


def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder, a pipe, or a folder that is a file is told in one line."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    for file in ("folder", "pipe", "file/below"):
        with pytest.raises(Unavailable, match=f"{file} cannot be changed: "):
            to(tmp_path / file, "new")
    assert names(tmp_path) == ["file", "folder", "pipe"]


def test_a_full_disk(tmp_path: Path) -> None:
    """When the new text does not fit, the old stays, and nothing half-written is left."""
    file = tmp_path / "f"
    file.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        with pytest.raises(Unavailable, match="cannot be changed: File too large") as refused:
            to(file, "x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert refused.value.hint.startswith("nothing was changed")
    assert file.read_text() == "old"
    assert names(tmp_path) == ["f"]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tidelog.targets.applying import rewrite
file, turn = Path(sys.argv[1]), 0
while True:
    turn += 1
    text = f"{turn} " + "x" * 200_000 + f" {turn}"
    rewrite(file, lambda _: text, private=True, moment=datetime.fromtimestamp(turn, UTC))
    print(turn, flush=True)
"""


@pytest.mark.parametrize("turns", range(1, 13))
def test_killed_at_any_moment(tmp_path: Path, turns: int) -> None:
    """A process that is killed while it changes a file leaves the old text or the new, whole."""
    file = tmp_path / "f"
    file.write_text("0 0")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for _ in range(turns):
            writer.stdout.readline()
        writer.kill()
    words = file.read_text().split()
    assert words[0] == words[-1]
    assert int(words[0]) >= turns
