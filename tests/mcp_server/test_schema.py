"""What a model reads of the tools."""

import json
import warnings

import pytest

from localstore.values import Row, Value, mapping_of
from mcp_server.server import offered_tools
from mcp_server.tools import ALL_TOOLSETS, TOOLSETS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # bpe_openai opens its tables the old way
    from bpe_openai import get_encoding

SPECS = {spec.name: spec for spec in offered_tools(ALL_TOOLSETS, read_only=False)}

TABLE = {
    "core": [
        "create_work_item",
        "update_work_item",
        "query_work_item",
        "list_work_items",
        "bulk_work_items",
        "set_dependency",
        "get_history",
        "get_project_status",
    ],
    "vendors": [
        "create_vendor",
        "query_vendor_status",
        "update_vendor_status",
        "list_vendors",
    ],
    "deployments": ["record_deployment", "list_deployments"],
    "planning": ["save_enhancement", "list_enhancements"],
    "config": ["get_project_configuration", "update_project_configuration"],
    "archive": ["query_archived_work_items", "archive_work_items"],
    "sync": ["get_sync_status", "list_conflicts", "resolve_conflict"],
}


def properties(tool: str) -> Row:
    """The arguments a tool lists, with their schemas."""
    return mapping_of(SPECS[tool].schema, "properties")


def test_the_tools_are_those_of_the_table() -> None:
    """Each toolset holds the tools the specification gives it."""
    assert {name: [spec.name for spec in tools.specs] for name, tools in TOOLSETS.items()} == TABLE


def test_the_listing_costs_less_than_3000_tokens() -> None:
    """Name, description and input schema of all tools stay under 3,000 tokens, even spaced out."""
    listing = [
        {"name": spec.name, "description": spec.description, "inputSchema": spec.schema}
        for spec in SPECS.values()
    ]
    assert len(get_encoding("o200k_base").encode(json.dumps(listing))) < 3_000


def keywords(schema: Value) -> set[str]:
    """Every keyword of JSON Schema that stands anywhere in a schema of ours."""
    if not isinstance(schema, dict):
        return set()
    inner = [*mapping_of(schema, "properties").values(), schema.get("items")]
    return set(schema).union(*(keywords(each) for each in inner))


@pytest.mark.parametrize("name", SPECS)
def test_a_schema_is_flat(name: str) -> None:
    """A schema holds types, words and members: no anyOf, oneOf, $ref, title or default."""
    assert keywords(SPECS[name].schema) <= {"type", "properties", "required", "items", "enum"}


@pytest.mark.parametrize("name", SPECS)
def test_every_argument_has_a_type(name: str) -> None:
    """Each listed argument has a type, and a list the type of its members."""
    for argument, schema in properties(name).items():
        assert isinstance(schema, dict)
        if argument != "value":  # the field that is in conflict may hold anything
            assert "type" in schema
        assert (schema.get("type") == "array") == ("items" in schema)


def test_enums_are_listed_with_their_type() -> None:
    """The words of an argument are an enum of strings."""
    assert properties("create_work_item")["priority"] == {
        "type": "string",
        "enum": ["P0", "P1", "P2", "P3"],
    }


def test_a_list_of_words_lists_them() -> None:
    """The words that may stand in a list are an enum of its items."""
    assert properties("list_work_items")["item_type"] == {
        "type": "array",
        "items": {"type": "string", "enum": ["project", "session", "task", "research"]},
    }


def test_required_arguments_come_first() -> None:
    """What must be given stands before what may be."""
    assert list(properties("update_work_item"))[:2] == ["id", "version"]
    assert SPECS["update_work_item"].schema["required"] == ["id", "version"]


def test_operations_are_mappings() -> None:
    """The operations of a bulk call are a list of objects."""
    assert properties("bulk_work_items")["operations"] == {
        "type": "array",
        "items": {"type": "object"},
    }


@pytest.mark.parametrize(
    ("tool", "keys"),
    [
        ("create_work_item", ["token_budget", "yaml_frontmatter", "blocked_reason", "references"]),
        ("create_vendor", ["format_support", "test_results", "manifest_compliant"]),
        ("record_deployment", ["pr_title", "test_summary", "constitutional_compliance"]),
    ],
)
def test_metadata_is_described(tool: str, keys: list[str]) -> None:
    """The description of a tool that takes metadata names its keys."""
    for key in keys:
        assert key in SPECS[tool].description
