"""A model that asks for one tool and says it is done, for clients that cannot be without one.

Claude Code speaks to a model over the Messages API. This one listens on the loopback, knows what it
wants to call, and keeps what came back: so the client, its tool search, its permissions and its
connection to the server are the real ones.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StandInModel(ThreadingHTTPServer):
    """Looks a tool up, calls it without arguments, and ends its turn."""

    def __init__(self, tool: str) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.tool = tool
        self.results: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def block(self, request: dict[str, Any]) -> dict[str, Any]:
        """The one block of the next message, by how far the conversation has come."""
        told = [
            block
            for message in request["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
            if block["type"] == "tool_result"
        ]
        if not told:
            return _call("ToolSearch", query=f"select:{self.tool}")
        if len(told) == 1:
            return _call(self.tool)
        self.results = [
            told[-1]["content"]
            if isinstance(told[-1]["content"], str)
            else json.dumps(told[-1]["content"])
        ]
        return {"type": "text", "text": "That is how it stands."}


@contextmanager
def stand_in_model(tool: str) -> Iterator[StandInModel]:
    """One that wants `tool`, until the block ends."""
    with StandInModel(tool) as model:
        thread = threading.Thread(target=model.serve_forever, daemon=True)
        thread.start()
        try:
            yield model
        finally:
            model.shutdown()
            thread.join()


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandInModel

    def do_HEAD(self) -> None:
        """Say that somebody is there."""
        self._answer("text/plain", b"")

    def do_POST(self) -> None:
        """Answer a request for the next message, whole or as a stream."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        block = self.server.block(request)
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": request.get("model", "stand-in"),
            "content": [block],
            "stop_reason": "tool_use" if block["type"] == "tool_use" else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        if request.get("stream"):
            self._answer("text/event-stream", b"".join(_events(message, block)))
        else:
            self._answer("application/json", json.dumps(message).encode())

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the table is for what came of it."""


def _call(tool: str, **arguments: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{tool}", "name": tool, "input": arguments}


def _events(message: dict[str, Any], block: dict[str, Any]) -> Iterator[bytes]:
    """A message with one block as the events of a stream."""
    if block["type"] == "text":
        empty: dict[str, Any] = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    else:
        empty = block | {"input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    unfinished = message | {"content": [], "stop_reason": None}
    yield _event("message_start", message=unfinished)
    yield _event("content_block_start", index=0, content_block=empty)
    yield _event("content_block_delta", index=0, delta=delta)
    yield _event("content_block_stop", index=0)
    yield _event("message_delta", delta=ended, usage={"output_tokens": 1})
    yield _event("message_stop")


def _event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
