"""The server: tools, resources, prompts, completions and subscriptions over one store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastmcp import FastMCP
from fastmcp.exceptions import NotFoundError
from fastmcp.prompts.base import PromptResult
from fastmcp.resources.base import ResourceResult
from fastmcp.tools.base import Tool, ToolResult
from fastmcp.utilities.versions import VersionSpec
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
)

from localstore.errors import InvalidArguments, NotFound, TidelogError
from localstore.values import Row
from mcp_server import prompts, resources
from mcp_server.completions import completions_over
from mcp_server.layers import Layers
from mcp_server.subscriptions import Subscriptions, Watch
from mcp_server.tool import StoreTool, ToolSpec, unknown_tool
from mcp_server.tools import ALL_TOOLSETS, TOOLSETS

INSTRUCTIONS = """\
tidelog keeps this project's work items, vendors and deployments, shared by several assistants.
Begin with get_project_status; when you come back, pass its token as `since`.
Refs like T-7F3KQ stand wherever an id does. Before an update, read the item and send its version;
on version_conflict look at `current` in the error, decide anew, and send that version.
Take work from list_work_items(ready=true) and claim it by setting assignee before you start;
set status as it changes, with metadata.blocked_reason when it is blocked.
Give every create a client_ref and repeat it on a retry, so that nothing is made twice.
An answer with a `warning` is not from the store itself: `source` says from where (local, hub, git,
markdown). After a write, source "journal" means that it is safe and comes into the store by itself:
do not send it again. Tell the user what the warning says helps."""


class TidelogServer(FastMCP[None]):
    """A fastmcp server whose refusals, of whatever kind, all look alike."""

    def __init__(self, *, version: str, subscriptions: Subscriptions | None) -> None:
        super().__init__(
            name="tidelog",
            version=version,
            instructions=INSTRUCTIONS,
            lifespan=self._until_stopped,
            dereference_schemas=False,
            strict_input_validation=False,
            mask_error_details=True,
        )
        self._offered: dict[str, Tool] = {}
        self._subscriptions = subscriptions
        self._mcp_server.notification_options = NotificationOptions()  # no list ever changes
        if subscriptions is not None:
            _offer(self.sdk, subscriptions)

    @property
    def sdk(self) -> Server[None]:
        """The SDK's server beneath: transports and era-specific methods attach to it."""
        return self._mcp_server

    async def end_streams(self) -> None:
        """End every subscription, so that no open answer keeps a transport from stopping."""
        if self._subscriptions is not None:
            await self._subscriptions.close()

    def offer(self, tool: Tool) -> None:
        """Add a tool."""
        self._offered[tool.name] = self.add_tool(tool)

    @asynccontextmanager
    async def _until_stopped(self, _server: FastMCP[None]) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await self.end_streams()

    async def list_tools(self, *, run_middleware: bool = True) -> list[Tool]:
        """All tools, as `get_tool` finds them.

        Asked of providers, the first list costs 130 ms: they load a store of per-session rules,
        which a server that shows everybody the same tools does not have.
        """
        del run_middleware  # there is none
        return list(self._offered.values())

    async def get_tool(self, name: str, version: VersionSpec | None = None) -> Tool | None:
        """The tool of that name, found without asking providers: all tools are the server's own.

        None of them has versions, so whoever asks for one finds nothing.
        """
        return self._offered.get(name) if version is None else None

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        *,
        version: VersionSpec | None = None,
        run_middleware: bool = True,
    ) -> ToolResult:
        """Call a tool; one that does not exist is refused as everything else is."""
        try:
            return await super().call_tool(
                name, arguments, version=version, run_middleware=run_middleware
            )
        except NotFoundError:
            return unknown_tool(name, list(self._offered))

    async def read_resource(
        self, uri: str, *, version: VersionSpec | None = None, run_middleware: bool = True
    ) -> ResourceResult:
        """Read a resource.

        Raises:
            MCPError: the store refused; the error's payload is the same row a tool answers with.
        """
        try:
            return await super().read_resource(uri, version=version, run_middleware=run_middleware)
        except resources.Refused as refusal:
            raise _protocol_error(refusal.cause, {"uri": uri}) from None

    async def render_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        *,
        version: VersionSpec | None = None,
        run_middleware: bool = True,
    ) -> PromptResult:
        """Write a prompt.

        Raises:
            MCPError: the store refused; the error's payload is the same row a tool answers with.
        """
        try:
            return await super().render_prompt(
                name, arguments, version=version, run_middleware=run_middleware
            )
        except prompts.Refused as refusal:
            raise _protocol_error(refusal.cause, {}) from None


def build_server(
    layers: Layers,
    *,
    version: str,
    render_report: Callable[[Row], str],
    toolsets: frozenset[str] = ALL_TOOLSETS,
    read_only: bool = False,
    watch: Watch | None = None,
    client_name: str | None = None,
) -> TidelogServer:
    """Put the server together over a store, or what stands in for it; the caller's to close.

    `render_report` turns the row of `Store.report_facts` into markdown. `watch` yields once when it
    is watching and then whenever the store's file may have changed; without it no subscription is
    offered. `client_name` overrules what clients call themselves.

    Raises:
        InvalidArguments: an unknown toolset is named.
    """
    subscriptions = Subscriptions(layers, watch) if watch else None
    server = TidelogServer(version=version, subscriptions=subscriptions)
    offered = offered_tools(toolsets, read_only=read_only)
    for spec in offered:
        server.offer(StoreTool.of(spec, layers, client_name))
    for resource in resources.resources_over(layers, render_report):
        server.add_resource(resource)
    for template in resources.templates_over(layers):
        server.add_template(template)
    for prompt in prompts.prompts_over(layers):
        server.add_prompt(prompt)
    server.add_completion_handler(completions_over(layers))
    schemas = {spec.name: spec.schema for spec in offered}
    # Without this the SDK lists all tools before each call over stateless HTTP.
    server.sdk.get_tool_input_schema = schemas.get
    return server


def offered_tools(toolsets: frozenset[str], *, read_only: bool) -> list[ToolSpec]:
    """The tools of these toolsets, without those that write when `read_only`.

    Raises:
        InvalidArguments: there is no toolset of some name.
    """
    for name in toolsets - ALL_TOOLSETS:
        raise InvalidArguments("toolsets", f"must be among {', '.join(TOOLSETS)}", got=name)
    return [
        spec
        for toolset in TOOLSETS.values()
        if toolset.name in toolsets
        for spec in toolset.specs
        if spec.traits.reads or not read_only
    ]


def _offer(sdk: Server[None], subscriptions: Subscriptions) -> None:
    sdk.add_request_handler("resources/subscribe", SubscribeRequestParams, subscriptions.subscribe)
    sdk.add_request_handler(
        "resources/unsubscribe", UnsubscribeRequestParams, subscriptions.unsubscribe
    )
    sdk.add_request_handler(
        "subscriptions/listen", SubscriptionsListenRequestParams, subscriptions.listen
    )


def _protocol_error(cause: TidelogError, context: Row) -> MCPError:
    expected = isinstance(cause, NotFound | InvalidArguments)
    return MCPError(
        INVALID_PARAMS if expected else INTERNAL_ERROR,
        cause.message,
        data={"error": cause.to_row(), **context},
    )
