"""History played from nothing: what the rows must be if every change is told, once and in order."""

from collections.abc import Sequence

from localstore.values import Row, Value, mapping_of, number_of, text_of


def replayed(entries: Sequence[Row], entity: str) -> dict[str, Row]:
    """The rows of one entity that its history entries, oldest first, lead to.

    Each row also has the version, time and author of its last entry. An entry that does not start
    from where the last one ended fails.
    """
    rows: dict[str, Row] = {}
    for entry in entries:
        if entry["entity"] != entity:
            continue
        row = rows.setdefault(text_of(entry, "id"), {})
        assert entry["version"] == number_of(row, "version") + 1
        for name, change in mapping_of(entry, "changes").items():
            assert isinstance(change, list)
            old, new = change
            assert _field(row, name) == old, name
            _set(row, name, new)
        row["version"] = entry["version"]
        row["updated_at"], row["updated_by"] = entry["changed_at"], entry["changed_by"]
    return rows


def _field(row: Row, name: str) -> Value:
    if name.startswith("metadata."):
        return mapping_of(row, "metadata").get(name.removeprefix("metadata."))
    return row.get(name)


def _set(row: Row, name: str, new: Value) -> None:
    if name.startswith("metadata."):
        metadata = dict(mapping_of(row, "metadata"))
        _set(metadata, name.removeprefix("metadata."), new)
        _set(row, "metadata", metadata or None)
    elif new is None:
        row.pop(name, None)
    else:
        row[name] = new
