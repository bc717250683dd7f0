"""Where a row's file lies in a snapshot. The path spells the id and depends on nothing editable."""

import re
from uuid import UUID

from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENHANCEMENT,
    VENDOR,
    WORK_ITEM,
    Entity,
    letter_of,
)
from localstore.ids import CONFIGURATION_ID, REF_STORED, full_ref
from localstore.values import Row, text_of

CONFIGURATION_PATH = "configuration.md"
FOLDERS = {
    WORK_ITEM.name: "work-items",
    DEPENDENCY.name: "dependencies",
    VENDOR.name: "vendors",
    DEPLOYMENT.name: "deployments",
    ENHANCEMENT.name: "enhancements",
    CONFLICT.name: "conflicts",
}

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REF_BITS = 5 * REF_STORED
_REST_SHIFTS = tuple(range(75, -5, -5))
"""The 78 bits above those of the ref, five at a time; the first character holds three of them."""
_SPREAD = frozenset((WORK_ITEM.name, DEPENDENCY.name))
"""Entities of many rows: their folder is divided by the first character of the name."""
_LETTERS = {
    entity.name: entity.letter for entity in (DEPENDENCY, VENDOR, DEPLOYMENT, ENHANCEMENT, CONFLICT)
} | {WORK_ITEM.name: "PSTR"}
_BY_FOLDER = {
    FOLDERS[entity.name]: entity
    for entity in (WORK_ITEM, DEPENDENCY, VENDOR, DEPLOYMENT, ENHANCEMENT, CONFLICT)
}
_PATH = re.compile(r"([a-z-]+)/(?:([0-9A-Z])/)?([A-Z])-([0-9A-HJKMNP-TV-Z]{26})\.md")


def path_of(entity: Entity, row: Row) -> str:
    """The path of a row's file below the top of the snapshot, with slashes.

    The name begins with the row's whole ref and goes on with the other bits of its id, so that no
    two rows share a path on any file system, whatever their titles.
    """
    if entity is CONFIGURATION:
        return CONFIGURATION_PATH
    row_id = text_of(row, "id")
    high = UUID(row_id).int >> _REF_BITS
    rest = "".join([_ALPHABET[high >> shift & 31] for shift in _REST_SHIFTS])
    name = f"{full_ref(letter_of(entity, row), row_id)}{rest}.md"
    folder = FOLDERS[entity.name]
    return f"{folder}/{name[2]}/{name}" if entity.name in _SPREAD else f"{folder}/{name}"


def row_at_path(path: str) -> tuple[Entity, str] | None:
    """The entity and the id of the row whose file has this path; None for every other path."""
    if path == CONFIGURATION_PATH:
        return CONFIGURATION, CONFIGURATION_ID
    found = _PATH.fullmatch(path)
    entity = _BY_FOLDER.get(found[1]) if found else None
    if found is None or entity is None or found[3] not in _LETTERS[entity.name]:
        return None
    spelled = found[4]
    if found[2] != (spelled[0] if entity.name in _SPREAD else None):
        return None
    high = _number(spelled[REF_STORED:])
    if high >> 128 - _REF_BITS:
        return None
    return entity, str(UUID(int=high << _REF_BITS | _number(spelled[:REF_STORED])))


def _number(spelled: str) -> int:
    number = 0
    for character in spelled:
        number = number << 5 | _ALPHABET.index(character)
    return number
