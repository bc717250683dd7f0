"""The conformance suite's tools whose input schemas are the point of them."""

import json
from collections.abc import Mapping
from typing import Any

from fastmcp.tools.base import Tool, ToolResult

from mcp_server.server import TidelogServer

HEADER_TOOL = "test_x_mcp_header"

HEADER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    "required": ["region"],
}
SCHEMA_2020_12: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def add_schemas(server: TidelogServer) -> None:
    """Add a tool with all of JSON Schema 2020-12, and one with an argument in a header."""
    server.offer(SchemaTool.with_schema("json_schema_2020_12_tool", SCHEMA_2020_12))
    server.offer(SchemaTool.with_schema(HEADER_TOOL, HEADER_SCHEMA))
    ours = server.sdk.get_tool_input_schema
    assert ours is not None

    def schema_of(name: str) -> Mapping[str, Any] | None:
        return HEADER_SCHEMA if name == HEADER_TOOL else ours(name)

    server.sdk.get_tool_input_schema = schema_of


class SchemaTool(Tool):
    """A tool with a given input schema that answers with its arguments."""

    @classmethod
    def with_schema(cls, name: str, schema: dict[str, Any]) -> "SchemaTool":
        """The tool of that name."""
        return cls(name=name, description="Answers with its arguments", parameters=schema)

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Answer."""
        return ToolResult(content=json.dumps(arguments))
