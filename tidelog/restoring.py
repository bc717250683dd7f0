"""`tidelog restore`: a store anew, from the commits, the hub, a backup or the files."""

import asyncio
from pathlib import Path

from localstore.errors import InvalidArguments
from localstore.values import Row, Value
from tidelog.arguments import Arguments
from tidelog.opening import Setting, locate
from tidelog.restore_plans import Plan, Restored, carry_out
from tidelog.screen import say, show_json
from tidelog.views.lines import count


async def restore(arguments: Arguments) -> int:
    """`tidelog restore --from git|hub|backup|markdown [--at REV|DATE|NAME] [--list]`.

    What was there before is set aside.

    Raises:
        InvalidArguments: there is nothing of that name or date, or the source has no past.
            TidelogError: the source cannot be had; the store is as it was.
    """
    setting = locate(arguments, Path.cwd())
    if arguments.list_only:
        return await _list(arguments, setting)
    plan = await _plan(arguments, setting)
    restored = await carry_out(plan, setting)
    if arguments.json:
        show_json({"restored": as_row(plan, restored), **_places(plan, restored, setting)})
    else:
        say(*restored_lines(plan, restored, setting))
    return 0


async def _list(arguments: Arguments, setting: Setting) -> int:
    from tidelog.backups import show_backups

    if arguments.source != "backup":
        raise InvalidArguments("--list", "is for --from backup", hint="`git log` lists commits")
    await show_backups(setting, as_json=arguments.json)
    return 0


async def _plan(arguments: Arguments, setting: Setting) -> Plan:
    """What the arguments ask for."""
    if arguments.source in ("markdown", "hub") and arguments.at is not None:
        lacking = "files have no past" if arguments.source == "markdown" else "a hub has only now"
        raise InvalidArguments("--at", f"is for --from git or backup; {lacking}")
    if arguments.source == "backup":
        from tidelog.backups import plan_from_backup

        return await plan_from_backup(setting, arguments.at)
    if arguments.source == "hub":
        from tidelog.restore_hub import plan_from_hub

        return await asyncio.to_thread(plan_from_hub, setting)
    from tidelog.restore_git import plan_from_files, plan_from_git

    if arguments.source == "markdown":
        return plan_from_files(setting)
    return plan_from_git(setting, arguments.at)


def as_row(plan: Plan, restored: Restored) -> Row:
    """What was restored, and from where."""
    counts: Row = {"rows": restored.rows, "changes": restored.changes}
    return {"from": plan.source, **plan.told, **counts}


def _places(plan: Plan, restored: Restored, setting: Setting) -> Row:
    kept: Row = {"set_aside": str(restored.aside)} if restored.aside else {}
    brought = restored.brought.row()
    more: Row = {"brought_in": brought} if brought else {}
    unread: list[Value] = [*plan.unread]
    more |= {"unread": unread} if unread else {}
    return {"store": str(setting.place.store), **kept, **more}


def restored_lines(plan: Plan, restored: Restored, setting: Setting) -> list[str]:
    """The same, for people."""
    rows, changes = count(restored.rows, "row"), count(restored.changes, "change")
    lines = [
        *plan.unread,
        f"Restored {rows} and {changes} from {plan.title}",
        f"into {setting.place.store}.",
    ]
    if restored.aside is not None:
        lines.append(f"The store that was there is kept in {restored.aside}.")
    return lines + restored.brought.lines()
