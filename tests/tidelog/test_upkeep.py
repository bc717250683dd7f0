"""The commands that look after a store: archive and doctor."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.tidelog.conftest import Project
from tests.tidelog.running import tidelog


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    """A copy of the project that a test may change."""
    shutil.copytree(project.folder / ".tidelog", tmp_path / ".tidelog")
    return tmp_path


def test_nothing_is_old_enough(folder: Path) -> None:
    """Without anything old enough it says so."""
    done = tidelog("archive", cwd=folder)
    assert done.out == "Nothing to archive: no closed work is older than 365 days.\n"


def test_setting_says_how_old(folder: Path) -> None:
    """The setting archive_after_days is what counts where no flag is given."""
    done = tidelog("archive", cwd=folder, TIDELOG_ARCHIVE_AFTER_DAYS="30")
    assert "older than 30 days" in done.out


def test_archived_and_brought_back(folder: Path, project: Project) -> None:
    """Closed work leaves for the archive and comes back by its ref; each change is signed."""
    done = tidelog("archive", "--older-than", "0", cwd=folder)
    assert done.lines[0] == "1 item archived."
    assert project.done in done.lines[1]
    back = tidelog("archive", "--restore", project.done, cwd=folder, TIDELOG_CLIENT_NAME="me")
    assert back.lines[0] == "1 item brought back."
    log = tidelog("log", project.done, cwd=folder).out
    assert "me           back from the archive" in log
    assert "tidelog      archived" in log


def test_unknown_ref_is_not_brought_back(folder: Path) -> None:
    """What is not in the archive is refused in one line."""
    done = tidelog("archive", "--restore", "T-ZZZZZ", cwd=folder)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1


def test_archive_as_json(folder: Path) -> None:
    """--json tells how many were archived, and which."""
    row = json.loads(tidelog("archive", "--older-than", "0", "--json", cwd=folder).out)
    assert (row["archived"], len(row["items"])) == (1, 1)


def test_doctor_finds_nothing(folder: Path) -> None:
    """A sound store passes every check, exit 0."""
    done = tidelog("doctor", cwd=folder)
    assert done.code == 0
    assert done.lines[-1] == "All is well."
    assert "FAIL" not in done.out


def test_doctor_tells_of_open_files(folder: Path) -> None:
    """Files that others may read fail a check; the repair it names repairs them."""
    (folder / ".tidelog").chmod(0o755)
    (folder / ".tidelog" / "store.db").chmod(0o644)
    done = json.loads(tidelog("doctor", "--json", cwd=folder).out)
    failed = [check for check in done["checks"] if not check["ok"]]
    assert [check["check"] for check in failed] == ["permissions"]
    assert done["ok"] is False
    assert failed[0]["repair"] == "`tidelog doctor --repair`"
    assert tidelog("doctor", "--repair", cwd=folder).code == 0
    assert tidelog("doctor", cwd=folder).code == 0


def test_doctor_finds_damage(folder: Path) -> None:
    """Derived figures that do not agree with the rows fail a check, exit 1."""
    with sqlite3.connect(folder / ".tidelog" / "store.db") as connection:
        connection.execute("UPDATE item_counts SET n = n + 1")
    connection.close()
    done = tidelog("doctor", cwd=folder)
    assert done.code == 1
    assert [line[:17] for line in done.lines if line.startswith("FAIL")] == ["FAIL  kept counts"]
    assert done.lines[-1].endswith("checks failed.")


def test_doctor_without_a_store(tmp_path: Path) -> None:
    """Without a store the doctor says how to make one, exit 1."""
    done = tidelog("doctor", cwd=tmp_path)
    assert done.code == 1
    assert "run `tidelog init`" in " ".join(done.out.split())


def test_doctor_with_a_wrong_setting(folder: Path) -> None:
    """A setting that breaks its rule is one of the findings."""
    done = tidelog("doctor", cwd=folder, TIDELOG_BUSY_TIMEOUT_SECONDS="soon")
    assert done.code == 1
    assert "TIDELOG_BUSY_TIMEOUT_SECONDS: must be a number" in " ".join(done.out.split())


def test_doctor_shows_no_secret(folder: Path) -> None:
    """Of the token it shows that it is set, and where."""
    done = tidelog("doctor", cwd=folder, TIDELOG_HTTP_TOKEN="open sesame")
    assert "sesame" not in done.out
    assert "http_token            set (TIDELOG_HTTP_TOKEN)" in done.out
