"""The benchmark of sync: it runs from one end to the other, and its floors do the same work."""

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import (
    sync_calls,
    sync_crowd,
    sync_first,
    sync_idle,
    sync_propagation,
    sync_rounds,
    table,
)
from benchmarks.load import fill
from benchmarks.sync import Scale, measure_sync
from benchmarks.sync_floors import CopiedRows, load_bare
from benchmarks.sync_hub import beside, hub_server, joined_store, open_project, raw_connection
from localstore.connection import connect
from syncd.postgres import PostgresHub
from syncd.rounds import run_round
from tidelog.wiring import Ids, now

pytestmark = pytest.mark.anyio

TINY = Scale(items=240, calls=2, replicas=2, projects=3, seconds=0.2, idle_seconds=0.2)


async def test_a_tiny_run_measures_every_section(tmp_path: Path) -> None:
    """A run on a few rows has figures with floors for every section, on a hundred columns."""
    figures = await measure_sync(tmp_path, TINY)
    assert {each.section for each in figures} == {
        sync_first.SECTION,
        sync_first.MEMORY,
        sync_calls.SECTION,
        sync_rounds.SECTION,
        sync_propagation.SECTION,
        sync_idle.SECTION,
        sync_crowd.SECTION,
    }
    assert all(each.floors for each in figures)
    # An idle process may use less time than the system's clock of it can show.
    assert all(each.sample.p50 > 0 for each in figures if each.unit != "ms of CPU")
    assert max(map(len, table.lines(figures))) <= table.WIDTH


async def test_the_floors_leave_the_same_rows(tmp_path: Path) -> None:
    """COPY and upsert make the hub's tables what a sync makes them; the bare load a store's."""
    store, bare = tmp_path / "store.db", tmp_path / "bare.db"
    await fill(store, 240, new_id=Ids(), clock=now)
    async with hub_server() as dsn:
        project_id = await open_project(dsn, "floors")
        async with (
            await joined_store(store, project_id) as full,
            await PostgresHub.connect(dsn) as hub,
        ):
            await run_round(full, hub)
        other = await beside(dsn, "floor")
        assert await (await CopiedRows.of(dsn)).put(other) > 0
        counts = []
        for address in (dsn, other):
            connection = await raw_connection(address)
            counts.append(
                [
                    await connection.fetchval(f"SELECT count(*) FROM tidelog.{name}")
                    for name in ("work_items", "dependencies", "vendors", "history")
                ]
            )
            await connection.close()
    assert counts[0] == counts[1]
    assert load_bare(store, bare) > 0
    with (
        closing(connect(store, busy_timeout_seconds=5, durable=False)) as one,
        closing(connect(bare, busy_timeout_seconds=5, durable=False)) as two,
    ):
        for question in (
            "SELECT id, change_id, waits_on, search_text FROM work_items ORDER BY id",
            "SELECT * FROM item_counts WHERE n > 0 ORDER BY 1, 2, 3",
            "SELECT change_id, changes FROM history ORDER BY change_id",
        ):
            assert one.execute(question).fetchall() == two.execute(question).fetchall()
