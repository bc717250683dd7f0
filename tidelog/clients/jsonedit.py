"""Putting a member into a JSON text and taking it out again, with every other byte kept.

Where it is put says who made room for it, so that taking it out gives back what was there: into an
object that stood there empty it goes right behind the brace; an object that was made for it begins
with space. An object that is left empty goes too if it began with space and holds no comment.
"""

import json
import re
from collections.abc import Mapping, Sequence

from localstore.values import Row, Value
from tidelog.clients.jsontext import BOM, Member, Node, NotJson, position, read_json
from tidelog.clients.unfit import Unfit

UNIT = "  "
_MARGIN = re.compile(r"(?:\A\ufeff?|[\r\n])([ \t]*)\Z")
_BLANK = " \t\r\n"


def found(text: str, path: Sequence[str]) -> Value:
    """The value at a path; None where there is none.

    Raises:
        Unfit: the text cannot be read or edited.
    """
    if is_blank(text):
        return None
    nodes = _along(text, path)
    return nodes[-1].value if len(nodes) > len(path) else None


def put(text: str | None, path: Sequence[str], value: Value) -> str:
    """The text with `value` at `path`, in its own style; an absent or blank text is begun.

    Raises:
        Unfit: the text cannot be read or edited.
    """
    if text is None or is_blank(text):
        mark = BOM if text and text.startswith(BOM) else ""
        return mark + _written(_nested(path, value), "", UNIT, "\n") + "\n"
    nodes = _along(text, path)
    if len(nodes) > len(path):
        old = nodes[-1]
        return text[: old.start] + _replacing(text, old, value) + text[old.end :]
    key, *inner = path[len(nodes) - 1 :]
    return _inserted(text, nodes, key, (inner, value))


def dropped(text: str, path: Sequence[str]) -> str | None:
    """The text without the member at `path`; None when nothing else was in it.

    Raises:
        Unfit: the text cannot be read or edited.
    """
    if is_blank(text):
        return text
    nodes = _along(text, path)
    if len(nodes) <= len(path):
        return text
    depth = len(path) - 1
    while depth > 0 and _made_for_it(text, nodes[depth]):
        depth -= 1
    holder = nodes[depth]
    if depth == 0 and _made_for_it(text, holder):
        around = text[: holder.start] + text[holder.end :]
        if is_blank(around):
            return None
    return _without(text, holder, holder.named(path[depth])[0])


def is_blank(text: str) -> bool:
    """Whether a text holds nothing but space."""
    return not text.removeprefix(BOM).strip(_BLANK)


def _along(text: str, path: Sequence[str]) -> list[Node]:
    """The nodes from the top along a path, as far as there are any."""
    try:
        nodes = [read_json(text)]
    except NotJson as failure:
        raise Unfit(f"{position(text, failure.offset)}: {failure.reason}") from None
    for depth, key in enumerate(path):
        node = nodes[-1]
        if not isinstance(node.value, dict):
            name = ".".join(path[:depth])
            raise Unfit(f"{name} is not an object" if name else "it is not an object")
        members = node.named(key)
        if not members:
            break
        if len(members) > 1:
            raise Unfit(f"{'.'.join(path[: depth + 1])} stands there {len(members)} times")
        nodes.append(members[0].node)
    return nodes


def _made_for_it(text: str, node: Node) -> bool:
    """Whether an object with one member was begun for that member."""
    lonely = len(node.members) == 1 and not node.comments
    return lonely and text[node.start + 1] in _BLANK


def _inserted(text: str, nodes: Sequence[Node], key: str, rest: tuple[list[str], Value]) -> str:
    """The text with a new last member in the last of the nodes."""
    (inner, value), holder, newline = rest, nodes[-1], _newline(text)
    margin = _member_margin(text, nodes)
    value = _nested(inner, value)
    last = holder.members[-1] if holder.members else None
    begins = holder.ends[-1]
    after_line_comment = _ends_line(holder, begins)
    if margin is not None and (last or after_line_comment):
        space = newline + margin
        written = _written(value, margin, _unit(text, nodes), newline)
    else:
        space = newline if after_line_comment else _between(text, last)
        written = _in_one_line(value, made=len(inner))
    entry = f"{space}{json.dumps(key, ensure_ascii=False)}:{_after_colon(text, nodes)}{written}"
    if last is None:
        return text[:begins] + entry + text[begins:]
    if last.comma is not None:
        return text[:begins] + entry + "," + text[begins:]
    return text[: last.node.end] + "," + text[last.node.end : begins] + entry + text[begins:]


