"""`tidelog conflicts`: what needs a decision, and deciding it."""

import json
from pathlib import Path
from typing import get_args

from localstore.entities import ENTITIES, Kind
from localstore.errors import InvalidArguments, NotFound
from localstore.fields import Keep
from localstore.models import Page
from localstore.store import Store
from localstore.values import Row, Value, mapping_of, number_of, text_of
from tidelog.arguments import Arguments
from tidelog.layers.composing import read, write
from tidelog.opening import Setting, locate
from tidelog.screen import Screen, show_json, warn
from tidelog.views.conflicts import conflict_lines, list_lines, settled_lines
from tidelog.wiring import now

_PAGE = 200
_KEEPS: tuple[Keep, ...] = get_args(Keep)
_NUMBERS = ("pr_number", "priority", "default_token_budget")


async def conflicts(arguments: Arguments) -> int:
    """`tidelog conflicts [list|show REF|resolve REF --keep …]`."""
    setting = locate(arguments, Path.cwd())
    match arguments.action:
        case "show":
            return await _show(arguments, setting)
        case "resolve":
            return await _resolve(arguments, setting)
        case _:
            return await _list(arguments, setting)


async def _list(arguments: Arguments, setting: Setting) -> int:
    page = Page(limit=min(arguments.limit, _PAGE))
    row, told = await read(
        setting, lambda store: store.conflicts(None if arguments.settled else "open", page)
    )
    warn(told)
    if arguments.json:
        show_json(row | told)
        return 0
    screen = Screen()
    screen.show(list_lines(row, now=now(), width=screen.width))
    return 0


async def _show(arguments: Arguments, setting: Setting) -> int:
    row, told = await read(setting, lambda store: _known(store, arguments.key or ""))
    warn(told)
    if arguments.json:
        show_json(row | told)
        return 0
    screen = Screen()
    screen.show(conflict_lines(row, now=now(), width=screen.width, full=arguments.full))
    return 0


async def _known(store: Store, key: str) -> Row:
    try:
        return await store.conflict(key)
    except NotFound:
        hint = "`tidelog conflicts list --all` shows the refs there are"
        raise NotFound("conflict", key, hint=hint) from None


async def _resolve(arguments: Arguments, setting: Setting) -> int:
    from tidelog.keeping import person

    key = arguments.key or ""
    who = person(setting.place, setting.settings.values)
    left = 0

    async def decide(store: Store) -> Row:
        nonlocal left
        row = await _known(store, key)
        keep = _decision(arguments, row)
        value = None if arguments.value is None else _value(row, arguments.value)
        answer = await store.resolve_conflict(key, keep, value, who=who)
        left = number_of(await store.conflicts("open", Page(limit=1)), "total")
        return answer

    answer, told = await write(setting, decide)
    warn(told)
    if arguments.json:
        show_json(told | answer)
        return 0
    screen = Screen()
    screen.show(settled_lines(answer, left, width=screen.width))
    return 0


def _decision(arguments: Arguments, row: Row) -> Keep:
    """What was asked to be kept; `--value` alone means it.

    Raises:
        InvalidArguments: nothing was asked for, or `--value` beside another decision.
    """
    given = arguments.decision or ("value" if arguments.value is not None else None)
    if given is None and text_of(row, "status") == "open":
        told = "; ".join(f"{way}: {does}" for way, does in mapping_of(row, "ways").items())
        raise InvalidArguments("--keep", f"says what to keep ({told})")
    if given == "value" and arguments.value is None:
        raise InvalidArguments("--value", "is needed with --keep value")
    if given != "value" and arguments.value is not None:
        raise InvalidArguments("--value", f"goes with --keep value, not with --keep {given}")
    return next((keep for keep in _KEEPS if keep == given), "remote")


def _value(row: Row, text: str) -> Value:
    """A value as it was typed: text where the field holds text, else JSON where it is that."""
    field = text_of(row, "field")
    kind = ENTITIES[text_of(mapping_of(row, "about"), "entity")].kind_of(field)
    if kind is Kind.SET and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind is Kind.SET or field.startswith("metadata.") or field in _NUMBERS:
        try:
            value: Value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return value
    return text
