"""Reading a caller's arguments: lenient about their form, strict about what they say."""

import json
from difflib import get_close_matches
from typing import Self, TypeVar

from pydantic import BaseModel

from localstore import metadata
from localstore.errors import InvalidArguments
from localstore.fields import ClientRef, Who
from localstore.models import Command
from localstore.text import check_value
from localstore.validation import check_argument, validate
from localstore.values import Row, Value
from mcp_server.shape import Shape, shapes_of

C = TypeVar("C", bound=BaseModel)

_OPENING = {"array": "[", "object": "{"}
_METADATA_KEYS = frozenset(
    name for model in metadata.MODELS.values() for name in model.model_fields
)


class Arguments(Command):
    """Base of the flat arguments of one tool."""

    @classmethod
    def read(cls, raw: Row, *, prefix: str = "") -> Self:
        """Build the arguments from what a client sent.

        Null, and "" where an argument is optional, mean absent; a list or mapping may come as JSON
        text, a list of one as its member alone; the words of an enum are taken in any case;
        numbers and truth values may come as text.

        Raises:
            InvalidArguments: an unknown argument (the hint names the nearest), or one that breaks
                its rule; the field is named behind `prefix`.
        """
        shapes = shapes_of(cls)
        values: Row = {}
        for name, value in raw.items():
            if name not in shapes:
                raise _unknown(cls, name, prefix)
            check_argument(cls, raw, name, value, prefix=prefix)
            required = cls.model_fields[name].is_required()
            if value is None or (value == "" and not required):
                continue
            values[name] = _normalised(prefix + name, value, shapes[name])
        return validate(cls, values, prefix=prefix)

    def part(self, model: type[C]) -> C:
        """The `model` whose fields these arguments hold among their own."""
        values = {name: getattr(self, name) for name in model.model_fields}
        return model.model_construct(
            _fields_set=self.model_fields_set & model.model_fields.keys(), **values
        )

    def author(self) -> str | None:
        """Who the caller says is acting, if it says so."""
        return None


class Creates(Arguments):
    """Arguments of a tool that makes something new."""

    client_ref: ClientRef | None = None
    created_by: Who | None = None

    def author(self) -> str | None:
        """The `created_by` of the call."""
        return self.created_by


class Updates(Arguments):
    """Arguments of a tool that changes something."""

    updated_by: Who | None = None

    def author(self) -> str | None:
        """The `updated_by` of the call."""
        return self.updated_by


def _normalised(field: str, value: Value, shape: Shape) -> Value:
    """The value as its shape wants it where that is beyond doubt, otherwise as it came."""
    opening = _OPENING.get(shape.json_type)
    if opening and isinstance(value, str) and value.lstrip().startswith(opening):
        value = _parsed(field, value)
    if shape.members is not None:
        listed = value if isinstance(value, list) else [value]
        members = shape.members
        return [
            _normalised(f"{field}[{index}]", each, members) for index, each in enumerate(listed)
        ]
    if shape.choices and isinstance(value, str):
        wanted = value.strip().casefold()
        return next((word for word in shape.choices if word.casefold() == wanted), value)
    return value


def _parsed(field: str, text: str) -> Value:
    try:
        value: Value = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidArguments(field, "looks like JSON but cannot be read as such") from None
    check_value(field, value)
    return value


def _unknown(model: type[Arguments], name: str, prefix: str) -> InvalidArguments:
    check_value("arguments", name)
    near = get_close_matches(name, model.model_fields, n=1, cutoff=0.6)
    if name in _METADATA_KEYS and "metadata" in model.model_fields:
        hint = f'put it into metadata: {{"{name}": …}}'
    elif near:
        hint = f"did you mean {near[0]}?"
    elif model.model_fields:
        hint = "the arguments are " + ", ".join(model.model_fields)
    else:
        hint = "this tool takes no arguments"
    shown = name if len(name) <= 60 else name[:59] + "…"
    return InvalidArguments(prefix + shown, "is not an argument here", hint=hint)
