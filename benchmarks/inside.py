"""In the server: tool calls without a transport, beside an empty tool and bare SQL."""

import asyncio
import gc
from itertools import pairwise
from time import perf_counter_ns

from fastmcp import FastMCP

from benchmarks.bare import EMPTY, bare_server
from benchmarks.figures import Figure, Floor
from benchmarks.floors import BareSqlite
from benchmarks.promises import AIM, EMPTY_TOOL, GROWTH, MUST, SMALLEST, SQL
from benchmarks.timing import Effort, Probe, alternate, in_ms
from benchmarks.workload import Call, Operation, Workload, probe
from gitlayer.report import render_report
from localstore.models import WorkItemCreate, WorkItemPatch
from localstore.store import Store
from localstore.validation import validate
from localstore.values import Row, number_of, text_of
from mcp_server.layers import OneStore
from mcp_server.server import build_server

SECTION = "In the server: a tool call without transport, ms"
GROWTH_SECTION = "As the store grows: medians, ms"
CLIENTS = 10


def in_server(server: FastMCP[None]) -> Call:
    """Calls of a server's tools, without a transport."""

    async def call(tool: str, arguments: Row) -> Row:
        answer = await server.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        return answer.structured_content or {}

    return call


def in_store(store: Store) -> Call:
    """The writes straight on the store: what is left when the server is taken away."""

    async def call(tool: str, arguments: Row) -> Row:
        if tool == "create_work_item":
            item = validate(WorkItemCreate, arguments)
            return await store.create_work_item(item, who="benchmark")
        if tool == "set_dependency":
            source, target = text_of(arguments, "source_id"), text_of(arguments, "target_id")
            return await store.set_dependency(source, target, "blocks", who="benchmark")
        fields = {
            name: value for name, value in arguments.items() if name in ("status", "metadata")
        }
        patch = validate(WorkItemPatch, fields)
        key, version = text_of(arguments, "id"), number_of(arguments, "version")
        return await store.update_work_item(key, version, patch, who="benchmark")

    return call


async def measure_inside(
    store: Store, workload: Workload, bare_sqlite: BareSqlite, *, items: int, effort: Effort
) -> list[Figure]:
    """Measure each operation, its floors in between; the writes also without the server."""
    # As `tidelog serve` does once all is loaded; and what filled the store is no part of a server.
    gc.collect()
    gc.freeze()
    ours = in_server(build_server(OneStore(store), version="0", render_report=lambda _: ""))
    direct = in_store(store)
    empty = probe(Operation("empty", EMPTY, dict), in_server(bare_server()))
    figures = []
    for operation in workload.operations:
        name = operation.name
        sql = _sql(operation, bare_sqlite)
        probes = [probe(operation, ours, workload.learn), empty, sql]
        sample, tool, rows = await alternate(probes, effort)
        floors = (Floor(EMPTY_TOOL, tool), Floor(SQL, rows))
        must, aim = MUST.get(name), AIM.get(name)
        figures.append(Figure(SECTION, name, sample, floors, items=items, must=must, aim=aim))
        if operation.writes:
            probes = [probe(operation, direct, workload.learn), sql]
            sample, rows = await alternate(probes, effort)
            figures.append(
                Figure(
                    SECTION,
                    f"{name}, store only",
                    sample,
                    (Floor(SQL, rows),),
                    items=items,
                    must=must,
                    aim=aim,
                )
            )
    figures.append(await _report(store, bare_sqlite, items=items, effort=effort))
    figures.append(await _together(ours, workload, bare_sqlite, items=items, effort=effort))
    return figures


def growth(figures: list[Figure]) -> list[Figure]:
    """Each operation at the largest number of items beside itself at the smallest."""
    first: dict[str, Figure] = {}
    last: dict[str, Figure] = {}
    for figure in figures:
        if figure.section == SECTION:
            first.setdefault(figure.name, figure)
            last[figure.name] = figure
    reads = {"vendor status", "hierarchy, 5 down", "hierarchy, 5 up", "full status"}
    return [
        Figure(
            GROWTH_SECTION,
            name,
            last[name].sample,
            (Floor(SMALLEST, small.sample),),
            items=last[name].items,
            aim=GROWTH if name in reads else None,
        )
        for name, small in first.items()
        if last[name] is not small
    ]


def _sql(operation: Operation, bare_sqlite: BareSqlite) -> Probe:
    """The floor of an operation in SQLite: the same rows selected, or as many committed."""

    async def run() -> int:
        arguments = {} if operation.writes else operation.next_arguments()
        start = perf_counter_ns()
        if operation.writes:
            bare_sqlite.commit(operation.name)
        else:
            bare_sqlite.select(operation.name, arguments)
        return perf_counter_ns() - start

    return run


async def _report(store: Store, bare_sqlite: BareSqlite, *, items: int, effort: Effort) -> Figure:
    """The whole report, its facts and its text, beside the same rows selected."""
    name = "status report"

    async def run() -> int:
        start = perf_counter_ns()
        text = render_report(await store.report_facts())
        taken = perf_counter_ns() - start
        assert "## Recent Deployments\n- **" in text
        return taken

    sample, rows = await alternate([run, _sql(Operation(name, "", dict), bare_sqlite)], effort)
    floors = (Floor(SQL, rows),)
    must, aim = MUST[name], AIM[name]
    return Figure(SECTION, name, sample, floors, items=items, must=must, aim=aim)


async def _together(
    ours: Call, workload: Workload, bare_sqlite: BareSqlite, *, items: int, effort: Effort
) -> Figure:
    """Ten clients of one server that create at once, beside one connection that commits.

    What is told is the time between one finished create and the next, whoever made it.
    """
    moments: list[int] = [perf_counter_ns()]

    async def client() -> None:
        for _ in range(effort.calls // CLIENTS):
            await ours("create_work_item", workload.new_item())
            moments.append(perf_counter_ns())

    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(client())
    between = [after - before for before, after in pairwise(moments)]
    commit = _sql(Operation("create", "", dict, writes=True), bare_sqlite)
    commits = [await commit() for _ in between]
    name = f"create, {CLIENTS} at once"
    return Figure(SECTION, name, in_ms(between), (Floor(SQL, in_ms(commits)),), items=items)
