"""`tidelog import`: both fixtures, the checks, and that nothing is kept when one fails."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len

from localstore.values import Row, mapping_of, rows_of
from tests.tidelog.running import Ended, tidelog

LEGACY = Path(__file__).parents[1] / "fixtures" / "legacy"
HANDKEPT = LEGACY / "status_handkept.md"
TEMPLATE = LEGACY / "status_template.md"
PROMPTS = LEGACY / "session-prompts"
CHECKS = [
    "vendor_count",
    "deployment_history",
    "enhancement_count",
    "session_prompt_count",
    "vendor_metadata",
]


@pytest.fixture(scope="module")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new store."""
    folder = tmp_path_factory.mktemp("new")
    assert tidelog("init", cwd=folder).code == 0
    return folder


@pytest.fixture
def folder(new_home: Path, tmp_path: Path) -> Path:
    """A folder of the test's own with a new store."""
    shutil.copytree(new_home / ".tidelog", tmp_path / ".tidelog")
    return tmp_path


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """The store's file, as a test looks at it or spoils it."""
    with closing(sqlite3.connect(folder / ".tidelog" / "store.db")) as connection, connection:
        yield connection


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that an import writes."""
    tables = ("vendors", "work_items", "deployments", "enhancements", "configuration", "history")
    with database(folder) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in tables
        }


def told(done: Ended) -> Row:
    """What an import printed as JSON."""
    row: Row = json.loads(done.out)
    return row


def test_handkept_file(folder: Path) -> None:
    """The hand-kept dialect with its prompts: every check passes and every line is told of."""
    before = HANDKEPT.read_bytes()
    done = tidelog("import", str(HANDKEPT), "--prompts", str(PROMPTS), "--json", cwd=folder)
    row = told(done)
    assert (done.code, done.err, row["ok"]) == (0, "", True)
    assert list(row) == ["ok", "reconciliation", "lines", "skipped", "flagged"]
    counted = mapping_of(row, "reconciliation")
    assert list(counted) == CHECKS
    stored = {name: mapping_of(counted, name)["stored"] for name in CHECKS[:4]}
    assert list(stored.values()) == [45, 14, 8, 25 + 13]
    assert all(mapping_of(counted, name)["match"] is True for name in CHECKS)
    assert row["lines"] == {"total": 414, "mapped": 398, "section": 16, "note": 0}
    assert HANDKEPT.read_bytes() == before


def test_bad_prompts_are_skipped(folder: Path) -> None:
    """Prompts without what a session needs are skipped with file and line; one of a later schema
    is kept and flagged."""
    row = told(tidelog("import", str(HANDKEPT), "--prompts", str(PROMPTS), "--json", cwd=folder))
    skipped = {Path(str(each["file"])).stem: each["line"] for each in rows_of(row, "skipped")}
    assert skipped == {
        "2025-09-01_bad_yaml": 5,
        "2025-09-02_no_budget": 1,
        "2025-09-04_no_frontmatter": 1,
        "2025-09-05_budget_as_text": 4,
    }
    flagged = [Path(str(each["file"])).stem for each in rows_of(row, "flagged")]
    assert flagged.count("2025-09-03_future_schema") == 1


def test_template_file(folder: Path) -> None:
    """The template: 52 items in a tree with their own times, deployments without a commit."""
    row = told(tidelog("import", str(TEMPLATE), "--json", cwd=folder))
    assert row["ok"] is True
    assert row["lines"] == {"total": 402, "mapped": 402, "section": 0, "note": 0}
    with database(folder) as connection:
        items = connection.execute(
            "SELECT i.title, i.item_type, i.status, i.created_at, p.title FROM work_items i "
            "LEFT JOIN work_items p ON p.id = i.parent_id"
        ).fetchall()
        commits = connection.execute("SELECT DISTINCT commit_hash FROM deployments").fetchall()
    assert len(items) == 52
    assert (
        "Speed up currency rounding (1.3.3)",
        "research",
        "active",
        "2025-03-06T12:00:00.000000Z",
        "Session 1.3: manifest schema",
    ) in items
    assert commits == [(None,)]


@pytest.mark.parametrize("file", [HANDKEPT, TEMPLATE], ids=["handkept", "template"])
def test_twice_is_once(folder: Path, file: Path) -> None:
    """A second import adds nothing, says so, and its checks pass."""
    tidelog("import", str(file), "--prompts", str(PROMPTS), cwd=folder)
    before = contents(folder)
    again = tidelog("import", str(file), "--prompts", str(PROMPTS), cwd=folder)
    assert again.code == 0
    assert again.lines[0] == "Everything is in the store already; nothing was added."
    assert contents(folder) == before


def test_dry_run_writes_nothing(folder: Path) -> None:
    """`--dry-run` shows the outcome and leaves the store as it was."""
    before = contents(folder)
    done = tidelog("import", str(HANDKEPT), "--dry-run", cwd=folder)
    assert done.code == 0
    assert done.lines[0] == "92 rows would be added; nothing was written."
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("table", "check"),
    [
        ("vendors", "vendor_count"),
        ("deployments", "deployment_history"),
        ("enhancements", "enhancement_count"),
        ("work_items", "session_prompt_count"),
    ],
)
def test_a_missing_row_rolls_back(folder: Path, table: str, check: str) -> None:
    """A store that swallows one row fails that check: exit 1, nothing written, file untouched."""
    with database(folder) as connection:
        connection.execute(
            f"CREATE TRIGGER swallow BEFORE INSERT ON {table} "
            f"WHEN (SELECT count(*) FROM {table}) = 3 BEGIN SELECT RAISE(IGNORE); END"
        )
    before, text = contents(folder), HANDKEPT.read_bytes()
    done = tidelog("import", str(HANDKEPT), "--json", cwd=folder)
    row = told(done)
    assert (done.code, row["ok"]) == (1, False)
    failed = mapping_of(mapping_of(row, "reconciliation"), check)
    assert failed["match"] is False
    assert (contents(folder), HANDKEPT.read_bytes()) == (before, text)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("vendors SET status = 'operational' WHERE name = 'BASALT'", "vendor_metadata"),
        (
            (
                "vendors SET metadata = json_set(metadata, '$.test_results.total', 99) "
                "WHERE name = 'ALDER'"
            ),
            "vendor_metadata",
        ),
        ("vendors SET extractor_version = NULL WHERE name = 'CEDAR'", "vendor_metadata"),
        ("deployments SET commit_hash = NULL WHERE rowid = 2", "deployment_history"),
        ("deployments SET work_item_ids = '[\"x\"]' WHERE rowid = 2", "deployment_history"),
        ("enhancements SET target_quarter = NULL WHERE rowid = 2", "enhancement_count"),
        (
            "work_items SET metadata = json_set(metadata, '$.prompts_count', 99) WHERE rowid = 2",
            "session_prompt_count",
        ),
    ],
)
def test_a_changed_field_rolls_back(folder: Path, change: str, check: str) -> None:
    """A store that alters one field of one row fails that check; nothing is written."""
    with database(folder) as connection:
        table = change.partition(" ")[0]
        connection.execute(
            f"CREATE TRIGGER alter_ AFTER INSERT ON {table} BEGIN UPDATE {change}; END"
        )
    before = contents(folder)
    done = tidelog("import", str(HANDKEPT), "--json", cwd=folder)
    failed = {
        name
        for name, each in mapping_of(told(done), "reconciliation").items()
        if isinstance(each, dict) and each["match"] is False
    }
    assert (done.code, failed) == (1, {check})
    assert contents(folder) == before


def test_failure_is_told_to_people(folder: Path) -> None:
    """Without --json a mismatch is the first line, and the failed check is marked."""
    with database(folder) as connection:
        connection.execute(
            "CREATE TRIGGER swallow BEFORE INSERT ON vendors WHEN new.name = 'ALDER' "
            "BEGIN SELECT RAISE(IGNORE); END"
        )
    done = tidelog("import", str(HANDKEPT), cwd=folder)
    assert done.code == 1
    assert done.lines[0].endswith("nothing was written.")
    assert [line.split()[-1] for line in done.lines if "in the file" in line] == [
        "MISMATCH",
        "ok",
        "ok",
        "ok",
        "MISMATCH",
    ]


def test_each_row_has_its_history(folder: Path) -> None:
    """Each imported row has one history entry of the person, and the doctor finds all well."""
    tidelog("import", str(HANDKEPT), cwd=folder, TIDELOG_PERSON="Ada")
    with database(folder) as connection:
        entries = connection.execute(
            "SELECT entity, count(*) FROM history WHERE changed_by = 'Ada' GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert entries == [
        ("configuration", 1),
        ("deployment", 14),
        ("enhancement", 8),
        ("vendor", 45),
        ("work_item", 25),
    ]
    assert tidelog("doctor", cwd=folder).code == 0


def test_fits_eighty_columns(folder: Path) -> None:
    """What is shown to people fits a terminal of 80 columns."""
    done = tidelog("import", str(TEMPLATE), "--prompts", str(PROMPTS), cwd=folder)
    assert max(map(cell_len, done.lines)) <= 80
