"""One tool of the store as fastmcp sees it, and the one place where errors become answers."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TypeVar

from fastmcp.tools.base import Tool, ToolResult
from mcp_types import ContentBlock, TextContent, ToolAnnotations
from pydantic import PrivateAttr
from pydantic_core import to_json

from localstore.errors import NotFound, TidelogError
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments
from mcp_server.caller import cleaned, client_name
from mcp_server.layers import Layers
from mcp_server.shape import input_schema

A = TypeVar("A", bound=Arguments)
A_contra = TypeVar("A_contra", bound=Arguments, contravariant=True)
Call = Callable[[Store, Row, str], Awaitable[Row]]

logger = logging.getLogger(__name__)


class Handler(Protocol[A_contra]):
    """A coroutine function that makes one call into the store."""

    __name__: str

    async def __call__(self, store: Store, arguments: A_contra, who: str, /) -> Row:
        """Answer one call of the tool."""
        ...


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a client may rely on before it calls a tool.

    `destructive`: it may change or take away what is there, not only add to it. `idempotent`: the
    same call again changes nothing more.
    """

    reads: bool = False
    destructive: bool = False
    idempotent: bool = False


READS = Traits(reads=True, idempotent=True)
ADDS = Traits()
ADDS_ONCE = Traits(idempotent=True)
CHANGES = Traits(destructive=True)
CHANGES_ONCE = Traits(destructive=True, idempotent=True)


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool: what a model reads of it, its arguments, and its one call into the store."""

    name: str
    title: str
    description: str
    schema: Row
    traits: Traits
    answer: Call


class Toolset:
    """The tools of one area, in the order they are listed in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.specs: list[ToolSpec] = []

    def tool(
        self,
        arguments: type[A],
        *,
        title: str,
        traits: Traits,
        unlisted: frozenset[str] = frozenset(),
    ) -> Callable[[Handler[A]], Handler[A]]:
        """Add the decorated function: its name is the tool's, its docstring what a model reads.

        It is called with the store, its arguments and the name of whoever is acting; what it
        returns is the answer, what it raises is worded by `StoreTool`. `unlisted` arguments are
        taken but not worth what it costs to tell every model of them.
        """

        def add(handler: Handler[A]) -> Handler[A]:
            async def answer(store: Store, raw: Row, caller: str) -> Row:
                given = arguments.read(raw)
                return await handler(store, given, given.author() or caller)

            self.specs.append(
                ToolSpec(
                    name=handler.__name__,
                    title=title,
                    description=" ".join((handler.__doc__ or "").split()),
                    schema=input_schema(arguments, unlisted),
                    traits=traits,
                    answer=answer,
                )
            )
            return handler

        return add


class StoreTool(Tool):
    """A tool over a store. Its `run` never raises but for cancellation."""

    _answer: Call = PrivateAttr()
    _layers: Layers = PrivateAttr()
    _reads: bool = PrivateAttr()
    _caller: str | None = PrivateAttr()

    @classmethod
    def of(cls, spec: ToolSpec, layers: Layers, caller: str | None) -> "StoreTool":
        """The tool `spec` describes over `layers`; `caller` overrules the client's own name."""
        traits = spec.traits
        tool = cls(
            name=spec.name,
            title=spec.title,
            description=spec.description,
            parameters=spec.schema,
            annotations=ToolAnnotations(
                title=spec.title,
                read_only_hint=traits.reads,
                destructive_hint=traits.destructive,
                idempotent_hint=traits.idempotent,
                open_world_hint=False,
            ),
        )
        tool._answer, tool._layers, tool._reads = spec.answer, layers, traits.reads
        tool._caller = cleaned(caller) if caller else None
        return tool

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Answer a call: a row, as JSON text and structured, or one JSON block that is an error."""
        try:
            row = await self._row(arguments, self._caller or client_name())
        except TidelogError as error:
            return refused(error)
        except Exception as error:
            logger.exception("tool %s failed", self.name, exc_info=_wordless(error))
            return refused(TidelogError("the server failed; its log on stderr says where"))
        return _result(to_json(row), row, is_error=False)

    async def _row(self, arguments: Row, who: str) -> Row:
        def call(store: Store) -> Awaitable[Row]:
            return self._answer(store, arguments, who)

        if self._reads:
            row, told = await self._layers.read(call)
            return row | told if told else row
        row, told = await self._layers.write(call)
        # What was written comes first: an edge has a source of its own.
        return told | row if told else row


def refused(error: TidelogError) -> ToolResult:
    """The answer to a call that was refused: one JSON text block, `{"error": {…}}`."""
    return _result(to_json({"error": error.to_row()}), None, is_error=True)


def unknown_tool(name: str, known: list[str]) -> ToolResult:
    """The answer to a call of a tool that does not exist, or was left out at start-up."""
    hint = "the tools are " + ", ".join(known)
    return refused(NotFound("tool", name[:100], hint=hint))


def _result(text: bytes, row: Row | None, *, is_error: bool) -> ToolResult:
    # Built without validation: its ordinary constructor serialises the row a second time.
    content: list[ContentBlock] = [TextContent(type="text", text=text.decode())]
    return ToolResult.model_construct(
        content=content, structured_content=row, meta=None, is_error=is_error
    )


def _wordless(error: Exception) -> tuple[type[Exception], Exception, TracebackType | None]:
    """What a log may show of an unforeseen error: its text may quote arguments and is left out."""
    return type(error), Exception("(its text is not logged)"), error.__traceback__
