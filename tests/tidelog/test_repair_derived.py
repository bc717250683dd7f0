"""`tidelog doctor --repair` where only what is derived from the rows is damaged."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from localstore.values import text_of
from tests.tidelog.keepers import begun
from tests.tidelog.laptops import Laptop
from tests.tidelog.layers import breaking
from tests.tidelog.repairing import REPAIR, failed, repaired

pytestmark = pytest.mark.anyio


def derived(store: Path) -> None:
    """Counts and full text tell something else than the rows."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("UPDATE item_counts SET n = n + 3")
        connection.execute("UPDATE work_items SET waits_on = 4 WHERE title = 'Uno'")
        connection.execute("INSERT INTO work_items_fts (work_items_fts) VALUES ('delete-all')")


def index_of_another(store: Path) -> None:
    """An index lacks what the rows have."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        [(sql,)] = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'work_items_ref'"
        ).fetchall()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = sql || ' WHERE ref IS NULL' "
            "WHERE name = 'work_items_ref'"
        )
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("REINDEX work_items_ref")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'work_items_ref'", (sql,))


def index_of_noise(store: Path) -> None:
    """The page on which an index begins holds noise."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page,)] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'work_items_ref'"
        ).fetchall()
    breaking.overwrite(store, [int(page)])


@pytest.mark.parametrize("broken", [derived, index_of_another, index_of_noise])
async def test_what_is_derived(
    anyio_backend: str, tmp_path: Path, broken: Callable[[Path], None]
) -> None:
    """What is derived is built anew from the rows, with no other source at all; the file as it was
    is kept, history and rows are those of before."""
    begun_ = await begun(tmp_path / "project")
    kept = Laptop(begun_.folder)
    await kept.change(await kept.create("One"), title="Uno")
    async with kept.store() as store:
        before = await store.states_after(0, 50)
    broken(kept.database)
    assert {check["repair"] for check in failed(kept)} == {REPAIR}
    [done] = repaired(kept)
    assert ("source" in done) == (broken is index_of_noise)  # that one SQLite cannot build anew
    assert (Path(text_of(done, "set_aside")) / "store.db").stat().st_size
    async with kept.store() as store:
        assert [s.entry["change_id"] for s in await store.states_after(0, 50)] == [
            state.entry["change_id"] for state in before
        ]
        assert [s.row for s in await store.states_after(0, 50)] == [s.row for s in before]
    assert repaired(kept) == []
