"""Backups of a test's store, by the day, and a process that makes one."""

from datetime import timedelta

from localstore.backups import FOLDER, Backup, back_up, backups_of
from tests.localstore.world import START, World

MAKER = """
import resource, sys
from pathlib import Path
from localstore.backups import back_up
from localstore.errors import Unavailable
from tests.localstore.world import START

def stopped():
    print("under way", flush=True)
    sys.stdin.readline()
    return False

path, limit = Path(sys.argv[1]), int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    back_up(path, moment=START, reason="daily", keep=1, stopped=stopped)
except Unavailable as refusal:
    print(refusal.message)
"""
"""A process that makes a backup a step for each line it is sent, or with a bound on its files."""


def make(world: World, *, keep: int = 7, day: int = 0) -> Backup | None:
    """Make a backup as on that day."""
    moment = START + timedelta(days=day)
    return back_up(world.path, moment=moment, reason="daily", keep=keep)


def names(world: World) -> list[str]:
    """The days of the backups there are, newest first."""
    return [f"{backup.made_at:%m-%d}" for backup in backups_of(world.path)]


def left(world: World) -> list[str]:
    """Every name in the folder of the backups."""
    return sorted(path.name for path in (world.path.parent / FOLDER).iterdir())


def fill(world: World, megabytes: int) -> None:
    """Make the file so large that copying it takes that many steps."""
    for number in range(megabytes * 2):
        world.sql(
            "INSERT INTO client_refs VALUES (?, 'task', 'x', hex(randomblob(262144)))", str(number)
        )
