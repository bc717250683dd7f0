"""Migrations: a file comes to this version's schema whole, or stays as it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from localstore import schema
from localstore.errors import Unavailable
from localstore.schema import MIGRATIONS, SEARCHED, applied_migrations, is_current, migrate


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a new file, in autocommit mode as the store opens it."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as opened:
        yield opened


def schema_of(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every table, index, trigger and view with its statement."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY 1")
    return found.fetchall()


def test_new_file_has_no_migrations(connection: sqlite3.Connection) -> None:
    """A new file has been through nothing and is not current."""
    assert applied_migrations(connection) == []
    assert not is_current(connection)


def test_migrating_makes_current(connection: sqlite3.Connection) -> None:
    """A migrated file has been through every migration, in order."""
    migrate(connection)
    assert applied_migrations(connection) == list(MIGRATIONS)
    assert is_current(connection)
    assert not connection.in_transaction


def test_migrating_twice_changes_nothing(connection: sqlite3.Connection) -> None:
    """Migrating a current file leaves its schema as it is."""
    migrate(connection)
    before = schema_of(connection)
    migrate(connection)
    assert schema_of(connection) == before


def test_failed_migration_leaves_nothing(connection: sqlite3.Connection) -> None:
    """A migration that fails half-way leaves the file as it was."""
    connection.execute("CREATE TABLE vendors (name TEXT)")
    before = schema_of(connection)
    with pytest.raises(sqlite3.OperationalError, match="vendors"):
        migrate(connection)
    assert schema_of(connection) == before
    assert not connection.in_transaction


def test_every_migration_has_its_file() -> None:
    """Each migration's SQL stands in a file of its name, and no other file is there."""
    folder = Path(__file__).parents[2] / "localstore" / "migrations"
    assert sorted(path.stem for path in folder.glob("*.sql")) == sorted(MIGRATIONS)


def test_newer_schema_is_refused(connection: sqlite3.Connection) -> None:
    """A migration that this version does not know means that a newer tidelog wrote the file."""
    migrate(connection)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('tidelog', '9999_later', '2030')"
    )
    with pytest.raises(Unavailable, match="9999_later") as caught:
        is_current(connection)
    assert "upgrade" in caught.value.hint


def test_foreign_migrations_are_not_ours(connection: sqlite3.Connection) -> None:
    """Somebody else's migrations in the same file do not count."""
    migrate(connection)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('their plugin', '9999_later', '2030')"
    )
    assert is_current(connection)


@pytest.mark.parametrize("table", sorted(SEARCHED))
def test_tables_are_searched(connection: sqlite3.Connection, table: str) -> None:
    """Both tables of work items have a full-text index over their searched columns."""
    migrate(connection)
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table}_fts)")]
    assert columns == list(SEARCHED[table])


def test_every_table_is_strict(connection: sqlite3.Connection) -> None:
    """Every table of ours is STRICT, so that a column only ever holds its type."""
    migrate(connection)
    loose = connection.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlite_migrations'"
    )
    assert loose.fetchall() == []


def _at_schema(connection: sqlite3.Connection, number: int) -> None:
    """Bring a new file to the schema of an older version, which knew that many migrations."""
    later = MIGRATIONS[number:]
    schema._migrations().apply(Database(connection), stop_before=later)
    assert applied_migrations(connection) == list(MIGRATIONS[:number])


def _own_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that hold what was written, not what SQLite or full-text search keeps."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' AND name <> '_sqlite_migrations' AND name NOT LIKE '%\\_fts%' ESCAPE '\\'"
    )
    return [str(name) for (name,) in found]


def _fill(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Write two rows with every column filled into every table, one into that which has no room for
    more; return what the tables hold."""
    contents = {}
    for table in _own_tables(connection):
        described = connection.execute(f"PRAGMA table_info({table})").fetchall()
        numbers = (1,) if table == "sync" else (1, 2)
        if table == "sync":
            connection.execute("DELETE FROM sync")
        for n in numbers:
            values = [n if kind == "INTEGER" else f"{name} {n}" for _, name, kind, *_ in described]
            marks = ", ".join("?" * len(values))
            connection.execute(
                f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO NOTHING", values
            )
        question = ", ".join(name for _, name, *_ in described) + f" FROM {table}"
        contents[question] = connection.execute(f"SELECT {question}").fetchall()
        assert len(contents[question]) >= len(numbers)
    return contents


@pytest.mark.parametrize("number", range(1, len(MIGRATIONS)))
def test_older_file_keeps_its_rows(connection: sqlite3.Connection, number: int) -> None:
    """A file of an older version has every row of every table after migrating, and is current."""
    _at_schema(connection, number)
    before = _fill(connection)
    assert len(before) >= 12
    migrate(connection)
    assert is_current(connection)
    for question, rows in before.items():
        if not question.endswith("sync_base"):  # nobody ever wrote to it, and it is gone
            assert connection.execute(f"SELECT {question}").fetchall() == rows


@pytest.mark.parametrize("number", range(1, len(MIGRATIONS)))
def test_older_file_gets_the_same_schema(
    connection: sqlite3.Connection, tmp_path: Path, number: int
) -> None:
    """A file of an older version has the schema of a new one after migrating."""
    _at_schema(connection, number)
    _fill(connection)
    migrate(connection)
    with closing(sqlite3.connect(tmp_path / "fresh.db", isolation_level=None)) as fresh:
        migrate(fresh)
        assert schema_of(connection) == schema_of(fresh)
        for table in _own_tables(fresh):
            asked = f"PRAGMA table_info({table})"
            assert connection.execute(asked).fetchall() == fresh.execute(asked).fetchall()


def test_failed_later_migration_leaves_the_file(connection: sqlite3.Connection) -> None:
    """A migration that fails on an older file leaves its schema and rows as they were."""
    _at_schema(connection, 1)
    contents = _fill(connection)
    connection.execute("CREATE TABLE deployments_loosened (name TEXT)")
    before = schema_of(connection)
    with pytest.raises(sqlite3.OperationalError, match="deployments_loosened"):
        migrate(connection)
    assert schema_of(connection) == before
    assert applied_migrations(connection) == ["0001_store"]
    for question, rows in contents.items():
        assert connection.execute(f"SELECT {question}").fetchall() == rows


def test_deployment_may_lack_its_commit(connection: sqlite3.Connection) -> None:
    """A deployment's commit may be empty, and the rest of its row may not."""
    migrate(connection)
    described = connection.execute("PRAGMA table_info(deployments)")
    loose = {name for _, name, _, required, *_ in described if not required}
    assert loose == {
        "commit_hash",
        "metadata",
        "vendor_ids",
        "work_item_ids",
        "base_change_id",
        "extra",
    }
