"""What an argument may look like: read once off its annotation, for the schema and for leniency."""

import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from localstore.values import Row, Value

_JSON_TYPES: dict[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    dict: "object",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The JSON type of an argument (empty: any), its allowed words, the shape of its members."""

    json_type: str
    choices: tuple[str, ...] = ()
    members: "Shape | None" = None

    def schema(self) -> Row:
        """The JSON schema of this shape, as short as it can be."""
        schema: Row = {"type": self.json_type} if self.json_type else {}
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.members is not None:
            schema["items"] = self.members.schema()
        return schema


def shape_of(annotation: object) -> Shape:
    """Read a shape off a type annotation. What is none of JSON's types may be any value."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(parts[0])
    if origin in (Union, types.UnionType):
        present = [part for part in parts if part is not type(None)]
        return shape_of(present[0]) if len(present) == 1 else Shape("")
    if origin is Literal:
        return Shape("string", choices=parts)
    if origin is list:
        return Shape("array", members=shape_of(parts[0]))
    return Shape(_JSON_TYPES.get(origin or annotation, ""))


@cache
def shapes_of(model: type[BaseModel]) -> dict[str, Shape]:
    """The shape of each field of a model, by name, in the order of its fields."""
    return {name: shape_of(field.annotation) for name, field in model.model_fields.items()}


def input_schema(model: type[BaseModel], unlisted: frozenset[str] = frozenset()) -> Row:
    """The input schema of a tool whose arguments are `model`: flat, without anyOf, $ref or titles.

    Every token of it is read in every session, so limits stay out of it (a refusal names them), and
    so do the `unlisted` arguments, which are taken all the same. Required arguments come first.
    """
    shapes = {name: shape for name, shape in shapes_of(model).items() if name not in unlisted}
    required = [name for name in shapes if model.model_fields[name].is_required()]
    ordered = sorted(shapes, key=lambda name: name not in required)
    properties: Row = {name: shapes[name].schema() for name in ordered}
    schema: Row = {"type": "object", "properties": properties}
    if required:
        names: list[Value] = list(required)
        schema["required"] = names
    return schema
