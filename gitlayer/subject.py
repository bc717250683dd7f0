"""One line for one change, as a status log puts it: `task "Fix dates": active → completed`."""

import re

from localstore.entities import CONFIGURATION, ENTITIES
from localstore.ids import full_ref, is_id, short_ref
from localstore.values import Row, Value, mapping_of, number_of, text_of, texts_of

SUBJECT_LENGTH = 120
_NAME_LENGTH = 72
_VALUE_LENGTH = 40
_MEMBERS_SHOWN = 3
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
    "report_layout": "hand-written sections",
}
_BEGINNINGS = ("item_type", "name", "source_id", "deployed_at", "active_context_type", "entity_id")
"""Fields that a row has from its first change on; an enhancement has its title."""
_REFERRED = {"depends_on": "E", "current_session_id": "S"}
"""Fields that hold ids of rows, and the letter of those rows' refs."""


def subject(entry: Row) -> str:
    """Word a history entry: entity, ref?, title?, version, changes {field: [old, new]}.

    Returns one line of at most 120 characters that begins with the kind of row, a dependency's with
    a ref, so that it can never be taken for an option.
    """
    if text_of(entry, "entity") == "dependency" and text_of(entry, "title"):
        return one_line(_edge(entry), SUBJECT_LENGTH)
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
    if entity == "conflict":
        return f"conflict {_matter(entry, title)}"
    return f'{entity} "{one_line(title, _NAME_LENGTH)}"' if title else entity


def what_changed(entry: Row) -> str:
    """What an entry did to its row, the fields a reader looks for first in front.

    One phrase for each field, however long the values are.
    """
    entity, changes = text_of(entry, "entity"), mapping_of(entry, "changes")
    if number_of(entry, "version") == 1:
        return _begun(entity, changes, "created")
    if _is_beginning(entity, changes):
        return _begun(entity, changes, "restored")
    if entity == "conflict" and _new(changes, "status") == "resolved":
        return _resolved(text_of({"kept": _new(changes, "resolution")}, "kept"))
    told = [_change(field, *_pair(changes[field])) for field in _by_weight(changes)]
    return ", ".join(filter(None, told)) or "touched"


def _edge(entry: Row) -> str:
    """A dependency's subject: drawing it is said by its name alone."""
    title, removed = text_of(entry, "title"), mapping_of(entry, "changes").get("deleted_at")
    if number_of(entry, "version") == 1 or _is_beginning(
        "dependency", mapping_of(entry, "changes")
    ):
        return title
    if removed is None:
        return f"{title}: {what_changed(entry)}"
    if _pair(removed)[1] is None:
        return f"{title} again"
    ref, _, way = title.partition(" ")
    if way.startswith("is "):
        return f"{ref} is no longer {way.removeprefix('is ')}"
    return f"{ref} no longer {way}"


def _matter(entry: Row, title: str) -> str:
    """What a conflict is over, `status of T-7F3KQ`; its ref where an entry does not say."""
    if title:
        field, of, row = title.rpartition(" of ")
        return one_line(f"over {_named_field(field)}{of}{row}", _NAME_LENGTH)
    changes = mapping_of(entry, "changes")
    entity, row_id = ENTITIES.get(str(_new(changes, "entity"))), str(_new(changes, "entity_id"))
    if entity is None or not is_id(row_id):
        return text_of(entry, "ref")
    field = one_line(_named_field(str(_new(changes, "field"))), _VALUE_LENGTH)
    if entity is CONFIGURATION:
        return f"over {field} of the configuration"
    return f"over {field} of {short_ref(full_ref(entity.letter, row_id))}"


def _resolved(kept: str) -> str:
    return f"resolved, {'another value' if kept == 'value' else kept or 'one'} kept"


def _is_beginning(entity: str, changes: Row) -> bool:
    """Whether these changes are a whole row that was loaded without its history."""
    beginnings = ("title",) if entity == "enhancement" else _BEGINNINGS
    return any(field in changes and _pair(changes[field])[0] is None for field in beginnings)


def _begun(entity: str, changes: Row, word: str) -> str:
    if entity == "deployment":
        number = _new(changes, "metadata.pr_number")
        pull_request = [f"PR #{number}"] if number is not None else []
        vendors = texts_of({"ids": _new(changes, "vendor_ids")}, "ids")
        reach = [f"{len(vendors)} vendor{'s' * (len(vendors) != 1)}"] if vendors else []
        first = "recorded" if word == "created" else word
        return ", ".join([first, *pull_request, *reach])
    if entity == "conflict":
        if _new(changes, "status") == "resolved":
            return _resolved(str(_new(changes, "resolution") or ""))
        return "noticed"
    status = _new(changes, "status")
    return f"{word}, {status}" if isinstance(status, str) else word


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
    if field == "report_layout":
        return f"{_WORDS[field]} edited" if new is not None else f"no {_WORDS[field]}"
    if field in _EDITED:
        return _edited(field, old, new)
    if field in ("status", "priority"):
        return f"{_shown(old)} → {_shown(new)}"
    return _other(field, old, new)


def _other(field: str, old: Value, new: Value) -> str:
    name = one_line(_named_field(field), _VALUE_LENGTH)
    if field in _REFERRED:
        old, new = (_as_refs(value, _REFERRED[field]) for value in (old, new))
    if isinstance(old, list) or isinstance(new, list):
        return f"{name} {_membership(old, new)}"
    if new is None:
        return f"no {name}"
    if isinstance(new, dict):
        return f"{name} changed"
    if field.startswith("metadata.") and isinstance(new, str):
        return f'{name} "{_shown(new)}"'
    return f"{name} {_shown(new)}" if old is None else f"{name} {_shown(old)} → {_shown(new)}"


def _named_field(field: str) -> str:
    return _WORDS.get(field) or _spelt(field)


def _spelt(field: str) -> str:
    return field.removeprefix("metadata.").replace("_", " ")


def _as_refs(value: Value, letter: str) -> Value:
    """Ids as people know the rows."""
    if isinstance(value, list):
        return [_as_refs(member, letter) for member in value]
    known = isinstance(value, str) and is_id(value)
    return short_ref(full_ref(letter, str(value))) if known else value


def _edited(field: str, old: Value, new: Value) -> str:
    if new is None:
        return f"no {field}"
    return f"{field} written" if old is None else f"{field} edited"


def _membership(old: Value, new: Value) -> str:
    before = texts_of({"members": old}, "members")
    after = texts_of({"members": new}, "members")
    added = [f"+{_shown(each)}" for each in after if each not in before]
    gone = [f"-{_shown(each)}" for each in before if each not in after]
    told, rest = (added + gone)[:_MEMBERS_SHOWN], len(added + gone) - _MEMBERS_SHOWN
    return " ".join([*told, f"and {rest} more"] if rest > 0 else told) or "changed"


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
