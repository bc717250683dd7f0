"""The ways out of a conflict, and what a decision came to, in words."""

from typing import Literal

from localstore.disputes import Dispute, Matter, begun, holds, quoted, side_kept, under, whose
from localstore.fieldnames import named_field

_OWN_VALUE: dict[Matter, str] = {
    "claim": "give it to somebody else",
    "move": "put it under another item, named by its ref",
    "name": "call it otherwise",
}

_NAMES = ("title", "name")
"""Fields that rows are called by."""


def ways(dispute: Dispute) -> dict[str, str]:
    """What each decision would do, by its name."""
    told = {side: _way(dispute, side) for side in ("local", "remote")}
    lists = isinstance(dispute.local, list) and isinstance(dispute.remote, list)
    texts = isinstance(dispute.local, str) and isinstance(dispute.remote, str)
    if dispute.matter == "text" or lists or (texts and dispute.field.startswith("metadata.")):
        told["both"] = "join both; what they share stands once"
    if dispute.matter not in ("edge", "deletion"):
        told["value"] = _OWN_VALUE.get(dispute.matter, "give another value")
    return told


def outcome(dispute: Dispute, *, changes: bool) -> str:
    """What the row holds after a decision, and where the rest is; `changes`: it held something else
    before. The dispute names the row as it was called then."""
    kept, field = dispute.kept, named_field(dispute.field)
    told = f"{dispute.name}: {holds(dispute)}{' now' if changes else ', as before'}"
    if dispute.field in _NAMES and not changes:
        told = f"{dispute.name} keeps its {field}"
    elif dispute.matter in ("field", "text"):
        word, side = "is now" if changes else "stays", side_kept(dispute)
        held = quoted(kept) if kept is not None else "empty"
        if dispute.matter == "text" and kept is not None:
            lines = len(str(kept).splitlines())
            held = whose(dispute, side) if side else f"{lines} line{'s' * (lines != 1)} long"
        told = f"the {field} of {dispute.name} {word} {held}"
    return f"{begun(told)}. What was not kept stays in its history."


def _way(dispute: Dispute, side: Literal["local", "remote"]) -> str:
    value = dispute.local if side == "local" else dispute.remote
    match dispute.matter:
        case "claim":
            return f"give it to {value}" if value is not None else "give it to nobody"
        case "move":
            return f"put it {under(value)}"
        case "edge":
            return "draw it again" if value is None else "leave it out"
        case "deletion":
            return "let it live" if value is None else "delete it"
        case "name":
            return f"call it {quoted(value)}"
        case "text":
            return f"{whose(dispute, side)} text"
    return f"{whose(dispute, side)} {quoted(value) if value is not None else 'nothing'}"
