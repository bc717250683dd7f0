"""One line for one change, as a status log puts it: `task "Fix dates": active → completed`."""

from gitlayer.wording import VALUE_LENGTH, new_of, one_line, pair_of, shown
from localstore.entities import CONFIGURATION, ENTITIES
from localstore.fieldnames import named_field
from localstore.ids import full_ref, is_id, short_ref
from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of

SUBJECT_LENGTH = 120
_NAME_LENGTH = 72
_MEMBERS_SHOWN = 3
_TYPES = {"P": "project", "S": "session", "T": "task", "R": "research"}
_EDITED = ("description",)
_HIDDEN = ("metadata._schema_version",)
_BEGINNINGS = ("item_type", "name", "source_id", "deployed_at", "active_context_type", "entity_id")
"""Fields that a row has from its first change on; an enhancement has its title."""
_REFERRED = {"depends_on": "E", "current_session_id": "S"}
"""Fields that hold ids of rows, and the letter of those rows' refs."""


def subject(entry: Row) -> str:
    """Word a history entry: entity, ref?, title?, version, changes {field: [old, new]}; of a merge
    also `merged`, who made its parents ({by, on?}), of a conflict `sides`, who wrote its values.

    Returns one line of at most 120 characters that begins with the kind of row, a dependency's with
    a ref, a merge's with that word, so that it can never be taken for an option.
    """
    if is_merge(entry):
        told = f"merge {named(entry)}, {joined(entry)}: {what_changed(entry)}"
        return one_line(told, SUBJECT_LENGTH)
    if text_of(entry, "entity") == "conflict" and what_changed(entry) == "noticed":
        return one_line(f"conflict: {_matter(entry)}", SUBJECT_LENGTH)
    if text_of(entry, "entity") == "dependency" and text_of(entry, "title"):
        return one_line(_edge(entry), SUBJECT_LENGTH)
    return one_line(f"{named(entry)}: {what_changed(entry)}", SUBJECT_LENGTH)


def is_merge(entry: Row) -> bool:
    """Whether an entry joins what two replicas made of its row apart from each other."""
    return len(rows_of(entry, "merged")) > 1


def joined(entry: Row) -> str:
    """Whose changes a merge joined, the later comer's first: `ann's into bob's`."""
    sides = [_whose(side) for side in rows_of(entry, "merged")]
    return " and ".join(sides[:0:-1]) + f" into {sides[0]}"


def _whose(side: Row) -> str:
    who, machine = (one_line(text_of(side, key), VALUE_LENGTH) for key in ("by", "on"))
    return f"{who or 'somebody'}'s" + (f" on {machine}" if machine else "")


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
        return f"conflict over {_matter(entry)}"
    return f'{entity} "{one_line(title, _NAME_LENGTH)}"' if title else entity


def what_changed(entry: Row) -> str:
    """What an entry did to its row, the fields a reader looks for first in front.

    One phrase for each field, however long the values are.
    """
    entity, changes = text_of(entry, "entity"), mapping_of(entry, "changes")
    if number_of(entry, "version") == 1:
        return _begun(entry, "created")
    if _is_beginning(entity, changes):
        return _begun(entry, "restored")
    if entity == "conflict" and new_of(changes, "status") == "resolved":
        return _resolved(entry)
    told = [_change(field, *pair_of(changes[field])) for field in _by_weight(changes)]
    nothing = "nothing new" if is_merge(entry) else "touched"
    return ", ".join(filter(None, told)) or nothing


def _edge(entry: Row) -> str:
    """A dependency's subject: drawing it is said by its name alone."""
    title, removed = text_of(entry, "title"), mapping_of(entry, "changes").get("deleted_at")
    if number_of(entry, "version") == 1 or _is_beginning(
        "dependency", mapping_of(entry, "changes")
    ):
        return title
    if removed is None:
        return f"{title}: {what_changed(entry)}"
    if pair_of(removed)[1] is None:
        return f"{title} again"
    ref, _, way = title.partition(" ")
    if way.startswith("is "):
        return f"{ref} is no longer {way.removeprefix('is ')}"
    return f"{ref} no longer {way}"


