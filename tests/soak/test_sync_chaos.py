"""Three laptops that write and sync in real processes, while something happens to them."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random

import psutil

from tests.postgres import Server, running_server
from tests.soak.chaos import told
from tests.soak.chaos_aftermath import Reckoning
from tests.soak.chaos_world import Chaos, cutting, killing

KILLS, RESTARTS = 8, 2
CUTS = 6


def held(
    folder: Path, what: Callable[[Chaos, Server], Coroutine[object, object, Reckoning]]
) -> Chaos:
    """What befell three laptops; they held the promise, and none of their processes is left."""
    chaos = Chaos(folder, str(Random().getrandbits(32)))
    sys.stdout.write(f"--seed {chaos.seed}\n")
    with running_server() as server:
        reckoning = asyncio.run(what(chaos, server))
    sys.stdout.write("\n".join(told(chaos, reckoning)) + "\n")
    words = [each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"])]
    assert [each for each in words if str(folder) in " ".join(each)] == []
    assert psutil.Process().children() == []
    for laptop in chaos.laptops:
        said = laptop.log.read_text()
        assert "Traceback" not in said
        assert "went back" not in said
    return chaos


def test_killed_processes(tmp_path: Path) -> None:
    """Daemons and servers killed and Postgres restarted under load: in the end three stores and the
    hub hold the same, and every acknowledged write is kept, in a conflict, or knowingly replaced.
    """
    chaos = held(
        tmp_path, lambda chaos, server: killing(chaos, server, kills=KILLS, restarts=RESTARTS)
    )
    assert chaos.befell.total() == KILLS + RESTARTS


def test_broken_lines(tmp_path: Path) -> None:
    """The same holds when lines to the hub break in the middle of answers, swallow what is sent, or
    are slow."""
    chaos = held(tmp_path, lambda chaos, server: cutting(chaos, server, cuts=CUTS))
    assert chaos.befell.total() == CUTS
