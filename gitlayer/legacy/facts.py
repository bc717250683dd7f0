"""What an entry tells, in the shapes that a plan and its checks need."""

from collections.abc import Sequence

from gitlayer.legacy.entries import Entry, Remark
from localstore.planned import flattened
from localstore.values import Row, text_of


def told(file: str, remark: Remark) -> Row:
    """A remark as the report of an import has it."""
    return {"file": file, "line": remark.line, "reason": remark.reason}


def facts_of(entry: Entry, leave: Sequence[str] = ()) -> Row:
    """What an entry tells, flat; fields named in `leave` do not stand in the row as they are."""
    metadata: Row = {
        name.removeprefix("metadata."): value
        for name, value in entry.told.items()
        if name.startswith("metadata.")
    }
    if entry.legacy:
        metadata["legacy"] = dict(entry.legacy)
    own: Row = {
        name: value
        for name, value in entry.told.items()
        if not name.startswith("metadata.") and name not in leave
    }
    return flattened(own | {"metadata": metadata})


def needed_by(kind: str, entry: Entry) -> Row:
    """Metadata that a type requires and the file does not tell."""
    if kind == "project":
        text = text_of(entry.told, "description") or entry.title
        return {"description": text[:1000]}
    if kind == "session":
        entry.remark("no token budget is told; the defaults of a session stand in its metadata")
        frontmatter: Row = {"schema_version": "1.0"}
        return {"token_budget": 200_000, "prompts_count": 0, "yaml_frontmatter": frontmatter}
    return {}
