"""Tool calls on a store whose daemon is in the middle of a first sync."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure, Floor
from benchmarks.inside import in_server
from benchmarks.load import fill
from benchmarks.promises import BUSY_AIM, BUSY_MUST, IDLE
from benchmarks.sync_daemons import daemon, until
from benchmarks.sync_hub import joined_store
from benchmarks.timing import Probe, Sample, in_ms
from benchmarks.workload import Operation, Workload, probe
from localstore.store import Store
from mcp_server.layers import OneStore
from mcp_server.server import build_server
from tidelog.wiring import Ids, now

SECTION = "Tool calls during a first sync down, beside the same without, ms"
_ITEMS = 1_200
_CALLED = ("hierarchy, 5 down", "list of 25", "full status", "create", "update")
_PAUSE_SECONDS = 0.005
_IDLE_TURNS = 60


async def measure_calls(folder: Path, dsn: str, project_id: str) -> list[Figure]:
    """Call tools on a store of 1,200 items, alone at first; then while its daemon takes in what a
    project holds, until it has all of it.

    Between two calls is a short pause, as any client has.
    """
    path = folder / "store.db"
    landmarks = await fill(path, _ITEMS, new_id=Ids(), clock=now)
    workload = Workload(landmarks)
    async with await joined_store(path, project_id) as store:
        call = in_server(build_server(OneStore(store), version="0", render_report=lambda _: ""))
        operations = {each.name: each for each in workload.operations}
        operations["sync status"] = Operation("sync status", "get_sync_status", dict)
        names = (*_CALLED, "sync status")
        probes = [probe(operations[name], call, workload.learn) for name in names]
        await _turn(probes)
        idle = [await _turn(probes) for _ in range(_IDLE_TURNS)]
        async with daemon(path, dsn):
            busy = await _while_it_pulls(store, probes)
    return [
        _figure(name, in_ms([turn[place] for turn in busy]), in_ms([turn[place] for turn in idle]))
        for place, name in enumerate(names)
    ]


async def _while_it_pulls(store: Store, probes: Sequence[Probe]) -> list[list[int]]:
    """Call from the first page on until the last one is there; a turn at least."""

    async def has_begun() -> bool:
        return (await store.sync_place()).cursor > 0

    await until(has_begun)
    turns = [await _turn(probes)]
    while await _is_behind(store):
        turns.append(await _turn(probes))
    return turns


async def _is_behind(store: Store) -> bool:
    status = await store.sync_status()
    return status["cursor"] != status.get("hub_head")


async def _turn(probes: Sequence[Probe]) -> list[int]:
    taken = []
    for each in probes:
        await asyncio.sleep(_PAUSE_SECONDS)
        taken.append(await each())
    return taken


def _figure(name: str, busy: Sample, idle: Sample) -> Figure:
    return Figure(SECTION, name, busy, (Floor(IDLE, idle),), must=BUSY_MUST, aim=BUSY_AIM)
