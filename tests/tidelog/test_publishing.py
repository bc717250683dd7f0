"""The report in a file of the user's project (`report_path`)."""

import shutil
import stat
from pathlib import Path

import pytest

from tests.tidelog.conftest import Project
from tests.tidelog.running import tidelog

HAND = "\n## How we deploy\r\n\n1. Look.\n2. Leap.  \n\n```\n## Recent Deployments\n```\n"


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    """A copy of the project, with a report kept at docs/STATUS.md."""
    shutil.copytree(project.folder / ".tidelog", tmp_path / ".tidelog")
    (tmp_path / "docs").mkdir()
    (tmp_path / "tidelog.toml").write_text('report_path = "docs/STATUS.md"\n', encoding="utf-8")
    return tmp_path


def report(folder: Path) -> str:
    """What the file holds, line ends and all."""
    return (folder / "docs/STATUS.md").read_bytes().decode()


def test_hand_written_text_stays(folder: Path) -> None:
    """What is written into the file by hand stands there byte for byte after the next report."""
    assert tidelog("snapshot", cwd=folder).code == 0
    first = report(folder)
    (folder / "docs/STATUS.md").write_bytes((first + HAND).encode())
    assert tidelog("snapshot", cwd=folder).code == 0
    assert report(folder).endswith(HAND)
    assert report(folder).startswith(first)


def test_edited_lines_are_kept(folder: Path) -> None:
    """Lines of a generated section that somebody edited are written over, told of, and kept."""
    assert tidelog("snapshot", cwd=folder).code == 0
    file = folder / "docs/STATUS.md"
    file.write_text(report(folder).replace("## Active Work Items", "## Active Work Items\nmine!"))
    told = tidelog("snapshot", cwd=folder)
    kept = folder / ".tidelog/report.overwritten"
    assert "mine!" not in report(folder)
    assert str(kept) in told.err
    assert "+mine!" in kept.read_text(encoding="utf-8").splitlines()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_links_and_permissions_stay(folder: Path) -> None:
    """A symbolic link is followed, not replaced, and the file keeps its permissions."""
    real = folder / "real.md"
    real.write_text("# Mine\n", encoding="utf-8")
    real.chmod(0o640)
    (folder / "docs/STATUS.md").symlink_to(real)
    assert tidelog("snapshot", cwd=folder).code == 0
    assert (folder / "docs/STATUS.md").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert report(folder).startswith("# Mine\n")
    assert "## Operational Vendors" in report(folder)


def test_folder_that_is_missing(folder: Path) -> None:
    """A path that cannot be written is one clear error; the snapshot itself is taken."""
    (folder / "docs").rmdir()
    told = tidelog("snapshot", cwd=folder)
    assert told.code == 1
    assert "STATUS.md cannot be written" in told.err
    assert (folder / ".tidelog/status/.project_status.md").exists()
