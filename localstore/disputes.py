"""What a conflict is about, in words: who did what where, what holds now, and the ways out.

Replicas are called by people and machines, never by "mine" or "theirs": the replica that noticed a
conflict is seldom the one it is read on.
"""

import difflib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from localstore.fieldnames import named_field
from localstore.values import Value, to_json

Matter: TypeAlias = Literal["field", "text", "claim", "move", "edge", "deletion", "name"]
"""Two values of a field, or of a long text; an item claimed twice; a move, an edge or a deletion
that was undone; a vendor's name that was taken."""

_VALUE_LENGTH = 60
_LINES_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Side:
    """Who wrote one of the two values, on which machine, and when; empty where nobody knows."""

    by: str = ""
    on: str = ""
    at: str = ""

    @property
    def label(self) -> str:
        """The person and the machine."""
        return f"{self.by or 'somebody'}{f' on {self.on}' if self.on else ''}"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One conflict; values are as people read them (refs and titles instead of ids).

    `name` is what the row is called. `kept` is what the row held when the conflict was noticed, or
    what was decided; `settled_by` is empty while it is open. Where nobody wrote the remote value,
    a rule refused the local one; `refusal` says why, as far as that can be seen.
    """

    matter: Matter
    name: str
    field: str
    local: Value
    remote: Value
    kept: Value
    local_side: Side
    remote_side: Side
    settled_by: str = ""
    refusal: str = ""


def whose(dispute: Dispute, side: Literal["local", "remote"]) -> str:
    """Whose a value is: `ann's`, with the machine where both sides are one person's."""
    sides = {"local": dispute.local_side, "remote": dispute.remote_side}
    own, alike = sides[side], dispute.local_side.by == dispute.remote_side.by
    machine = f" on {own.on}" if own.on and (alike or not own.by) else ""
    return f"{own.by or 'somebody'}'s{machine}"


def sentence(dispute: Dispute) -> str:
    """What happened, and what holds now."""
    told = begun(_HAPPENED[dispute.matter](dispute))
    reason = _refused(dispute)
    if dispute.settled_by:
        because = f"; {reason}" if reason else ""
        return f"{told}{because}. Decided by {dispute.settled_by}: {holds(dispute)}."
    return f"{told}; {reason}, so {holds(dispute)}." if reason else f"{told}; {holds(dispute)}."


def holds(dispute: Dispute) -> str:
    """What the row holds by what was kept."""
    kept, name = dispute.kept, named_field(dispute.field)
    match dispute.matter:
        case "claim":
            return f"{kept} has it" if kept is not None else "nobody has it"
        case "move":
            return "it is " + under(kept)
        case "edge":
            return "it was withdrawn" if kept is not None else "it is drawn"
        case "deletion":
            return "it lives" if kept is None else "it is deleted"
        case "name":
            return f"it is called {quoted(kept)}"
    side = side_kept(dispute)
    if dispute.matter == "text" and side is not None:
        return f"{whose(dispute, side)} text is kept"
    if dispute.matter == "text":
        return f"the {name} holds another text"
    return f"{quoted(kept)} is kept" if kept is not None else f"no {name} is kept"


def quoted(value: Value) -> str:
    """A value in a sentence: texts in quotes, cut when they are long."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else to_json(value)
    line = " ".join(text.split())
    if len(line) > _VALUE_LENGTH:
        line = line[: _VALUE_LENGTH - 1].rstrip() + "…"
    return f'"{line}"' if isinstance(value, str) else line


def difference(before: str, after: str) -> str:
    """What an edit changed of a text: its lines behind `-` and `+`, with a line around each."""
    old, new = (text.splitlines()[:_LINES_COMPARED] for text in (before, after))
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    return "\n".join("…" if line.startswith("@@") else line for line in lines).removeprefix("…\n")


def added(changes: str) -> str:
    """Of a difference what the edit made of the text, without the lines it took away."""
    return "\n".join(line for line in changes.split("\n") if not line.startswith("-"))


def side_kept(dispute: Dispute) -> Literal["local", "remote"] | None:
    """The side whose value was kept, if it is one of the two."""
    if dispute.kept == dispute.remote:
        return "remote"
    return "local" if dispute.kept == dispute.local else None


def begun(text: str) -> str:
    """With a capital, unless it begins with the name of somebody or of a row."""
    return text[:1].upper() + text[1:] if text.startswith(("the ", "a ")) else text


def _changed(dispute: Dispute) -> str:
    sides = " and ".join(
        f"to {quoted(value) if value is not None else 'nothing'} by {side.label}"
        for side, value in (
            (dispute.local_side, dispute.local),
            (dispute.remote_side, dispute.remote),
        )
    )
    return f"{dispute.name}: {named_field(dispute.field)} changed {sides}"


def _rewritten(dispute: Dispute) -> str:
    return (
        f"{dispute.name}: {named_field(dispute.field)} edited in the same lines by "
        f"{dispute.local_side.label} and by {dispute.remote_side.label}"
    )


def _claimed(dispute: Dispute) -> str:
    claims = [
        _claim(dispute.remote_side, dispute.remote),
        _claim(dispute.local_side, dispute.local),
    ]
    if all(claim.startswith(_CLAIMED) for claim in claims):
        claims[1] = claims[1].removeprefix(_CLAIMED)
    return f"{dispute.name} was {' and '.join(claims)}"


_CLAIMED = "claimed "


def _claim(side: Side, value: Value) -> str:
    if value is None:
        return f"released by {side.label}"
    if side.by in ("", value):
        return f"{_CLAIMED}by {Side(str(value), side.on).label}"
    return f"given to {value} by {side.label}"


def _moved(dispute: Dispute) -> str:
    moved = f"{dispute.name} was put {under(dispute.local)} by {dispute.local_side.label}"
    if dispute.remote_side.by:
        return f"{moved} and {under(dispute.remote)} by {dispute.remote_side.label}"
    return moved


def _drawn(dispute: Dispute) -> str:
    return f"the dependency {dispute.name} was drawn by {dispute.local_side.label}"


def _deleted(dispute: Dispute) -> str:
    deleter, other = dispute.local_side, dispute.remote_side
    if dispute.local is None:
        deleter, other = other, deleter
    told = f"{dispute.name} was deleted by {deleter.label}"
    return f"{told} while {other.label} changed it" if other.by else told


def _called(dispute: Dispute) -> str:
    return f"a vendor was called {quoted(dispute.local)} by {dispute.local_side.label}"


def _refused(dispute: Dispute) -> str:
    """Which rule refused the local value; empty where somebody wrote another one."""
    if dispute.remote_side.by:
        return ""
    return {
        "move": dispute.refusal or "what others had changed did not allow that",
        "edge": "with those that others had drawn it closed a circle",
        "deletion": "others had living work below it",
        "name": "another one has that name",
    }.get(dispute.matter, "")


def under(parent: Value) -> str:
    """Where an item hangs."""
    return f"under {parent}" if parent is not None else "at the top"


_HAPPENED = {
    "field": _changed,
    "text": _rewritten,
    "claim": _claimed,
    "move": _moved,
    "edge": _drawn,
    "deletion": _deleted,
    "name": _called,
}
