"""`tidelog import`: where files and prompts come from, and what was in the store before."""

import json
import subprocess
from pathlib import Path

import pytest

from localstore.values import Row, mapping_of, rows_of
from tests.tidelog.running import environment, tidelog
from tests.tidelog.test_import import (
    HANDKEPT,
    PROMPTS,
    TEMPLATE,
    contents,
    database,
    folder,
    new_home,
    told,
)

__all__ = ["folder", "new_home"]
PROMPT = (
    '---\nschema_version: "1.0"\ntoken_budget: 5000\nprompts_count: 1\ntitle: {}\n---\n\nDo it.\n'
)


def git(repository: Path, *words: str) -> None:
    """Run git as somebody."""
    names = (
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(
        ["git", *names, *words], cwd=repository, check=True, capture_output=True, env=environment()
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose history holds prompts that are gone, changed, and on another branch."""
    path = tmp_path / "-repository"
    prompts = path / "docs" / "session-prompts"
    prompts.mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch=main", ".")
    for name in ("gone", "changed", "kept"):
        (prompts / f"{name}.md").write_text(PROMPT.format(name), encoding="utf-8")
    (path / "elsewhere.md").write_text(PROMPT.format("elsewhere"), encoding="utf-8")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "One")
    git(path, "checkout", "--quiet", "-b", "side")
    (path / "prompts").mkdir()
    (path / "prompts" / "-sïde \n.md").write_text(PROMPT.format("side"), encoding="utf-8")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "Aside")
    git(path, "checkout", "--quiet", "main")
    (prompts / "gone.md").unlink()
    (prompts / "changed.md").write_text(PROMPT.format("changed since"), encoding="utf-8")
    (prompts / "bad.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "Two")
    return path


def titles(folder: Path) -> list[str]:
    """The titles of all sessions in the store."""
    with database(folder) as connection:
        found = connection.execute("SELECT title FROM work_items WHERE item_type = 'session'")
        return sorted(str(title) for (title,) in found)


def run(folder: Path, *words: str) -> Row:
    """Import and return what is told."""
    return told(tidelog("import", *words, "--json", cwd=folder))


def written(folder: Path, text: str) -> str:
    """A status file with that text, by name."""
    path = folder / "status.md"
    path.write_bytes(text.encode())
    return str(path)


def test_prompts_of_a_history(folder: Path, repository: Path) -> None:
    """Prompts that stand or stood in a repository come in at their newest; bad ones are named."""
    row = run(folder, written(folder, "Nothing.\n"), "--repo", str(repository))
    assert row["ok"] is True
    assert titles(folder) == ["changed since", "gone", "kept", "side"]
    assert [(each["file"], each["line"]) for each in rows_of(row, "skipped")] == [
        ("docs/session-prompts/bad.md", 3)
    ]


def test_repository_is_left_alone(folder: Path, repository: Path) -> None:
    """Reading a repository changes no byte in it."""
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    run(folder, written(folder, "Nothing.\n"), "--repo", str(repository))
    assert {p: p.read_bytes() for p in repository.rglob("*") if p.is_file()} == before


def test_one_prompt_from_two_places(folder: Path, repository: Path) -> None:
    """A prompt that stands in a folder and in a history is one session."""
    prompts = repository / "docs" / "session-prompts"
    words = ("--prompts", str(prompts), "--repo", str(repository))
    row = run(folder, written(folder, "Nothing.\n"), *words)
    count = mapping_of(mapping_of(row, "reconciliation"), "session_prompt_count")
    assert (count["source"], count["stored"]) == (4, 4)


@pytest.mark.parametrize(
    "words",
    [
        ("missing.md",),
        ("status.md", "--prompts", "missing"),
        ("status.md", "--repo", "missing"),
        ("status.md", "--repo", "."),
        ("latin.md",),
    ],
)
def test_refusals(folder: Path, words: tuple[str, ...]) -> None:
    """What cannot be read is refused in one line, exit 1, and nothing is written."""
    written(folder, "## Vendors\n- ALDER: operational\n")
    (folder / "latin.md").write_bytes("## Vendors\n- Ängström: broken\n".encode("latin-1"))
    before = contents(folder)
    done = tidelog("import", *words, cwd=folder)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert contents(folder) == before


def test_too_much_by_hand(folder: Path) -> None:
    """Text by hand that is longer than a report's layout may be is refused, nothing is written."""
    name = written(folder, "## Vendors\n- ALDER: broken\n## Diary\n" + "A day went by.\n" * 20_000)
    before = contents(folder)
    done = tidelog("import", name, cwd=folder)
    assert done.code == 1
    assert "text by hand" in done.err
    assert contents(folder) == before


def test_sixteen_bit_text(folder: Path) -> None:
    """A file in UTF-16 with its mark is read like any other."""
    path = folder / "wide.md"
    path.write_bytes("## Vendors\r\n- ALDER: broken\r\n".encode("utf-16"))
    assert run(folder, str(path))["lines"] == {"total": 2, "mapped": 2, "section": 0, "note": 0}


def test_vendor_that_was_there(folder: Path) -> None:
    """A vendor that is in the store already stays as it is; the lines about it become its note."""
    run(folder, written(folder, "## Vendors\n- ALDER: operational v1.0\n"))
    row = run(folder, written(folder, "## Vendors\n- Alder: broken v2.0\n"))
    assert row["lines"] == {"total": 2, "mapped": 1, "section": 0, "note": 1}
    assert len(rows_of(row, "flagged")) == 1
    with database(folder) as connection:
        (found,) = connection.execute("SELECT name, status, metadata FROM vendors").fetchall()
    assert found[:2] == ("ALDER", "operational")
    assert json.loads(found[2])["legacy_note"] == ["- Alder: broken v2.0"]
    before = contents(folder)
    run(folder, written(folder, "## Vendors\n- Alder: broken v2.0\n"))
    assert contents(folder) == before


def test_both_files_one_after_another(folder: Path) -> None:
    """The two fixtures go into one store; what both tell of a vendor is kept."""
    assert run(folder, str(TEMPLATE))["ok"] is True
    row = run(folder, str(HANDKEPT), "--prompts", str(PROMPTS))
    assert row["ok"] is True
    with database(folder) as connection:
        assert connection.execute("SELECT count(*) FROM vendors").fetchone() == (45,)
        assert connection.execute("SELECT count(*) FROM deployments").fetchone() == (28,)
    before = contents(folder)
    assert run(folder, str(HANDKEPT), "--prompts", str(PROMPTS))["ok"] is True
    assert contents(folder) == before


def test_text_by_hand_is_exported(folder: Path) -> None:
    """What is written by hand stands in the report byte for byte, also of two files."""
    first = "## Rules\r\n\r\n* Be *nice*.  \r\n"
    second = "## More rules\n\n\tBe quick.\n"
    run(folder, written(folder, "## Vendors\r\n- ALDER: broken\r\n\r\n" + first))
    run(folder, written(folder, second + "\n## Tasks\n- Go\n"))
    assert tidelog("export", "out", cwd=folder).code == 0
    report = (folder / "out" / ".project_status.md").read_bytes().decode()
    assert first in report
    assert second in report
    assert report.index("ALDER") < report.index("## Rules") < report.index("## More rules")


def test_fixture_sections_are_exported(folder: Path) -> None:
    """The two sections by hand of the fixture stand at the end of the report, as in the file."""
    run(folder, str(HANDKEPT))
    assert tidelog("export", "out", cwd=folder).code == 0
    report = (folder / "out" / ".project_status.md").read_bytes()
    source = HANDKEPT.read_bytes()
    assert report.endswith(source[source.index(b"## OPERATIONAL PROCEDURES") :])
