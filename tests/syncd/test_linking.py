"""Leaving a hub while its listener is in the middle of something."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

import pytest

from syncd.hub import Asking
from syncd.linking import HubAddress, Link, Linked, Reach

pytestmark = pytest.mark.anyio


class _HardOfHearing:
    """A link whose listener misses the first time that it is cancelled, as one does that is in a
    wait_for of Python 3.11 which ends at that moment."""

    def __init__(self) -> None:
        self.listens = asyncio.Event()
        self.closed = False

    async def hello(self, asking: Asking, name: str) -> None:
        """Nothing to say."""

    async def listen(self, _project_id: str, _on_change: Callable[[int], None]) -> None:
        """Until cancelled twice."""
        self.listens.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Note it."""
        self.closed = True


async def test_a_listener_that_misses_its_end() -> None:
    """A listener that keeps one cancellation to itself is told again: leaving comes to an end."""
    link = _HardOfHearing()

    async def connect(_address: HubAddress) -> Link:
        return cast("Link", link)

    chosen: Callable[[HubAddress], Awaitable[Link]] = connect
    linked = Linked(Reach(connect=chosen, replica_name="vm", chance=lambda: 0.5), lambda _: None)
    asking = Asking("project", "replica", None)
    await linked.to(HubAddress("hub", "postgresql://hub/tidelog"), asking)
    await link.listens.wait()
    async with asyncio.timeout(20):
        await linked.leave()
    assert link.closed
