"""A repair that is killed at any moment loses nothing; and a server goes on beside one."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tidelog
from tests.tidelog.keepers import Kept, begun, written
from tests.tidelog.laptops import Laptop
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Watch, served
from tests.tidelog.running import environment
from tidelog.layers.soundness import AGAIN_SECONDS

pytestmark = pytest.mark.anyio

TITLES = ["Three", "Two", "Uno"]


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Laptop:
    """A project with two tasks in git, and one that only the store has; one table is damaged."""
    kept = await begun(tmp_path / "project")
    await written(kept)
    await kept.create("Three")
    breaking.damage(kept.database, "enhancements")
    return Laptop(kept.folder)


def building(kept: Kept) -> bool:
    """A restored store is being built."""
    return bool([*kept.home.glob("restoring-*/store/store.db")])


def built(kept: Kept) -> bool:
    """Its rows are in it."""
    return any(file.stat().st_size > 300_000 for file in kept.home.glob("restoring-*/*/store.db*"))


def setting_aside(kept: Kept) -> bool:
    """The old store is being set aside."""
    return bool([*kept.home.glob("set-aside/*/store.db")])


def set_aside(kept: Kept) -> bool:
    """It has been."""
    return any(file.stat().st_size for file in kept.home.glob("set-aside/*/store.db"))


def nothing_more(kept: Kept) -> bool:
    """The place where it was built is gone."""
    return set_aside(kept) and not [*kept.home.glob("restoring-*")]


def repair_until(kept: Kept, moment: Callable[[Kept], bool]) -> None:
    """Let a repair go on until that moment, and kill it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tidelog", "doctor", "--repair"],
        cwd=kept.folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None and not moment(kept):
            pass  # looking is what takes the time
        process.kill()


@pytest.mark.parametrize(
    "moment", [building, built, setting_aside, set_aside, nothing_more], ids=lambda m: m.__name__
)
async def test_killed(kept: Laptop, moment: Callable[[Kept], bool]) -> None:
    """Killed at any moment a repair leaves a store that the next one makes whole: with what was
    committed, and with what only the damaged store had."""
    repair_until(kept, moment)
    kept.run("doctor", "--repair")
    assert await kept.titles() == TITLES
    kept.run("doctor")
    assert [*kept.home.glob("restoring-*")] == []


async def test_beside_a_server(kept: Laptop) -> None:
    """A server that is running on the damaged store goes on with the repaired one."""
    watch = Watch()
    async with served(kept, watch) as (caller, _):
        before = await caller.ok("list_enhancements")
        assert before["source"] == "git"
        kept.run("doctor", "--repair")
        watch.seconds += AGAIN_SECONDS
        after = await caller.ok("list_work_items")
        assert after["total"] == 3
        assert (await caller.ok("list_enhancements")).get("source", "local") == "local"
        await caller.ok("create_vendor", {"name": "Acme"})
    assert kept.command("doctor").code == 0
    shown = kept.run("status", "--json").out
    assert '"source": "local"' in shown


DELETING = re.compile(
    r"\brm\b|--force|\bprune\b|git gc|reset --hard|git clean|checkout -f|\bunlink\b"
)


def hints() -> list[str]:
    """Every text in the code that names a command, or is a hint or a repair."""
    root = Path(tidelog.__file__).parent.parent
    found = []
    for package in ("tidelog", "localstore", "gitlayer", "syncd", "mcp_server"):
        for file in (root / package).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            documents = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(
                    node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
                )
                and isinstance(node.body[0], ast.Expr)
            }
            found += [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documents
                and ("`" in node.value or " " in node.value)
            ]
    return found


def test_no_hint_deletes_anything() -> None:
    """No text of ours tells anybody to delete something, or a git to forget."""
    every = hints()
    assert len(every) > 500
    assert [text for text in every if DELETING.search(text)] == []


async def test_no_init_over_anything(kept: Laptop) -> None:
    """Where anything of a store is left no repair is to begin a new one."""
    for broken in (breaking.missing, breaking.emptied, breaking.noise):
        broken(kept.database)
        done = kept.command("doctor")
        assert done.code == 1
        assert "tidelog init" not in done.out
        assert "`tidelog doctor --repair`" in done.out
