"""What people call the fields of rows."""

_WORDS = {
    "git_head_commit": "head",
    "git_branch": "branch",
    "branch_name": "branch",
    "active_context_type": "context",
    "current_session_id": "session",
    "default_token_budget": "token budget",
    "report_layout": "hand-written sections",
    "parent_id": "place",
    "deleted_at": "deletion",
    "archived_at": "archiving",
}


def named_field(field: str) -> str:
    """What people call a field, or one key of a mapping (`metadata.KEY`)."""
    return _WORDS.get(field) or spelt(field)


def spelt(field: str) -> str:
    """A field's own name without its place, in words."""
    return field.removeprefix("metadata.").removeprefix("extra.").replace("_", " ")
