"""From outside: server processes with real clients, their start, and the memory they take."""

import json
import subprocess
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from time import perf_counter_ns

from benchmarks.bare import EMPTY
from benchmarks.figures import Figure, Floor
from benchmarks.promises import BARE, EMPTY_TOOL, MEMORY_MUST, START_AIM, START_MUST
from benchmarks.servers import BARE_HTTP, BARE_STDIO, CHECKOUT, Running, ours, over_http, over_stdio
from benchmarks.timing import Effort, Sample, alternate, in_ms
from benchmarks.workload import Operation, Workload, probe
from localstore.values import Row

STDIO = "Over stdio: server process and client, ms"
HTTP = "Over HTTP on the loopback: server process and client, ms"
START = "From starting the process to `initialize` answered, ms"
MEMORY = "Resident memory after the calls above, MB"

_HELLO: Row = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "benchmark", "version": "1"},
    },
}

Server = AbstractAsyncContextManager[Running]


async def measure_stdio(store: Path, workload: Workload, effort: Effort) -> list[Figure]:
    """Each operation over stdio, and the memory the servers have after it."""
    return await _measure(
        STDIO, over_stdio(ours(store)), over_stdio(BARE_STDIO), workload=workload, effort=effort
    )


async def measure_http(store: Path, workload: Workload, effort: Effort) -> list[Figure]:
    """Each operation over HTTP, and the memory the servers have after it."""
    command = ours(store, "--http", "127.0.0.1:0")
    return await _measure(
        HTTP, over_http(command), over_http(BARE_HTTP), workload=workload, effort=effort
    )


async def _measure(
    section: str, starting: Server, starting_bare: Server, *, workload: Workload, effort: Effort
) -> list[Figure]:
    figures = []
    items = workload.items
    async with starting as server, starting_bare as bare:
        empty = probe(Operation("empty", EMPTY, dict), bare.call)
        for operation in workload.operations:
            probes = [probe(operation, server.call, workload.learn), empty]
            sample, tool = await alternate(probes, effort)
            floors = (Floor(EMPTY_TOOL, tool),)
            figures.append(Figure(section, operation.name, sample, floors, items=items))
        taken, floor = (Sample((each.megabytes(),)) for each in (server, bare))
    name = "server on stdio" if section == STDIO else "server on HTTP"
    figures.append(
        Figure(MEMORY, name, taken, (Floor(BARE, floor),), items=items, unit="MB", must=MEMORY_MUST)
    )
    return figures


def measure_start(store: Path, items: int, times: int) -> Figure:
    """Start our server and a bare one in turns; the first of each may compile and is not told."""
    taken: list[list[int]] = [[], []]
    for turn in range(times + 1):
        for command, nanoseconds in zip((ours(store), BARE_STDIO), taken, strict=True):
            once = _start(command)
            if turn:
                nanoseconds.append(once)
    sample, bare = (in_ms(each) for each in taken)
    floors = (Floor(BARE, bare),)
    return Figure(
        START, "start on stdio", sample, floors, items=items, must=START_MUST, aim=START_AIM
    )


def _start(command: Sequence[str]) -> int:
    start = perf_counter_ns()
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(_HELLO).encode() + b"\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        taken = perf_counter_ns() - start
        process.stdin.close()
        assert b"serverInfo" in answer, answer
    return taken
