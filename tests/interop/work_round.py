"""One believable round of work, done by any client in any era over any transport."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from localstore.values import Row, Value
from tests.interop.peers import Peer, Reply

ASKED_FOR_FIRST = {
    "create_work_item",
    "update_work_item",
    "query_work_item",
    "list_work_items",
    "record_deployment",
    "query_vendor_status",
    "update_vendor_status",
    "get_project_configuration",
    "query_archived_work_items",
}
COMMIT = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
STEP_SECONDS = 20.0


class WorkRound:
    """The round of one client, and a second one in another process that changes things meanwhile.

    `mark` is a word that is in everything the round makes, so that rounds can share a store.
    """

    def __init__(self, peer: Peer, second: Peer, mark: str) -> None:
        self._peer = peer
        self._second = second
        self._mark = mark

    async def run(self) -> None:
        """Do all of it.

        Raises:
            AssertionError: an answer was not as it has to be; the message begins with the step.
        """
        with self._step("lists"):
            await self._lists()
        with self._step("create"):
            project, task = await self._create()
        with self._step("update, stale update"):
            await self._update(task)
        with self._step("query, list, search"):
            await self._find(project, task)
        with self._step("vendor, deployment"):
            await self._vendor(task)
        with self._step("configuration, archive"):
            await self._look_around()
        with self._step("refusals"):
            await self._refusals()
        with self._step("resources, prompt"):
            await self._read(task)
        with self._step("completion"):
            await self._complete()
        with self._step("change by another process, notified"):
            await self._watch(task)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        try:
            yield
        except AssertionError as failure:
            raise AssertionError(f"{name}: {failure}") from failure
        except Exception as failure:
            raise AssertionError(f"{name}: {type(failure).__name__}: {failure}") from failure

    async def _lists(self) -> None:
        async with asyncio.timeout(STEP_SECONDS):
            names = await self._peer.names()
        assert names["tools"][0] == "create_work_item"
        assert set(names["tools"]) >= ASKED_FOR_FIRST
        assert names["resources"] == ["tidelog://status", "tidelog://config", "tidelog://report"]
        assert names["templates"] == ["tidelog://work-items/{id}", "tidelog://vendors/{name}"]
        assert len(names["prompts"]) == 5

    async def _create(self) -> tuple[Row, Row]:
        project = await self._done(
            "create_work_item",
            item_type="PROJECT",
            title=f"Parsers {self._mark}",
            metadata='{"description": "Read every statement"}',
        )
        task: Row = {
            "item_type": "task",
            "title": f"Fix the date parser {self._mark}",
            "parent_id": project["ref"],
            "labels": '["parser"]',
            "assignee": None,
            "client_ref": self._mark,
        }
        first, again = (
            await self._done("create_work_item", **task),
            await self._done("create_work_item", **task),
        )
        assert first["id"] == again["id"], "the same client_ref is the same item"
        assert first["version"] == 1
        return project, first

    async def _update(self, task: Row) -> None:
        changed = await self._done(
            "update_work_item", id=task["id"], version=1, status="BLOCKED", priority="p1"
        )
        assert (changed["version"], changed["status"]) == (2, "blocked"), changed
        stale = await self._refused("update_work_item", id=task["id"], version=1, title="Stale")
        current = stale["current"]
        assert stale["code"] == "version_conflict", stale
        assert isinstance(current, dict)
        assert current["version"] == 2

    async def _find(self, project: Row, task: Row) -> None:
        tree = await self._done("query_work_item", id=task["ref"], detail="full")
        assert _column(tree["ancestors"], "ref") == [project["ref"]]
        assert tree["created_by"] in ("fastmcp-client", "sdk-client"), "the client's own name"
        under = await self._done("list_work_items", under=project["ref"], status="blocked")
        assert _column(under["items"], "ref") == [task["ref"]]
        assert under["total"] == 1
        found = await self._done("list_work_items", query=f"date parser {self._mark}")
        assert task["ref"] in _column(found["items"], "ref")

    async def _vendor(self, task: Row) -> None:
        name = f"Vendor {self._mark}"
        vendor = await self._done("create_vendor", name=name)
        changed = await self._done(
            "update_vendor_status", id=name, version=vendor["version"], status="operational"
        )
        shown = await self._done("query_vendor_status", id=name.upper())
        assert (shown["status"], shown["version"]) == ("operational", changed["version"])
        deployment = await self._done(
            "record_deployment",
            commit_hash=COMMIT,
            affected_vendors=[name],
            related_work_item_ids=[task["ref"]],
        )
        assert deployment["affected_vendors"] == [name]

    async def _look_around(self) -> None:
        configuration = await self._done("get_project_configuration")
        assert configuration["active_context_type"] == "feature"
        archived = await self._done("query_archived_work_items", status='["completed"]')
        assert (archived["items"], archived["total"]) == ([], 0)

    async def _refusals(self) -> None:
        unknown = await self._refused("no_such_tool")
        assert unknown["code"] == "not_found"
        empty = await self._refused("create_work_item", item_type="task", title="")
        assert (empty["code"], empty["field"]) == ("invalid_arguments", "title"), empty

    async def _read(self, task: Row) -> None:
        item = json.loads(await self._peer.read(f"tidelog://work-items/{task['ref']}"))
        assert item["id"] == task["id"]
        assert "token" in json.loads(await self._peer.read("tidelog://status"))
        assert (await self._peer.read("tidelog://report")).startswith("#")
        assert self._mark in await self._peer.prompt("triage_blocked", {"priority": "P1"})

    async def _complete(self) -> None:
        assert await self._peer.complete("triage_blocked", "priority", "p") == [
            "P0",
            "P1",
            "P2",
            "P3",
        ]
        vendors = await self._peer.complete("release_notes", "vendor", f"vendor {self._mark}")
        assert vendors == [f"Vendor {self._mark}"]

    async def _watch(self, task: Row) -> None:
        uri = f"tidelog://work-items/{task['id']}"
        async with asyncio.timeout(STEP_SECONDS), self._peer.watching(uri) as updated:
            other = await self._second.call(
                "update_work_item", {"id": task["id"], "version": 2, "status": "active"}
            )
            assert other.row.get("version") == 3, other
            assert await updated() == uri
        assert json.loads(await self._peer.read(uri))["version"] == 3, "what the notice was about"

    async def _done(self, tool: str, **arguments: Value) -> Row:
        reply = await self._call(tool, arguments)
        assert not reply.error, reply.error
        return reply.row

    async def _refused(self, tool: str, **arguments: Value) -> Row:
        reply = await self._call(tool, arguments)
        assert reply.error, f"{tool} was to be refused: {reply.row}"
        return reply.error

    async def _call(self, tool: str, arguments: Row) -> Reply:
        async with asyncio.timeout(STEP_SECONDS):
            return await self._peer.call(tool, arguments)


def _column(rows: Value, name: str) -> list[Value]:
    assert isinstance(rows, list)
    return [row[name] for row in rows if isinstance(row, dict)]
