"""The Python clients in both protocol eras, over stdio and over HTTP."""

import asyncio
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import product, starmap
from typing import NamedTuple

from tests.interop.peers import Connect, Route
from tests.interop.python_peers import CLIENTS, HANDSHAKE, STATELESS, connect_fastmcp
from tests.interop.report import Outcome, timed
from tests.interop.scratch import Project, http_server, scratch_project
from tests.interop.work_round import WorkRound


class Way(NamedTuple):
    """Which client speaks which protocol version over which transport."""

    client: str
    version: str
    transport: str


WAYS = tuple(starmap(Way, product(CLIENTS, (HANDSHAKE, STATELESS), ("stdio", "HTTP"))))


def outcomes() -> Iterator[Outcome]:
    """Every combination of client, era and transport on one store."""
    with scratch_project() as project, http_server(project) as url:
        for way in WAYS:
            what = f"{way.version} over {way.transport}: a round of work"
            yield timed(f"Python {way.client}", what, partial(one_round, project, url, way))


def one_round(project: Project, url: str, way: Way) -> None:
    """Do a round with one client; a process on the other transport changes things meanwhile.

    Raises:
        AssertionError: a step failed; it ends with what the server it started said, if anything.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        routes = [Route(project, None, log), Route(project, url, log)]
        if way.transport == "HTTP":
            routes.reverse()
        try:
            asyncio.run(_round(way, routes[0], routes[1]))
        except AssertionError as failure:
            log.seek(0)
            raise AssertionError(f"{failure}\n{log.read()[-2000:]}".strip()) from None


async def _round(way: Way, route: Route, other: Route) -> None:
    failure: AssertionError | None = None
    connect: Connect = CLIENTS[way.client]
    async with connect(route, way.version) as peer, connect_fastmcp(other, STATELESS) as second:
        try:
            assert peer.protocol_version == way.version, f"agreed on {peer.protocol_version}"
            await WorkRound(peer, second, "-".join(way)).run()
        except AssertionError as failed:
            failure = failed  # raised here, it would come out wrapped in the clients' groups
    if failure is not None:
        raise failure