def _matter(entry: Row) -> str:
    """What a conflict is over, `status of T-7F3KQ`; its ref where an entry does not say."""
    title = text_of(entry, "title")
    if title:
        field, of, row = title.rpartition(" of ")
        if field == "deleted_at" and " " in row and row != "the configuration":
            return one_line(row, _NAME_LENGTH)  # a dependency, which is there or not
        return one_line(f"{named_field(field)}{of}{row}", _NAME_LENGTH)
    changes = mapping_of(entry, "changes")
    entity, row_id = ENTITIES.get(str(new_of(changes, "entity"))), str(new_of(changes, "entity_id"))
    if entity is None or not is_id(row_id):
        return text_of(entry, "ref")
    field = one_line(named_field(str(new_of(changes, "field"))), VALUE_LENGTH)
    if entity is CONFIGURATION:
        return f"{field} of the configuration"
    return f"{field} of {short_ref(full_ref(entity.letter, row_id))}"


def _resolved(entry: Row) -> str:
    kept = new_of(mapping_of(entry, "changes"), "resolution")
    sides = dict(zip(("local", "remote"), texts_of(entry, "sides"), strict=False))
    if isinstance(kept, str) and kept in sides:
        return f"resolved, {one_line(sides[kept], VALUE_LENGTH)}'s kept"
    return f"resolved, {'another value' if kept == 'value' else kept or 'one'} kept"


def _is_beginning(entity: str, changes: Row) -> bool:
    """Whether these changes are a whole row that was loaded without its history."""
    beginnings = ("title",) if entity == "enhancement" else _BEGINNINGS
    return any(field in changes and pair_of(changes[field])[0] is None for field in beginnings)


def _begun(entry: Row, word: str) -> str:
    entity, changes = text_of(entry, "entity"), mapping_of(entry, "changes")
    if entity == "deployment":
        number = new_of(changes, "metadata.pr_number")
        pull_request = [f"PR #{number}"] if number is not None else []
        vendors = texts_of({"ids": new_of(changes, "vendor_ids")}, "ids")
        reach = [f"{len(vendors)} vendor{'s' * (len(vendors) != 1)}"] if vendors else []
        first = "recorded" if word == "created" else word
        return ", ".join([first, *pull_request, *reach])
    if entity == "conflict":
        if new_of(changes, "status") == "resolved":
            return _resolved(entry)
        return "noticed"
    status = new_of(changes, "status")
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
        return f'was "{shown(old)}"'
    if field == "parent_id":
        return "moved" if new is not None else "moved to the top"
    if field == "report_layout":
        return f"{named_field(field)} edited" if new is not None else f"no {named_field(field)}"
    if field in _EDITED:
        return _edited(field, old, new)
    if field in ("status", "priority"):
        return f"{shown(old)} → {shown(new)}"
    return _other(field, old, new)


def _other(field: str, old: Value, new: Value) -> str:
    name = one_line(named_field(field), VALUE_LENGTH)
    if field in _REFERRED:
        old, new = (_as_refs(value, _REFERRED[field]) for value in (old, new))
    if isinstance(old, list) or isinstance(new, list):
        return f"{name} {_membership(old, new)}"
    if new is None:
        return f"no {name}"
    if isinstance(new, dict):
        return f"{name} changed"
    if field.startswith("metadata.") and isinstance(new, str):
        return f'{name} "{shown(new)}"'
    return f"{name} {shown(new)}" if old is None else f"{name} {shown(old)} → {shown(new)}"


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
    added = [f"+{shown(each)}" for each in after if each not in before]
    gone = [f"-{shown(each)}" for each in before if each not in after]
    told, rest = (added + gone)[:_MEMBERS_SHOWN], len(added + gone) - _MEMBERS_SHOWN
    return " ".join([*told, f"and {rest} more"] if rest > 0 else told) or "changed"
