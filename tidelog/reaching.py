"""Getting to a hub from this machine: the real connection, the machine's name, real dice."""

import socket
import sys
from random import SystemRandom

from syncd.linking import HubAddress, Link, Reach
from tidelog.machine_hub import folder
from tidelog.settings import Settings

ANSWER_SECONDS = 15.0
"""How long one question to the hub may take, connecting included."""


def reach(settings: Settings) -> Reach:
    """How this machine gets to a hub."""
    name = machine_name(settings)
    return Reach(connect=connect, replica_name=name, chance=SystemRandom().random)


def machine_name(settings: Settings) -> str:
    """What this machine is called: as it was set, else by the host's name without its domain."""
    return settings.machine or socket.gethostname().partition(".")[0] or sys.platform


def way_out(address: HubAddress) -> str:
    """What helps when a hub does not answer."""
    if str(folder()) in address.secret:
        return "`tidelog hub start` starts it; local work goes on"
    return "look at the network and at the address; local work goes on"


async def connect(address: HubAddress, *, timeout_seconds: float = ANSWER_SECONDS) -> Link:
    """A connection to the hub. Raises: SyncError: it cannot be had."""
    from syncd.postgres import PostgresHub  # a daemon without a hub does without asyncpg

    return await PostgresHub.connect(
        address.secret, timeout_seconds=timeout_seconds, tls=address.tls
    )
