"""`python -m tests.soak.chaos`: the whole of the chaos, and what it did."""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.postgres import Server, run_as_owner, running_server
from tests.soak.chaos_aftermath import Reckoning
from tests.soak.chaos_world import Chaos, killing


def main() -> int:
    """Do the whole of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.chaos")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--seed", default=str(Random().getrandbits(32)))
    asked = parser.parse_args()
    say = sys.stdout.write
    with running_server() as server, TemporaryDirectory(prefix="tidelog-chaos-") as name:
        version = asyncio.run(_version(server))
        say(f"seed {asked.seed}: {asked.kills} kills, {asked.restarts} restarts of {version}\n")
        started = time.monotonic()
        chaos = Chaos(Path(name), asked.seed)
        try:
            reckoning = asyncio.run(
                killing(chaos, server, kills=asked.kills, restarts=asked.restarts)
            )
        except BaseException:
            kept = Path(name).with_suffix(".kept")
            shutil.copytree(name, kept)
            say(f"what is left is in {kept}\n")
            raise
        for line in told(chaos, reckoning):
            say(f"  {line}\n")
        say(f"all of it held; {time.monotonic() - started:.0f} s\n")
    return 0


async def _version(server: Server) -> str:
    rows = await run_as_owner(server.dsn(), "SELECT split_part(version(), ' on ', 1) AS version")
    return str(rows[0]["version"])


def told(chaos: Chaos, reckoning: Reckoning) -> list[str]:
    """What happened, in words."""
    book = chaos.book
    befell = ", ".join(f"{count} times {what}" for what, count in sorted(chaos.befell.items()))
    refused = ", ".join(f"{count} {code}" for code, count in book.refused.most_common())
    servers = sum(laptop.servers for laptop in chaos.laptops)
    cut = sum(laptop.cut for laptop in chaos.laptops)
    written = f"{servers} servers; {len(book.writes):,} writes acknowledged, {cut} calls cut off"
    left = f"in the end {reckoning.rows} rows and {reckoning.changes:,} changes, the same on all"
    sides = f"{reckoning.merges:,} merges, {reckoning.conflicts:,} conflicts"
    return [
        befell,
        f"{written}, refused: {refused or 'none'}",
        f"{left}: {sides}, {reckoning.open_conflicts:,} of them open",
    ]


if __name__ == "__main__":
    sys.exit(main())
