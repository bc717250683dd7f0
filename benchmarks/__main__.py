"""`python -m benchmarks`: measure, print a table, keep nothing."""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import inside, outside, sync, table, tokens
from benchmarks.bloat import measure_bloat
from benchmarks.content import PROJECT_ITEMS
from benchmarks.figures import Figure
from benchmarks.floors import BareSqlite
from benchmarks.load import fill
from benchmarks.snapshots import measure_snapshots
from benchmarks.timing import Effort
from benchmarks.workload import Workload
from localstore.store import Store
from localstore.values import Row
from tidelog.wiring import Ids, now

USUAL = (1_200, 120_000)
QUICK = (1_200, 6_000)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--items", type=_sizes, help="sizes of the store: 1200,120000")
    parser.add_argument(
        "--quick", action="store_true", help="fewer calls, and a smaller large store"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args()
    sizes: tuple[int, ...] = given.items or (QUICK if given.quick else USUAL)
    effort = Effort(40, 0.6) if given.quick else Effort(400, 3.5)
    started = perf_counter()
    scale = sync.QUICK if given.quick else sync.USUAL
    figures = asyncio.run(measure(sizes, effort, starts=2 if given.quick else 7, scale=scale))
    for line in table.lines(figures):
        print(line)
    print(f"\n{_machine_line()}, in {perf_counter() - started:.0f} s")
    if given.json is not None:
        report: Row = {"machine": _machine(), "figures": [*map(table.as_row, figures)]}
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


async def measure(
    sizes: tuple[int, ...], effort: Effort, *, starts: int, scale: sync.Scale | None
) -> list[Figure]:
    """Measure everything at each size, on stores that are gone afterwards; section by section;
    sync on that scale, or not at all."""
    figures: list[Figure] = []
    for items in sizes:
        with TemporaryDirectory(prefix="tidelog-bench-") as folder:
            figures += await _at_size(Path(folder), items, effort, starts=starts)
    figures += inside.growth(figures)
    with TemporaryDirectory(prefix="tidelog-bench-") as folder:
        figures += await measure_snapshots(Path(folder, "snapshots"), sizes[0], effort)
        _note("snapshots: done")
        figures += await measure_bloat(Path(folder, "bloat"), sizes[0], effort.calls)
        _note("bloat: done")
        if scale is not None:
            figures += await sync.measure_sync(Path(folder, "sync"), scale)
    sections = list(dict.fromkeys(figure.section for figure in figures))
    return sorted(figures, key=lambda figure: sections.index(figure.section))


async def _at_size(folder: Path, items: int, effort: Effort, *, starts: int) -> list[Figure]:
    began = perf_counter()
    path = folder / ".tidelog" / "store.db"
    landmarks = await fill(path, items, new_id=Ids(), clock=now)
    megabytes = path.stat().st_size / 1e6
    _note(f"{items:,} items, {megabytes:.0f} MB, filled in {perf_counter() - began:.1f} s")
    workload = Workload(landmarks)
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        figures = await tokens.measure_tokens(store, items)
        bare_sqlite = BareSqlite(path)
        try:
            figures += await inside.measure_inside(
                store, workload, bare_sqlite, items=items, effort=effort
            )
        finally:
            bare_sqlite.close()
    _note("in the server: done")
    figures += await outside.measure_stdio(path, workload, effort)
    _note("over stdio: done")
    figures += await outside.measure_http(path, workload, effort)
    _note("over HTTP: done")
    figures.append(outside.measure_start(path, items, starts))
    return figures


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted(int(part) for part in text.split(",")))
    if sizes[0] < PROJECT_ITEMS:
        raise argparse.ArgumentTypeError(f"a store has at least {PROJECT_ITEMS} items")
    return sizes


def _machine() -> Row:
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fastmcp": version("fastmcp"),
    }


def _machine_line() -> str:
    return ", ".join(f"{name} {value}" for name, value in _machine().items())


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
