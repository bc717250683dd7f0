"""What the official conformance suite expects a server to offer, added to a tidelog server.

The suite asks for tools, resources and prompts by fixed names. tidelog has no use for them, so they
are put beside its own ones here; everything around them, from the HTTP transport to the error
paths, is the production server's.
"""

import base64
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from fastmcp.exceptions import ToolError
from fastmcp.prompts.base import Message, Prompt, PromptArgument, PromptResult
from fastmcp.tools.base import Tool
from mcp.server.lowlevel.server import Server
from mcp.server.subscriptions import PromptsListChanged, ServerEvent, ToolsListChanged
from mcp_types import (
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)

from mcp_server.resources import STATUS
from mcp_server.server import TidelogServer
from mcp_server.subscriptions import Subscriptions

P = TypeVar("P", SubscribeRequestParams, UnsubscribeRequestParams)

WATCHED = "test://watched-resource"


def add_content(server: TidelogServer) -> None:
    """Add the tools, resources and prompts that only answer."""
    for tool in (simple_text, image_content, audio_content, embedded_resource, mixed, failing):
        offer_function(server, _NAMES[tool], tool)
    _add_resources(server)
    _add_prompts(server)


def offer_function(server: TidelogServer, name: str, function: Callable[..., object]) -> None:
    """Offer a function as a tool whose answer is content only; its docstring describes it."""
    described = function.__doc__ or name
    server.offer(Tool.from_function(function, name=name, description=described, output_schema=None))


def watch_the_suites_resource(server: TidelogServer) -> None:
    """Let the suite subscribe to its address: it is watched as the status is."""
    sdk = server.sdk
    subscriptions = _subscriptions_of(sdk)

    async def subscribe(ctx: Any, params: SubscribeRequestParams) -> Any:
        return await subscriptions.subscribe(ctx, _renamed(params))

    async def unsubscribe(ctx: Any, params: UnsubscribeRequestParams) -> Any:
        return await subscriptions.unsubscribe(ctx, _renamed(params))

    sdk.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    sdk.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)
    for name, event in _LIST_CHANGES.items():
        offer_function(server, name, _announcing(subscriptions, event))


class EmbeddingPrompt(Prompt):
    """A prompt with a resource inside, whose address is its argument."""

    async def render(self, arguments: dict[str, Any] | None = None) -> PromptResult:
        """Write it."""
        address = str((arguments or {})["resourceUri"])
        resource = _embedded(address, "Embedded resource content for testing.")
        return PromptResult(
            [Message(resource), Message("Please process the embedded resource above.")]
        )


def simple_text() -> str:
    """Text."""
    return "This is a simple text response for testing."


def image_content() -> ImageContent:
    """A picture."""
    return ImageContent(type="image", data=_PNG, mime_type="image/png")


def audio_content() -> AudioContent:
    """A sound."""
    return AudioContent(type="audio", data=_WAV, mime_type="audio/wav")


def embedded_resource() -> EmbeddedResource:
    """A resource inside the answer."""
    return _embedded("test://embedded-resource", "This is an embedded resource content.")


def mixed() -> list[ContentBlock]:
    """Text, a picture and a resource."""
    text = TextContent(type="text", text="Multiple content types test:")
    return [text, image_content(), _embedded("test://mixed-content-resource", "A resource.")]


def failing() -> str:
    """Always an error."""
    raise ToolError("This tool intentionally returns an error for testing")


_NAMES: dict[Callable[[], object], str] = {
    simple_text: "test_simple_text",
    image_content: "test_image_content",
    audio_content: "test_audio_content",
    embedded_resource: "test_embedded_resource",
    mixed: "test_multiple_content_types",
    failing: "test_error_handling",
}
_LIST_CHANGES: dict[str, ServerEvent] = {
    "test_trigger_tool_change": ToolsListChanged(),
    "test_trigger_prompt_change": PromptsListChanged(),
}


def _add_resources(server: TidelogServer) -> None:
    @server.resource("test://static-text", mime_type="text/plain", description="Text")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png", description="A picture")
    def static_binary() -> bytes:
        return base64.b64decode(_PNG)

    @server.resource("test://template/{id}/data", mime_type="application/json")
    def template(id: str) -> str:
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def _add_prompts(server: TidelogServer) -> None:
    @server.prompt(name="test_simple_prompt", description="No arguments")
    def simple() -> str:
        return "This is a simple prompt for testing."

    @server.prompt(name="test_prompt_with_arguments", description="Two arguments")
    def with_arguments(arg1: str, arg2: str) -> str:
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt(name="test_prompt_with_image", description="A picture inside")
    def with_image() -> list[Message]:
        return [Message(image_content()), Message("Please analyze the image above.")]

    server.add_prompt(
        EmbeddingPrompt(
            name="test_prompt_with_embedded_resource",
            description="A resource inside",
            arguments=[PromptArgument(name="resourceUri", required=True)],
        )
    )


def _subscriptions_of(sdk: Server[None]) -> Subscriptions:
    entry = sdk.get_request_handler("resources/subscribe")
    subscriptions = getattr(entry and entry.handler, "__self__", None)
    assert isinstance(subscriptions, Subscriptions)
    return subscriptions


def _renamed(params: P) -> P:
    return params.model_copy(update={"uri": STATUS}) if params.uri == WATCHED else params


def _announcing(subscriptions: Subscriptions, event: ServerEvent) -> Callable[[], Any]:
    async def announce() -> str:
        """Announce that a list has changed."""
        await subscriptions._bus.publish(event)
        return "announced"

    return announce


def _embedded(uri: str, text: str) -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type="text/plain", text=text)
    return EmbeddedResource(type="resource", resource=contents)


def _png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    )


def _wav() -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", 2) + b"\x80\x80"
    return struct.pack("<4sI", b"RIFF", len(body)) + body


_PNG = base64.b64encode(_png()).decode()
_WAV = base64.b64encode(_wav()).decode()
