"""One line for one change, as a status log puts it: `task "Fix dates": active → completed`."""

import re

from localstore.values import Row, Value, mapping_of, number_of, text_of, texts_of

SUBJECT_LENGTH = 120
_NAME_LENGTH = 72
_VALUE_LENGTH = 40
_TYPES = {"P": "project", "S": "session", "T": "task", "R": "research"}
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u200b-\u200f\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_EDITED = ("description",)
_HIDDEN = ("metadata._schema_version",)
_WORDS = {
    "git_head_commit": "head",
    "git_branch": "branch",
    "branch_name": "branch",
    "active_context_type": "context",
    "current_session_id": "session",
    "default_token_budget": "token budget",
}


def subject(entry: Row) -> str:
    """Word a history entry: entity, ref?, title?, version, changes {field: [old, new]}.

    Returns one line of at most 120 characters that begins with the kind of row, so that it can
    never be taken for an option.
    """
    return one_line(f"{named(entry)}: {what_changed(entry)}", SUBJECT_LENGTH)


def one_line(text: str, length: int) -> str:
    """Text without line breaks, control or invisible characters, cut to `length` characters."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def named(entry: Row) -> str:
    """What kind of row an entry is about, and its title in quotes."""
    entity, ref, title = text_of(entry, "entity"), text_of(entry, "ref"), text_of(entry, "title")
    if entity == "work_item":
        entity = _TYPES.get(ref[:1], "work item")
    if entity == "deployment":
        return f"deployment of {title[:10]}" if title else "deployment"
    if entity == "dependency" and title:
        return one_line(title, _NAME_LENGTH)
    return f'{entity} "{one_line(title, _NAME_LENGTH)}"' if title else entity


def what_changed(entry: Row) -> str:
    """What an entry did to its row, the fields a reader looks for first in front."""
    changes = mapping_of(entry, "changes")
    if number_of(entry, "version") == 1:
        return _created(text_of(entry, "entity"), changes)
    told = [_change(field, *_pair(changes[field])) for field in _by_weight(changes)]
    return ", ".join(filter(None, told)) or "touched"


def _created(entity: str, changes: Row) -> str:
    if entity == "deployment":
        number = _new(changes, "metadata.pr_number")
        pull_request = [f"PR #{number}"] if number is not None else []
        vendors = texts_of({"ids": _new(changes, "vendor_ids")}, "ids")
        reach = [f"{len(vendors)} vendor{'s' * (len(vendors) != 1)}"] if vendors else []
        return ", ".join(["recorded", *pull_request, *reach])
    status = _new(changes, "status")
    return f"created, {status}" if isinstance(status, str) else "created"


def _by_weight(changes: Row) -> list[str]:
    """The changed fields, those a reader looks for first in front."""
    first = ("deleted_at", "archived_at", "status", "assignee", "priority", "title", "name")
    return sorted(changes, key=lambda field: first.index(field) if field in first else len(first))


def _change(field: str, old: Value, new: Value) -> str:
    if field in _HIDDEN:
        return ""
    if field in ("deleted_at", "archived_at"):
        done, undone = (
            ("deleted", "undeleted")
            if field == "deleted_at"
            else (
                "archived",
                "back from the archive",
            )
        )
        return done if new is not None else undone
    if field in ("title", "name"):
        return f'was "{_shown(old)}"'
    if field == "parent_id":
        return "moved" if new is not None else "moved to the top"
    if field in _EDITED:
        return _edited(field, old, new)
    if field in ("status", "priority"):
        return f"{_shown(old)} → {_shown(new)}"
    return _other(field, old, new)


def _other(field: str, old: Value, new: Value) -> str:
    name = _WORDS.get(field) or field.removeprefix("metadata.").replace("_", " ")
    if isinstance(old, list) or isinstance(new, list):
        return f"{name} {_membership(old, new)}"
    if new is None:
        return f"no {name}"
    if isinstance(new, dict):
        return f"{name} changed"
    if field.startswith("metadata.") and isinstance(new, str):
        return f'{name} "{_shown(new)}"'
    return f"{name} {_shown(new)}" if old is None else f"{name} {_shown(old)} → {_shown(new)}"


def _edited(field: str, old: Value, new: Value) -> str:
    if new is None:
        return f"no {field}"
    return f"{field} written" if old is None else f"{field} edited"


def _membership(old: Value, new: Value) -> str:
    before = texts_of({"members": old}, "members")
    after = texts_of({"members": new}, "members")
    added = [f"+{_shown(each)}" for each in after if each not in before]
    gone = [f"-{_shown(each)}" for each in before if each not in after]
    return " ".join(added + gone) or "changed"


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and re.fullmatch("[0-9a-f]{40}", value):
        return value[:10]
    return one_line("none" if value is None else str(value), _VALUE_LENGTH)


def _pair(change: Value) -> tuple[Value, Value]:
    old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
    return old, new


def _new(changes: Row, field: str) -> Value:
    return _pair(changes.get(field))[1]
