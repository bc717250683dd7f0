"""docs/reference/tools.md: every tool, resource and prompt, with calls that were made."""

import asyncio
import importlib
import json
from typing import get_type_hints

from mcp_types import TextContent

from localstore.values import Row, mapping_of, rows_of, text_of, texts_of
from mcp_server.arguments import Arguments
from mcp_server.tool import ToolSpec, Traits
from mcp_server.tools import TOOLSETS
from tests.docs.story import pretty
from tests.reference.commands import cell, head
from tests.reference.parameters import meaning
from tests.reference.tool_examples import CONFLICT, EXAMPLES, ToolExample
from tests.reference.tool_story import ToolStory, telling

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
}
_BOUNDS = {
    "string": ("minLength", "maxLength", " characters"),
    "integer": ("minimum", "maximum", ""),
    "number": ("minimum", "maximum", ""),
    "array": ("minItems", "maxItems", " members"),
}
_LARGEST = 2**53 - 1


def page() -> str:
    """The page. Raises: LookupError: a tool has no example, or a parameter no meaning."""
    return asyncio.run(_page())


def specs() -> dict[str, list[ToolSpec]]:
    """Every tool by its toolset."""
    return {name: toolset.specs for name, toolset in TOOLSETS.items()}


def expect_examples(names: list[str]) -> None:
    """Every tool needs an example, and every example a tool. Raises: LookupError."""
    where = "tests/reference/tool_examples.py"
    for name in names:
        if name not in EXAMPLES:
            raise LookupError(f"the tool {name} has no example: give it an entry in {where}")
    for name in EXAMPLES:
        if name not in names:
            raise LookupError(f"{where} has an example of {name}, which does not exist")


async def _page() -> str:
    expect_examples([spec.name for listed in specs().values() for spec in listed])
    parts = [head("tools")]
    async with telling() as story:
        for toolset, listed in specs().items():
            parts.append(f"## Toolset {toolset}\n")
            for spec in listed:
                parts.append(_described(spec, toolset))
                parts.append(await _called(story, spec.name, EXAMPLES[spec.name]))
        parts.append(await _resources(story))
        await story.call(CONFLICT, {"id": "{Collect samples}", "ann": "P1", "ben": "P2"})
        parts.append(await _prompts(story))
    return "\n".join(parts)


def _described(spec: ToolSpec, toolset: str) -> str:
    model = arguments_of(spec, toolset)
    names = sorted(model.model_fields, key=lambda name: not model.model_fields[name].is_required())
    rows = [_parameter(spec, model, name) for name in names]
    table = "\n".join(["| Parameter | Type and limits | Meaning |", "|---|---|---|", *rows])
    return (
        f"### {spec.name}\n\n{spec.title}. {_nature(spec.traits)}\n\n> {spec.description}\n\n"
        + (f"{table}\n" if rows else "No parameters.\n")
    )


def _nature(traits: Traits) -> str:
    """The annotations of a tool in words."""
    if traits.reads:
        return "It only reads."
    told = "It may change or take away what is there" if traits.destructive else "It only adds"
    return told + ("; the same call again changes nothing more." if traits.idempotent else ".")


def arguments_of(spec: ToolSpec, toolset: str) -> type[Arguments]:
    """The model of a tool's arguments, from the function that answers it."""
    function = getattr(importlib.import_module(f"mcp_server.tools.{toolset}"), spec.name)
    hints = get_type_hints(function)
    model: type[Arguments] = hints.get("arguments") or hints["_arguments"]
    return model


def _parameter(spec: ToolSpec, model: type[Arguments], name: str) -> str:
    schema = model.model_json_schema()
    told = mapping_of(mapping_of(schema, "properties"), name)
    required = name in texts_of(schema, "required")
    listed = name in mapping_of(spec.schema, "properties")
    notes = [limits(told)]
    if required:
        notes.append("**required**")
    default = told.get("default")
    if default not in (None, False):
        notes.append(f"default `{default}`")
    if not listed:
        notes.append("unlisted")
    return f"| `{name}` | {'; '.join(cell(each) for each in notes)} | {meaning(spec.name, name)} |"


