"""What differs between two states of a row, as its history tells it."""

from localstore.entities import Entity, Kind
from localstore.values import Row, Value, to_json


def changes_between(entity: Entity, old: Row, new: Row) -> dict[str, list[Value]]:
    """What differs between two states of a row, as `{field: [old, new]}`.

    Maps are compared by top-level key, each under `field.key`; an absent value is null. The order
    inside a set makes no difference. Stamps are not compared.
    """
    changes: dict[str, list[Value]] = {}
    for field in entity.fields:
        before, after = old.get(field.name), new.get(field.name)
        if field.kind is Kind.MAP:
            changes |= _changed_keys(field.name, before, after)
        elif _comparable(field.kind, before) != _comparable(field.kind, after):
            changes[field.name] = [before, after]
    return changes


def _changed_keys(name: str, before: Value, after: Value) -> dict[str, list[Value]]:
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    return {
        f"{name}.{key}": [old.get(key), new.get(key)]
        for key in sorted(old.keys() | new.keys())
        if to_json(old.get(key)) != to_json(new.get(key))
    }


def _comparable(kind: Kind, value: Value) -> Value:
    if kind is Kind.MARK:
        return value is not None
    if kind is not Kind.SET:
        return value
    members = [str(member) for member in value] if isinstance(value, list) else []
    return [*sorted(members)]