def _without(text: str, holder: Node, member: Member) -> str:
    """The text without a member, the space before it and one comma."""
    begins = max(end for end in holder.ends if end <= member.start)
    ends = member.node.end
    if _ends_line(holder, begins) and text[ends:].lstrip(" \t,")[:1] not in "\r\n":
        # What follows must not end up in the comment.
        begins += 2 if text.startswith("\r\n", begins) else 1
    index = holder.members.index(member)
    comma = member.comma
    if comma is None and index:
        comma = holder.members[index - 1].comma
    if comma is None:
        return text[:begins] + text[ends:]
    if comma < begins:
        return text[:comma] + text[comma + 1 : begins] + text[ends:]
    return text[:begins] + text[ends:comma] + text[comma + 1 :]


def _replacing(text: str, old: Node, value: Value) -> str:
    """A value in the place of another: over lines if the other was."""
    if not re.search(r"[\r\n]", text[old.start : old.end]):
        return _in_one_line(value, made=0)
    start = max(text.rfind("\n", 0, old.start), text.rfind("\r", 0, old.start)) + 1
    line = text[start : old.start]
    margin = line[: len(line) - len(line.lstrip(" \t"))]
    return _written(value, margin, UNIT, _newline(text))


def _member_margin(text: str, nodes: Sequence[Node]) -> str | None:
    """How far a new member of the last node is indented; None when it stays on its line."""
    holder = nodes[-1]
    if holder.members:
        before = _MARGIN.search(text, 0, holder.members[0].start)
        # Only a member that begins its line shows where members begin.
        return before[1] if before else None
    if not holder.comments:
        return None
    before = _MARGIN.search(text, 0, holder.end - 1)
    return before[1] + _unit(text, nodes[:1]) if before else None


def _unit(text: str, nodes: Sequence[Node]) -> str:
    """One step of indentation: how far the first member of the whole is indented."""
    top = nodes[0]
    before = _MARGIN.search(text, 0, top.members[0].start) if top.members else None
    return before[1] if before and before[1] else UNIT


def _between(text: str, last: Member | None) -> str:
    """What separates members on one line: nothing in a text that was packed tight."""
    if last is None:
        return ""
    return "" if _is_tight(text, last) else " "


def _after_colon(text: str, nodes: Sequence[Node]) -> str:
    members = next((each.members for each in reversed(nodes) if each.members), None)
    return "" if members and _is_tight(text, members[-1]) else " "


def _is_tight(text: str, member: Member) -> bool:
    return text[member.node.start - 1] == ":"


def _ends_line(holder: Node, end: int) -> bool:
    """Whether what ends there in an object is a comment that goes to the end of its line."""
    return any(each.end == end and each.ends_line for each in holder.comments)


def _newline(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _nested(path: Sequence[str], value: Value) -> Value:
    for key in reversed(path):
        nest: Row = {key: value}
        value = nest
    return value


def _in_one_line(value: Value, *, made: int) -> str:
    """A value on one line; the `made` outermost objects begin with space, for they are ours."""
    if made and isinstance(value, dict):
        [(key, inner)] = value.items()
        return f"{{ {json.dumps(key, ensure_ascii=False)}: {_in_one_line(inner, made=made - 1)} }}"
    return json.dumps(value, ensure_ascii=False)


def _written(value: Value, margin: str, unit: str, newline: str) -> str:
    """A value over lines, lists on one."""
    if not isinstance(value, Mapping) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = margin + unit
    members = f",{newline}".join(
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_written(each, inner, unit, newline)}"
        for key, each in value.items()
    )
    return f"{{{newline}{members}{newline}{margin}}}"
