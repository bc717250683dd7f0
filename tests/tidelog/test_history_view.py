"""The log as people see it: the words of git's log, and never a wall of text."""

import pytest

from gitlayer.subject import subject
from localstore.values import Row, Value
from tidelog.views.history import log_lines


def entry(entity: str, **more: Value) -> Row:
    """A change of half past nine."""
    told: Row = {
        "entity": entity,
        "ref": "T-7F3KQ",
        "title": "Fix date parser",
        "version": 2,
        "changed_at": "2026-03-14T09:30:00.000000Z",
        "changed_by": "copilot",
    }
    return told | more


def history(*entries: Row) -> Row:
    """A listing of changes."""
    items: list[Value] = [*entries]
    return {"items": items, "total": len(entries)}


LONG: Row = {f"metadata.key_{number}": ["before " * 300, "after " * 300] for number in range(40)}


@pytest.mark.parametrize("of_one", [True, False])
def test_no_wall_of_text(of_one: bool) -> None:
    """A change of forty long values takes a few lines, in the log of all and in that of one."""
    changed = entry("work_item", changes=LONG)
    lines = log_lines(history(changed), width=80, of_one=of_one)
    assert len(lines) <= 6
    assert lines[-1].plain.endswith("…")


def test_report_layout_is_not_shown() -> None:
    """Of hand-written sections the log says that they were edited, and not what they say."""
    changes: Row = {"report_layout": ["## Ours\n", "## Ours\n\nsecret " * 900]}
    lines = log_lines(history(entry("configuration", title="", changes=changes)), width=80)
    assert lines[-1].plain.endswith("configuration: hand-written sections edited")


def test_same_words_as_git() -> None:
    """A change of any row is told as its commit's subject tells it."""
    removed: Row = {"deleted_at": [None, "2026-03-14T09:30:00.000000Z"]}
    edge = entry("dependency", title="T-A blocks T-B", changes=removed)
    lines = log_lines(history(edge), width=80)
    assert lines[-1].plain.endswith(subject(edge))
    assert lines[-1].plain.endswith("T-A no longer blocks T-B")