def limits(schema: Row) -> str:
    """The type of a parameter and what holds it, in words."""
    alternatives = [each for each in rows_of(schema, "anyOf") if each.get("type") != "null"]
    if alternatives:
        return limits(alternatives[0])
    if texts := texts_of(schema, "enum"):
        return "one of " + ", ".join(f"`{text}`" for text in texts)
    kind = text_of(schema, "type")
    told = _KINDS.get(kind, "any JSON")
    if members := mapping_of(schema, "items"):
        told += f" of {limits(members)}"
    if pattern := text_of(schema, "pattern"):
        told += f" of the form `{pattern}`"
    return told + _range(schema, *_BOUNDS.get(kind, ("", "", "")))


def _range(schema: Row, lowest: str, highest: str, unit: str) -> str:
    low = schema.get(lowest)
    high = schema.get(highest)
    if high is not None and high != _LARGEST:
        high = f"{high:,}" if isinstance(high, int) else high
        return f", {low} to {high}{unit}" if low is not None else f", at most {high}{unit}"
    return f", at least {low}{unit}" if low is not None else ""


async def _called(story: ToolStory, name: str, example: ToolExample) -> str:
    for tool, arguments in example.before:
        await story.call(tool, arguments)
    sent, row = await story.call(name, example.arguments)
    if "error" in row:
        raise LookupError(f"the example of {name} is refused: {row}")
    parts = [f"```console\n> {name} {pretty(sent)}\n{pretty(row)}\n```\n"]
    refusals = []
    for code, arguments in example.refused.items():
        sent, row = await story.call(name, arguments)
        error = mapping_of(row, "error")
        if error.get("code") != code:
            raise LookupError(f"{name} {sent} was to be refused as {code}: {row}")
        refusals.append(
            f"| `{code}` | `{cell(json.dumps(sent, ensure_ascii=False))}` "
            f"| {cell(text_of(error, 'message'))} |"
        )
    parts += ["\n".join(["| Refused as | Arguments | Message |", "|---|---|---|", *refusals]), ""]
    return "\n".join(parts)


async def _resources(story: ToolStory) -> str:
    client = story.caller.client
    found = [
        (str(each.uri), each.description, each.mime_type) for each in await client.list_resources()
    ]
    found += [
        (each.uri_template, each.description, each.mime_type)
        for each in await client.list_resource_templates()
    ]
    rows = [f"| `{uri}` | {text} | {kind} |" for uri, text, kind in found]
    report = (await story.caller.text("tidelog://report")).splitlines()[:12]
    shown = "\n".join([*report, "…"])
    return (
        "## Resources\n\nWho subscribes to one is told when any process changes what it shows.\n\n"
        + "\n".join(["| Address | What it shows | Type |", "|---|---|---|", *rows])
        + f"\n\n`tidelog://report` at this point of the story:\n\n```markdown\n{shown}\n```\n"
    )


async def _prompts(story: ToolStory) -> str:
    client = story.caller.client
    parts = ["## Prompts\n\nEach is an opening with the project's state in it.\n"]
    needed: dict[str, str] = {"goal": "Read scanned totals"}
    for prompt in await client.list_prompts():
        arguments = prompt.arguments or []
        given = {each.name: needed[each.name] for each in arguments if each.required}
        content = (await client.get_prompt(prompt.name, given)).messages[0].content
        assert isinstance(content, TextContent)
        asked, _, state = content.text.partition("\n\nThe project's state")
        assert state, f"{prompt.name} carries no state"
        names = [
            f"`{each.name}`{' (required)' if each.required else ''}"
            + (f": {each.description}" if each.description else "")
            for each in arguments
        ]
        told = "Arguments: " + "; ".join(names) + "." if names else "No arguments."
        quoted = "\n".join(f"> {line}".rstrip() for line in asked.splitlines())
        parts.append(
            f"### {prompt.name}\n\n{prompt.title}: {prompt.description}.\n\n{told}\n\n{quoted}\n"
        )
    return "\n".join(parts)
