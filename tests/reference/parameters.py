"""What each parameter of a tool means, in a line; its type and limits come from the code."""

MEANINGS = {
    "affected_vendors": "names or ids of the vendors it touches",
    "active_context_type": "what the project is at",
    "assignee": "who works on it; setting it is claiming it",
    "branch_name": "the branch it is worked on",
    "cascade": "with `deleted`: the whole subtree",
    "clear": "fields to empty, like `assignee`, or `metadata.KEY` for one key",
    "client_ref": "a name for this call: sent again with the same, nothing is made twice",
    "commit_hash": "the commit, 40 lowercase hex digits",
    "commit_hashes": "commits, 40 lowercase hex digits each",
    "created_by": "who signs it, instead of the client's name",
    "current_session_id": "the session that is going on, by id or ref",
    "cursor": "the `next_cursor` of the page before",
    "default_token_budget": "the budget of a session, in tokens",
    "deleted": "true deletes, false brings back",
    "dependency_type": "how the source stands to the target",
    "deployed_at": "when; now if it is left out",
    "depends_on": "enhancements it needs, by id or ref",
    "description": "markdown",
    "detail": "`full` adds descriptions, metadata and stamps",
    "extractor_version": "the version of the vendor's extractor",
    "git_branch": "the branch the project is on",
    "git_head_commit": "the commit it is at, 40 lowercase hex digits",
    "id": "an id or a ref, in any case",
    "item_type": "the type of the item",
    "keep": "which value to keep; `both` for texts and lists, `value` for another one",
    "labels": "words to find it by",
    "limit": "how many at most",
    "max_depth": "how many levels of children",
    "metadata": "a mapping whose keys depend on the type; unknown keys are kept",
    "name": "its name; case and spacing do not tell names apart",
    "new_name": "what it is called from now on",
    "older_than_days": "how long it must be closed; else the setting `archive_after_days`",
    "operations": "creates, updates and dependencies, in their order",
    "parent_id": "the item it hangs under, by id or ref",
    "pr_number": "the number of the pull request",
    "priority": "how urgent",
    "query": "full text: words in title, description and metadata",
    "ready": "only what can be started now",
    "related_work_item_ids": "items that went out with it, by id or ref",
    "remove": "unlink instead",
    "report_layout": "the hand-written text of the report, with its marker lines",
    "required_principles": "principles it must keep to",
    "restore": "bring back these items instead, by id or ref",
    "since": "the token of the last answer, or a time: only what changed after it",
    "sort": "the order of the list",
    "source_id": "the item the link begins at, by id or ref",
    "status": "how it stands",
    "target_id": "the item the link ends at, by id or ref",
    "target_quarter": "the quarter it is meant for, like `2026-Q3`",
    "title": "one line",
    "under": "a whole subtree, by the id or ref of its top",
    "updated_by": "who signs it, instead of the client's name",
    "value": "with `keep: value`: the value to set",
    "vendor": "only those that touch this vendor, by name or id",
    "version": "the version that was read",
}

OF_ONE_TOOL = {
    ("create_work_item", "status"): "how it begins",
    ("get_history", "id"): "an id, a ref or a vendor's name; all rows if it is left out",
    ("list_conflicts", "status"): "only these; all if it is left out",
    ("list_deployments", "vendor"): "only those that touched this vendor, by name or id",
    ("list_work_items", "assignee"): "whose; `none`: nobody's",
    ("list_work_items", "deleted"): "deleted ones as well",
    ("list_work_items", "item_type"): "of these types",
    ("list_work_items", "labels"): "with all of these",
    ("list_work_items", "parent_id"): "right below this item",
    ("list_work_items", "priority"): "of these",
    ("list_work_items", "status"): "in one of these",
    ("query_archived_work_items", "assignee"): "whose; `none`: nobody's",
    ("query_archived_work_items", "item_type"): "of these types",
    ("query_archived_work_items", "labels"): "with all of these",
    ("query_archived_work_items", "parent_id"): "right below this item",
    ("query_archived_work_items", "priority"): "of these",
    ("query_archived_work_items", "status"): "in one of these",
    ("resolve_conflict", "id"): "the conflict's id or ref",
    ("save_enhancement", "id"): "of an existing one, to change it",
    ("save_enhancement", "priority"): "1 (first) to 5",
    ("update_work_item", "parent_id"): "moves the subtree under this item",
}
"""Where a parameter means something else with one tool."""


def meaning(tool: str, name: str) -> str:
    """What a parameter of a tool means. Raises: LookupError: nobody has said it."""
    told = OF_ONE_TOOL.get((tool, name)) or MEANINGS.get(name)
    if told is None:
        raise LookupError(
            f"{tool} has a parameter `{name}` that tests/reference/parameters.py says nothing of"
        )
    return told
