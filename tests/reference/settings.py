"""docs/reference/settings.md: every setting, where it can be said, and what it means."""

import ast
import inspect
import textwrap

from localstore.values import Row, mapping_of, rows_of, text_of
from tests.reference.commands import cell, described, head
from tests.reference.tools import limits
from tidelog.settings import PREFIX, Settings

_MANY = 5


def page() -> str:
    """The page."""
    meanings = meanings_of(Settings)
    flags = _flags()
    schema = Settings.model_json_schema()
    sections = [
        _section(name, mapping_of(mapping_of(schema, "properties"), name), meanings[name], flags)
        for name in Settings.model_fields
    ]
    return "\n".join([head("settings"), *sections])


def meanings_of(model: type[Settings]) -> dict[str, str]:
    """What stands below each setting in the code. Raises: LookupError: nothing does."""
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    told: dict[str, str] = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    told[field.target.id] = " ".join(text.split())
    for name in model.model_fields:
        if name not in told:
            raise LookupError(f"the setting {name} has no docstring that says what it means")
    return told


def _flags() -> dict[str, list[str]]:
    """The commands that have a flag of each name."""
    flags: dict[str, list[str]] = {}
    for command in described():
        for word in command.words:
            flags.setdefault(word.usage.partition(" ")[0], []).append(command.name)
    return flags


def _section(name: str, schema: Row, meaning: str, flags: dict[str, list[str]]) -> str:
    flag = "--" + name.replace("_", "-")
    commands = flags.get(flag, [])
    of = "" if len(commands) > _MANY else " of " + ", ".join(f"`{each}`" for each in commands)
    default = Settings.model_fields[name].default
    shown = (
        "-"
        if default is None
        else f"`{str(default).lower() if default in (True, False) else default}`"
    )
    rows = [
        ("Flag", f"`{flag}`{of}" if commands else "-"),
        ("Variable", f"`{(PREFIX + name).upper()}`"),
        ("Key in `tidelog.toml`", "-" if name == "home" else f"`{name}`"),
        ("Value", cell(_value(schema))),
        ("Default", shown),
    ]
    table = "\n".join(f"| {what} | {told} |" for what, told in rows)
    return f"## {name}\n\n{meaning}\n\n| | |\n|---|---|\n{table}\n"


def _value(schema: Row) -> str:
    options = [each for each in rows_of(schema, "anyOf") if each.get("type") != "null"]
    told = options[0] if options else schema
    if text_of(told, "format") == "path":
        return "path"
    if text_of(told, "type") == "array":
        return "words with commas between, or a list in `tidelog.toml`"
    return limits(told)
