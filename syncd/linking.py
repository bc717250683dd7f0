"""Being in touch with a hub: the connection that is asked, and the one that is listened to."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from syncd.backoff import Backoff
from syncd.dsn import Tls
from syncd.hub import Asking, Hub, SyncError, UnknownProject

_CANCEL_SECONDS = 1.5
"""How long a listener may take to leave before it is told again."""


class Link(Hub, Protocol):
    """A hub that can also be talked to about projects, and listened to."""

    notifications: bool
    """Whether notifications come through; a pooler may swallow them. Known once one listened."""

    async def hello(self, asking: Asking, name: str) -> None:
        """Tell the hub who is there, and how far it has read."""
        ...

    async def open_project(self, project_id: str | None, name: str) -> str:
        """The id of the project with that id, else of that name, else of a new one."""
        ...

    async def replica_names(self, project_id: str) -> dict[str, str]:
        """What the replicas of a project are called, by their ids."""
        ...

    async def status(self, project_id: str) -> dict[str, str | int]:
        """What a project holds: `name`, `head`, and how many `rows`, `entries` and `replicas`."""
        ...

    async def listen(self, project_id: str, on_change: Callable[[int], None]) -> None:
        """Call `on_change` with each new head, and with 0 when it begins to listen, until it is
        cancelled or the connection ends."""
        ...

    async def close(self) -> None:
        """Leave the hub."""
        ...


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where a hub is: `name` is for people and holds no password, `secret` is the whole of it."""

    name: str
    secret: str = field(repr=False)
    tls: Tls = "verify"


@dataclass(frozen=True, slots=True)
class Reach:
    """How to get to a hub: the way to connect, what this machine is called there, and dice from
    [0, 1) for the waits between attempts to listen."""

    connect: Callable[[HubAddress], Awaitable[Link]]
    replica_name: str
    chance: Callable[[], float]
    backoff: Backoff = field(default_factory=Backoff)


class Linked:
    """At most one link, to one hub about one project; it is made when it is wanted."""

    def __init__(self, reach: Reach, on_change: Callable[[int], None]) -> None:
        """`on_change` is called as `Link.listen` says, across reconnections."""
        self._reach = reach
        self._on_change = on_change
        self._of: tuple[HubAddress, str] | None = None
        self._link: Link | None = None
        self._listening: asyncio.Task[None] | None = None

    async def to(self, address: HubAddress, asking: Asking) -> Link:
        """The hub at an address, greeted, and listened to from now on.

        Raises: SyncError: it does not answer, or says no; UnknownProject: there is a link all the
            same, to open that project with.
        """
        project_id = asking.project_id
        if self._link is not None and self._of == (address, project_id):
            return self._link
        await self.leave()
        link = await self._reach.connect(address)
        self._of, self._link = (address, project_id), link
        try:
            await link.hello(asking, self._reach.replica_name)
        except UnknownProject:
            raise
        except BaseException:
            await self.leave()
            raise
        finally:
            if self._link is not None:
                self._listening = asyncio.create_task(self._listen(link, project_id))
        return link

    async def open_project(self, known: str, name: str) -> str:
        """Open a project on the hub that was linked to, and begin anew with it there."""
        if self._link is None:
            raise UnknownProject(f"the project {name} is not on the hub")
        project_id = await self._link.open_project(known, name)
        await self.leave()
        return project_id

    async def leave(self) -> None:
        """Close what is open."""
        listening, self._listening = self._listening, None
        # Before Python 3.12 a wait_for that ends at this very moment swallows a cancellation.
        while listening is not None and not listening.done():
            listening.cancel()
            await asyncio.wait([listening], timeout=_CANCEL_SECONDS)
        link, self._link, self._of = self._link, None, None
        if link is not None:
            with suppress(SyncError):
                await link.close()

    async def _listen(self, link: Link, project_id: str) -> None:
        """Listen until cancelled; a connection that ends is followed by another one in a while."""
        failures = 0

        def heard(head: int) -> None:
            nonlocal failures
            failures = 0
            self._on_change(head)

        while True:
            with suppress(SyncError):
                await link.listen(project_id, heard)
            failures += 1
            await asyncio.sleep(self._reach.backoff.wait(failures, self._reach.chance()))
