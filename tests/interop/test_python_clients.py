"""The Python clients do a round of work, in both eras and over both transports."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from mcp import MCPError

from tests.interop.peers import Route
from tests.interop.python_clients import WAYS, Way, one_round
from tests.interop.python_peers import HANDSHAKE, STATELESS, connect_sdk
from tests.interop.report import Attempt
from tests.interop.scratch import Project, http_server, scratch_project

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Project, str]]:
    """A scratch project, and the address its store is served at."""
    with scratch_project() as project, http_server(project) as url:
        yield project, url


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_round_of_work(served: tuple[Project, str], way: Way) -> None:
    """A client does a whole round: lists, writes, refusals, reads, completion, a notification."""
    project, url = served
    one_round(project, url, way)


@pytest.mark.parametrize("version", [HANDSHAKE, STATELESS])
def test_subscriber_does_not_hold_up_the_end(version: str) -> None:
    """A server over HTTP that is told to stop does so, quietly, although a client is subscribed."""
    with scratch_project() as project, ExitStack() as serving:
        url = serving.enter_context(http_server(project))
        asyncio.run(stopped_while_watched(project, url, version, serving))


async def stopped_while_watched(
    project: Project, url: str, version: str, serving: ExitStack
) -> None:
    """Subscribe, and stop the server meanwhile."""
    stopping = Attempt()
    with suppress(ExceptionGroup, MCPError):  # the client complains that its server has gone
        async with (
            connect_sdk(Route(project, url, sys.stderr), version) as peer,
            peer.watching("tidelog://status"),
        ):
            with stopping:
                await asyncio.to_thread(serving.close)
    assert stopping.seconds > 0, "the client never came so far"
    assert stopping.failure is None, stopping.failure
